// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/note_score.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

namespace divisi {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

double rounded(double seconds) {
  return std::round(seconds * 1e4) / 1e4;
}

bool fits(const Note& reference, const Note& estimate, bool with_offsets, const NoteTolerance& tolerance) {
  if (rounded(std::abs(reference.onset_s - estimate.onset_s)) > tolerance.onset_s) return false;
  if (std::abs(1200.0 * std::log2(reference.hz / estimate.hz)) > tolerance.pitch_cents) return false;
  if (!with_offsets) return true;
  const double allowed = std::max(tolerance.offset_ratio * reference.duration_s, tolerance.least_offset_s);
  return rounded(std::abs(reference.offset_s() - estimate.offset_s())) <= allowed;
}

// A bipartite matching that grows by one pair for each augmenting path.
class Matching {
 public:
  Matching(const Notes& reference, const Notes& estimate, bool with_offsets, const NoteTolerance& tolerance)
      : reference_(reference),
        estimate_(estimate),
        with_offsets_(with_offsets),
        tolerance_(tolerance),
        reference_of_(estimate.size(), kNone),
        partners_(reference.size(), kNone),
        from_(estimate.size(), kNone),
        seen_(estimate.size(), kNone) {
    for (std::size_t e = 0; e < estimate.size(); ++e) by_onset_.push_back(e);
    std::ranges::stable_sort(by_onset_, {}, [&](std::size_t e) { return estimate[e].onset_s; });
    for (std::size_t r = 0; r < reference.size(); ++r) augment(r);
  }

  [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> pairs() const {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t e = 0; e < estimate_.size(); ++e) {
      if (reference_of_[e] != kNone) pairs.emplace_back(reference_of_[e], e);
    }
    std::ranges::sort(pairs);
    return pairs;
  }

 private:
  // Breadth first from a free reference to a free estimate, then back along the path.
  void augment(std::size_t root) {
    std::deque<std::size_t> references{root};
    while (!references.empty()) {
      const std::size_t r = references.front();
      references.pop_front();
      if (const auto end = visit(r, root, references)) return flip(*end);
    }
  }

  // The free estimate that `r` reaches; else puts the partners of those it reaches into the queue.
  std::optional<std::size_t> visit(std::size_t r, std::size_t root, std::deque<std::size_t>& queue) {
    const double first = reference_[r].onset_s - tolerance_.onset_s - 1e-4;
    auto place =
        std::ranges::lower_bound(by_onset_, first, {}, [&](std::size_t e) { return estimate_[e].onset_s; });
    for (; place != by_onset_.end(); ++place) {
      const std::size_t e = *place;
      if (estimate_[e].onset_s > reference_[r].onset_s + tolerance_.onset_s + 1e-4) break;
      if (seen_[e] == root || !fits(reference_[r], estimate_[e], with_offsets_, tolerance_)) continue;
      seen_[e] = root;
      from_[e] = r;
      if (reference_of_[e] == kNone) return e;
      queue.push_back(reference_of_[e]);
    }
    return std::nullopt;
  }

  void flip(std::size_t e) {
    while (e != kNone) {
      const std::size_t r = from_[e];
      reference_of_[e] = r;
      e = std::exchange(partners_[r], e);
    }
  }

  const Notes& reference_;
  const Notes& estimate_;
  bool with_offsets_;
  const NoteTolerance& tolerance_;
  std::vector<std::size_t> by_onset_;      // estimates
  std::vector<std::size_t> reference_of_;  // of each estimate
  std::vector<std::size_t> partners_;      // of each reference
  std::vector<std::size_t> from_;          // the reference from which an estimate was seen last
  std::vector<std::size_t> seen_;          // in the search from which root
};

double overlap_ratio(const Note& a, const Note& b) {
  const double common = std::min(a.offset_s(), b.offset_s()) - std::max(a.onset_s, b.onset_s);
  const double whole = std::max(a.offset_s(), b.offset_s()) - std::min(a.onset_s, b.onset_s);
  return whole > 0.0 ? common / whole : 1.0;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> match_notes(const Notes& reference, const Notes& estimate,
                                                             bool with_offsets,
                                                             const NoteTolerance& tolerance) {
  return Matching(reference, estimate, with_offsets, tolerance).pairs();
}

NoteScore score_notes(const Notes& reference, const Notes& estimate, bool with_offsets,
                      const NoteTolerance& tolerance) {
  NoteScore score;
  const auto pairs = match_notes(reference, estimate, with_offsets, tolerance);
  score.matched = pairs.size();
  if (pairs.empty()) return score;
  const auto matched = static_cast<double>(pairs.size());
  score.precision = matched / static_cast<double>(estimate.size());
  score.recall = matched / static_cast<double>(reference.size());
  score.f_measure = 2.0 * score.precision * score.recall / (score.precision + score.recall);
  for (const auto& [r, e] : pairs) score.overlap += overlap_ratio(reference[r], estimate[e]) / matched;
  return score;
}

}  // namespace divisi
