// SPDX-License-Identifier: Apache-2.0
#include "guard.h"

#include "divisi/core/error.h"

#include <array>
#include <sys/random.h>

namespace divisi::studio {
namespace {

constexpr std::size_t kTokenBytes = 16;

// As long for a wrong first letter as for a wrong last one.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace

std::string random_token() {
  std::array<unsigned char, kTokenBytes> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error(Fault::kUsage, "studio", "random numbers from the system", "none");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (const unsigned char byte : bytes) {
    token += kDigits[byte / 16U];
    token += kDigits[byte % 16U];
  }
  return token;
}

bool Guard::is_ours(std::string_view host) const {
  return host == "127.0.0.1:" + port_ || host == "localhost:" + port_;
}

std::optional<std::string> Guard::admit(const Caller& caller) const {
  constexpr std::string_view kScheme = "http://";
  if (!is_ours(caller.host)) return std::nullopt;
  if (caller.origin) {
    if (!caller.origin->starts_with(kScheme) || !is_ours(caller.origin->substr(kScheme.size())))
      return std::nullopt;
  }
  if (caller.path.size() < token_.size() + 2 || caller.path.front() != '/') return std::nullopt;
  if (!same(caller.path.substr(1, token_.size()), token_)) return std::nullopt;
  const std::string_view rest = caller.path.substr(token_.size() + 1);
  if (rest.front() != '/') return std::nullopt;
  return std::string(rest);
}

}  // namespace divisi::studio
