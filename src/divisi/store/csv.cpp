// SPDX-License-Identifier: Apache-2.0
#include "divisi/store/csv.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <fstream>
#include <string>
#include <vector>

namespace divisi {
namespace {

std::vector<float> numbers_of(std::string line, const std::string& place) {
  line = line.substr(0, line.find('#'));
  for (char& c : line) {
    if (c == ';' || c == ' ' || c == '\t' || c == '\r') c = ',';
  }
  std::vector<float> numbers;
  for (const auto& part : split(line, ',')) {
    if (part.empty()) continue;
    try {
      numbers.push_back(static_cast<float>(parse_number(part, place, "numbers")));
    } catch (const InvalidInput&) {
      throw Error(Fault::kInput, place, "numbers", "'" + one_line(part.substr(0, 40)) + "'");
    }
  }
  return numbers;
}

}  // namespace

Matrix read_csv(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Fault::kInput, path.string(), "a file that can be read", "none");
  std::vector<std::vector<float>> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string place = path.string() + ", line " + std::to_string(number);
    auto numbers = numbers_of(line, place);
    if (numbers.empty()) continue;
    if (!rows.empty() && numbers.size() != rows.front().size()) {
      throw Error(Fault::kInput, place,
                  std::to_string(rows.front().size()) + " numbers, as in the first line",
                  std::to_string(numbers.size()));
    }
    rows.push_back(std::move(numbers));
  }
  if (rows.empty()) throw Error(Fault::kInput, path.string(), "a line of numbers", "none");
  Matrix matrix(std::ssize(rows), std::ssize(rows.front()));
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j)
      matrix(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  return matrix;
}

}  // namespace divisi
