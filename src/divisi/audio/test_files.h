// SPDX-License-Identifier: Apache-2.0
// For the tests of this room: a folder of their own, and files made byte by byte.
#pragma once

#include "divisi/core/error.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <string_view>

namespace divisi {

/// A folder that goes with the test.
class TestFolder {
 public:
  TestFolder() {
    std::string name = testing::TempDir() + "/divisi-test-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  std::filesystem::path write(std::string_view name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return text;
}

/// What a WAV header says, true or not.
struct WavClaims {
  std::uint32_t code = 1;  ///< 1: integers, 3: floats
  std::uint32_t channels = 1;
  std::uint32_t rate_hz = 8000;
  std::uint32_t bits = 16;
  std::uint32_t riff_size = 0;
  std::uint32_t data_size = 0;
};

inline std::string wav_bytes(const WavClaims& claims, std::string_view data) {
  const std::uint32_t width = claims.channels * claims.bits / 8;
  return "RIFF" + little_endian(claims.riff_size, 4) + "WAVEfmt " + little_endian(16, 4) +
         little_endian(claims.code, 2) + little_endian(claims.channels, 2) +
         little_endian(claims.rate_hz, 4) + little_endian(claims.rate_hz * width, 4) +
         little_endian(width, 2) + little_endian(claims.bits, 2) + "data" +
         little_endian(claims.data_size, 4) + std::string(data);
}

/// A WAV file whose header is true.
inline std::string honest_wav(WavClaims claims, std::string_view data) {
  claims.data_size = static_cast<std::uint32_t>(data.size());
  claims.riff_size = claims.data_size + 36;
  return wav_bytes(claims, data);
}

/// The message of the Error of kind `fault` that `call` must throw.
inline std::string message_of(Fault fault, const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), fault) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace divisi
