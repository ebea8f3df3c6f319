// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/digest.h"

#include "divisi/audio/test_files.h"

namespace divisi {
namespace {

// The examples of FIPS 180-2, appendix B.
TEST(Digest, IsTheStandards) {
  const TestFolder folder;
  EXPECT_EQ(sha256_of(folder.write("abc", "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of(folder.write("million", std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256_of(folder.write("empty", "")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, AMissingFileIsRefused) {
  const auto message = message_of(Fault::kInput, [] { sha256_of(std::filesystem::path("/nowhere/x.wav")); });
  EXPECT_NE(message.find("/nowhere/x.wav"), std::string::npos);
}

}  // namespace
}  // namespace divisi
