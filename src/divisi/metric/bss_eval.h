// SPDX-License-Identifier: Apache-2.0
// BSS Eval: how far an estimate of a source is from the source, and why.
//
// An estimate is taken apart into the true source, its filtered or moved image, the other sources and the
// rest: ŝ = s + e_spat + e_interf + e_artif (decomposition.h). The ratios, 10 log10 of energies:
//
//            sources                                         images
//   SDR      ‖s + e_spat‖² / ‖e_interf + e_artif‖²           ‖s‖² / ‖e_spat + e_interf + e_artif‖²
//   ISR      –                                               ‖s‖² / ‖e_spat‖²
//   SIR      ‖s + e_spat‖² / ‖e_interf‖²                     the same
//   SAR      ‖s + e_spat + e_interf‖² / ‖e_artif‖²           the same
//
// `sources` forgives any filter of `taps` delays; `images` counts it as an error. Version 3 finds the filters
// for each stretch that it scores; version 4 finds them once, over the whole file, and then scores windows
// with them.
//
// - Vincent, Gribonval & Févotte, Performance Measurement in Blind Audio Source Separation, IEEE TASLP, 2006.
// - Vincent, Sawada, Bofill, Makino & Rosca, First Stereo Audio Source Separation Evaluation Campaign, 2007.
// - Stöter, Liutkus & Ito, The 2018 Signal Separation Evaluation Campaign, LVA/ICA 2018.
//
// The values agree with those of mir_eval.separation (version 3) and museval.metrics (version 4). What these
// refuse is defined here: a silent reference or estimate has no score, and the others are scored without it;
// with one source, or one that is not silent, nothing interferes and SIR is +inf; an estimate without an
// error is +inf. Where references depend on each other (mono in two channels, a panned source, a reference
// given twice) the normal equations are singular, and those programs return what rounding makes of them,
// another value with every BLAS kernel; here the projection is the one on the space that is spanned.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/metric/comparison.h"
#include "divisi/metric/score.h"

namespace divisi {

struct BssEvalOptions {
  int taps = 512;                ///< of the distortion filters, 1 or more
  bool best_permutation = true;  ///< that of the greatest mean SIR; false: the given order
  int threads = 0;               ///< 0: all there are. The result does not depend on it
};

/// Who is not scored in a window in which some sounds are silent. A sound that is silent in the whole file
/// never matters.
enum class SilentWindow {
  kAll,   ///< everyone, as in mir_eval and museval
  kThat,  ///< the silent ones
};

struct WindowOptions {
  Index window = 0;  ///< frames: `taps` or more
  Index hop = 0;     ///< frames from the start of one window to that of the next, 1 or more
  SilentWindow silent = SilentWindow::kAll;
};

/// Version 3 over whole files. `sources` takes one channel only, `images` any number. Memory does not grow
/// with the length of the files. All of these throw InvalidInput for options out of range, for what
/// Comparison refuses and for files shorter than `taps` frames (the message says the least length).
Scores bss_eval_sources(Comparison& comparison, const BssEvalOptions& options, const Observer& observer = {});
Scores bss_eval_images(Comparison& comparison, const BssEvalOptions& options, const Observer& observer = {});

/// Version 3 in each of ⌊(frames − window + hop) / hop⌋ windows, each with filters and, where asked for, a
/// permutation of its own. If that makes fewer than two, the whole file is the only window, as in mir_eval.
/// Memory is that of some windows.
WindowedScores bss_eval_sources_framewise(Comparison& comparison, const BssEvalOptions& options,
                                          const WindowOptions& windows, const Observer& observer = {});
WindowedScores bss_eval_images_framewise(Comparison& comparison, const BssEvalOptions& options,
                                         const WindowOptions& windows, const Observer& observer = {});

/// Version 4: images, in windows as above, with the filters of the whole file and one permutation for it,
/// that of the greatest SIR over the windows. A window that is not shorter than the file is the whole file.
/// What museval reports for a track is `medians` with windows and hops of one second.
WindowedScores bss_eval_v4(Comparison& comparison, const BssEvalOptions& options,
                           const WindowOptions& windows, const Observer& observer = {});

}  // namespace divisi
