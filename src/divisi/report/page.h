// SPDX-License-Identifier: Apache-2.0
// The empty page of a report and the ways of putting foreign text into it safely.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace divisi {

/// Where page_template() takes the report's values, and its sounds.
inline constexpr std::string_view kDataSlot = "<!--divisi:data-->";
inline constexpr std::string_view kSoundsSlot = "<!--divisi:sounds-->";

/// page.html, with one kDataSlot inside `<script type="application/json">` and one kSoundsSlot at the end of
/// the body.
std::string_view page_template();

/// `json` so that a script element may hold it: the same JSON value, without a '<' that could end or open an
/// element.
std::string for_script(std::string_view json);

/// The base64 of RFC 4648, section 4, with padding and without line breaks.
std::string to_base64(std::span<const std::byte> bytes);

}  // namespace divisi
