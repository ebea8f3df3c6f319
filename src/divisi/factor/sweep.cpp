// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/sweep.h"

#include "divisi/compute/linalg.h"
#include "divisi/compute/threads.h"
#include "divisi/factor/divergence.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace divisi {
namespace {

constexpr Index kPanelFrames = 96;
constexpr int kSlots =
    16;  // parts of V with sums of their own: fixed, so that threads do not change their order
constexpr float kFloor = 1e-30F;

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

Index slot_begin(Index frames, int slot) {
  return frames * slot / kSlots;
}

void multiply_by_ratio(float& value, float numerator, float denominator, float exponent) {
  const float ratio = numerator / std::max(denominator, kFloor);
  value = std::max(value * (exponent == 1.0F ? ratio : std::pow(ratio, exponent)), kFloor);
}

double norm2(std::span<const float> values) {
  double sum = 0.0;
  for (const float x : values) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum);
}

// Σ_t h_kt and Σ_t (h_kt − h_k,t−1)² of each row k.
struct RowSums {
  std::vector<double> level;
  std::vector<double> change;

  explicit RowSums(const Matrix& H) : level(size_of(H.rows()), 0.0), change(size_of(H.rows()), 0.0) {
    for (Index t = 0; t < H.cols(); ++t) {
      for (Index k = 0; k < H.rows(); ++k) {
        const auto h = static_cast<double>(H(k, t));
        level[size_of(k)] += h;
        const double step = t > 0 ? h - static_cast<double>(H(k, t - 1)) : 0.0;
        change[size_of(k)] += step * step;
      }
    }
  }
};

}  // namespace

double update_exponent(double beta, bool quadratic_penalty) {
  if (beta < 1.0) return 1.0 / ((quadratic_penalty ? 3.0 : 2.0) - beta);
  if (beta <= 2.0) return quadratic_penalty ? 0.5 : 1.0;
  return 1.0 / (quadratic_penalty ? beta : beta - 1.0);
}

// Some neighbouring frames and everything that is computed of them; it stays in the processor's cache.
struct Sweep::Panel {
  Panel(Index bins, Index components, Index frames)
      : v(bins, frames),
        lambda(bins, frames),
        r(bins, frames),
        q(bins, frames),
        numerator(components, frames),
        denominator(components, frames) {}

  [[nodiscard]] Index frames() const { return v.cols(); }

  Matrix v, lambda, r, q;
  Matrix numerator, denominator;
};

// The sums for W over one part of V.
struct Sweep::Slot {
  Matrix numerator, denominator;
};

Sweep::Sweep(ConstMatrixView V, const Objective& objective, int threads)
    : V_(V), objective_(objective), threads_(threads) {}

// V and Λ of the panel's frames.
void Sweep::load(const Factors& factors, Index first, Panel& panel) const {
  for (Index j = 0; j < panel.frames(); ++j) {
    const auto from = V_.col(first + j);
    std::transform(from.begin(), from.end(), panel.v.col(j).begin(),
                   [this](float x) { return x * objective_.scale + objective_.epsilon; });
  }
  multiply(factors.W, factors.H.view().cols(first, panel.frames()), panel.lambda);
  for (float& x : panel.lambda.values()) x += objective_.epsilon;
}

void Sweep::update_columns(Factors& factors, const Matrix& previous_h, Panel& panel, Index first) const {
  update_terms(panel.v.values(), panel.lambda.values(), objective_.beta, panel.r.values(), panel.q.values());
  multiply_transposed(factors.W, panel.r, panel.numerator);
  multiply_transposed(factors.W, panel.q, panel.denominator);
  const bool smooth = objective_.smoothness > 0.0;
  const auto exponent = static_cast<float>(update_exponent(objective_.beta, smooth));
  for (Index k = 0; k < factors.components(); ++k) {
    const double norm = smooth || objective_.sparsity > 0.0 ? norm2(factors.W.col(k)) : 0.0;
    const auto linear = static_cast<float>(objective_.sparsity * norm);
    const auto quadratic = static_cast<float>(2.0 * objective_.smoothness * norm * norm);
    for (Index j = 0; j < panel.frames(); ++j) {
      const Index t = first + j;
      float numerator = panel.numerator(k, j);
      float denominator = panel.denominator(k, j) + linear;
      float& h = factors.H(k, t);
      if (smooth) {
        for (const Index neighbour : {t - 1, t + 1}) {
          if (neighbour < 0 || neighbour >= previous_h.cols()) continue;
          numerator += quadratic * previous_h(k, neighbour);
          denominator += quadratic * h;
        }
      }
      multiply_by_ratio(h, numerator, denominator, exponent);
    }
  }
}

void Sweep::accumulate(const Factors& factors, Panel& panel, Index first, Slot& slot) const {
  update_terms(panel.v.values(), panel.lambda.values(), objective_.beta, panel.r.values(), panel.q.values());
  const ConstMatrixView H = factors.H.view().cols(first, panel.frames());
  accumulate_outer(panel.r, H, slot.numerator);
  accumulate_outer(panel.q, H, slot.denominator);
}

void Sweep::update_shapes(Factors& factors, std::vector<Slot>& slots) const {
  const bool penalized = objective_.sparsity > 0.0 || objective_.smoothness > 0.0;
  const auto exponent = static_cast<float>(update_exponent(objective_.beta, penalized));
  const RowSums rows(penalized ? factors.H : Matrix(factors.components(), 0));
  parallel_for(static_cast<int>(factors.components()), threads_, [&](int component) {
    const Index k = component;
    auto numerator = slots.front().numerator.col(k);
    auto denominator = slots.front().denominator.col(k);
    for (std::size_t s = 1; s < slots.size(); ++s) {
      const auto more_numerator = slots[s].numerator.col(k);
      const auto more_denominator = slots[s].denominator.col(k);
      for (std::size_t i = 0; i < numerator.size(); ++i) {
        numerator[i] += more_numerator[i];
        denominator[i] += more_denominator[i];
      }
    }
    auto w = factors.W.col(k);
    const double norm = std::max(norm2(w), static_cast<double>(kFloor));
    const auto slope = static_cast<float>(objective_.sparsity * rows.level[size_of(k)] / norm +
                                          2.0 * objective_.smoothness * rows.change[size_of(k)]);
    for (std::size_t i = 0; i < w.size(); ++i) {
      multiply_by_ratio(w[i], numerator[i], denominator[i] + slope * w[i], exponent);
    }
  });
}

bool Sweep::over_panels(Index components, const GoOn& go_on,
                        const std::function<void(std::size_t, Index, Panel&)>& visit) const {
  const auto caller = std::this_thread::get_id();
  std::atomic<Index> seen{0};
  std::atomic<bool> left{false};
  parallel_for(kSlots, threads_, [&](int slot) {
    const Index end = slot_begin(V_.cols(), slot + 1);
    Panel panel(V_.rows(), components, 0);
    for (Index first = slot_begin(V_.cols(), slot); first < end && !left; first += kPanelFrames) {
      const Index frames = std::min(kPanelFrames, end - first);
      if (frames != panel.frames()) panel = Panel(V_.rows(), components, frames);
      visit(static_cast<std::size_t>(slot), first, panel);
      seen += frames;
      const double done = static_cast<double>(seen) / static_cast<double>(V_.cols());
      if (go_on && std::this_thread::get_id() == caller && !go_on(done)) left = true;
    }
  });
  return !left;
}

bool Sweep::update(Factors& factors, bool update_w, bool update_h, const GoOn& go_on) {
  const Index components = factors.components();
  const Matrix previous_h = update_h && objective_.smoothness > 0.0 ? factors.H : Matrix();
  std::vector<Slot> slots(kSlots);
  for (Slot& slot : slots) {
    if (update_w) slot = {Matrix(V_.rows(), components), Matrix(V_.rows(), components)};
  }
  const bool finished = over_panels(components, go_on, [&](std::size_t slot, Index first, Panel& panel) {
    load(factors, first, panel);
    if (update_h) update_columns(factors, previous_h, panel, first);
    if (update_h && update_w) load(factors, first, panel);
    if (update_w) accumulate(factors, panel, first, slots[slot]);
  });
  if (finished && update_w) update_shapes(factors, slots);
  return finished;
}

double Sweep::penalty(const Factors& factors) const {
  if (objective_.sparsity == 0.0 && objective_.smoothness == 0.0) return 0.0;
  const RowSums rows(factors.H);
  double sum = 0.0;
  for (Index k = 0; k < factors.components(); ++k) {
    const double norm = norm2(factors.W.col(k));
    sum += objective_.sparsity * norm * rows.level[size_of(k)] +
           objective_.smoothness * norm * norm * rows.change[size_of(k)];
  }
  return sum;
}

std::optional<double> Sweep::cost(const Factors& factors, const GoOn& go_on) const {
  std::vector<double> sums(kSlots, 0.0);
  const bool finished =
      over_panels(factors.components(), go_on, [&](std::size_t slot, Index first, Panel& panel) {
        load(factors, first, panel);
        sums[slot] += divergence(panel.v.values(), panel.lambda.values(), objective_.beta);
      });
  if (!finished) return std::nullopt;
  double total = penalty(factors);
  for (const double sum : sums) total += sum;
  return total;
}

double Sweep::flops(Index components, bool update_w, bool update_h) const {
  const double product =
      2.0 * static_cast<double>(V_.rows()) * static_cast<double>(V_.cols()) * static_cast<double>(components);
  return product * 3.0 * (static_cast<int>(update_w) + static_cast<int>(update_h));
}

}  // namespace divisi
