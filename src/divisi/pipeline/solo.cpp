// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/solo.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/nmf.h"
#include "divisi/group/cluster.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/separate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

constexpr double kFrameS = 0.11;        // as learn looks at a recording
constexpr int kComponents = 32;         // of a source, of shapes that stand still
constexpr int kComponentsOfShapes = 8;  // of shapes that last
constexpr double kMaskExponent = 2.0;   // the shapes are surer than those of a blind run
constexpr double kSilence = 1e-3;       // of the loudest frame's sum of magnitudes
constexpr double kRounding = 0.05;      // s, by which a mark may end after the recording

struct MarkText {
  std::string source;
  double from_s;
  double to_s;
};

MarkText parse_mark(const std::string& text) {
  constexpr std::string_view kExpected = "S=FROM-TO, as in 1=12.0-14.5 or voice=1:02-1:10";
  const InvalidInput refusal("solo", kExpected, "'" + text + "'");
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) throw refusal;
  const auto times = split(std::string_view(text).substr(equals + 1), '-');
  if (times.size() != 2) throw refusal;
  try {
    MarkText mark{text.substr(0, equals), parse_time(times[0], "solo", kExpected),
                  parse_time(times[1], "solo", kExpected)};
    if (mark.from_s < mark.to_s) return mark;
  } catch (const InvalidInput&) {
    throw refusal;
  }
  throw InvalidInput("solo", "FROM before TO", "'" + text + "'");
}

std::string range(double from_s, double to_s) {
  return to_text(from_s) + "-" + to_text(to_s);
}

// The marks; `settings` has its sources.
std::vector<SoloMark> marks_of(const Settings& settings) {
  const auto names = stem_names(settings);
  std::vector<SoloMark> marks;
  for (const auto& text : settings.solo) {
    const MarkText mark = parse_mark(text);
    marks.push_back({stem_position(mark.source, names, "solo"), mark.from_s, mark.to_s});
  }
  for (const auto& a : marks) {
    for (const auto& b : marks) {
      if (a.source >= b.source || a.to_s <= b.from_s || b.to_s <= a.from_s) continue;
      throw InvalidInput("solo", "one source alone at a time",
                         names[a.source] + "=" + range(a.from_s, a.to_s) + " and " + names[b.source] + "=" +
                             range(b.from_s, b.to_s));
    }
  }
  return marks;
}

std::vector<bool> marked_sources(const Settings& settings, const std::vector<SoloMark>& marks) {
  std::vector<bool> marked(static_cast<std::size_t>(*settings.sources), false);
  for (const auto& mark : marks) marked[mark.source] = true;
  return marked;
}

// Where the components of each source begin, and where the last one's end.
std::vector<int> borders(const Settings& settings) {
  std::vector<int> borders;
  for (int s = 0; s <= *settings.sources; ++s)
    borders.push_back(static_cast<int>(static_cast<long>(*settings.components) * s / *settings.sources));
  return borders;
}

// Whose solo the whole frame of each column of V is in: a source, or -1 for nobody's.
std::vector<int> owners(const std::vector<SoloMark>& marks, const Settings& settings, Index columns,
                        double step_s) {
  const double begin_s = settings.start_s.value_or(0.0);
  const double end_s = begin_s + static_cast<double>(columns) * step_s;
  const double half_s = 0.5 * *settings.fft / *settings.rate_hz;
  std::vector<int> owners(static_cast<std::size_t>(columns), -1);
  for (const auto& mark : marks) {
    if (mark.from_s < begin_s || mark.to_s > end_s + kRounding) {
      throw InvalidInput("solo", "times within " + to_fixed(begin_s, 2) + "-" + to_fixed(end_s, 2) + " s",
                         range(mark.from_s, mark.to_s));
    }
    for (Index j = 0; j < columns; ++j) {
      const double time_s = begin_s + static_cast<double>(j) * step_s;
      if (time_s - half_s >= mark.from_s && time_s + half_s <= mark.to_s)
        owners[static_cast<std::size_t>(j)] = static_cast<int>(mark.source);
    }
  }
  return owners;
}

// The shapes of one source, from the columns that it has alone.
Matrix learned_shapes(ConstMatrixView V, const std::vector<int>& owners, int source, Index components,
                      const Settings& settings) {
  std::vector<double> sums(owners.size(), 0.0);
  for (Index j = 0; j < V.cols(); ++j) {
    if (owners[static_cast<std::size_t>(j)] == source)
      sums[static_cast<std::size_t>(j)] = std::reduce(V.col(j).begin(), V.col(j).end(), 0.0);
  }
  const double loudest = std::ranges::max(sums);
  std::vector<float> frames;
  for (Index j = 0; j < V.cols(); ++j) {
    if (sums[static_cast<std::size_t>(j)] > kSilence * loudest)
      frames.insert(frames.end(), V.col(j).begin(), V.col(j).end());
  }
  if (frames.empty()) {
    throw InvalidInput("solo", "a stretch in which source " + std::to_string(source + 1) + " sounds",
                       "digital silence, or one shorter than a frame");
  }
  const ConstMatrixView own(frames.data(), V.rows(), std::ssize(frames) / V.rows(), V.rows());
  return nmf(own, {.components = components,
                   .time_shifts = *settings.time_shifts,
                   .beta = settings.beta,
                   .iterations = *settings.iterations,
                   .tolerance = settings.tolerance,
                   .init = StartKind::kFrames,
                   .seed = static_cast<std::uint64_t>(settings.seed),
                   .threads = settings.threads})
      .factors.W;
}

void bring_to_unit_sums(Factors& factors) {
  for (Index k = 0; k < factors.components(); ++k) {
    double sum = 0.0;
    for (Index column = k; column < factors.W.cols(); column += factors.components())
      sum += std::reduce(factors.W.col(column).begin(), factors.W.col(column).end(), 0.0);
    for (Index column = k; column < factors.W.cols(); column += factors.components()) {
      for (float& w : factors.W.col(column)) w = static_cast<float>(static_cast<double>(w) / sum);
    }
  }
}

}  // namespace

int solo_sources(const Settings& settings) {
  if (!settings.names.empty()) return static_cast<int>(settings.names.size());
  int sources = 2;
  for (const auto& text : settings.solo) {
    const std::string source = parse_mark(text).source;
    const double number = parse_number(source, "solo", "a stem's number, or its name beside --names");
    if (number >= 1.0 && number <= 1000.0) sources = std::max(sources, static_cast<int>(number));
  }
  return sources;
}

Settings with_solo(const Settings& settings, double rate_hz) {
  if (settings.solo.empty()) return settings;
  if (settings.model == Model::kNmf2d) throw InvalidInput("model", "nmf or nmfd beside --solo", "nmf2d");
  if (settings.solver != SolverKind::kAuto && settings.solver != SolverKind::kMultiplicative) {
    throw InvalidInput("solver", "mu, which keeps zeros, beside --solo",
                       to_text(settings, parameter("solver")));
  }
  for (const char* name : {"group", "init", "fix-w", "activations", "fixed"}) {
    if (!is_default(settings, parameter(name)))
      throw InvalidInput(name, "none beside --solo", to_text(settings, parameter(name)));
  }
  Settings chosen = settings;
  if (!chosen.sources) chosen.sources = solo_sources(settings);
  marks_of(chosen);
  const int own = chosen.model == Model::kNmfd ? kComponentsOfShapes : kComponents;
  if (!chosen.components) chosen.components = own * *chosen.sources;
  if (!chosen.fft)
    chosen.fft = 1 << std::max(1L, std::lround(std::log2(kFrameS * chosen.rate_hz.value_or(rate_hz))));
  if (!chosen.mask_exponent) chosen.mask_exponent = kMaskExponent;
  return chosen;
}

std::vector<bool> soloists(const Settings& settings) {
  if (settings.solo.empty()) return {};
  const auto marked = marked_sources(settings, marks_of(settings));
  const auto border = borders(settings);
  std::vector<bool> fixed(static_cast<std::size_t>(*settings.components), false);
  for (std::size_t s = 0; s < marked.size(); ++s)
    std::fill(fixed.begin() + border[s], fixed.begin() + border[s + 1], marked[s]);
  return fixed;
}

Factors solo_start(ConstMatrixView V, const Settings& settings, double step_s) {
  const auto marks = marks_of(settings);
  const auto marked = marked_sources(settings, marks);
  const auto border = borders(settings);
  const auto owner = owners(marks, settings, V.cols(), step_s);
  const Index components = *settings.components;
  const Index shifts = *settings.time_shifts;
  const Extent extent{V.rows(), V.cols(), components, shifts, 1, 1};
  Factors start = random_start(extent, 1.0, static_cast<std::uint64_t>(settings.seed));
  for (std::size_t s = 0; s < marked.size(); ++s) {
    const Index own = border[s + 1] - border[s];
    if (marked[s]) {
      const Matrix W = learned_shapes(V, owner, static_cast<int>(s), own, settings);
      for (Index column = 0; column < W.cols(); ++column) {
        const Index to = column / own * components + border[s] + column % own;
        std::ranges::copy(W.col(column), start.W.col(to).begin());
      }
    }
    // What began T − 1 frames before a stretch would still sound in it.
    for (Index j = 0; j < V.cols(); ++j) {
      const auto reach = owner.begin() + std::min(j + shifts, V.cols());
      const bool alone =
          std::any_of(owner.begin() + j, reach, [&](int o) { return o >= 0 && o != static_cast<int>(s); });
      for (Index k = border[s]; alone && k < border[s + 1]; ++k) start.H(k, j) = 0.0F;
    }
  }
  bring_to_unit_sums(start);
  double sum_of_v = 0.0;
  for (Index j = 0; j < V.cols(); ++j) sum_of_v += std::reduce(V.col(j).begin(), V.col(j).end(), 0.0);
  const auto levels = start.H.values();
  const double factor = sum_of_v / std::max(std::reduce(levels.begin(), levels.end(), 0.0), 1e-30);
  for (float& h : levels) h = static_cast<float>(static_cast<double>(h) * factor);
  return start;
}

Grouping group_by_solo(const Settings& settings, const Factors& factors, const TimbreFacts& facts) {
  const auto marked = marked_sources(settings, marks_of(settings));
  const auto border = borders(settings);
  Grouping groups(marked.size());
  std::vector<std::size_t> others;
  std::vector<int> theirs;
  for (std::size_t s = 0; s < marked.size(); ++s) {
    auto& components = groups[s].components;
    for (int k = border[s]; k < border[s + 1]; ++k) components.push_back(k);
    groups[s].reason =
        marked[s] ? "learned where it sounds alone (--solo)" : "what the marked sources do not explain";
    if (marked[s]) continue;
    others.push_back(s);
    theirs.insert(theirs.end(), components.begin(), components.end());
  }
  if (others.size() < 2) return groups;
  const Index shifts = factors.time_shifts;
  Factors part{.W = Matrix(factors.W.rows(), std::ssize(theirs) * shifts),
               .H = Matrix(std::ssize(theirs), factors.H.cols()),
               .time_shifts = shifts};
  for (Index k = 0; k < std::ssize(theirs); ++k) {
    const Index from = theirs[static_cast<std::size_t>(k)];
    for (Index tau = 0; tau < shifts; ++tau)
      std::ranges::copy(factors.W.col(tau * factors.components() + from),
                        part.W.col(tau * std::ssize(theirs) + k).begin());
    for (Index j = 0; j < factors.H.cols(); ++j) part.H(k, j) = factors.H(from, j);
  }
  const Grouping found = group_by_timbre(part, facts, static_cast<int>(others.size()));
  for (std::size_t i = 0; i < others.size(); ++i) {
    SourceGroup& group = groups[others[i]];
    group = found[i];
    for (int& k : group.components) k = theirs[static_cast<std::size_t>(k)];
  }
  return groups;
}

}  // namespace divisi
