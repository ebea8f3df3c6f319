// SPDX-License-Identifier: Apache-2.0
// A logarithmic frequency axis over the STFT, on which a note higher is the same shape further up, and the
// way back for masks.
#pragma once

#include "divisi/core/matrix.h"

#include <vector>

namespace divisi {

/// Bin b reaches from fmin · 2^(b/B) to fmin · 2^((b+1)/B); as many as fit below fmax. 24 an octave from 50
/// to 8000 Hz are the 175 bins of Schmidt & Mørup (Nonnegative matrix factor 2-D deconvolution for blind
/// single channel source separation, 2006).
struct LogAxisSpec {
  int bins_per_octave = 24;  ///< B
  double fmin_hz = 50.0;
  double fmax_hz = 8000.0;
};

/// The sparse map between the bins of an STFT and logarithmic ones. A linear bin i stands for the frequencies
/// (i ± ½) · rate / fft (the first and the last for the half of that which there is), evenly; each
/// logarithmic bin gets the share that lies in it. Where logarithmic bins are wider, linear ones are summed;
/// where they are narrower, a linear one is spread over them. What lies between the first edge and the last
/// is neither lost nor counted twice: the sum over the bins stays, of magnitudes or powers alike.
class LogAxis {
 public:
  /// No bins.
  LogAxis() = default;

  /// Throws InvalidInput unless 0 < fmin < fmax ≤ rate/2, there is at least one bin an octave, and one fits.
  LogAxis(const LogAxisSpec& spec, double rate_hz, Index fft);

  [[nodiscard]] Index bins() const { return bins_; }
  [[nodiscard]] Index linear_bins() const { return static_cast<Index>(columns_.size()); }
  /// The bins' edges, one more than bins, and their centres, the geometric means of the edges.
  [[nodiscard]] std::vector<double> edges_hz() const;
  [[nodiscard]] std::vector<double> frequencies_hz() const;

  /// Columns of a spectrogram on this axis; V: linear bins × any number of frames; bins × as many.
  [[nodiscard]] Matrix to_log(ConstMatrixView V) const;

  /// Masks on the STFT's bins; `masks`: bins × frames; linear bins × as many. A linear bin gets the mean of
  /// the masks of the bins that it lies in, by share; outside of the axis the mask of the nearest bin is in
  /// force. Masks in [0, 1] stay there, and those that add up to 1 still do.
  [[nodiscard]] Matrix to_linear(ConstMatrixView masks) const;

 private:
  struct Column {  // of the map: what becomes of one linear bin
    std::size_t first_bin = 0;
    std::size_t first_weight = 0;
    std::size_t count = 0;
    double below = 0.0;  // the shares outside
    double above = 0.0;
  };

  [[nodiscard]] double edge_hz(double bin) const;
  [[nodiscard]] Column spread(double low_hz, double high_hz);

  LogAxisSpec spec_;
  Index bins_ = 0;
  std::vector<Column> columns_;
  std::vector<double> weights_;
};

}  // namespace divisi
