// SPDX-License-Identifier: Apache-2.0
#include "divisi/store/csv.h"

#include "divisi/core/error.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace divisi {
namespace {

struct CsvTest : testing::Test {
  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("divisi_csv_" + std::to_string(::getpid()) + ".csv");
  void TearDown() override { std::filesystem::remove(file); }

  Matrix read(const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
    return read_csv(file);
  }
  std::string refusal(const std::string& text) {
    try {
      read(text);
    } catch (const Error& error) {
      return std::string(error.what()).substr(file.string().size());
    }
    return "accepted";
  }
};

TEST_F(CsvTest, ReadsARowALineWithAnySeparator) {
  const Matrix found = read("# levels\n1, 2.5,3\r\n\n4;5;6e-1\n7\t8 9");
  ASSERT_EQ(found.rows(), 3);
  ASSERT_EQ(found.cols(), 3);
  EXPECT_EQ(found(0, 1), 2.5F);
  EXPECT_EQ(found(1, 2), 0.6F);
  EXPECT_EQ(found(2, 0), 7.0F);
}

TEST_F(CsvTest, RefusesWhatIsNoMatrix) {
  EXPECT_EQ(refusal("1,2\n3\n"), ", line 2: expected 2 numbers, as in the first line, got 1");
  EXPECT_EQ(refusal("1,x\n"), ", line 1: expected numbers, got 'x'");
  EXPECT_EQ(refusal(""), ": expected a line of numbers, got none");
  EXPECT_THROW(read_csv(file.string() + "none"), Error);
}

}  // namespace
}  // namespace divisi
