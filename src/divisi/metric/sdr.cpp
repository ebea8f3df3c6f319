// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/sdr.h"

#include "divisi/metric/sweep.h"

#include <algorithm>
#include <array>

namespace divisi {
namespace {

constexpr Index kRows = 16384;

std::size_t at(Index index) {
  return static_cast<std::size_t>(index);
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Σ_t of each column and Σ_t of each reference column times the same channel of each estimate.
struct Moments {
  explicit Moments(const Comparison& c)
      : sum(at(c.columns())),
        energy(at(c.columns())),
        product(at(c.sources() * c.sources() * c.channels())) {}

  void add(const Comparison& c, const Stretch& stretch) {
    const auto rows = [&](Index column) {
      return stretch.signals.col(column).subspan(at(stretch.first), at(stretch.count));
    };
    for (Index column = 0; column < c.columns(); ++column) {
      const auto x = rows(column);
      for (const double value : x) sum[at(column)] += value;
      energy[at(column)] += dot(x, x);
    }
    std::size_t i = 0;
    for (Index reference = 0; reference < c.sources(); ++reference) {
      for (Index estimate = 0; estimate < c.sources(); ++estimate) {
        for (Index channel = 0; channel < c.channels(); ++channel) {
          product[i++] += dot(rows(c.reference(reference, channel)), rows(c.estimate(estimate, channel)));
        }
      }
    }
  }

  void add(const Moments& other) {
    for (auto values : {&Moments::sum, &Moments::energy, &Moments::product}) {
      for (std::size_t i = 0; i < (this->*values).size(); ++i) (this->*values)[i] += (other.*values)[i];
    }
  }

  std::vector<double> sum;
  std::vector<double> energy;
  std::vector<double> product;
};

// ‖s‖², ‖ŝ‖² and ⟨ŝ, s⟩ of a pair.
struct PairMoments {
  double reference = 0.0;
  double estimate = 0.0;
  double product = 0.0;
  bool silent = false;

  [[nodiscard]] double scale(bool free) const {
    return !free ? 1.0 : reference > 0.0 ? product / reference : 0.0;
  }
};

class Evaluation {
 public:
  Evaluation(Comparison& comparison, const SdrOptions& options, bool free_scale)
      : comparison_(comparison), options_(options), free_(free_scale), moments_(comparison) {}

  Scores run(const Observer& observer) {
    std::vector<Moments> lanes(at(kLanes), Moments(comparison_));
    const auto add = [&](Index lane, const Stretch& stretch) { lanes[at(lane)].add(comparison_, stretch); };
    if (!sweep(comparison_, way(), add, part_of(observer, 0.0, 0.5))) return {.cancelled = true};
    for (const Moments& lane : lanes) moments_.add(lane);
    const std::vector<Index> order = permutation();
    const auto errors = measure(order, part_of(observer, 0.5, 1.0));
    if (errors.empty()) return {.cancelled = true};
    Scores result;
    result.permutation = order;
    for (Index reference = 0; reference < comparison_.sources(); ++reference) {
      const PairMoments pair = moments(reference, order[at(reference)]);
      const double scale = pair.scale(free_);
      SourceScore& score = result.sources.emplace_back();
      if (!pair.silent) score.sdr = decibels(scale * scale * pair.reference, errors[at(reference)]);
    }
    return result;
  }

 private:
  [[nodiscard]] SweepOptions way() const { return {.rows = kRows, .threads = options_.threads}; }

  [[nodiscard]] double mean(Index column) const {
    return options_.zero_mean ? moments_.sum[at(column)] / static_cast<double>(comparison_.frames()) : 0.0;
  }

  [[nodiscard]] PairMoments moments(Index reference, Index estimate) const {
    PairMoments pair;
    std::array<double, 2> energy{};
    const auto frames = static_cast<double>(comparison_.frames());
    for (Index channel = 0; channel < comparison_.channels(); ++channel) {
      const Index s = comparison_.reference(reference, channel);
      const Index e = comparison_.estimate(estimate, channel);
      const Index i = (reference * comparison_.sources() + estimate) * comparison_.channels() + channel;
      pair.reference += moments_.energy[at(s)] - frames * mean(s) * mean(s);
      pair.estimate += moments_.energy[at(e)] - frames * mean(e) * mean(e);
      pair.product += moments_.product[at(i)] - frames * mean(s) * mean(e);
      energy[0] += moments_.energy[at(s)];
      energy[1] += moments_.energy[at(e)];
    }
    // A constant offset is silence too once the mean is taken away, but for its rounding.
    constexpr double kRounding = 1e-14;
    pair.silent = pair.reference <= kRounding * energy[0] || pair.estimate <= kRounding * energy[1];
    return pair;
  }

  // From the moments alone, whose difference loses digits above 100 dB: enough for a choice, not for a score.
  [[nodiscard]] std::vector<Index> permutation() const {
    const Index sources = comparison_.sources();
    std::vector<Index> given;
    std::vector<std::vector<std::optional<double>>> values(at(sources));
    for (Index reference = 0; reference < sources; ++reference) {
      given.push_back(reference);
      for (Index estimate = 0; estimate < sources; ++estimate) {
        const PairMoments pair = moments(reference, estimate);
        const double scale = pair.scale(free_);
        const double target = scale * scale * pair.reference;
        const double error = std::max(0.0, pair.estimate - 2.0 * scale * pair.product + target);
        values[at(reference)].push_back(pair.silent ? std::nullopt : decibels(target, error));
      }
    }
    return options_.best_permutation ? best_permutation(values) : given;
  }

  // ‖α s − ŝ‖² of each reference with its estimate; empty where the observer cancelled.
  std::vector<double> measure(const std::vector<Index>& order, const Observer& observer) {
    std::vector<std::vector<double>> lanes(at(kLanes), std::vector<double>(order.size()));
    const auto add = [&](Index lane, const Stretch& stretch) {
      for (std::size_t reference = 0; reference < order.size(); ++reference) {
        lanes[at(lane)][reference] += error(static_cast<Index>(reference), order[reference], stretch);
      }
    };
    if (!sweep(comparison_, way(), add, observer)) return {};
    for (std::size_t lane = 1; lane < lanes.size(); ++lane) {
      for (std::size_t i = 0; i < order.size(); ++i) lanes[0][i] += lanes[lane][i];
    }
    return lanes[0];
  }

  [[nodiscard]] double error(Index reference, Index estimate, const Stretch& stretch) const {
    const double scale = moments(reference, estimate).scale(free_);
    double sum = 0.0;
    for (Index channel = 0; channel < comparison_.channels(); ++channel) {
      const Index s = comparison_.reference(reference, channel);
      const Index e = comparison_.estimate(estimate, channel);
      const double offset = scale * mean(s) - mean(e);
      for (Index t = stretch.first; t < stretch.first + stretch.count; ++t) {
        const double difference = scale * stretch.signals(t, s) - stretch.signals(t, e) - offset;
        sum += difference * difference;
      }
    }
    return sum;
  }

  Comparison& comparison_;
  SdrOptions options_;
  bool free_;
  Moments moments_;
};

}  // namespace

Scores si_sdr(Comparison& comparison, const SdrOptions& options, const Observer& observer) {
  return Evaluation(comparison, options, true).run(observer);
}

Scores snr(Comparison& comparison, const SdrOptions& options, const Observer& observer) {
  return Evaluation(comparison, options, false).run(observer);
}

}  // namespace divisi
