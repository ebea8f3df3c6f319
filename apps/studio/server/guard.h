// SPDX-License-Identifier: Apache-2.0
// Who may talk to the studio: a page that came from the printed address, and nobody else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace divisi::studio {

/// 128 bits of the system's randomness, in hexadecimal. Throws Error(kUsage) where the system has none.
std::string random_token();

/// What a request says of itself. An origin is sent by browsers with everything that is not a plain visit.
struct Caller {
  std::string_view path;
  std::string_view host;
  std::optional<std::string_view> origin;
};

/// The rules that every request has to pass, in this order: Host is a loopback name with our port (a name of
/// somebody else that was made to point here is not: DNS rebinding), Origin, where there is one, is ours
/// (another site's page cannot call), and the path begins with the token.
class Guard {
 public:
  Guard(std::string token, int port) : token_(std::move(token)), port_(std::to_string(port)) {}

  /// The path behind the token ("/", "/api/state"); nothing for a caller that is turned away.
  [[nodiscard]] std::optional<std::string> admit(const Caller& caller) const;

 private:
  [[nodiscard]] bool is_ours(std::string_view host) const;

  std::string token_;
  std::string port_;
};

}  // namespace divisi::studio
