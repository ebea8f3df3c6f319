// SPDX-License-Identifier: Apache-2.0
// Numbers and lists as text, independent of the locale.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace divisi {

/// The shortest text that reads back as the same number ("0.5", "1e-04", "44100").
std::string to_text(double value);

/// `value` with `decimals` digits after the point.
std::string to_fixed(double value, int decimals);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The parts of `text` between separators; "" has none.
std::vector<std::string> split(std::string_view text, char separator);

/// `text` with control characters (a newline in a file's name, say) written as '?', so that a message stays
/// one line.
std::string one_line(std::string text);

/// The whole of `text` as a number. Throws InvalidInput(subject, expected, text) where it is none or not
/// finite.
double parse_number(std::string_view text, std::string_view subject, std::string_view expected);

/// "90", "1:30" or "1:02:03.5" in seconds. Throws InvalidInput(subject, expected, text) for anything else.
double parse_time(std::string_view text, std::string_view subject, std::string_view expected);

}  // namespace divisi
