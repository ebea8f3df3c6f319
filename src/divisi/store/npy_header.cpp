// SPDX-License-Identifier: Apache-2.0
#include "divisi/store/npy_header.h"

#include "divisi/core/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

namespace divisi {
namespace {

// What the header's dictionary says, such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
struct Header {
  std::string type;
  bool columns_first = false;
  std::vector<double> shape;
};

std::optional<std::string> between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == std::string_view::npos) return std::nullopt;
  const auto to = text.find(end, from + begin.size());
  if (to == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(from + begin.size(), to - from - begin.size()));
}

std::optional<Header> parse_header(std::string_view text) {
  const auto type = between(text, "'descr': '", "'");
  const auto order = between(text, "'fortran_order': ", ",");
  const auto shape = between(text, "'shape': (", ")");
  if (!type || !order || !shape) return std::nullopt;
  Header header{.type = *type, .columns_first = *order == "True", .shape = {}};
  for (std::string part : split(*shape, ',')) {
    std::erase(part, ' ');
    if (part.empty()) continue;  // (3,) has a comma at its end
    try {
      header.shape.push_back(parse_number(part, "shape", "a number"));
    } catch (const InvalidInput&) {
      return std::nullopt;
    }
  }
  return header;
}

}  // namespace

double NpyHeader::data_bytes() const {
  double bytes = is_float ? 4.0 : 8.0;
  for (const double size : shape) bytes *= size;
  return bytes;
}

Error not_a_matrix(const std::string& name, const std::string& got) {
  return {Fault::kInput, name, "a matrix of float32 or float64 as numpy.save writes it", got};
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with(kNpyMagic) || bytes.size() < 12) throw not_a_matrix(name, "a file of another kind");
  const bool first_version = bytes[6] == 1;
  std::uint32_t header_size = 0;
  std::memcpy(&header_size, bytes.data() + 8, first_version ? 2 : 4);
  const std::size_t header_begin = first_version ? 10 : 12;
  if (header_begin + header_size > bytes.size()) throw not_a_matrix(name, "a file that ends in its header");
  const auto header = parse_header(bytes.substr(header_begin, header_size));
  if (!header) throw not_a_matrix(name, "a header that cannot be read");
  const std::size_t dimensions = header->shape.size();
  if (dimensions != 2 && dimensions != 3) {
    throw not_a_matrix(name, "an array with " + std::to_string(dimensions) + " dimensions");
  }
  if (dimensions == 3 && std::ranges::count(header->shape, 0.0) > 0)
    throw not_a_matrix(name, "an empty array");
  const bool is_float = header->type == "<f4";
  if (!is_float && header->type != "<f8") throw not_a_matrix(name, "type '" + header->type + "'");
  return {is_float, header->columns_first, header->shape, header_begin + header_size};
}

void check_npy_data(const NpyHeader& header, double bytes, const std::string& name) {
  if (header.data_bytes() == bytes && std::ranges::min(header.shape) >= 0.0) return;
  throw Error(Fault::kInput, name, to_text(header.data_bytes()) + " bytes of data as its header says",
              to_text(bytes));
}

}  // namespace divisi
