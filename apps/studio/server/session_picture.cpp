// SPDX-License-Identifier: Apache-2.0
// What is seen and heard of a session's recording, before and besides a run.
#include "divisi/core/error.h"

#include "session.h"

#include <cmath>

namespace divisi::studio {

// The recording is open, and can be heard and run, before its picture is whole.
void Session::load(Recording recording, const Observer& observer) {
  try {
    recording.samples = Samples::open(recording.path, temporary_folder_, observer);
  } catch (const Error& error) {  // people do not know where it lies
    if (error.subject() != recording.path.string()) throw;
    throw Error(error.fault(), recording.name, error.expected(), error.got());
  }
  const std::shared_ptr<Samples> samples = recording.samples;
  if (!samples) return;
  std::shared_ptr<Picture> picture;
  {
    const std::scoped_lock lock(mutex_);
    picture = std::make_shared<Picture>(samples, stft_spec({}), ++pictures_);
    recording_ = std::move(recording);
    seen_ = {picture};
    ++recordings_;
    runs_.clear();
    run_ = 0;
    drop_starts();
    forget();
    project_file_.clear();
    costs_.clear();
    changed();
  }
  if (picture->make(observer)) (void)samples->sha256();  // known when it is wanted
}

// The picture that goes with a run, made where another one is shown; nothing where the observer cancels.
std::optional<Session::Seen> Session::see(const Recording& recording, const StftSpec& spec, double power,
                                          const Observer& observer) {
  Seen wanted{.picture = nullptr, .power = power};
  {
    const std::scoped_lock lock(mutex_);
    wanted.picture = seen_.picture->spec() == spec
                         ? seen_.picture
                         : std::make_shared<Picture>(recording.samples, spec, ++pictures_);
  }
  if (!wanted.picture->make(observer)) return {};
  return wanted;
}

Json Session::picture_json() const {
  if (!seen_.picture) return {};
  const Picture& picture = *seen_.picture;
  return Json::object()
      .set("id", picture.id())
      .set("bins", static_cast<int>(picture.bins()))
      .set("frames", static_cast<double>(picture.frames()))
      .set("done", static_cast<double>(picture.done()))
      .set("tile", static_cast<int>(picture.tile_frames()))
      .set("hop", static_cast<int>(picture.spec().hop))
      .set("top_db", picture.top_db())
      .set("most", std::pow(picture.most(), seen_.power))
      .set("power", seen_.power);
}

std::string Session::tile(int picture, int level, Index index) const {
  std::shared_ptr<Picture> shown;
  {
    const std::scoped_lock lock(mutex_);
    shown = seen_.picture;
  }
  if (!shown || shown->id() != picture)
    throw InvalidInput("picture", shown ? std::to_string(shown->id()) : "a recording that is open",
                       std::to_string(picture));
  return shown->tile(level, index);
}

std::shared_ptr<Samples> Session::samples() const {
  const std::scoped_lock lock(mutex_);
  return recording_ ? recording_->samples : nullptr;
}

}  // namespace divisi::studio
