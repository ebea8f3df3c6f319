// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include "divisi/core/json.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace divisi::cli {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set in a signal handler");

constexpr std::array<std::string_view, 4> kStages{"read", "transform", "factorize", "write"};  // of separate
constexpr int kBarWidth = 24;
constexpr std::size_t kSubjectWidth = 24;

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string time_left(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  return whole < 60 ? std::to_string(whole) + " s"
                    : std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_requested = true; };
  sigemptyset(&action.sa_mask);  // without SA_RESTART: a read that waits for a pipe returns
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of writing like others
}

bool interrupted() {
  return stop_requested;
}

void print_error(const std::string& message) {
  std::fprintf(stderr, "divisi: error: %s\n", one_line(message).c_str());
}

void print_warning(const std::string& message) {
  std::fprintf(stderr, "divisi: warning: %s\n", one_line(message).c_str());
}

ProgressDisplay::ProgressDisplay(const std::string& how) {
  if (how == "bar" || (how == "auto" && isatty(STDERR_FILENO) != 0)) kind_ = Kind::kBar;
  if (how == "json") kind_ = Kind::kJson;
}

Observer ProgressDisplay::observer(const std::string& subject) {
  return [this, subject](const Progress& progress) {
    const auto now = Clock::now();
    const bool new_stage = stage_ != progress.stage;
    if (new_stage) {
      stage_ = progress.stage;
      stage_begin_ = now;
    }
    if (kind_ != Kind::kNone && (new_stage || now - last_ > std::chrono::milliseconds(100))) {
      last_ = now;
      const double seconds = std::chrono::duration<double>(now - stage_begin_).count();
      kind_ == Kind::kBar ? draw_bar(subject, progress, seconds) : print_json(subject, progress);
    }
    return !interrupted();
  };
}

void ProgressDisplay::draw_bar(const std::string& subject, const Progress& progress, double stage_seconds) {
  const auto* const stage = std::ranges::find(kStages, progress.stage);
  const std::string step = stage == kStages.end() ? ""
                                                  : std::to_string(stage - kStages.begin() + 1) + "/" +
                                                        std::to_string(kStages.size()) + " ";
  const auto filled =
      static_cast<std::size_t>(std::lround(kBarWidth * std::clamp(progress.fraction, 0.0, 1.0)));
  std::string text = one_line(subject).substr(0, kSubjectWidth) + "  " + step + std::string(progress.stage) +
                     " [" + std::string(filled, '=') + std::string(kBarWidth - filled, ' ') + "]";
  if (progress.cost) {
    std::array<char, 32> cost{};
    std::snprintf(cost.data(), cost.size(), "%.4g", *progress.cost);
    text += " update " + std::to_string(progress.iteration) + ", cost " + cost.data();
  }
  // "At most", since a factorization may converge before its limit.
  if (stage_seconds > 1.0 && progress.fraction > 0.02) {
    text += ", at most " + time_left(stage_seconds * (1.0 - progress.fraction) / progress.fraction);
  }
  std::fprintf(stderr, "\r\033[K%s", text.substr(0, terminal_width() - 1).c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressDisplay::print_json(const std::string& subject, const Progress& progress) {
  Json json =
      Json::object().set("track", subject).set("stage", progress.stage).set("fraction", progress.fraction);
  if (progress.cost) json.set("iteration", progress.iteration).set("cost", *progress.cost);
  std::fprintf(stderr, "%s\n", json.dump().c_str());
}

void ProgressDisplay::clear() {
  if (!drawn_) return;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace divisi::cli
