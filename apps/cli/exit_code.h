// SPDX-License-Identifier: Apache-2.0
// How the program ends. Programs rely on these numbers.
#pragma once

#include "divisi/core/error.h"
#include "divisi/core/json.h"

namespace divisi::cli {

enum ExitCode {
  kAllDone = 0,
  kSomeFailed = 1,
  kWrongUse = 2,
  kUnreadable = 3,
  kUnwritable = 4,
  kOutOfMemory = 5,
  kInternalError = 6,
  kInterrupted = 130,
};

constexpr ExitCode exit_code(Fault fault) {
  switch (fault) {
    case Fault::kUsage:
      return kWrongUse;
    case Fault::kInput:
      return kUnreadable;
    case Fault::kOutput:
      return kUnwritable;
    case Fault::kMemory:
      return kOutOfMemory;
  }
  return kInternalError;
}

/// The error as it stands in --json's output, with its exit code.
inline Json error_json(const Error& error) {
  return Json::object()
      .set("message", error.what())
      .set("subject", error.subject())
      .set("expected", error.expected())
      .set("got", error.got())
      .set("exit_code", static_cast<int>(exit_code(error.fault())));
}

}  // namespace divisi::cli
