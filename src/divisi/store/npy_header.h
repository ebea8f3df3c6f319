// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace divisi {

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

/// What stands before the data of a .npy file.
struct NpyHeader {
  bool is_float = true;  ///< float32, else float64
  bool columns_first = false;
  std::vector<double> shape;  ///< of two or three dimensions
  std::size_t data_begin = 0;

  /// That the data must have.
  [[nodiscard]] double data_bytes() const;
};

/// The error for a file that `name`s something else.
Error not_a_matrix(const std::string& name, const std::string& got);

/// The header of a file of which `bytes` are the beginning or all. Throws Error(kInput) for anything that is
/// no float32 or float64 array of two or three dimensions.
NpyHeader parse_npy_header(std::string_view bytes, const std::string& name);

/// Throws Error(kInput) where a file's data are not as many as its header says.
void check_npy_data(const NpyHeader& header, double bytes, const std::string& name);

}  // namespace divisi
