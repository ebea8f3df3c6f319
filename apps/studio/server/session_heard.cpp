// SPDX-License-Identifier: Apache-2.0
// What was heard in a recording, once it is taken apart: what a run is to be made again by.
#include "divisi/core/error.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/starting_point.h"
#include "divisi/store/npy.h"
#include "divisi/store/output_set.h"

#include "session.h"

#include <algorithm>

namespace divisi::studio {
namespace {

namespace fs = std::filesystem;

std::vector<int> sorted(std::vector<int> numbers) {
  std::ranges::sort(numbers);
  return numbers;
}

// Those of a source of the page, from 0.
std::vector<int> components_of(const Json& source, int count) {
  std::vector<int> components;
  for (const Json& element : source.at("components").elements()) {
    const double k = element.number().value_or(0.0);
    if (!(k >= 1.0 && k <= count))
      throw InvalidInput("group", "components 1.." + std::to_string(count), element.dump());
    components.push_back(static_cast<int>(k) - 1);
  }
  return components;
}

}  // namespace

bool Session::follows_voice(const Separation& found) {
  return found.refinement && !found.axis;
}

const Factors& Session::named_factors(const Separation& found) {
  return follows_voice(found) ? found.refinement->factors : found.fit.factors;
}

bool Session::needs_file(const Separation& found) {
  return follows_voice(found) || !found.heard.notes.empty();
}

// What was heard in the place of auto, and the number of components in that of sources.
Settings Session::settings_after(const Settings& asked, const Separation& found) {
  const Settings heard = as_heard(asked, found.heard);
  Settings settings = heard;
  settings.sources.reset();
  settings.components = static_cast<int>(found.fit.factors.components());
  if (!needs_file(found)) return settings;
  const Settings chosen = resolved(heard, static_cast<int>(found.rate_hz));
  settings.heard_notes.clear();
  settings.names.clear();
  settings.model = Model::kNmf;
  settings.init = "random";
  settings.fft = static_cast<int>(found.spec.fft);
  settings.mask_exponent = chosen.mask_exponent;
  settings.iterations = chosen.iterations;
  if (!follows_voice(found)) settings.solver = SolverKind::kMultiplicative;
  settings.fixed = {"zeros"};
  return settings;
}

// Where the page has put every component where it was found.
bool Session::is_as_found(const Json& sources, const Separation& found) {
  const auto elements = sources.elements();
  if (elements.size() != found.groups.size()) return false;
  const auto count = static_cast<int>(found.fit.factors.components());
  for (std::size_t s = 0; s < elements.size(); ++s) {
    if (sorted(components_of(elements[s], count)) != sorted(found.groups[s].components)) return false;
  }
  return true;
}

// Of {"sources", "residual"}, with the notes of a voice that is followed in the place of components.
Json Session::by_note(const Json& wanted, const Separation& found) {
  if (!follows_voice(found)) return wanted;
  const std::vector<int>& owners = found.refinement->component;
  const auto count = static_cast<int>(found.fit.factors.components());
  const auto renumbered = [&](const Json& source) {
    Json notes = Json::array();
    for (const int k : components_of(source, count)) {
      for (std::size_t n = 0; n < owners.size(); ++n) {
        if (owners[n] == k) notes.push(static_cast<int>(n) + 1);
      }
    }
    Json same = Json::object().set("components", std::move(notes));
    for (const char* what : {"name", "gain_db", "solo", "mute", "colour", "why"})
      same.set(what, source.at(what));
    return same;
  };
  Json sources = Json::array();
  for (const Json& source : wanted.at("sources").elements()) sources.push(renumbered(source));
  return Json::object().set("sources", std::move(sources)).set("residual", renumbered(wanted.at("residual")));
}

// Writes W and H of a run that no flags name to a file that does.
void Session::name_by_file(Run& run) {
  if (!run.needs_file || is_file(run.settings.init)) return;
  run.settings.init = write_start(*recording_, named_factors(run.found)).string();
  run.settings.fixed = {"w", "h", "zeros"};
  run.settings.components.reset();  // as many as the file has
}

// A new file beside what is written, that goes with the runs which begin there.
fs::path Session::write_start(const Recording& recording, const Factors& start) {
  fs::path place;
  const fs::path folder = project_file_.empty() ? output_ : project_file_.parent_path();
  for (int n = 1; place.empty() || fs::exists(place); ++n)
    place = folder / (track_name(recording.name) + ".start-" + std::to_string(n) + ".npz");
  NpzWriter npz;
  npz.add_factors(start);
  OutputSet outputs;
  npz.write(outputs.aside(place));
  outputs.commit();
  starts_.insert(place);
  return place;
}

// Whether what a run has found so far goes with the picture, which is made anew where it hears another frame.
bool Session::look_at(const Factors& factors) {
  Settings settings;
  Recording recording;
  {
    const std::scoped_lock lock(mutex_);
    if (!preview_) return false;
    if (preview_->spec.bins() == factors.W.rows()) return true;
    settings = preview_->settings;
    recording = *recording_;
  }
  settings.fft = static_cast<int>(2 * (factors.W.rows() - 1));
  const StftSpec spec = stft_spec(settings);
  std::optional<Seen> seen = see(recording, spec, *with_model(settings).power,
                                 [this](const Progress& /*progress*/) { return !cancel_; });
  if (!seen) return false;
  const std::scoped_lock lock(mutex_);
  seen_ = std::move(*seen);
  preview_->spec = spec;
  return true;
}

}  // namespace divisi::studio
