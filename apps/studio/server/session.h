// SPDX-License-Identifier: Apache-2.0
// What is open in the studio: one recording, its factorization, and the work that goes on. Knows no HTTP.
#pragma once

#include "divisi/core/json.h"
#include "divisi/core/observer.h"
#include "divisi/pipeline/project.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/track.h"

#include "picture.h"
#include "samples.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace divisi::studio {

/// A file that is removed with the last who holds it.
class DroppedFile {
 public:
  explicit DroppedFile(std::filesystem::path path) : path_(std::move(path)) {}
  DroppedFile(const DroppedFile&) = delete;
  DroppedFile& operator=(const DroppedFile&) = delete;
  ~DroppedFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// All of it may be called from any thread. One piece of work goes on at a time; a new one ends the one
/// before.
class Session {
 public:
  /// Exports go to `output`; what is dropped is kept in `temporary_folder`.
  Session(std::filesystem::path output, std::filesystem::path temporary_folder)
      : output_(std::move(output)), temporary_folder_(std::move(temporary_folder)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { close(); }

  /// Opens a recording in the background, named as in the command line.
  void open(const std::filesystem::path& path);

  /// The same of one that was dropped, which is held as long as it is open; `name` is what people and the
  /// shown command call it.
  void open(std::shared_ptr<const DroppedFile> file, const std::string& name);

  /// Opens a project, its recording, and runs it in the background. Throws as read_project().
  void open_project(const std::filesystem::path& path);

  /// Runs a project whose text was dropped. Whatever its text calls the recording, it has to be the one that
  /// is open, by its digest: Error(kInput) otherwise, and as parse_project().
  void take_project(const std::string& text, const std::string& name);

  /// Writes the project: over the one that was opened, or below the output folder. `wanted`: {"sources":
  /// [{"name", "components", "gain_db", "solo", "mute"}, ...], "residual": {...}}. Throws InvalidInput
  /// without a run, Error(kOutput) where another file is in the place.
  void save(const Json& wanted);

  /// Separates in the background. `wanted`: as in run_settings(). Throws InvalidInput for values that cannot
  /// be and where no recording is open.
  void run(const Json& wanted);

  /// Separates in the background, from the run in sight on, whose W and H are changed first and written to a
  /// file. `wanted`: {"run": its id, "kind": "keep" | "split" | "merge" | "marks" with what it is of,
  /// "arrangement": as in save(), of what will be found, "count": of kind keep, how many components there are
  /// to be in all, "8"; else as many as there are}. Throws InvalidInput for what cannot be.
  void edit(const Json& wanted);

  /// Brings an earlier run back, or a later one, as it was: {"run": its id}. Throws InvalidInput where it is
  /// gone or while some work goes on.
  void go_back(const Json& wanted);

  /// What run() would throw, without running. The settings.
  [[nodiscard]] Settings checked(const Json& wanted) const;

  /// Writes stems and residual in the background, by the same way as `divisi separate`. `wanted`: {"sources":
  /// [{"name": "piano", "components": [1, 3]}, ...], "settings": as in with_export(), "notes": "true" for a
  /// MIDI file beside each stem, as `divisi transcribe` makes it}. Throws InvalidInput where that cannot be.
  void write_stems(const Json& wanted);

  /// Ends the work that goes on and waits for its end.
  void stop();

  /// Ends everything: wait_for_news() returns false from now on.
  void close();

  /// Waits until the state has changed since `seen` or a second has passed; sets `seen`. False once closed.
  bool wait_for_news(long& seen);

  /// Everything that the page shows in words and numbers.
  [[nodiscard]] Json state() const;

  /// What is played, little-endian float32: W (bins × T·K), H (K × frames), a column after the other, then
  /// the window; empty without a run. Of nmf2d, K are its notes, on the STFT's bins.
  [[nodiscard]] std::string factors() const;
  /// Of shapes that move in pitch, whose notes are played: the frequencies of W's rows in hertz, W (rows ×
  /// T·K) and H (F·K × frames) themselves, as factors(); empty without.
  [[nodiscard]] std::string shapes() const;
  /// factors() of what a run that goes on has found so far; empty where there is none.
  [[nodiscard]] std::string preview() const;
  /// A tile of the picture of this id, as Picture::tile(). Throws InvalidInput where another one is shown.
  [[nodiscard]] std::string tile(int picture, int level, Index index) const;
  /// The recording's; nothing where none is open.
  [[nodiscard]] std::shared_ptr<Samples> samples() const;

 private:
  struct Recording {
    std::filesystem::path path;
    std::string name;
    std::shared_ptr<Samples> samples = {};
    std::shared_ptr<const DroppedFile> dropped = {};
  };
  struct Seen {
    std::shared_ptr<Picture> picture;
    double power = 1.0;  // of the magnitudes, as they are factorized
  };
  /// A run that has ended.
  struct Run {
    int id = 0;
    std::string what;   // it was, in words
    Separation found;   // without V
    Settings settings;  // that export, project and edits go on from
    Json arrangement;  // who is which source, and of a project its parameters, where that is known; else null
    std::string notice;
    Settings asked = {};      // what found it
    bool needs_file = false;  // no flags but those name its components
  };
  /// A run that is to be made.
  struct Plan {
    Settings settings;
    std::string what = {};  // it is; empty: as its settings say
    Json arrangement = {};
    double cost = 0.0;  // that it came down to when it was made before; 0: not known
  };
  struct Preview {
    Settings settings;  // of the run
    StftSpec spec;
    double exponent = 1.0;
    Factors factors;
    int id = 0;  // counts up; 0 as long as there is nothing to see
    std::chrono::steady_clock::time_point next;
  };

  void start(std::string what, std::function<void(const Observer&)> work);
  void load(Recording recording, const Observer& observer);
  bool factorize(const Plan& plan, const Recording& recording, const Observer& observer);
  void go_on(Plan plan, const Factors& start, const Recording& recording, const Observer& observer);
  void add_run(Run run);
  void show_run(const Run& run);
  std::filesystem::path write_start(const Recording& recording, const Factors& start);
  void drop_starts();
  void name_by_file(Run& run);
  bool look_at(const Factors& factors);
  [[nodiscard]] const Run* find_run(int id) const;
  [[nodiscard]] static bool follows_voice(const Separation& found);
  [[nodiscard]] static bool needs_file(const Separation& found);
  [[nodiscard]] static Settings settings_after(const Settings& asked, const Separation& found);
  [[nodiscard]] static bool is_as_found(const Json& sources, const Separation& found);
  [[nodiscard]] static Json by_note(const Json& wanted, const Separation& found);
  [[nodiscard]] static const Factors& named_factors(const Separation& found);
  [[nodiscard]] const Run* in_sight() const { return find_run(run_); }
  Run& in_sight_for(const char* what);
  bool write_notes(const TrackJob& job, TrackResult& result, std::string& commands, const Observer& observer);
  static void group(Settings& settings, const Json& sources, int components_found);
  void run_project(const Project& project, const Observer& observer);
  [[nodiscard]] bool is_own_project(const std::filesystem::path& file) const;
  bool note(const Progress& progress);
  void changed();
  [[nodiscard]] static Json result_json(const Run& run);
  [[nodiscard]] Json preview_json() const;
  void show(const Progress& progress);
  void forget();
  [[nodiscard]] Json picture_json() const;
  std::optional<Seen> see(const Recording& recording, const StftSpec& spec, double power,
                          const Observer& observer);

  const std::filesystem::path output_;
  const std::filesystem::path temporary_folder_;
  std::mutex starting_;  // taken before mutex_
  std::thread worker_;
  std::atomic<bool> cancel_{false};

  mutable std::mutex mutex_;  // of everything below
  std::condition_variable news_;
  long revision_ = 0;
  bool closed_ = false;
  std::string activity_;  // "", "open", "run", "export"
  Progress progress_;
  std::string stage_;
  std::vector<CostPoint> costs_;
  std::string error_;
  std::optional<Recording> recording_;
  int recordings_ = 0;                      // opened so far
  std::vector<Run> runs_;                   // that can be gone back to, the oldest first
  int runs_made_ = 0;                       // so far
  int run_ = 0;                             // the one in sight; 0: none
  std::set<std::filesystem::path> starts_;  // files of runs that nothing but these runs names
  std::optional<Preview> preview_;          // of the run that goes on
  Seen seen_;
  int pictures_ = 0;                    // made so far
  std::filesystem::path project_file_;  // where it is saved; empty: below the output folder
  Json saved_;
  Json exported_;
  std::set<std::filesystem::path> notes_written_;  // files that may be written anew
};

}  // namespace divisi::studio
