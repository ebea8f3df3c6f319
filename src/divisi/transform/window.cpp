// SPDX-License-Identifier: Apache-2.0
#include "divisi/transform/window.h"

#include <cmath>
#include <numbers>

namespace divisi {
namespace {

// `x` runs from 0 to 1 over the window.
double window_at(Window window, double x) {
  const double angle = 2.0 * std::numbers::pi * x;
  switch (window) {
    case Window::kHann:
      return 0.5 - 0.5 * std::cos(angle);
    case Window::kSqrtHann:
      return std::sin(0.5 * angle);
    case Window::kHamming:
      return 0.54 - 0.46 * std::cos(angle);
    case Window::kBlackman:
      return 0.42 - 0.5 * std::cos(angle) + 0.08 * std::cos(2.0 * angle);
    case Window::kRectangular:
      return 1.0;
  }
  return 0.0;
}

}  // namespace

std::vector<float> make_window(Window window, Index size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  // An odd size has its middle between two samples of the periodic window: shift by half a sample so that the
  // highest value stands where the frame's time is counted.
  const double shift = size % 2 == 1 ? 0.5 : 0.0;
  for (std::size_t n = 0; n < values.size(); ++n) {
    values[n] =
        static_cast<float>(window_at(window, (static_cast<double>(n) + shift) / static_cast<double>(size)));
  }
  return values;
}

}  // namespace divisi
