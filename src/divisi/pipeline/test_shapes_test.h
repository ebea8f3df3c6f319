// SPDX-License-Identifier: Apache-2.0
// A separation by hand for the tests of this room.
#pragma once

#include "divisi/core/random.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/separate.h"

namespace divisi {

/// Two sources of random shapes that last 3 frames and move over 4 bins, on the axis of `settings`.
inline Separation moving_shapes(AudioSource& source, const Settings& settings) {
  const Settings chosen = resolved(settings, source.rate_hz());
  Separation found{.spec = stft_spec(chosen), .rate_hz = static_cast<double>(*chosen.rate_hz)};
  found.axis = log_axis(chosen, found.rate_hz);
  found.V = spectrogram(source, found.spec, *chosen.power, 1, {}, &*found.axis);
  const Index bins = found.V.rows();
  found.fit.factors = {
      .W = Matrix(bins, 3 * 2), .H = Matrix(4 * 2, found.V.cols()), .time_shifts = 3, .pitch_shifts = 4};
  Random random(8);
  for (float& w : found.fit.factors.W.values()) w = static_cast<float>(random.uniform());
  for (float& h : found.fit.factors.H.values()) h = static_cast<float>(random.uniform());
  found.groups = {{{0}, ""}, {{1}, ""}};
  found.names = {"1", "2"};
  return found;
}

}  // namespace divisi
