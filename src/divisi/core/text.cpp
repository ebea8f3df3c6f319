// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/text.h"

#include "divisi/core/error.h"

#include <array>
#include <charconv>
#include <cmath>

namespace divisi {

std::string to_text(double value) {
  std::array<char, 32> buffer{};
  auto* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string to_fixed(double value, int decimals) {
  std::array<char, 400> buffer{};  // the largest double has 309 digits before the point
  auto* const end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals)
          .ptr;
  return {buffer.data(), end};
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const auto& part : parts) {
    if (&part != parts.data()) text += separator;
    text += part;
  }
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

double parse_number(std::string_view text, std::string_view subject, std::string_view expected) {
  double value = 0.0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw InvalidInput(subject, expected, "'" + std::string(text) + "'");
  }
  return value;
}

double parse_time(std::string_view text, std::string_view subject, std::string_view expected) {
  const InvalidInput refusal(subject, expected, "'" + std::string(text) + "'");
  const auto parts = split(text, ':');
  if (parts.empty() || parts.size() > 3) throw refusal;
  double seconds = 0.0;
  for (const auto& part : parts) {
    const double value = parse_number(part, subject, expected);
    if (value < 0.0) throw refusal;
    seconds = 60.0 * seconds + value;
  }
  return seconds;
}

}  // namespace divisi
