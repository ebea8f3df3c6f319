// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/page.h"

#include <algorithm>
#include <openssl/evp.h>

namespace divisi {

std::string for_script(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    // In JSON a '<' stands only inside strings, where the escape means the same.
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

std::string to_base64(std::span<const std::byte> bytes) {
  // The encoder counts in int: pieces that it can count, and a multiple of 3 so that only the last is padded.
  constexpr std::size_t kPiece = 3U << 20;
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // + 1: the encoder ends each piece with a zero
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(kPiece, bytes.size()));
    out += EVP_EncodeBlock(out, reinterpret_cast<const unsigned char*>(piece.data()),
                           static_cast<int>(piece.size()));
    bytes = bytes.subspan(piece.size());
  }
  text.pop_back();
  return text;
}

}  // namespace divisi
