// SPDX-License-Identifier: Apache-2.0
// The page, as it is in the program. Written by embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace divisi::studio {

struct Page {
  std::string_view path;  ///< "/app.js"
  std::string_view type;  ///< as in Content-Type
  std::string_view content;
};

std::span<const Page> pages();

}  // namespace divisi::studio
