// SPDX-License-Identifier: Apache-2.0
// Runs: what begins one, and of those that have ended which is in sight and which can be gone back to.
#include "divisi/audio/reader.h"
#include "divisi/core/error.h"
#include "divisi/pipeline/model.h"

#include "arrangement.h"
#include "session.h"
#include "wishes.h"

#include <algorithm>

namespace divisi::studio {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRuns = 8;
constexpr double kMostBytes = 256.0 * 1024.0 * 1024.0;  // of the factors of all; the newest stays in any case

double bytes_of(const Separation& found) {
  double values = static_cast<double>(found.fit.factors.W.values().size()) +
                  static_cast<double>(found.fit.factors.H.values().size());
  if (found.refinement) {
    values += static_cast<double>(found.refinement->factors.W.values().size()) +
              static_cast<double>(found.refinement->factors.H.values().size());
  }
  return 4.0 * values;
}

}  // namespace

Settings Session::checked(const Json& wanted) const {
  Settings settings = run_settings(wanted);
  check_sources(static_cast<std::size_t>(settings.sources.value_or(0)), "sources");
  const std::scoped_lock lock(mutex_);
  if (!recording_) throw InvalidInput("run", "a recording that is open", "none");
  const Settings chosen = resolved(settings, recording_->samples->rate_hz());
  stem_names(chosen);
  log_axis(chosen, recording_->samples->rate_hz());
  check_counts(chosen);
  return settings;
}

void Session::run(const Json& wanted) {
  const Settings settings = checked(wanted);
  Recording open;
  {
    const std::scoped_lock lock(mutex_);
    open = *recording_;
  }
  start("run", [this, settings, open](const Observer& observer) {
    factorize({.settings = settings}, open, observer);
  });
}

const Session::Run* Session::find_run(int id) const {
  const auto found = std::ranges::find(runs_, id, &Run::id);
  return found == runs_.end() ? nullptr : &*found;
}

Session::Run& Session::in_sight_for(const char* what) {
  const auto run = std::ranges::find(runs_, run_, &Run::id);
  if (run == runs_.end() || !recording_) throw InvalidInput(what, "a run that has ended", "none");
  return *run;
}

// Runs that were gone back from cannot be reached by going on from here: they are forgotten, and the oldest
// where they are too many.
void Session::add_run(Run run) {
  std::erase_if(runs_, [this](const Run& other) { return other.id > run_; });
  run.id = ++runs_made_;
  runs_.push_back(std::move(run));
  double bytes = 0.0;
  std::size_t kept = 0;
  while (kept < runs_.size() && kept < kMostRuns) {
    bytes += bytes_of((runs_.end() - 1 - static_cast<std::ptrdiff_t>(kept))->found);
    if (kept > 0 && bytes > kMostBytes) break;
    ++kept;
  }
  runs_.erase(runs_.begin(), runs_.end() - static_cast<std::ptrdiff_t>(kept));
  drop_starts();
  show_run(runs_.back());
}

// What was said of a run that is no longer the one in sight.
void Session::forget() {
  exported_ = Json();
  saved_ = Json();
}

void Session::show_run(const Run& run) {
  run_ = run.id;
  costs_ = run.found.fit.costs;
  forget();
  changed();
}

// Files that only forgotten runs started from.
void Session::drop_starts() {
  std::erase_if(starts_, [this](const fs::path& file) {
    if (std::ranges::any_of(runs_, [&](const Run& run) { return run.settings.init == file; })) return false;
    std::error_code ignored;
    fs::remove(file, ignored);
    return true;
  });
}

void Session::go_back(const Json& wanted) {
  const int id = static_cast<int>(std::clamp(wanted.at("run").number().value_or(0.0), 0.0, 1e9));
  StftSpec spec;
  double power = 1.0;
  Recording open;
  {
    const std::scoped_lock lock(mutex_);
    const Run* run = find_run(id);
    if (run == nullptr || !activity_.empty()) {
      throw InvalidInput("run", run == nullptr ? "one that is still there" : "no work that goes on",
                         run == nullptr ? std::to_string(id) : activity_);
    }
    spec = run->found.spec;
    power = *with_model(run->settings).power;
    if (seen_.picture->spec() == spec) {
      seen_.power = power;
      return show_run(*run);
    }
    open = *recording_;
  }
  start("open", [this, id, spec, power, open](const Observer& observer) {
    std::optional<Seen> seen = see(open, spec, power, observer);
    if (!seen) return;
    const std::scoped_lock lock(mutex_);
    seen_ = std::move(*seen);
    if (const Run* run = find_run(id)) show_run(*run);
  });
}

}  // namespace divisi::studio
