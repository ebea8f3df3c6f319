// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/version.h"

#include "commands.h"
#include "exit_code.h"
#include "terminal.h"

#include <cstdio>
#include <new>

namespace divisi::cli {
namespace {

int run(const Arguments& arguments) {
  if (arguments.command == "separate") return separate_command(arguments);
  if (arguments.command == "factorize") return factorize_command(arguments);
  if (arguments.command == "evaluate") return evaluate_command(arguments);
  if (arguments.command == "doctor") return doctor_command(arguments);
  std::fputs(arguments.text.c_str(), stdout);
  return kAllDone;
}

int fail(const Error& error, bool json) {
  if (json) std::puts(Json::object().set("error", error_json(error)).dump().c_str());
  print_error(error.what());
  return exit_code(error.fault());
}

int guarded(int argc, const char* const* argv) {
  bool json = false;
  for (int i = 1; i < argc; ++i) json = json || std::string_view(argv[i]) == "--json";
  try {
    return run(parse(argc, argv));
  } catch (const Error& error) {
    return fail(error, json);
  } catch (const std::bad_alloc&) {
    return fail(Error(Fault::kMemory, "memory", "enough for the recording",
                      "less (--start and --end take a stretch of it)"),
                json);
  } catch (const std::exception& error) {
    print_error("a bug in divisi " + std::string(version()) + ": " + error.what() +
                "; please report it with the output of 'divisi doctor' and the command");
    return kInternalError;
  }
}

}  // namespace
}  // namespace divisi::cli

int main(int argc, char** argv) {
  divisi::cli::catch_interrupts();
  return divisi::cli::guarded(argc, argv);
}
