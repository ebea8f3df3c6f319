// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/matrix.h"

#include <filesystem>

namespace divisi {

/// The matrix of a .npy file that is larger than memory may be: it stays on the disk and is seen through a
/// window that the system fills where it is read. Float32 with its columns together (numpy's Fortran order)
/// is looked at where it lies; anything else is laid out so once, in a nameless file of `folder`, a few
/// columns at a time.
class MappedMatrix {
 public:
  /// Throws Error(kInput) as read_npy() does, Error(kOutput) where `folder` has no room.
  MappedMatrix(const std::filesystem::path& path, const std::filesystem::path& folder);
  MappedMatrix(const MappedMatrix&) = delete;
  MappedMatrix& operator=(const MappedMatrix&) = delete;
  ~MappedMatrix();

  [[nodiscard]] ConstMatrixView view() const { return {values_, rows_, cols_, rows_}; }

  /// These columns will not be read for a while: they take no memory until they are read again.
  void drop(Index first, Index count) const;

 private:
  Index rows_ = 0;
  Index cols_ = 0;
  const float* values_ = nullptr;
  void* window_ = nullptr;
  std::size_t window_size_ = 0;
};

/// The sizes of the matrix of a .npy file, without reading it.
struct NpyFacts {
  Index rows = 0;
  Index cols = 0;
  double file_bytes = 0.0;
};
/// Throws Error(kInput) as read_npy() does.
NpyFacts npy_facts(const std::filesystem::path& path);

}  // namespace divisi
