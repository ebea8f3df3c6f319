// SPDX-License-Identifier: Apache-2.0
// Runs that go on from the one in sight: its W and H, changed by hand, are what they start from.
#include "divisi/audio/reader.h"
#include "divisi/core/error.h"
#include "divisi/pipeline/edit.h"
#include "divisi/pipeline/starting_point.h"

#include "arrangement.h"
#include "session.h"
#include "wishes.h"

#include <algorithm>
#include <array>

namespace divisi::studio {
namespace {

enum class Kind { kKeep, kSplit, kMerge, kMarks };
constexpr std::array<std::string_view, 4> kKinds{"keep", "split", "merge", "marks"};
constexpr std::size_t kMostMarks = 500;
constexpr double kShareOfStart = 0.3;  // of the progress: finding the two halves of a split

struct Edit {
  Kind kind = Kind::kKeep;
  std::vector<Index> components;  // from 0, ascending
  std::vector<ActivationMark> marks;
  Index wanted = 0;  // of keep: components in all
};

// Those of {"components": [2, 5]}, from 0, ascending; there are `count`.
std::vector<Index> components_of(const Json& json, Index count) {
  const auto elements = json.at("components").elements();
  std::vector<Index> components;
  components.reserve(elements.size());
  for (const Json& element : elements) {
    const double k = element.number().value_or(0.0);
    if (!(k >= 1.0 && k <= static_cast<double>(count)))
      throw InvalidInput("edit", "components 1.." + std::to_string(count), element.dump());
    components.push_back(static_cast<Index>(k) - 1);
  }
  std::ranges::sort(components);
  components.erase(std::unique(components.begin(), components.end()), components.end());
  return components;
}

// {"kind": "keep" | "split" | "merge", "components": [2, 5], "count": "8", of keep}, or {"kind": "marks",
// "marks": [{"components", "only": false, "from_s", "to_s"}, ...]}.
Edit edit_of(const Json& wanted, Index components) {
  const std::string word = wanted.at("kind").text().value_or("");
  const auto* kind = std::ranges::find(kKinds, word);
  if (kind == kKinds.end()) throw InvalidInput("edit", "keep, split, merge or marks", "'" + word + "'");
  Edit edit{.kind = static_cast<Kind>(kind - kKinds.begin())};
  edit.components = components_of(wanted, components);
  if (edit.kind == Kind::kKeep) {
    const int count =
        run_settings(Json::object().set("components", wanted.at("count"))).components.value_or(0);
    edit.wanted = count > 0 ? count : components;
  }
  const auto marks = wanted.at("marks").elements();
  if (marks.size() > kMostMarks)
    throw InvalidInput("marks", "at most " + std::to_string(kMostMarks), std::to_string(marks.size()));
  edit.marks.reserve(marks.size());
  for (const Json& mark : marks) {
    edit.marks.push_back({.components = components_of(mark, components),
                          .only = mark.at("only") == Json(true),
                          .from_s = mark.at("from_s").number().value_or(-1.0),
                          .to_s = mark.at("to_s").number().value_or(-1.0)});
  }
  const std::size_t count = edit.kind == Kind::kMarks ? edit.marks.size() : edit.components.size();
  const std::size_t least = edit.kind == Kind::kMerge ? 2 : 1;
  if (count < least || (edit.kind == Kind::kSplit && count > 1)) {
    throw InvalidInput(word,
                       edit.kind == Kind::kMarks   ? "marks"
                       : edit.kind == Kind::kMerge ? "two components or more"
                                                   : "a component",
                       std::to_string(count));
  }
  return edit;
}

std::string words_for(const Edit& edit) {
  std::string numbers;
  for (const Index k : edit.components) numbers += (numbers.empty() ? "" : ", ") + std::to_string(k + 1);
  switch (edit.kind) {
    case Kind::kKeep:
      return numbers + " kept, the rest found anew";
    case Kind::kSplit:
      return numbers + " split";
    case Kind::kMerge:
      return numbers + " merged";
    case Kind::kMarks:
      break;
  }
  return edit.marks.size() == 1 ? "run with a mark"
                                : "run with " + std::to_string(edit.marks.size()) + " marks";
}

// The settings of a run that looks at the recording as this one did. What --init harmonic chooses besides W
// and H has to be said, as another start stands in its place.
Settings going_on(const Settings& settings, int rate_hz) {
  Settings next = settings;
  next.init = "random";
  next.fixed.clear();
  if (settings.init == "harmonic") {
    const Settings chosen = resolved(settings, rate_hz);
    next.fft = chosen.fft;
    next.iterations = chosen.iterations;
    next.solver = chosen.solver;
  }
  return next;
}

// `settings` for what the edit makes of K components.
Settings edited(Settings settings, const Edit& edit, Index components, bool keep_zeros) {
  std::vector<Index> free;
  switch (edit.kind) {
    case Kind::kKeep:
      if (edit.wanted <= std::ssize(edit.components)) {
        throw InvalidInput("components",
                           "more than the " + std::to_string(edit.components.size()) + " that are kept",
                           std::to_string(edit.wanted));
      }
      settings.fixed = {"w1"};
      if (edit.components.size() > 1) settings.fixed[0] += "-" + std::to_string(edit.components.size());
      settings.components = static_cast<int>(edit.wanted);
      settings.sources = std::min(2, *settings.components);
      return settings;
    case Kind::kSplit:
      free = {edit.components.front(), edit.components.front() + 1};
      components += 1;
      break;
    case Kind::kMerge:
      free = {edit.components.front()};
      components -= std::ssize(edit.components) - 1;
      break;
    case Kind::kMarks:
      keep_zeros = true;
      break;
  }
  if (edit.kind != Kind::kMarks) settings.fixed = fixed_but(free, components);
  if (keep_zeros) settings.fixed.emplace_back("zeros");
  settings.components = static_cast<int>(components);
  settings.sources = std::min(2, *settings.components);
  return settings;
}

// What the run starts from; of a split, what is to be halved.
Factors changed_by(const Edit& edit, const Factors& factors, double step_s, bool keep_zeros) {
  switch (edit.kind) {
    case Kind::kKeep:
      return shapes_of(factors, edit.components);
    case Kind::kMerge:
      return merged(factors, edit.components);
    case Kind::kMarks:
      return with_marks(factors, edit.marks, step_s, keep_zeros);
    case Kind::kSplit:
      break;
  }
  return factors;
}

// What halving a component takes beside the factors and the recording.
struct Halving {
  Index component = 0;
  Settings settings;  // resolved
  StftSpec spec;
  std::optional<LogAxis> axis;
  bool keep_zeros = false;
};

Factors halved(AudioSource& source, const Factors& factors, const Halving& halving,
               const Observer& observer) {
  const LogAxis* axis = halving.axis ? &*halving.axis : nullptr;
  const Matrix V = spectrogram(source, halving.spec, *halving.settings.power, halving.settings.threads,
                               part_of(observer, 0.0, 0.5), axis);
  if (V.cols() == 0) return {};
  NmfOptions options = nmf_options(halving.settings);
  options.keep_zeros = halving.keep_zeros;
  return split(V, factors, halving.component, options, part_of(observer, 0.5, 1.0));
}

}  // namespace

void Session::edit(const Json& wanted) {
  Plan plan;
  Recording open;
  Factors factors;
  std::optional<Halving> halving;
  {
    const std::scoped_lock lock(mutex_);
    const Run& run = in_sight_for("edit");
    if (wanted.at("run").number() != run.id)
      throw InvalidInput("edit", "the run in sight, " + std::to_string(run.id), wanted.at("run").dump());
    open = *recording_;
    const Separation& found = run.found;
    if (follows_voice(found))
      throw InvalidInput("edit", "components of one model", "a voice that was followed: group it instead");
    const Index components = found.fit.factors.components();
    const Edit edit = edit_of(wanted, components);
    const bool held = keeps_zeros(run.settings);
    const Settings next = going_on(run.settings, open.samples->rate_hz());
    plan = {.settings = edited(next, edit, components, held), .what = words_for(edit)};
    factors = changed_by(edit, found.fit.factors, static_cast<double>(found.spec.hop) / found.rate_hz, held);
    if (edit.kind == Kind::kSplit)
      halving = {edit.components[0], resolved(next, open.samples->rate_hz()), found.spec, found.axis, held};
  }
  Project project;
  take_arrangement(project, wanted.at("arrangement"));
  plan.arrangement = arrangement_of(project);
  start("run", [this, plan, open, factors, halving](const Observer& observer) {
    if (!halving) return go_on(plan, factors, open, observer);
    const auto source = FileSource::open(open.path, {.temporary_folder = temporary_folder_});
    const Factors start = halved(*source, factors, *halving, part_of(observer, 0.0, kShareOfStart));
    if (!start.W.empty()) go_on(plan, start, open, part_of(observer, kShareOfStart, 1.0));
  });
}

// The start goes into a file, where the command line of an export and the project find it again.
void Session::go_on(Plan plan, const Factors& start, const Recording& recording, const Observer& observer) {
  {
    const std::scoped_lock lock(mutex_);
    plan.settings.init = write_start(recording, start).string();
  }
  try {
    if (factorize(plan, recording, observer)) return;
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    drop_starts();
    throw;
  }
  const std::scoped_lock lock(mutex_);
  drop_starts();
}

}  // namespace divisi::studio
