// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/starting_point.h"

#include "divisi/core/error.h"
#include "divisi/store/npy.h"

namespace divisi {
namespace {

Matrix matrix_of(const std::map<std::string, Matrix>& arrays, const char* name) {
  const auto found = arrays.find(name);
  return found == arrays.end() ? Matrix() : found->second;
}

StartKind start_kind(const std::string& init) {
  if (init == "frames") return StartKind::kFrames;
  return init == "nndsvd" ? StartKind::kNndsvd : StartKind::kRandom;
}

}  // namespace

bool is_file(const std::string& init) {
  return init.ends_with(".npz");
}

NmfOptions nmf_options(const Settings& settings) {
  return {.components = *settings.components,
          .beta = settings.beta,
          .solver = settings.solver,
          .iterations = settings.iterations,
          .tolerance = settings.tolerance,
          .sparsity = settings.sparsity,
          .smoothness = settings.smoothness,
          .init = start_kind(settings.init),
          .seed = static_cast<std::uint64_t>(settings.seed),
          .restarts = *settings.restarts,
          .fix_w = !settings.fix_w.empty(),
          .threads = settings.threads};
}

Factors starting_point(const Settings& settings) {
  Factors start;
  if (is_file(settings.init)) {
    const auto arrays = read_npz(settings.init);
    start = {.W = matrix_of(arrays, "W"), .H = matrix_of(arrays, "H")};
    if (start.W.empty()) throw Error(Fault::kInput, settings.init, "an array W of bins × components", "none");
  }
  if (!settings.fix_w.empty()) {
    start.W = matrix_of(read_npz(settings.fix_w), "W");
    if (start.W.empty())
      throw Error(Fault::kInput, settings.fix_w, "an array W of bins × components", "none");
  }
  return start;
}

}  // namespace divisi
