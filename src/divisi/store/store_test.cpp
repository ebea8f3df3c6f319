// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/error.h"
#include "divisi/store/npy.h"
#include "divisi/store/output_set.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test.
class Store : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("divisi-store-" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path put(const std::string& name, const std::string& bytes) const {  // NOLINT(modernize-use-nodiscard)
    write_text(folder_ / name, bytes);
    return folder_ / name;
  }

  static std::string get(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  void put_npz(const std::string& name, const std::string& entry, const std::string& bytes) const {
    int status = 0;
    zip_t* archive = zip_open((folder_ / name).c_str(), ZIP_CREATE | ZIP_TRUNCATE, &status);
    zip_file_add(archive, entry.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
    ASSERT_EQ(zip_close(archive), 0);
  }

  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

// numpy.save of [[1, 2, 3], [4, 5, 6]], written by hand from numpy.lib.format's description.
template <typename T>
std::string numpy_file(const std::string& type, bool columns_first, const std::string& shape = "2, 3") {
  std::string header = "{'descr': '" + type + "', 'fortran_order': " + (columns_first ? "True" : "False") +
                       ", 'shape': (" + shape + "), }";
  header.resize(117, ' ');
  header += '\n';
  std::string bytes = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header;
  for (const int value : columns_first ? std::vector{1, 4, 2, 5, 3, 6} : std::vector{1, 2, 3, 4, 5, 6}) {
    const auto number = static_cast<T>(value);
    bytes.append(reinterpret_cast<const char*>(&number), sizeof(T));
  }
  return bytes;
}

TEST_F(Store, ReadsNumpyMatricesOfBothTypesAndOrders) {
  for (const bool columns_first : {false, true}) {
    for (const Matrix& matrix : {read_npy(put("a.npy", numpy_file<float>("<f4", columns_first))),
                                 read_npy(put("a.npy", numpy_file<double>("<f8", columns_first)))}) {
      ASSERT_EQ(matrix.rows(), 2);
      ASSERT_EQ(matrix.cols(), 3);
      EXPECT_EQ(matrix(0, 2), 3.0F);
      EXPECT_EQ(matrix(1, 0), 4.0F);
    }
  }
}

TEST_F(Store, FilesThatAreNoMatrixAreRefusedByName) {
  const std::string good = numpy_file<float>("<f4", false);
  std::string huge = numpy_file<float>("<f4", false, "99999999, 99999999");
  const std::vector<std::string> bad{"",
                                     "text",
                                     good.substr(0, 9),
                                     good.substr(0, 60),
                                     good.substr(0, good.size() - 1),
                                     good + "x",
                                     huge,
                                     numpy_file<float>("<f4", false, "-2, -3"),
                                     numpy_file<float>("<f4", false, "6,"),
                                     numpy_file<float>("<f4", false, "nan, 3"),
                                     numpy_file<float>("<i4", false),
                                     numpy_file<float>(">f4", false)};
  for (const auto& bytes : bad) {
    try {
      read_npy(put("bad.npy", bytes));
      ADD_FAILURE() << "accepted " << bytes.substr(0, 100);
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::kInput);
      EXPECT_NE(error.subject().find("bad.npy"), std::string::npos);
    }
  }
  EXPECT_THROW(read_npy(folder_ / "missing.npy"), Error);
  EXPECT_THROW(read_npy(folder_), Error);
}

TEST_F(Store, AnNpzGivesBackItsMatricesAndTheSameBytes) {
  Matrix W(3, 2);
  W(2, 1) = 7.5F;
  W(0, 1) = -1.0F;
  const auto write = [&](const std::string& name) {
    NpzWriter writer;
    writer.add("W", W);
    writer.add("times_s", std::vector<double>{0.0, 0.5});
    writer.add("cost", {0.0, 9.5, 10.0, 3.25}, 2);
    writer.add("config", R"({"beta": 1})");
    writer.write(folder_ / name);
    return get(folder_ / name);
  };
  EXPECT_EQ(write("a.npz"), write("b.npz"));
  const auto arrays = read_npz(folder_ / "a.npz");
  ASSERT_EQ(arrays.size(), 2U);  // the string and the vector are no matrices
  EXPECT_EQ(arrays.at("W")(2, 1), 7.5F);
  EXPECT_EQ(arrays.at("W")(0, 1), -1.0F);
  EXPECT_EQ(arrays.at("cost")(1, 1), 3.25F);
  EXPECT_THROW(read_npz(put("bad.npz", "PK but no archive")), Error);
}

TEST_F(Store, FactorsComeBackWithTheirShiftsAndLieAsNumpyShowsThem) {
  for (const auto& [time_shifts, pitch_shifts] :
       {std::pair<Index, Index>{1, 1}, {4, 1}, {3, 2}, {1, 3}}) {  // T, F; of 5 bins, 2 components, 6 frames
    Fit fit;
    Factors& factors = fit.factors;
    factors = {.W = Matrix(5, time_shifts * 2),
               .H = Matrix(pitch_shifts * 2, 6),
               .time_shifts = time_shifts,
               .pitch_shifts = pitch_shifts};
    float value = 0.0F;
    for (float& w : factors.W.values()) w = value += 0.5F;
    for (float& h : factors.H.values()) h = value += 0.25F;
    NpzWriter writer;
    writer.add(fit);
    writer.write(folder_ / "factors.npz");

    const Factors found = read_factors(folder_ / "factors.npz");
    EXPECT_EQ(found.time_shifts, time_shifts);
    EXPECT_EQ(found.pitch_shifts, pitch_shifts);
    EXPECT_EQ(found.components(), 2);
    EXPECT_TRUE(std::ranges::equal(found.W.values(), factors.W.values()));
    EXPECT_TRUE(std::ranges::equal(found.H.values(), factors.H.values()));

    const bool plain = time_shifts * pitch_shifts == 1;
    const std::string bytes = get(folder_ / "factors.npz");
    const std::string shape_of_w = (plain ? "" : std::to_string(time_shifts) + ", ") + "5, 2)";
    const std::string shape_of_h = (pitch_shifts == 1 ? "" : std::to_string(pitch_shifts) + ", ") + "2, 6)";
    EXPECT_NE(bytes.find("'shape': (" + shape_of_w), std::string::npos) << time_shifts;
    EXPECT_NE(bytes.find("'shape': (" + shape_of_h), std::string::npos) << pitch_shifts;
    if (!plain) {  // the last index runs fastest: W[0, 0, 0], W[0, 0, 1]
      const std::array begin{factors.W(0, 0), factors.W(0, 1), factors.W(1, 0)};
      EXPECT_NE(bytes.find(std::string(reinterpret_cast<const char*>(begin.data()), sizeof(begin))),
                std::string::npos);
    }
  }
}

TEST_F(Store, AnArrayOfThreeDimensionsIsReadInEitherOrder) {
  for (const bool columns_first : {false, true}) {
    // [t][i][k] = 1 + 3 t + k for two shifts, one bin and three components.
    const std::string array = numpy_file<float>("<f4", columns_first, "2, 1, 3");
    put_npz("W.npz", "W.npy", array);
    const Factors found = read_factors(folder_ / "W.npz");
    EXPECT_EQ(found.time_shifts, 2);
    EXPECT_EQ(found.components(), 3);
    ASSERT_EQ(found.W.rows(), 1);
    for (Index n = 0; n < 6; ++n) EXPECT_EQ(found.W(0, n), static_cast<float>(n + 1)) << columns_first;
    EXPECT_TRUE(found.H.empty());
    EXPECT_TRUE(read_npz(folder_ / "W.npz").empty());  // no matrix
    EXPECT_THROW(read_npy(put("W.npy", array)), Error);
  }
  put_npz("empty.npz", "W.npy", numpy_file<float>("<f4", false, "900000000, 0, 3").substr(0, 128));
  EXPECT_TRUE(read_factors(folder_ / "empty.npz").W.empty());
}

TEST_F(Store, AnNpzThatCannotBeWrittenIsAnError) {
  NpzWriter writer;
  writer.add("config", "x");
  EXPECT_THROW(writer.write(folder_ / "missing" / "a.npz"), Error);
}

TEST_F(Store, FilesAppearTogetherOrNotAtAll) {
  {
    OutputSet outputs;
    write_text(outputs.aside(folder_ / "new" / "1.wav"), "one");
    write_text(outputs.aside(folder_ / "new" / "2.wav"), "two");
    EXPECT_FALSE(fs::exists(folder_ / "new" / "1.wav"));
  }
  EXPECT_EQ(entries(), 0U);  // the folder that was made for them is gone too
  OutputSet outputs;
  write_text(outputs.aside(folder_ / "new" / "1.wav"), "one");
  write_text(outputs.aside(folder_ / "new" / "2.wav"), "two");
  outputs.drop(folder_ / "new" / "2.wav");
  outputs.commit();
  EXPECT_EQ(get(folder_ / "new" / "1.wav"), "one");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "new"), fs::directory_iterator()), 1);
}

TEST_F(Store, AFailureLeavesTheFilesOfBefore) {
  put("1.wav", "before");
  {
    OutputSet outputs;
    write_text(outputs.aside(folder_ / "1.wav"), "after");
  }
  EXPECT_EQ(get(folder_ / "1.wav"), "before");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Store, RemovesWhatAKilledProcessLeftForTheSameFile) {
  const fs::path dead = put(".1.wav.999999999.divisi-part", "half");
  const fs::path other = put(".2.wav.999999999.divisi-part", "half");
  const fs::path alive = put(".1.wav.1.divisi-part", "half");
  OutputSet outputs;
  outputs.aside(folder_ / "1.wav");
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(alive));
}

TEST_F(Store, PlacesThatCannotBeWrittenAreRefused) {
  put("file", "");
  OutputSet outputs;
  EXPECT_THROW(outputs.aside(folder_ / "file" / "1.wav"), Error);
  EXPECT_THROW(outputs.aside("/proc/divisi/1.wav"), Error);
  fs::create_directory(folder_ / "folder.wav");
  EXPECT_THROW(outputs.aside(folder_ / "folder.wav"), Error);
  EXPECT_THROW(write_text("/dev/full", "x"), Error);
}

}  // namespace
}  // namespace divisi
