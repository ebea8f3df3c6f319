// SPDX-License-Identifier: Apache-2.0
#include "guard.h"

#include <gtest/gtest.h>

namespace divisi::studio {
namespace {

const Guard kGuard("0123456789abcdef", 8080);
constexpr std::string_view kHost = "127.0.0.1:8080";

TEST(Guard, AdmitsThePageOfThePrintedAddress) {
  EXPECT_EQ(kGuard.admit({"/0123456789abcdef/", kHost, {}}), "/");
  EXPECT_EQ(kGuard.admit({"/0123456789abcdef/api/run", kHost, "http://127.0.0.1:8080"}), "/api/run");
  EXPECT_EQ(kGuard.admit({"/0123456789abcdef/", "localhost:8080", "http://localhost:8080"}), "/");
}

TEST(Guard, TurnsAwayWhoeverLacksTheToken) {
  for (const auto* path :
       {"", "/", "/api/state", "/0123456789abcdee/", "/0123456789abcdef", "/0123456789abcdefg/",
        "/0123456789ABCDEF/", "0123456789abcdef//", "//0123456789abcdef/"}) {
    EXPECT_FALSE(kGuard.admit({path, kHost, {}})) << path;
  }
}

TEST(Guard, TurnsAwayForeignNamesAndPages) {
  for (const auto* host :
       {"", "127.0.0.1", "127.0.0.1:80", "evil.example:8080", "127.0.0.1:8080.evil.example"}) {
    EXPECT_FALSE(kGuard.admit({"/0123456789abcdef/", host, {}})) << host;
  }
  for (const auto* origin :
       {"", "null", "http://evil.example", "https://127.0.0.1:8080", "http://127.0.0.1:8081"}) {
    EXPECT_FALSE(kGuard.admit({"/0123456789abcdef/", kHost, origin})) << origin;
  }
}

TEST(Guard, EveryTokenIsNew) {
  EXPECT_EQ(random_token().size(), 32U);
  EXPECT_NE(random_token(), random_token());
}

}  // namespace
}  // namespace divisi::studio
