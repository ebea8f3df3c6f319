// SPDX-License-Identifier: Apache-2.0
#include "textbook.h"

#include "divisi/compute/linalg.h"

#include <algorithm>
#include <cmath>

namespace divisi::bench {
namespace {

constexpr float kEpsilon = 1e-10F;

void update(Matrix& factor, const Matrix& numerator, const Matrix& denominator) {
  for (std::size_t i = 0; i < factor.values().size(); ++i) {
    factor.values()[i] *= numerator.values()[i] / (denominator.values()[i] + kEpsilon);
  }
}

// The part of `matrix` that begins `row` rows down.
template <typename View>
View below(View matrix, Index row) {
  return {matrix.data() + row, matrix.rows() - row, matrix.cols(), matrix.stride()};
}

}  // namespace

Textbook::Textbook(ConstMatrixView V, Factors start, double beta)
    : V_(V),
      factors_(std::move(start)),
      beta_(beta),
      lambda_(V.rows(), V.cols()),
      r_(V.rows(), V.cols()),
      q_(V.rows(), V.cols()) {}

// Λ, a product for each pair of shifts.
void Textbook::model() {
  const Index K = factors_.components();
  if (factors_.time_shifts * factors_.pitch_shifts == 1) {
    multiply(factors_.W, factors_.H, lambda_);
    return;
  }
  std::ranges::fill(lambda_.values(), 0.0F);
  for (Index tau = 0; tau < factors_.time_shifts; ++tau) {
    for (Index phi = 0; phi < factors_.pitch_shifts; ++phi) {
      const Index frames = V_.cols() - tau;
      Matrix transposed(frames, K);  // accumulate_outer wants Hᵀ
      for (Index k = 0; k < K; ++k) {
        for (Index j = 0; j < frames; ++j) transposed(j, k) = factors_.H(phi * K + k, j);
      }
      const ConstMatrixView W = factors_.W.view().cols(tau * K, K);
      accumulate_outer(ConstMatrixView(W.data(), W.rows() - phi, K, W.stride()), transposed,
                       below(lambda_.view().cols(tau, frames), phi));
    }
  }
}

void Textbook::terms() {
  const auto beta = static_cast<float>(beta_);
  for (Index j = 0; j < V_.cols(); ++j) {
    const auto v = V_.col(j);
    const auto l = lambda_.col(j);
    auto r = r_.col(j);
    auto q = q_.col(j);
    for (std::size_t i = 0; i < v.size(); ++i) {
      const float model = l[i] + kEpsilon;
      if (beta_ == 1.0) {
        r[i] = v[i] / model;
      } else if (beta_ == 0.0) {
        r[i] = v[i] / (model * model);
        q[i] = 1.0F / model;
      } else {
        r[i] = v[i] * std::pow(model, beta - 2.0F);
        q[i] = std::pow(model, beta - 1.0F);
      }
    }
  }
  if (beta_ == 1.0) std::ranges::fill(q_.values(), 1.0F);
}

void Textbook::update_h() {
  const Index K = factors_.components();
  Matrix numerator(factors_.H.rows(), V_.cols());
  Matrix denominator(factors_.H.rows(), V_.cols());
  const bool plain = factors_.time_shifts * factors_.pitch_shifts == 1;
  if (plain) {
    multiply_transposed(factors_.W, r_, numerator);
    if (beta_ != 1.0) multiply_transposed(factors_.W, q_, denominator);
    for (Index k = 0; k < K && beta_ == 1.0; ++k) {
      float sum = 0.0F;
      for (const float w : factors_.W.col(k)) sum += w;
      for (Index j = 0; j < V_.cols(); ++j) denominator(k, j) = sum;
    }
  }
  Matrix part(K, V_.cols());
  const auto add = [&](const Matrix& of, Matrix& to, Index tau, Index phi) {
    const ConstMatrixView W = factors_.W.view().cols(tau * K, K);
    const Index frames = V_.cols() - tau;
    multiply_transposed(ConstMatrixView(W.data(), W.rows() - phi, K, W.stride()),
                        below(of.view().cols(tau, frames), phi), part.view().cols(0, frames));
    for (Index j = 0; j < frames; ++j) {
      for (Index k = 0; k < K; ++k) to(phi * K + k, j) += part(k, j);
    }
  };
  for (Index tau = 0; tau < factors_.time_shifts && !plain; ++tau) {
    for (Index phi = 0; phi < factors_.pitch_shifts; ++phi) {
      add(r_, numerator, tau, phi);
      add(q_, denominator, tau, phi);
    }
  }
  update(factors_.H, numerator, denominator);
}

void Textbook::update_w() {
  const Index K = factors_.components();
  Matrix numerator(V_.rows(), factors_.W.cols());
  Matrix denominator(V_.rows(), factors_.W.cols());
  const bool plain = factors_.time_shifts * factors_.pitch_shifts == 1;
  if (plain) {
    accumulate_outer(r_, factors_.H, numerator);
    if (beta_ != 1.0) accumulate_outer(q_, factors_.H, denominator);
    for (Index k = 0; k < K && beta_ == 1.0; ++k) {
      float sum = 0.0F;
      for (Index j = 0; j < V_.cols(); ++j) sum += factors_.H(k, j);
      std::ranges::fill(denominator.col(k), sum);
    }
  }
  for (Index tau = 0; tau < factors_.time_shifts && !plain; ++tau) {
    for (Index phi = 0; phi < factors_.pitch_shifts; ++phi) {
      const Index frames = V_.cols() - tau;
      const ConstMatrixView rows(factors_.H.view().data() + phi * K, K, frames, factors_.H.rows());
      const auto add = [&](const Matrix& of, Matrix& to) {
        const MatrixView columns = to.view().cols(tau * K, K);
        accumulate_outer(below(of.view().cols(tau, frames), phi), rows,
                         MatrixView(columns.data(), columns.rows() - phi, K, columns.stride()));
      };
      add(r_, numerator);
      add(q_, denominator);
    }
  }
  update(factors_.W, numerator, denominator);
}

void Textbook::update_gram() {
  const Index K = factors_.components();
  Matrix gram(K, K);
  Matrix numerator(K, V_.cols());
  Matrix denominator(K, V_.cols());
  multiply_transposed(factors_.W, V_, numerator);
  multiply_transposed(factors_.W, factors_.W, gram);
  multiply(gram, factors_.H, denominator);
  update(factors_.H, numerator, denominator);
  Matrix rows(K, K);
  Matrix shapes(V_.rows(), K);
  Matrix weights(V_.rows(), K);
  accumulate_outer(V_, factors_.H, shapes);
  accumulate_outer(factors_.H, factors_.H, rows);
  multiply(factors_.W, rows, weights);
  update(factors_.W, shapes, weights);
}

void Textbook::iterate() {
  if (beta_ == 2.0 && factors_.time_shifts * factors_.pitch_shifts == 1) return update_gram();
  model();
  terms();
  update_h();
  model();
  terms();
  update_w();
}

}  // namespace divisi::bench
