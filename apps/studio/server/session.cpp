// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "divisi/audio/reader.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/pipeline/live.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"

#include "wishes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>
#include <utility>

namespace divisi::studio {
namespace {

static_assert(std::endian::native == std::endian::little, "the page reads little-endian floats");

constexpr double kLeastPause = 0.5;    // seconds between two looks at a run that goes on
constexpr double kPreviewBytes = 8e6;  // a second of them, at most
constexpr std::size_t kMostCosts = 2000;
constexpr double kSameCost = 1e-4;  // the share by which a run may end elsewhere on another processor
constexpr const char* kSilent = "The recording is digital silence, and so is all that is found in it.";
constexpr const char* kElsewhere =
    "The run ended elsewhere than when the project was saved, as it may with another version of divisi: "
    "listen whether its components are still where they belong.";

bool ends_elsewhere(double cost, double before) {
  return before > 0.0 && std::abs(cost - before) > kSameCost * before;
}

// Of what is found in silence nothing is to be seen, whatever it is by the arithmetic.
void silence(Separation& found) {
  std::ranges::fill(found.fit.factors.H.values(), 0.0F);
  found.heard.reason.clear();
  for (SourceGroup& group : found.groups) group = {.components = group.components, .reason = "silence"};
}

std::string bytes_of(std::span<const float> values) {
  std::string bytes;
  const auto* begin = reinterpret_cast<const char*>(values.data());  // NOLINT: floats as they are in memory
  bytes.assign(begin, values.size_bytes());
  return bytes;
}

std::string bytes_of(const Factors& factors, const StftSpec& spec) {
  return bytes_of(factors.W.values()) + bytes_of(factors.H.values()) +
         bytes_of(make_window(spec.window, spec.fft));
}

}  // namespace

void Session::start(std::string what, std::function<void(const Observer&)> work) {
  stop();
  const std::scoped_lock one(starting_);
  if (worker_.joinable()) worker_.join();
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) return;
    cancel_ = false;
    activity_ = std::move(what);
    error_.clear();
    progress_ = {};
    stage_.clear();
    changed();
  }
  worker_ = std::thread([this, job = std::move(work)] {
    std::string error;
    try {
      job([this](const Progress& progress) {
        show(progress);
        return note(progress);
      });
    } catch (const std::bad_alloc&) {
      error = "memory: expected enough for the recording, got less";
    } catch (const std::exception& thrown) {
      error = thrown.what();
    }
    const std::scoped_lock lock(mutex_);
    activity_.clear();
    preview_.reset();
    const Run* run = in_sight();  // another one than began, or it again
    costs_ = run != nullptr ? run->found.fit.costs : std::vector<CostPoint>();
    error_ = error;
    changed();
  });
}

void Session::stop() {
  const std::scoped_lock one(starting_);
  cancel_ = true;
  if (worker_.joinable()) worker_.join();
}

void Session::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed();
  }
  stop();
  const std::scoped_lock lock(mutex_);
  runs_.clear();
  drop_starts();
}

void Session::changed() {
  ++revision_;
  news_.notify_all();
}

bool Session::note(const Progress& progress) {
  const std::scoped_lock lock(mutex_);
  stage_ = progress.stage;
  progress_ = progress;
  if (progress.cost && activity_ == "run") {
    if (!costs_.empty() && costs_.back().iteration >= progress.iteration) costs_.clear();  // the next start
    if (costs_.size() < kMostCosts) costs_.push_back({progress.iteration, *progress.cost});
  }
  changed();
  return !cancel_;
}

// A look at the factors, as often as the page can fetch them without being kept busy by it.
void Session::show(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (!progress.factors || !preview_ || now < preview_->next) return;
  Factors factors = progress.factors();
  if (factors.pitch_shifts > 1 || !look_at(factors)) return;
  const std::scoped_lock lock(mutex_);
  const double bytes = 4.0 * static_cast<double>(factors.W.values().size() + factors.H.values().size());
  const auto pause = std::chrono::duration<double>(std::max(kLeastPause, bytes / kPreviewBytes));
  preview_->next = now + std::chrono::duration_cast<std::chrono::steady_clock::duration>(pause);
  preview_->factors = std::move(factors);
  ++preview_->id;
}

bool Session::wait_for_news(long& seen) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, std::chrono::seconds(1), [&] { return closed_ || revision_ != seen; });
  seen = revision_;
  return !closed_;
}

void Session::open(const std::filesystem::path& path) {
  start("open", [this, path](const Observer& observer) { load({path, path.string()}, observer); });
}

void Session::open(std::shared_ptr<const DroppedFile> file, const std::string& name) {
  Recording wanted{.path = file->path(), .name = name};
  wanted.dropped = std::move(file);
  start("open", [this, wanted](const Observer& observer) { load(wanted, observer); });
}

// False: it was stopped.
bool Session::factorize(const Plan& plan, const Recording& recording, const Observer& observer) {
  const Settings& settings = plan.settings;
  const auto source = FileSource::open(recording.path, {.temporary_folder = temporary_folder_});
  const Settings chosen = resolved(settings, recording.samples->rate_hz());
  const StftSpec spec = stft_spec(chosen);
  std::optional<Seen> seen = see(recording, spec, *chosen.power, observer);
  if (!seen) return false;
  Seen before;
  {
    const std::scoped_lock lock(mutex_);
    costs_.clear();
    before = std::exchange(seen_, std::move(*seen));
    // Notes of nmf2d are there when its run has ended.
    if (settings.model != Model::kNmf2d) {
      preview_ = Preview{.settings = settings, .spec = spec, .exponent = live_exponent(chosen)};
      preview_->next = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    }
  }
  Separation found = separate(*source, settings, observer);
  const bool is_silent = std::ranges::none_of(found.V.values(), [](float v) { return v > 0.0F; });
  found.V = Matrix();
  if (is_silent) silence(found);
  if (!found.cancelled()) {
    require_live(resolved(as_heard(settings, found.heard), source->rate_hz()), source->rate_hz());
    seen = see(recording, found.spec, *chosen.power, observer);  // what was heard may have chosen another
  }
  const std::scoped_lock lock(mutex_);
  if (found.cancelled() || !seen) {
    seen_ = std::move(before);
    return false;
  }
  seen_ = std::move(*seen);
  const Settings after = settings_after(settings, found);
  const bool needs_file = Session::needs_file(found);
  const std::string notice = is_silent                                                ? kSilent
                             : ends_elsewhere(found.fit.costs.back().cost, plan.cost) ? kElsewhere
                                                                                      : "";
  const std::string what = "run: " + std::to_string(found.fit.factors.components()) + " components of " +
                           to_text(with_model(after), parameter("model"));
  add_run({.what = plan.what.empty() ? what : plan.what,
           .found = std::move(found),
           .settings = after,
           .arrangement = plan.arrangement,
           .notice = notice,
           .asked = settings,
           .needs_file = needs_file});
  return true;
}

Json Session::result_json(const Run& run) {
  const Separation& found = run.found;
  Json groups = Json::array();
  for (const SourceGroup& group : found.groups) {
    const std::string sure = group.confidence ? "; confidence " + to_fixed(*group.confidence, 2) : "";
    groups.push(Json::object().set("components", Json(group.components)).set("reason", group.reason + sure));
  }
  return live_shape(live_factors(found), found.spec, live_exponent(with_model(run.settings)))
      .set("id", run.id)
      .set("components", static_cast<int>(found.fit.factors.components()))
      .set("notes", found.refinement ? Json(found.refinement->component) : Json::array())
      .set("iterations", found.fit.iterations)
      .set("stop", to_string(found.fit.stop))
      .set("heard", found.heard.reason)
      .set("seconds", found.fit.seconds)
      .set("groups", std::move(groups))
      .set("moving", found.fit.factors.pitch_shifts > 1
                         ? Json::object()
                               .set("bins", static_cast<int>(found.fit.factors.W.rows()))
                               .set("time_shifts", static_cast<int>(found.fit.factors.time_shifts))
                               .set("pitch_shifts", static_cast<int>(found.fit.factors.pitch_shifts))
                         : Json())
      .set("project", run.arrangement);
}

Json Session::preview_json() const {
  return live_shape(preview_->factors, preview_->spec, preview_->exponent)
      .set("id", preview_->id)
      .set("components", static_cast<int>(preview_->factors.components()))
      .set("notes", Json::array());
}

Json Session::state() const {
  const std::scoped_lock lock(mutex_);
  Json state = Json::object()
                   .set("revision", static_cast<int>(revision_))
                   .set("activity", activity_)
                   .set("stage", stage_)
                   .set("fraction", progress_.fraction)
                   .set("iteration", progress_.iteration)
                   .set("costs", costs_json(costs_))
                   .set("error", error_)
                   .set("picture", picture_json());
  if (recording_) {
    state.set("recording", Json::object()
                               .set("id", recordings_)
                               .set("name", recording_->name)
                               .set("rate_hz", recording_->samples->rate_hz())
                               .set("channels", recording_->samples->channels())
                               .set("frames", static_cast<double>(recording_->samples->frames())));
  }
  Json runs = Json::array();
  for (const Run& run : runs_) runs.push(Json::object().set("id", run.id).set("what", run.what));
  state.set("runs", std::move(runs)).set("notice", "");
  if (const Run* run = in_sight()) state.set("result", result_json(*run)).set("notice", run->notice);
  if (preview_ && preview_->id > 0) state.set("preview", preview_json());
  state.set("exported", exported_).set("saved", saved_);
  return state;
}

std::string Session::factors() const {
  const std::scoped_lock lock(mutex_);
  const Run* run = in_sight();
  return run != nullptr ? bytes_of(live_factors(run->found), run->found.spec) : "";
}

std::string Session::shapes() const {
  const std::scoped_lock lock(mutex_);
  const Run* run = in_sight();
  if (run == nullptr || run->found.fit.factors.pitch_shifts < 2) return "";
  const std::vector<double> hz = frequencies_hz(run->found);
  const std::vector<float> rows(hz.begin(), hz.end());
  const Factors& found = run->found.fit.factors;
  return bytes_of(rows) + bytes_of(found.W.values()) + bytes_of(found.H.values());
}

std::string Session::preview() const {
  const std::scoped_lock lock(mutex_);
  return preview_ ? bytes_of(preview_->factors, preview_->spec) : "";
}

}  // namespace divisi::studio
