// SPDX-License-Identifier: Apache-2.0
// engine_bench peak                                        FMA peak and read bandwidth of one core
// engine_bench time V.npy K T F BETA ITERATIONS THREADS    seconds an iteration: ours (mu, auto), textbook
// engine_bench reach V.npy K BETA ITERATIONS               updates and seconds to the cost of ITERATIONS
// plain ones engine_bench memory V.npy K BETA                         bytes beside V One JSON object on
// standard output. bench/engine.py drives it.
#include "divisi/compute/tiles.h"
#include "divisi/core/json.h"
#include "divisi/factor/nmf.h"
#include "divisi/store/npy.h"

#include "peak.h"
#include "textbook.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>

namespace divisi::bench {
namespace {

NmfOptions options_for(Index components, double beta, int iterations, SolverKind solver, int threads) {
  return {.components = components,
          .beta = beta,
          .solver = solver,
          .multilevel = false,
          .iterations = iterations,
          .tolerance = 0.0,
          .check_every = 1000000,
          .threads = threads};
}

// Seconds for each of the iterations alone: the same run with more of them, less the run with fewer.
template <typename Run>
double seconds_each(int iterations, const Run& run) {
  const double few = run(1);
  return (run(1 + iterations) - few) / iterations;
}

Json time(const Matrix& V, Index K, Index T, Index F, double beta, int iterations, int threads) {
  const auto ours = [&](SolverKind solver) {
    return seconds_each(iterations, [&](int count) {
      NmfOptions options = options_for(K, beta, count, solver, threads);
      options.time_shifts = T;
      options.pitch_shifts = F;
      const double begin = process_seconds();
      const Fit fit = nmf(V, options);
      return threads == 1 ? process_seconds() - begin : fit.seconds;
    });
  };
  NmfOptions one = options_for(K, beta, 1, SolverKind::kMultiplicative, threads);
  one.time_shifts = T;
  one.pitch_shifts = F;
  Json result = Json::object();
  result.set("flops", nmf(V, one).flops)
      .set("ours_mu", ours(SolverKind::kMultiplicative))
      .set("ours_auto", ours(SolverKind::kAuto))
      .set("simd", std::string(kernels().name));
  if (threads == 1) {
    const Extent extent{V.rows(), V.cols(), K, T, F};
    Textbook textbook(V, random_start(extent, 0.5, 0), beta);
    textbook.iterate();
    const double begin = process_seconds();
    for (int i = 0; i < iterations; ++i) textbook.iterate();
    result.set("textbook", (process_seconds() - begin) / iterations);
  }
  return result;
}

Json reach(const Matrix& V, Index K, double beta, int iterations) {
  const NmfOptions plain = options_for(K, beta, iterations, SolverKind::kMultiplicative, 1);
  const Fit target = nmf(V, plain);
  const double cost = target.costs.back().cost;
  Json result = Json::object();
  result.set("cost", cost).set("plain_seconds", target.seconds);
  for (const bool multilevel : {false, true}) {
    if (multilevel && V.cols() <= 5000) continue;
    NmfOptions options = options_for(K, beta, iterations, SolverKind::kAuto, 1);
    options.multilevel = multilevel;
    // Coordinate descent goes the same way however often it is looked at; the extrapolated updates are timed
    // as they are used, with their checks.
    options.check_every = beta == 2.0 ? 1 : 10;
    const Fit curve = nmf(V, options);
    int needed = 0;
    for (const CostPoint& point : curve.costs) {
      if (point.cost <= cost * (1.0 + 1e-6) && needed == 0) needed = point.iteration;
    }
    const std::string name = multilevel ? "multilevel" : "auto";
    result.set(name + "_iterations", needed).set(name + "_final_cost", curve.costs.back().cost);
    if (needed == 0) continue;
    options.iterations = needed;
    if (beta == 2.0) options.check_every = 1000000;
    result.set(name + "_seconds", nmf(V, options).seconds);
  }
  return result;
}

double memory_of(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field))
      return 1024.0 * std::strtod(line.c_str() + std::string(field).size(), nullptr);
  }
  return 0.0;
}

Json memory(const Matrix& V, Index K, double beta) {
  const NmfOptions options = options_for(K, beta, 25, SolverKind::kAuto, 1);
  nmf(V.view().cols(0, 100), options);          // libraries allocate once and for all
  std::ofstream("/proc/self/clear_refs") << 5;  // forgets the peak so far
  const double before = memory_of("VmRSS:");
  const Fit fit = nmf(V, options);
  const double factors =
      4.0 * static_cast<double>(fit.factors.W.values().size() + fit.factors.H.values().size());
  return Json::object()
      .set("V", 4.0 * static_cast<double>(V.values().size()))
      .set("factors", factors)
      .set("beside_V", memory_of("VmHWM:") - before);
}

int run(std::span<char*> arguments) {
  const auto text = [&](std::size_t i) {
    return i < arguments.size() ? std::string(arguments[i]) : std::string("0");
  };
  const auto number = [&](std::size_t i) { return std::strtod(text(i).c_str(), nullptr); };
  const auto count = [&](std::size_t i) { return static_cast<int>(number(i)); };
  const std::string what = text(1);
  Json result;
  if (what == "peak") {
    result = Json::object()
                 .set("avx512_gflops", peak_avx512())
                 .set("avx2_gflops", peak_avx2())
                 .set("read_gbytes", read_bandwidth());
  } else {
    const Matrix V = read_npy(text(2));
    if (what == "time") result = time(V, count(3), count(4), count(5), number(6), count(7), count(8));
    if (what == "reach") result = reach(V, count(3), number(4), count(5));
    if (what == "memory") result = memory(V, count(3), number(4));
  }
  std::puts(result.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace divisi::bench

int main(int count, char** arguments) {
  return divisi::bench::run({arguments, static_cast<std::size_t>(count)});
}
