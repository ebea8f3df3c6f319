// SPDX-License-Identifier: Apache-2.0
// The empty page of a report and the ways of putting foreign text into it safely.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace divisi {

/// Where page_template() takes the report's words, and its data.
inline constexpr std::string_view kTextSlot = "<!--divisi:text-->";
inline constexpr std::string_view kDataSlot = "<!--divisi:data-->";

/// The page that is built with the studio's, with one kTextSlot and after it one kDataSlot in its body; the
/// plain page, with a kTextSlot alone, where the program is built without it.
std::string_view page_template();

/// Whether the page can do more than show words: whether it has a place for data.
bool page_is_live();

/// `text` so that HTML shows it, in an element or in a quoted attribute.
std::string for_html(std::string_view text);

/// A file's relative name, with '/', so that an address may hold it: begins with "./" and has nothing that
/// an address reads in another way.
std::string for_address(std::string_view file);

/// `json` so that a script element may hold it: the same JSON value, without a '<' that could end or open an
/// element.
std::string for_script(std::string_view json);

/// The base64 of RFC 4648, section 4, with padding and without line breaks.
std::string to_base64(std::span<const std::byte> bytes);

}  // namespace divisi
