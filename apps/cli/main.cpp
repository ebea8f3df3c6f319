// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/version.h"

#include "commands.h"
#include "exit_code.h"
#include "terminal.h"

#include <cstdio>
#include <filesystem>
#include <new>

namespace divisi::cli {
namespace {

int run(const Arguments& arguments) {
  if (arguments.command == "separate") return separate_command(arguments);
  if (arguments.command == "factorize") return factorize_command(arguments);
  if (arguments.command == "learn") return learn_command(arguments);
  if (arguments.command == "transcribe") return transcribe_command(arguments);
  if (arguments.command == "evaluate")
    return arguments.notes.empty() ? evaluate_command(arguments) : evaluate_notes_command(arguments);
#ifdef DIVISI_STUDIO
  if (arguments.command == "studio") return studio_command(arguments);
#endif
  if (arguments.command == "doctor") return doctor_command(arguments);
  std::fputs(arguments.text.c_str(), stdout);
  return kAllDone;
}

int fail(const Error& error, bool json) {
  if (json) std::puts(Json::object().set("error", error_json(error)).dump().c_str());
  print_error(error.what());
  return exit_code(error.fault());
}

// A bug, as it is told: what is expected of a program is that it has none.
Json bug_json(const std::string& message) {
  return Json::object().set("message", message).set("exit_code", static_cast<int>(kInternalError));
}

int guarded(int argc, const char* const* argv) {
  bool json = false;
  for (int i = 1; i < argc; ++i) json = json || std::string_view(argv[i]) == "--json";
  try {
    const int code = run(parse(argc, argv));
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      throw Error(Fault::kOutput, "standard output", "a place that can be written", "none");
    }
    return code;
  } catch (const Error& error) {
    return fail(error, json);
  } catch (const std::bad_alloc&) {
    return fail(Error(Fault::kMemory, "memory", "enough for the recording",
                      "less (--start and --end take a stretch of it)"),
                json);
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(
        Error(Fault::kOutput, error.path1().string(), "a place that can be used", error.code().message()),
        json);
  } catch (const std::exception& error) {
    const std::string message = "a bug in divisi " + std::string(version()) + ": " + error.what() +
                                "; please report it with the output of 'divisi doctor' and the command";
    if (json) std::puts(Json::object().set("error", bug_json(message)).dump().c_str());
    print_error(message);
    return kInternalError;
  }
}

}  // namespace
}  // namespace divisi::cli

int main(int argc, char** argv) {
  divisi::cli::catch_interrupts();
  return divisi::cli::guarded(argc, argv);
}
