// SPDX-License-Identifier: Apache-2.0
#include "divisi/store/mapped_matrix.h"

#include "divisi/core/error.h"
#include "divisi/store/npy.h"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

namespace divisi {
namespace {

// 3 × 5, entry (i, j) is 10 i + j, as numpy.save writes it.
template <typename T>
std::filesystem::path save(const char* name, const char* type, bool columns_first) {
  std::string header = std::string("{'descr': '") + type +
                       "', 'fortran_order': " + (columns_first ? "True" : "False") + ", 'shape': (3, 5), }";
  header.append(63 - (10 + header.size()) % 64, ' ').push_back('\n');
  std::string bytes = "\x93NUMPY\x01";
  bytes.push_back('\0');
  bytes.push_back(static_cast<char>(header.size()));
  bytes.push_back('\0');
  bytes += header;
  for (int n = 0; n < 15; ++n) {
    const int i = columns_first ? n % 3 : n / 5;
    const int j = columns_first ? n / 3 : n % 5;
    const T value = static_cast<T>(10 * i + j);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(MappedMatrix, IsWhatReadNpyReads) {
  for (const auto& path : {save<float>("c4.npy", "<f4", false), save<float>("f4.npy", "<f4", true),
                           save<double>("c8.npy", "<f8", false), save<double>("f8.npy", "<f8", true)}) {
    const Matrix expected = read_npy(path);
    const MappedMatrix mapped(path, testing::TempDir());
    const ConstMatrixView view = mapped.view();
    ASSERT_EQ(view.rows(), 3);
    ASSERT_EQ(view.cols(), 5);
    mapped.drop(0, 5);
    for (Index i = 0; i < 3; ++i) {
      for (Index j = 0; j < 5; ++j) EXPECT_EQ(view(i, j), expected(i, j)) << path;
    }
    EXPECT_EQ(npy_facts(path).rows, 3);
    EXPECT_EQ(npy_facts(path).cols, 5);
  }
}

TEST(MappedMatrix, FilesThatAreNoMatricesAreRefused) {
  const auto path = save<float>("short.npy", "<f4", false);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_THROW(MappedMatrix(path, testing::TempDir()), Error);
  EXPECT_THROW(MappedMatrix(path.parent_path() / "missing.npy", testing::TempDir()), Error);
  EXPECT_THROW(npy_facts(path), Error);
}

TEST(MappedMatrix, AFolderThatIsNotThereIsAnError) {
  EXPECT_THROW(MappedMatrix(save<float>("c4.npy", "<f4", false), "/no/such/folder"), Error);
}

}  // namespace
}  // namespace divisi
