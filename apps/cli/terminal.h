// SPDX-License-Identifier: Apache-2.0
// What the program says while it works, and how it hears that it should stop.
#pragma once

#include "divisi/core/observer.h"

#include <chrono>
#include <string>

namespace divisi::cli {

/// From now on Ctrl-C and SIGTERM make interrupted() true, instead of ending the program where it stands.
void catch_interrupts();
bool interrupted();

/// "divisi: error: ..." and "divisi: warning: ..." on standard error, a line each.
void print_error(const std::string& message);
void print_warning(const std::string& message);

/// Shows progress on standard error: as a bar that is redrawn, as JSON lines, or not at all.
class ProgressDisplay {
 public:
  /// `how`: "auto" (a bar where standard error is a terminal), "bar", "json", "none".
  explicit ProgressDisplay(const std::string& how);
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  ~ProgressDisplay() { clear(); }

  /// An observer for the work on `subject`. It cancels when interrupted() is true. Must not outlive this.
  Observer observer(const std::string& subject);

  /// Removes the bar, so that something else can be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  void draw_bar(const std::string& subject, const Progress& progress, double stage_seconds);
  static void print_json(const std::string& subject, const Progress& progress);

  enum class Kind { kNone, kBar, kJson } kind_ = Kind::kNone;
  bool drawn_ = false;
  std::string stage_;
  Clock::time_point stage_begin_;
  Clock::time_point last_;
};

}  // namespace divisi::cli
