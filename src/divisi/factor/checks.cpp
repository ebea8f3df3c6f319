// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/checks.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <cmath>

namespace divisi {
namespace {

std::string shape(Index rows, Index cols) {
  return std::to_string(rows) + " × " + std::to_string(cols);
}

void check_entries(ConstMatrixView matrix, const char* name,
                   const std::function<void(Index, Index)>& drop = {}) {
  for (Index j = 0; j < matrix.cols(); ++j) {
    for (Index i = 0; i < matrix.rows(); ++i) {
      if (std::isfinite(matrix(i, j)) && matrix(i, j) >= 0.0F) continue;
      throw InvalidInput(name, "finite numbers ≥ 0",
                         to_text(static_cast<double>(matrix(i, j))) + " at row " + std::to_string(i) +
                             ", column " + std::to_string(j));
    }
    drop_behind(drop, matrix.cols(), j);
  }
}

void check_at_least(double value, double least, const char* name) {
  if (!(value >= least && std::isfinite(value))) {
    throw InvalidInput(name, to_text(least) + " or more", to_text(value));
  }
}

void check_channels(ConstMatrixView V, const NmfOptions& options) {
  check_at_least(static_cast<double>(options.channels), 1, "channels");
  if (V.rows() % options.channels != 0) {
    throw InvalidInput("V", "rows for " + std::to_string(options.channels) + " channels alike",
                       std::to_string(V.rows()));
  }
  const bool shifted = options.time_shifts > 1 || options.pitch_shifts > 1;
  const bool plain = options.beta == 1.0 && options.sparsity == 0.0 && options.smoothness == 0.0 &&
                     !options.fix_w && !options.fix_h && !shifted;
  if (options.channels > 1 && !plain) {
    throw InvalidInput("channels", "1 beside shifts, penalties, fixed factors and a beta other than 1",
                       std::to_string(options.channels));
  }
}

void check_fixed(const std::vector<bool>& flags, Index given, const NmfOptions& options, const char* factor) {
  if (flags.empty()) return;
  const auto name = [factor](Index k) {
    return std::string(factor) + " of component " + std::to_string(k + 1);
  };
  for (Index k = 0; k < std::ssize(flags); ++k) {
    if (!flags[static_cast<std::size_t>(k)]) continue;
    if (k >= options.components)
      throw InvalidInput("fixed", "components 1.." + std::to_string(options.components), name(k));
    if (k >= given) throw InvalidInput("fixed", "a start with " + name(k), "none");
  }
}

void check_start(ConstMatrixView V, const NmfOptions& options, const Factors& start) {
  const auto check_matrix = [](const Matrix& matrix, Index rows, Index cols, const char* name) {
    if (matrix.rows() != rows || matrix.cols() != cols) {
      throw InvalidInput(name, shape(rows, cols), shape(matrix.rows(), matrix.cols()));
    }
    check_entries(matrix, name);
  };
  const auto check_shifts = [](Index given, Index wanted, const char* name) {
    if (given != wanted)
      throw InvalidInput(name, std::to_string(wanted), std::to_string(given) + " in the start");
  };
  if (!start.W.empty()) check_shifts(start.time_shifts, options.time_shifts, "time shifts");
  if (!start.H.empty()) check_shifts(start.pitch_shifts, options.pitch_shifts, "pitch shifts");
  const auto fitting = [&](Index given) {
    return given >= 1 && given < options.components ? given : options.components;
  };
  if (!start.W.empty()) {
    const Index columns = options.time_shifts * fitting(start.components());
    check_matrix(start.W, V.rows(), columns, "W of the start");
  }
  if (!start.H.empty()) {
    const Index rows = options.pitch_shifts * fitting(start.H.rows() / options.pitch_shifts);
    check_matrix(start.H, rows, V.cols(), "H of the start");
  }
  if (options.fix_w && start.W.empty()) throw InvalidInput("fix_w", "a start with W", "none");
  if (options.fix_h && start.H.empty()) throw InvalidInput("fix_h", "a start with H", "none");
  if (options.fix_w && options.fix_h) throw InvalidInput("fix_w and fix_h", "one of them", "both");
  check_fixed(options.fixed.w, start.components(), options, "W");
  check_fixed(options.fixed.h, start.H.rows() / options.pitch_shifts, options, "H");
}

}  // namespace

void drop_behind(const std::function<void(Index, Index)>& drop, Index columns, Index j) {
  constexpr Index kRun = 64;
  const Index count = j % kRun + 1;
  if (drop && (count == kRun || j + 1 == columns)) drop(j + 1 - count, count);
}

void check_nmf(ConstMatrixView V, const NmfOptions& options, const Factors& start) {
  if (V.rows() < 1 || V.cols() < 1)
    throw InvalidInput("V", "at least one row and one column", shape(V.rows(), V.cols()));
  check_at_least(static_cast<double>(options.components), 1, "components");
  check_at_least(static_cast<double>(options.time_shifts), 1, "time_shifts");
  check_at_least(static_cast<double>(options.pitch_shifts), 1, "pitch_shifts");
  check_at_least(options.iterations, 1, "iterations");
  check_at_least(options.check_every, 1, "check_every");
  check_at_least(options.restarts, 1, "restarts");
  check_at_least(options.inner, 1, "inner");
  if (options.drop && options.init == StartKind::kNndsvd) {
    throw InvalidInput("init", "random or frames for a V that is read from a file", "nndsvd");
  }
  check_at_least(options.tolerance, 0, "tolerance");
  check_at_least(options.sparsity, 0, "sparsity");
  check_at_least(options.smoothness, 0, "smoothness");
  if (!(options.epsilon > 0.0 && options.epsilon < 1.0)) {
    throw InvalidInput("epsilon", "more than 0, less than 1", to_text(options.epsilon));
  }
  if (!std::isfinite(options.beta)) throw InvalidInput("beta", "a finite number", to_text(options.beta));
  check_channels(V, options);
  check_start(V, options, start);
  check_entries(V, "V", options.drop);
}

}  // namespace divisi
