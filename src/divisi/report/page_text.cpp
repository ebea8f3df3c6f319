// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/page.h"

#include <algorithm>
#include <openssl/evp.h>

namespace divisi {

bool page_is_live() {
  return page_template().find(kDataSlot) != std::string_view::npos;
}

std::string for_html(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string for_address(std::string_view file) {
  constexpr std::string_view kPlain = "-._~/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string address = "./";
  for (const char c : file) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter = (byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z';
    if (is_letter || (byte >= '0' && byte <= '9') || kPlain.find(c) != std::string_view::npos) {
      address += c;
    } else {
      address += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return address;
}

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
