// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/divergence.h"
#include "divisi/pipeline/counts.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/starting_point.h"
#include "divisi/store/mapped_matrix.h"
#include "divisi/store/npy.h"
#include "divisi/store/output_set.h"

#include "commands.h"
#include "exit_code.h"
#include "terminal.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace divisi::cli {
namespace {

constexpr int kComponents = 16;

// `settings` with the components that --components auto means for V, which is read for them.
std::optional<RankEstimates> estimate(Settings& settings, const Factors& start,
                                      const std::filesystem::path& input) {
  if (settings.components != kEstimate) return std::nullopt;
  if (settings.memory_mib) throw InvalidInput("components", "a number beside --memory", "auto");
  if (!start.W.empty() || !start.H.empty() || settings.model != Model::kNmf)
    throw InvalidInput("components", "a number beside a start and beside nmfd and nmf2d", "auto");
  const RankEstimates found =
      estimate_rank(read_npy(input), {.seed = static_cast<std::uint64_t>(settings.seed)});
  settings.components = found.relevance;
  return found;
}

Settings chosen_settings(Settings settings) {
  if (!settings.components) settings.components = given_components(settings).value_or(kComponents);
  if (!settings.restarts) settings.restarts = 1;
  return settings;
}

Json costs_json(const Fit& fit) {
  Json costs = Json::array();
  for (const CostPoint& point : fit.costs) costs.push(Json::array().push(point.iteration).push(point.cost));
  return costs;
}

// V, in memory or on the disk.
class Data {
 public:
  Data(const std::filesystem::path& input, const std::filesystem::path& folder, const Settings& settings) {
    if (settings.memory_mib) {
      const double limit = *settings.memory_mib * 1048576.0;
      const NpyFacts facts = npy_facts(input);
      const double beside = nmf_bytes(facts.rows, facts.cols, nmf_options(settings));
      if (beside + kWindow > limit) {
        throw Error(Fault::kMemory, input.string(),
                    "--memory of " + to_fixed(std::ceil((beside + kWindow) / 1048576.0), 0) + " MiB or more",
                    std::to_string(*settings.memory_mib));
      }
      const double in_memory = 4.0 * static_cast<double>(facts.rows) * static_cast<double>(facts.cols);
      if (facts.file_bytes + in_memory + beside > limit) mapped_.emplace(input, folder);
    }
    if (!mapped_) matrix_ = read_npy(input);
    smooth_ = settings.smoothness > 0.0;
  }

  [[nodiscard]] bool is_streamed() const { return mapped_.has_value(); }
  [[nodiscard]] ConstMatrixView view() const { return mapped_ ? mapped_->view() : matrix_.view(); }

  // A V on the disk is dropped behind its reader and used twice for each time that it is read, unless
  // smoothness, whose proof holds for one update of H, asks for more.
  [[nodiscard]] NmfOptions options(NmfOptions options) const {
    if (!mapped_) return options;
    options.drop = [this](Index first, Index count) { mapped_->drop(first, count); };
    options.inner = smooth_ ? 1 : 2;
    return options;
  }

 private:
  static constexpr double kWindow = 16.0 * 1048576.0;  // of the panels that are read ahead

  std::optional<MappedMatrix> mapped_;
  Matrix matrix_;
  bool smooth_ = false;
};

void write_factors(const std::filesystem::path& path, const Fit& fit, const Settings& settings) {
  Json config = Json::object();
  for (const Parameter& p : parameters()) {
    if ((p.commands & kFactorize) != 0 && shapes_result(p)) config.set(p.name, to_text(settings, p));
  }
  NpzWriter npz;
  npz.add(fit);
  npz.add("config", config.dump_ascii());
  npz.write(path);
}

}  // namespace

int factorize_command(const Arguments& arguments) {
  const std::filesystem::path input = arguments.inputs.front();
  const std::filesystem::path output =
      arguments.output.empty() ? input.stem().string() + ".factors.npz" : arguments.output;
  if (output == "-") throw InvalidInput("output", "a file", "-");
  OutputSet outputs;
  const std::filesystem::path aside = outputs.aside(output);  // told before the work, if it cannot be written
  if (is_informed(arguments.settings.init)) {
    throw InvalidInput("init", "random, frames, nndsvd or a file: a matrix alone has no frequencies",
                       arguments.settings.init);
  }
  Settings settings = with_model(arguments.settings);
  const Factors start = starting_point(settings);
  const auto estimates = estimate(settings, start, input);
  const Settings chosen = chosen_settings(settings);
  const auto folder = output.parent_path().empty() ? std::filesystem::path(".") : output.parent_path();
  const Data data(input, folder, chosen);
  const ConstMatrixView V = data.view();

  ProgressDisplay display(arguments.quiet ? "none" : arguments.progress);
  const Fit fit =
      nmf(V, data.options(nmf_options(chosen)), start, display.observer(input.filename().string()));
  display.clear();
  if (fit.stop == Stop::kCancelled) return kInterrupted;
  write_factors(aside, fit, chosen);
  outputs.commit();

  const double gflops = fit.seconds > 0.0 ? fit.flops / fit.seconds * 1e-9 : 0.0;
  if (arguments.json) {
    std::puts(Json::object()
                  .set("cost", costs_json(fit))
                  .set("components", *chosen.components)
                  .set("components_estimated", estimates ? to_json(*estimates) : Json())
                  .set("iterations", fit.iterations)
                  .set("stop", to_string(fit.stop))
                  .set("setbacks", fit.setbacks)
                  .set("seconds", fit.seconds)
                  .set("gflops", gflops)
                  .set("streamed", data.is_streamed())
                  .set("output", output.string())
                  .dump()
                  .c_str());
  } else if (!arguments.quiet) {
    std::printf("%s: %ld x %ld, %d components, %s\n", input.c_str(), static_cast<long>(V.rows()),
                static_cast<long>(V.cols()), *chosen.components, divergence_name(chosen.beta).c_str());
    if (estimates) std::printf("  components %s\n", to_text(*estimates).c_str());
    std::printf("  cost %s -> %s in %d updates (%s), %s s, %s GFLOP/s\n",
                to_text(fit.costs.front().cost).c_str(), to_text(fit.costs.back().cost).c_str(),
                fit.iterations, std::string(to_string(fit.stop)).c_str(), to_fixed(fit.seconds, 2).c_str(),
                to_fixed(gflops, 1).c_str());
    std::printf("  %s\n", output.c_str());
  }
  return kAllDone;
}

}  // namespace divisi::cli
