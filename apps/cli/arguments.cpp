// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include "divisi/core/error.h"
#include "divisi/core/version.h"
#include "divisi/pipeline/parameters.h"

#include <CLI/CLI.hpp>

namespace divisi::cli {
namespace {

void add_parameters(CLI::App& command, Settings& settings, unsigned which) {
  for (const Parameter& p : parameters()) {
    if ((p.commands & which) == 0) continue;
    const std::string flag = "--" + std::string(p.name);
    if (std::holds_alternative<bool Settings::*>(p.field)) {
      command.add_flag_callback(flag, [&settings, &p] { set(settings, p, "true"); });
      command.add_flag_callback("--no-" + std::string(p.name),
                                [&settings, &p] { set(settings, p, "false"); });
      continue;
    }
    // Set at once, so that the last of several wins and lists grow in the order of the command line.
    command
        .add_option_function<std::string>(
            flag, [&settings, &p](const std::string& text) { set(settings, p, text); })
        ->trigger_on_parse()
        ->take_last();
  }
}

void add_common(CLI::App& command, Arguments& arguments, bool& help) {
  command.set_help_flag();
  command.add_flag("-h,--help", help);
  command.add_flag("--json", arguments.json);
}

void add_progress(CLI::App& command, Arguments& arguments) {
  command.add_option("--progress", arguments.progress);
  command.add_flag("-q,--quiet", arguments.quiet);
}

void check_notes(const Arguments& arguments) {
  if (arguments.estimate.empty())
    throw InvalidInput("evaluate", "--estimate FILE with the notes that were found", "none");
  if (arguments.oracle || !arguments.reference.empty())
    throw InvalidInput("notes", "neither --reference nor --oracle beside it", "one of them");
  for (const Parameter& p : parameters()) {
    if ((p.commands & kEvaluate) != 0 && !is_default(arguments.settings, p))
      throw InvalidInput(p.name, "stems to score; notes know no such flag", "--notes");
  }
}

void check_evaluate(const Arguments& arguments) {
  if (arguments.csv && arguments.json) throw InvalidInput("evaluate", "--csv or --json, one of them", "both");
  if (!arguments.notes.empty()) return check_notes(arguments);
  if (arguments.reference.empty())
    throw InvalidInput("evaluate", "--reference DIR with the true stems", "none");
  if (arguments.estimate.empty() != arguments.oracle) {
    throw InvalidInput("evaluate", "--estimate DIR or --oracle, one of them",
                       arguments.oracle ? "both" : "none");
  }
  if (arguments.settings.score_hop_s && !arguments.settings.score_window_s) {
    throw InvalidInput("hop", "--window S beside it", "none");
  }
}

void check(const Arguments& arguments) {
  const auto& progress = arguments.progress;
  if (progress != "auto" && progress != "bar" && progress != "json" && progress != "none") {
    throw InvalidInput("progress", "auto, bar, json, none", "'" + progress + "'");
  }
  if (arguments.command == "separate" && arguments.inputs.empty()) {
    throw InvalidInput("separate", "at least one recording, as in 'divisi separate mix.wav'", "none");
  }
  if (arguments.command == "factorize" && arguments.inputs.size() != 1) {
    throw InvalidInput("factorize", "one matrix, as in 'divisi factorize V.npy'",
                       std::to_string(arguments.inputs.size()));
  }
  if (arguments.command == "learn" && arguments.inputs.empty()) {
    throw InvalidInput("learn", "NAME=FILE, as in 'divisi learn voice=clean.wav -o kit.npz'", "none");
  }
  if (arguments.command == "transcribe" && arguments.inputs.size() != 1) {
    throw InvalidInput("transcribe", "one recording, as in 'divisi transcribe piano.wav'",
                       std::to_string(arguments.inputs.size()));
  }
  if (arguments.command == "studio" && arguments.inputs.size() > 1) {
    throw InvalidInput("studio", "one recording or none, as in 'divisi studio mix.wav'",
                       std::to_string(arguments.inputs.size()));
  }
  if (arguments.command == "evaluate") check_evaluate(arguments);
}

void add_commands(CLI::App& app, Arguments& arguments, bool& help) {
  const auto command = [&](const char* name) -> CLI::App& {
    CLI::App& added = *app.add_subcommand(name);
    add_common(added, arguments, help);
    add_progress(added, arguments);
    return added;
  };
  CLI::App& separate = command("separate");
  separate.add_option("MIX", arguments.inputs);
  separate.add_option("-o,--output", arguments.output);
  separate.add_flag("--force", arguments.force);
  separate.add_flag("--fail-fast", arguments.fail_fast);
  add_parameters(separate, arguments.settings, kSeparate);
  CLI::App& factorize = command("factorize");
  factorize.add_option("V", arguments.inputs);
  factorize.add_option("-o,--output", arguments.output);
  add_parameters(factorize, arguments.settings, kFactorize);
  CLI::App& learn = command("learn");
  learn.add_option("NAME=FILE", arguments.inputs);
  learn.add_option("-o,--output", arguments.output);
  add_parameters(learn, arguments.settings, kLearn);
  CLI::App& transcribe = command("transcribe");
  transcribe.add_option("AUDIO", arguments.inputs);
  transcribe.add_option("-o,--output", arguments.output);
  transcribe.add_flag("--force", arguments.force);
  add_parameters(transcribe, arguments.settings, kTranscribe);
  CLI::App& evaluate = command("evaluate");
  evaluate.add_option("--reference", arguments.reference);
  evaluate.add_option("--estimate", arguments.estimate);
  evaluate.add_option("--notes", arguments.notes);
  evaluate.add_flag("--oracle", arguments.oracle);
  evaluate.add_flag("--csv", arguments.csv);
  add_parameters(evaluate, arguments.settings, kEvaluate);
#ifdef DIVISI_STUDIO
  CLI::App& studio = *app.add_subcommand("studio");
  add_common(studio, arguments, help);
  studio.add_option("MIX", arguments.inputs);
  studio.add_option("-o,--output", arguments.output);
  studio.add_option("--port", arguments.port)->check(CLI::Range(0, 65535));
  studio.add_flag("--no-browser", arguments.no_browser);
#endif
  add_common(*app.add_subcommand("doctor"), arguments, help);
}

}  // namespace

Arguments parse(int argc, const char* const* argv) {
  Arguments arguments;
  bool help = false;
  bool version_wanted = false;
  CLI::App app;
  app.set_help_flag();
  app.add_flag("-h,--help", help);
  app.add_flag("-V,--version", version_wanted);
  add_commands(app, arguments, help);
  app.require_subcommand(0, 1);
  // CLI11 takes a value in brackets for a list of its own and strips them; a path that begins otherwise is
  // the same path.
  std::vector<std::string> words;
  for (int i = argc - 1; i > 0; --i) {
    const std::string_view word = argv[i];
    const bool in_brackets = word.starts_with('[') && word.ends_with(']');
    words.push_back((in_brackets ? "./" : "") + std::string(word));
  }
  try {
    app.parse(words);  // from the last to the first, as it wants them
  } catch (const CLI::ParseError& error) {
    throw InvalidInput("command line", "flags and commands of divisi --help", error.what());
  }
  if (version_wanted) {
    arguments.text = "divisi " + std::string(version()) + "\n";
    return arguments;
  }
  const auto commands = app.get_subcommands();
  const std::string command = commands.empty() ? "" : commands.front()->get_name();
  if (help || commands.empty()) {
    arguments.text = help_text(command);
    return arguments;
  }
  arguments.command = command;
  check(arguments);
  return arguments;
}

}  // namespace divisi::cli
