// SPDX-License-Identifier: Apache-2.0
// Everything that a person can choose, with its default. parameters.h has the table that names, limits and
// explains each.
#pragma once

#include "divisi/audio/format.h"
#include "divisi/factor/solver.h"
#include "divisi/mask/mask.h"
#include "divisi/notes/note.h"
#include "divisi/transform/window.h"

#include <optional>
#include <string>
#include <vector>

namespace divisi {

/// V ≈ W H with shapes that stand still (NMF), last in time (NMFD), or last and move in pitch (NMF2D).
/// kAuto: by what the recording is like (separate), else NMF.
enum class Model { kNmf, kNmfd, kNmf2d, kAuto };

/// The bins of V: those of the STFT, or as many in each octave.
enum class FrequencyScale { kLinear, kLog };

/// What several channels are good for: nothing; each component has a direction; as many sources in a room as
/// microphones.
enum class Spatial { kAuto, kOff, kPanning, kIlrma };

/// How evaluate scores an estimate. v3 is BSS Eval's `sources` for mono and its `images` for more channels.
enum class Metric { kV3, kImages, kV4, kSiSdr, kSnr };

/// --components auto: as many as the recording has.
inline constexpr int kEstimate = 0;

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): there is one of it, in the order of help
struct Settings {
  // What to find.
  std::optional<int> sources;      ///< stems; nothing: from components or groups, else 2
  std::optional<int> components;   ///< K or kEstimate; nothing: by sources and model
  std::vector<std::string> group;  ///< components of each source, counted from 1; none: automatic
  std::vector<std::string> names;  ///< of the stems; none: 1, 2, …

  // How to look at it.
  std::optional<double> start_s;
  std::optional<double> end_s;
  std::optional<int> rate_hz;  ///< analyse at this rate; nothing: the file's own
  std::optional<int> fft;      ///< samples in a frame; nothing: by the model
  std::optional<int> hop;      ///< nothing: a quarter of fft
  Window window = Window::kHann;
  std::optional<double> power;              ///< P of V = |X|^P; nothing: by the model
  std::optional<FrequencyScale> frequency;  ///< nothing: logarithmic for NMF2D, else linear
  std::optional<int> bins_per_octave;       ///< nothing: by the model
  double fmin_hz = 50.0;
  std::optional<double> fmax_hz;  ///< nothing: 8000, or half the rate where that is less

  // How to factorize.
  Model model = Model::kAuto;
  std::optional<int> time_shifts;   ///< T; nothing: 8 for NMFD, 7 for NMF2D
  std::optional<int> pitch_shifts;  ///< F; nothing: 12 for NMF2D
  double beta = 1.0;
  std::optional<int> refine;  ///< plain updates on the STFT's bins after nmf2d; nothing: by the model
  SolverKind solver = SolverKind::kAuto;
  std::optional<int> iterations;  ///< nothing: 20 with a score, else 200
  double tolerance = 1e-4;
  std::string init = "auto";  ///< auto, random, frames, nndsvd, drums, or a .npz file with W and H
  int seed = 0;
  std::optional<int> restarts;  ///< random starts; nothing: 3 for separate, 1 for factorize
  double sparsity = 0.0;
  double smoothness = 0.0;
  std::string dictionary;          ///< a .npz file that learn wrote, whose sources are the stems; empty: none
  int free = 0;                    ///< components beside the dictionary's that are found here, a stem `rest`
  bool adapt = false;              ///< the dictionary's shapes follow the recording
  std::string score;               ///< a file of notes that W and H are held to; empty: none
  std::string by = "auto";         ///< stems of a score: auto, track, pitch, program
  Notes heard_notes;               ///< a score that was heard (listen.h), where none is given: a stem a pitch
  std::string activations;         ///< a file with H to start from (.npz, .npy, .csv); empty: none
  std::vector<std::string> fixed;  ///< what of the start stays: w, h, w3, h2-4, zeros; none: of fix_w
  std::vector<std::string> solo;   ///< where one source sounds alone, as S=FROM-TO; none: not known
  std::string fix_w;  ///< a .npz file whose W stays as it is, for the first components; empty: none

  Spatial spatial = Spatial::kAuto;  ///< auto: by what the channels have to do with each other

  // How to cut.
  MaskKind mask = MaskKind::kWiener;
  std::optional<double> mask_exponent;  ///< nothing: by the model

  // What to write.
  std::vector<std::string> only;     ///< stems by number or name; none: all
  std::vector<std::string> without;  ///< stems not to write
  Container format = Container::kWav;
  std::string subtype = "auto";  ///< "16", "24", "float"; "auto": the input's own depth
  double gain_db = 0.0;          ///< one for all stems and the residual
  std::string name = "{track}/{stem}.{ext}";
  bool report = true;
  bool factors = false;

  // What is a note (transcribe).
  double threshold_db = -20.0;  ///< quietest note, against the loudest
  bool note_report = false;     ///< a page with the piano roll beside the notes

  // How to score (evaluate).
  Metric metric = Metric::kV3;
  std::optional<double> score_window_s;  ///< score in windows of this length; nothing: the whole file
  std::optional<double> score_hop_s;     ///< from window to window; nothing: as long as a window

  // How hard to work.
  std::optional<int> memory_mib;  ///< factorize: beyond it V stays on the disk; nothing: no limit
  int threads = 0;                ///< 0: all
};

}  // namespace divisi
