// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/learn.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include "commands.h"
#include "exit_code.h"
#include "folders.h"
#include "terminal.h"

#include <cstdio>

namespace divisi::cli {
namespace {

void print_json(const LearnJob& job, const LearnResult& result) {
  Json sources = Json::array();
  for (const auto& source : result.sources) {
    sources.push(Json::object()
                     .set("name", source.name)
                     .set("components", source.components)
                     .set("files", static_cast<long>(source.files))
                     .set("sounding_s", source.sounding_s));
  }
  std::puts(Json::object()
                .set("sources", std::move(sources))
                .set("rate_hz", *result.settings.rate_hz)
                .set("fft", *result.settings.fft)
                .set("hop", *result.settings.hop)
                .set("seconds", result.seconds)
                .set("output", job.output.string())
                .dump()
                .c_str());
}

void print_result(const LearnJob& job, const LearnResult& result) {
  for (const auto& source : result.sources) {
    std::printf("%s: %d components from %s s that sound in %zu file%s\n", source.name.c_str(),
                source.components, to_fixed(source.sounding_s, 1).c_str(), source.files,
                source.files == 1 ? "" : "s");
  }
  std::printf("  %s\n", job.output.c_str());
}

}  // namespace

int learn_command(const Arguments& arguments) {
  auto sources = parse_sources(arguments.inputs);
  if (!arguments.output.ends_with(".npz"))
    throw InvalidInput("output", "-o FILE.npz", arguments.output.empty() ? "none" : arguments.output);
  const LearnJob job{.sources = std::move(sources),
                     .output = arguments.output,
                     .temporary_folder = temporary_folder(),
                     .settings = arguments.settings};
  ProgressDisplay display(arguments.quiet ? "none" : arguments.progress);
  const LearnResult result = learn(job, display.observer(job.output.filename().string()));
  display.clear();
  if (result.cancelled) return kInterrupted;
  if (arguments.json) {
    print_json(job, result);
  } else if (!arguments.quiet) {
    print_result(job, result);
  }
  return kAllDone;
}

}  // namespace divisi::cli
