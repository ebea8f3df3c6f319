// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/adapt.h"

#include "divisi/compute/reconstruct.h"
#include "divisi/factor/nmf.h"
#include "divisi/pipeline/dictionary.h"
#include "divisi/pipeline/starting_point.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace divisi {
namespace {

// Measured: docs/decisions/0015-dictionaries.md.
constexpr int kRounds = 8;
constexpr int kUpdates = 50;  // of H in each
constexpr double kSmoothBins = 10.0;
constexpr Index kBlock = 256;
constexpr double kLeast = 1e-9;  // of V's mean

using Curve = std::vector<double>;

Curve smoothed(const Curve& curve) {
  constexpr int kReach = static_cast<int>(4.0 * kSmoothBins);
  const auto size = static_cast<int>(curve.size());
  Curve result(curve.size());
  for (int i = 0; i < size; ++i) {
    for (int j = std::max(0, i - kReach); j < std::min(size, i + kReach + 1); ++j) {
      const double distance = (i - j) / kSmoothBins;
      result[static_cast<std::size_t>(i)] +=
          std::exp(-0.5 * distance * distance) * curve[static_cast<std::size_t>(j)];
    }
  }
  return result;
}

// What a source explains in each bin, and what of V it is given.
struct Shares {
  Curve explained;
  Curve given;
};

std::vector<Shares> shares_of(ConstMatrixView V, const Factors& factors, const Grouping& groups,
                              double least) {
  const auto bins = static_cast<std::size_t>(V.rows());
  std::vector<Shares> shares(groups.size(), {Curve(bins), Curve(bins)});
  std::vector<int> all(static_cast<std::size_t>(factors.components()));
  std::iota(all.begin(), all.end(), 0);
  for (Index first = 0; first < V.cols(); first += kBlock) {
    const Index count = std::min(kBlock, V.cols() - first);
    const Matrix whole = Reconstruction(factors, all).at(first, count);
    for (std::size_t s = 0; s < groups.size(); ++s) {
      const Matrix part = Reconstruction(factors, groups[s].components).at(first, count);
      for (Index j = 0; j < count; ++j) {
        for (Index i = 0; i < V.rows(); ++i) {
          const auto own = static_cast<double>(part(i, j));
          const double ratio =
              static_cast<double>(V(i, first + j)) / (static_cast<double>(whole(i, j)) + least);
          shares[s].explained[static_cast<std::size_t>(i)] += own;
          shares[s].given[static_cast<std::size_t>(i)] += own * ratio;
        }
      }
    }
  }
  return shares;
}

void colour(Matrix& W, const SourceGroup& source, Index components, const Shares& shares) {
  const Curve given = smoothed(shares.given);
  const Curve explained = smoothed(shares.explained);
  for (Index column = 0; column < W.cols(); ++column) {
    if (std::ranges::find(source.components, static_cast<int>(column % components)) ==
        source.components.end())
      continue;
    for (Index i = 0; i < W.rows(); ++i) {
      const auto bin = static_cast<std::size_t>(i);
      if (explained[bin] > 0.0) W(i, column) *= static_cast<float>(given[bin] / explained[bin]);
    }
  }
}

void go_on(Fit& fit, Fit&& more) {
  fit.factors = std::move(more.factors);
  for (std::size_t i = 1; i < more.costs.size(); ++i)
    fit.costs.push_back({fit.iterations + more.costs[i].iteration, more.costs[i].cost});
  fit.iterations += more.iterations;
  fit.setbacks += more.setbacks;
  fit.stop = more.stop;
  fit.seconds += more.seconds;
  fit.flops += more.flops;
}

}  // namespace

Fit adapted(ConstMatrixView V, Fit fit, const Settings& settings, const Observer& observer) {
  NmfOptions options = nmf_options(settings);
  options.multilevel = false;
  options.restarts = 1;
  options.iterations = kUpdates;
  const Grouping groups = group_by_dictionary(settings);
  double mean = 0.0;
  for (Index j = 0; j < V.cols(); ++j) mean += std::reduce(V.col(j).begin(), V.col(j).end(), 0.0);
  const double least = kLeast * (mean / static_cast<double>(V.rows() * V.cols())) + 1e-30;
  for (int round = 0; round < kRounds && fit.stop != Stop::kCancelled; ++round) {
    Factors start = fit.factors;
    const auto shares = shares_of(V, start, groups, least);
    for (std::size_t s = 0; s < groups.size(); ++s) colour(start.W, groups[s], start.components(), shares[s]);
    const double begin = static_cast<double>(round) / kRounds;
    go_on(fit, nmf(V, options, start, part_of(observer, begin, begin + 1.0 / kRounds)));
  }
  return fit;
}

}  // namespace divisi
