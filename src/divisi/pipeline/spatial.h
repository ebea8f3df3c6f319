// SPDX-License-Identifier: Apache-2.0
// Several channels: what they are good for, and the ways of taking a recording apart that use it.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/grouping.h"
#include "divisi/core/observer.h"
#include "divisi/pipeline/settings.h"

#include <string>
#include <vector>

namespace divisi {

struct Factors;
struct Separation;

/// What --spatial means for a recording, and why, for people.
struct SpatialChoice {
  Spatial spatial = Spatial::kOff;
  std::string reason;
};

/// Resolves --spatial auto for `mixture`, which is read once where it has several channels. Off where the
/// channels are more than 32, are one signal (channel_statistics.h: off_axis < 1e-4), differ in phase like
/// two microphones in a room (in_phase ≤ 0.86), or another flag rules panning out; else panning. ilrma is
/// never chosen: docs/decisions/0017-spatial.md. Throws InvalidInput for a choice that the recording or
/// another flag rules out.
SpatialChoice choose_spatial(AudioSource& mixture, const Settings& settings, const Observer& observer);

/// `settings` with the frame, and for ilrma the power and the divergence, that the way
/// wants where nothing else is given.
Settings with_spatial(const Settings& settings, int rate_hz);

int components_per_source(Spatial spatial);

/// Takes `recording` apart the way of chosen.spatial, panning or ilrma: fills found.fit and, as the case may
/// be, found.channel_factors or found.demixing. Cancelled by the observer: Stop::kCancelled.
void take_apart(AudioSource& recording, const Settings& chosen, Separation& found, const Observer& observer);

/// The channels' magnitudes below each other: bins · channels × frames. Without columns: cancelled.
Matrix stacked_spectrograms(AudioSource& recording, const Settings& chosen, const Separation& found,
                            const Observer& observer);

/// What components of stacked channels make in each channel (`parts`), and `tensor` as the root of the
/// channels' mean power, its shapes of unit sum.
void unstack(Factors& tensor, Index channels, double power, std::vector<Factors>& parts);

/// A row for each component: its level in each channel. Empty where `channels` is.
std::vector<std::vector<double>> directions(const std::vector<Factors>& channels);

/// The components of each source of a demixing, in order.
Grouping group_by_filter(int components, int sources);

}  // namespace divisi
