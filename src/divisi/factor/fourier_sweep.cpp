// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/fourier_sweep.h"

#include "divisi/compute/threads.h"
#include "divisi/factor/unit_sums.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

Index rows_for(const Extent& extent) {
  return RealFft2d::good_size(extent.frames + extent.time_shifts - 1);
}

Index cols_for(const Extent& extent) {
  return RealFft2d::good_size(extent.bins + extent.pitch_shifts - 1);
}

double transforms(const Extent& extent, bool denominators, int updates) {
  const auto components = static_cast<double>(extent.components);
  const double correlations = denominators ? 2.0 : 1.0;
  return updates * (2.0 * components + 1.0 + correlations * (components + 1.0));
}

double flops_of_transform(const Extent& extent) {
  const double size = static_cast<double>(rows_for(extent)) * static_cast<double>(cols_for(extent));
  return 2.5 * size * std::log2(size);
}

}  // namespace

// The spectra of r and q, and the divergence.
struct FourierSweep::Ratios {
  RealFft2d::Spectrum r, q;
  double divergence = 0.0;
};

FourierSweep::FourierSweep(ConstMatrixView V, const Extent& extent, const Objective& objective, int threads)
    : Sweep(extent, objective),
      V_(V),
      threads_(threads),
      terms_(terms_of(objective.beta)),
      fft_(rows_for(extent), cols_for(extent)) {}

FourierSweep::Spectra FourierSweep::spectra_of(const Matrix& W) const {
  Spectra spectra(size_of(extent_.components));
  parallel_for(static_cast<int>(extent_.components), threads_, [&](int k) {
    RealFft2d::Field field = fft_.field();
    for (Index tau = 0; tau < extent_.time_shifts; ++tau) {
      std::ranges::copy(W.col(tau * extent_.components + k), field.begin() + tau * fft_.cols());
    }
    spectra[size_of(k)] = fft_.spectrum();
    fft_.forward(field, spectra[size_of(k)]);
  });
  return spectra;
}

FourierSweep::Spectra FourierSweep::spectra_of(const Activations& H) const {
  Spectra spectra(size_of(extent_.components));
  parallel_for(static_cast<int>(extent_.components), threads_, [&](int k) {
    RealFft2d::Field field = fft_.field();
    for (Index j = 0; j < extent_.frames; ++j) {
      for (Index phi = 0; phi < extent_.pitch_shifts; ++phi) {
        field[size_of(j * fft_.cols() + phi)] = static_cast<double>(H.frame(j)[phi * extent_.components + k]);
      }
    }
    spectra[size_of(k)] = fft_.spectrum();
    fft_.forward(field, spectra[size_of(k)]);
  });
  return spectra;
}

FourierSweep::Ratios FourierSweep::ratios(const Spectra& shapes, const Spectra& levels, bool measure) const {
  RealFft2d::Spectrum model = fft_.spectrum();
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    for (std::size_t i = 0; i < model.size(); ++i) {
      const std::complex<double> a = shapes[k][i];
      const std::complex<double> b = levels[k][i];
      model[i] += std::complex<double>(a.real() * b.real() - a.imag() * b.imag(),
                                       a.real() * b.imag() + a.imag() * b.real());
    }
  }
  RealFft2d::Field field = fft_.field();
  fft_.inverse(model, field);

  const double scale = 1.0 / static_cast<double>(fft_.rows() * fft_.cols());
  Ratios found;
  RealFft2d::Field q_field = has_denominator(terms_) ? fft_.field() : RealFft2d::Field();
  std::vector<float> lambda(size_of(extent_.bins));
  std::vector<float> r(lambda.size());
  std::vector<float> q(lambda.size());
  for (Index j = 0; j < fft_.rows(); ++j) {
    double* row = field.data() + j * fft_.cols();
    if (j < extent_.frames) {
      for (std::size_t i = 0; i < lambda.size(); ++i) {
        lambda[i] = static_cast<float>(std::max(row[i] * scale, 0.0)) + objective_.epsilon;
      }
      found.divergence += kernels().update_terms(terms_, lambda.data(), V_.col(j).data(), objective_.scale,
                                                 objective_.epsilon, static_cast<float>(objective_.beta),
                                                 measure, extent_.bins, r.data(), q.data());
      std::ranges::copy(r, row);
      std::fill(row + r.size(), row + fft_.cols(), 0.0);
      if (!q_field.empty()) std::ranges::copy(q, q_field.data() + j * fft_.cols());
    } else {
      std::fill(row, row + fft_.cols(), 0.0);
    }
  }
  found.r = fft_.spectrum();
  fft_.forward(field, found.r);
  if (!q_field.empty()) {
    found.q = fft_.spectrum();
    fft_.forward(q_field, found.q);
  }
  return found;
}

// Calls store(k, field): Σ over all cells of the terms times component k of the factor, at each shift.
template <typename Store>
void FourierSweep::correlate(const Spectra& factor, const RealFft2d::Spectrum& terms,
                             const Store& store) const {
  const double scale = 1.0 / static_cast<double>(fft_.rows() * fft_.cols());
  parallel_for(static_cast<int>(extent_.components), threads_, [&](int k) {
    RealFft2d::Spectrum product = fft_.spectrum();
    for (std::size_t i = 0; i < product.size(); ++i) {
      const std::complex<double> a = factor[size_of(k)][i];
      const std::complex<double> b = terms[i] * scale;
      product[i] = {a.real() * b.real() + a.imag() * b.imag(), a.real() * b.imag() - a.imag() * b.real()};
    }
    RealFft2d::Field field = fft_.field();
    fft_.inverse(product, field);
    store(Index{k}, field);
  });
}

void FourierSweep::update_all_columns(const Task& task, const Spectra& shapes, const Ratios& terms) const {
  const Index levels = extent_.levels();
  const auto sums = [&](const RealFft2d::Spectrum& spectrum) {
    std::vector<float> all(size_of(extent_.frames * levels));
    correlate(shapes, spectrum, [&](Index k, const RealFft2d::Field& field) {
      for (Index j = 0; j < extent_.frames; ++j) {
        for (Index phi = 0; phi < extent_.pitch_shifts; ++phi) {
          all[size_of(j * levels + phi * extent_.components + k)] =
              static_cast<float>(std::max(field[size_of(j * fft_.cols() + phi)], 0.0));
        }
      }
    });
    return all;
  };
  const auto numerator = sums(terms.r);
  const auto denominator = has_denominator(terms_) ? sums(terms.q) : std::vector<float>();
  const Columns columns{.first = 0,
                        .frames = extent_.frames,
                        .numerator = numerator.data(),
                        .numerator_stride = levels,
                        .denominator = denominator.empty() ? nullptr : denominator.data(),
                        .denominator_stride = levels};
  update_columns(task, columns, has_denominator(terms_) ? Matrix() : unit_sums_of_shapes(extent_, *task.W));
}

ShapeSums FourierSweep::shape_sums(const Activations& H, const Spectra& levels, const Ratios& terms) const {
  const auto sums = [&](const RealFft2d::Spectrum& spectrum) {
    Matrix all(extent_.bins, extent_.shapes());
    correlate(levels, spectrum, [&](Index k, const RealFft2d::Field& field) {
      for (Index tau = 0; tau < extent_.time_shifts; ++tau) {
        auto to = all.col(tau * extent_.components + k);
        for (std::size_t i = 0; i < to.size(); ++i) {
          to[i] = static_cast<float>(std::max(field[size_of(tau * fft_.cols()) + i], 0.0));
        }
      }
    });
    return all;
  };
  return {sums(terms.r), has_denominator(terms_) ? sums(terms.q) : unit_sums_of_activations(extent_, H)};
}

Sweep::Outcome FourierSweep::run(const Task& task) {
  const bool update_h = static_cast<bool>(task.update_columns);
  const bool gather_w = task.w_of_shapes != nullptr;
  const bool elsewhere = gather_w && task.w_of_shapes != task.W;
  const auto leaves = [&](double done) { return task.go_on && !task.go_on(done); };
  Outcome outcome;
  Spectra shapes = spectra_of(*task.W);
  Spectra levels = spectra_of(*task.H);
  if (leaves(0.1)) return {.finished = false};
  Ratios terms = ratios(shapes, levels, task.measure);
  outcome.divergence = terms.divergence;
  if (update_h) {
    if (leaves(0.3)) return {.finished = false};
    update_all_columns(task, shapes, terms);
  }
  if (gather_w) {
    if (leaves(0.5)) return {.finished = false};
    if (update_h) levels = spectra_of(*task.H);
    if (elsewhere) shapes = spectra_of(*task.w_of_shapes);
    if (update_h || elsewhere) terms = ratios(shapes, levels, false);
    if (leaves(0.7)) return {.finished = false};
    outcome.shapes = shape_sums(*task.H, levels, terms);
  }
  outcome.finished = !leaves(1.0);
  return outcome;
}

double FourierSweep::flops(bool update_w, bool update_h) const {
  return flops_of_transform(extent_) * transforms(extent_, has_denominator(terms_),
                                                  static_cast<int>(update_w) + static_cast<int>(update_h));
}

bool FourierSweep::is_faster(const Extent& extent, const Objective& objective) {
  constexpr double kSlower = 25.0;  // seconds per operation, transforms against tiles
  const bool denominators = has_denominator(terms_of(objective.beta));
  const double products = denominators ? 6.0 : 4.0;
  const double direct = products * 2.0 * static_cast<double>(extent.bins) *
                        static_cast<double>(extent.frames) * static_cast<double>(extent.stacked());
  return kSlower * flops_of_transform(extent) * transforms(extent, denominators, 2) < direct;
}

}  // namespace divisi
