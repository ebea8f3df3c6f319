// SPDX-License-Identifier: Apache-2.0
// The one error of the library. A mistake in the program is an assert; how a run ended is a value in its
// result.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace divisi {

/// What has to change before the same call can succeed.
enum class Fault {
  kUsage,   ///< a parameter, a flag, a matrix that was handed in
  kInput,   ///< a file that cannot be read or is not what it should be
  kOutput,  ///< a place that cannot be written
  kMemory,  ///< the memory that the job would take
};

/// Thrown for everything that a caller can mend. The message is one line: "subject: expected ..., got ...".
class Error : public std::runtime_error {
 public:
  Error(Fault fault, std::string_view subject, std::string_view expected, std::string_view got);

  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] const std::string& subject() const { return subject_; }
  [[nodiscard]] const std::string& expected() const { return expected_; }
  [[nodiscard]] const std::string& got() const { return got_; }

 private:
  Fault fault_;
  std::string subject_;
  std::string expected_;
  std::string got_;
};

/// A parameter, flag or matrix that cannot be used.
class InvalidInput : public Error {
 public:
  InvalidInput(std::string_view subject, std::string_view expected, std::string_view got)
      : Error(Fault::kUsage, subject, expected, got) {}
};

}  // namespace divisi
