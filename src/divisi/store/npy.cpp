// SPDX-License-Identifier: Apache-2.0
#include "divisi/store/npy.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/store/npy_header.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <zip.h>

static_assert(std::endian::native == std::endian::little, "NumPy files are written as they lie in memory");

namespace divisi {
namespace {

// An array of two dimensions is one slice, one of three a slice for each index of the first.
struct Array {
  std::size_t dimensions = 2;
  std::vector<Matrix> slices;
};

// The slices of an array whose data are there in full.
template <typename T>
std::vector<Matrix> to_slices(std::string_view data, const std::vector<Index>& shape, bool columns_first) {
  std::vector<Matrix> slices;
  for (Index n = 0; n < shape[0]; ++n) {
    Matrix& matrix = slices.emplace_back(shape[1], shape[2]);
    for (Index j = 0; j < shape[2]; ++j) {
      for (Index i = 0; i < shape[1]; ++i) {
        const Index at =
            columns_first ? n + (i + j * shape[1]) * shape[0] : (n * shape[1] + i) * shape[2] + j;
        T value{};
        std::memcpy(&value, data.data() + at * static_cast<Index>(sizeof(T)), sizeof(T));
        matrix(i, j) = static_cast<float>(value);
      }
    }
  }
  return slices;
}

Array parse_npy(std::string_view bytes, const std::string& name) {
  const NpyHeader header = parse_npy_header(bytes, name);
  const std::string_view data = bytes.substr(header.data_begin);
  check_npy_data(header, static_cast<double>(data.size()), name);
  const std::size_t dimensions = header.shape.size();
  std::vector<Index> shape(3 - dimensions, 1);
  for (const double size : header.shape) shape.push_back(static_cast<Index>(size));
  return {dimensions, header.is_float ? to_slices<float>(data, shape, header.columns_first)
                                      : to_slices<double>(data, shape, header.columns_first)};
}

Matrix to_matrix(Array array, const std::string& name) {
  if (array.dimensions != 2) {
    throw not_a_matrix(name, "an array with " + std::to_string(array.dimensions) + " dimensions");
  }
  return std::move(array.slices.front());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw Error(Fault::kInput, path.string(), "a file that can be read",
                std::filesystem::is_directory(path) ? "a folder" : "none");
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The bytes of a .npy file: version 1.0, the data on a multiple of 64 bytes as numpy has it.
std::string npy_bytes(std::string_view type, std::string_view shape, bool columns_first,
                      std::string_view data) {
  std::string header = "{'descr': '" + std::string(type) +
                       "', 'fortran_order': " + (columns_first ? "True" : "False") + ", 'shape': (" +
                       std::string(shape) + "), }";
  const std::size_t preamble = kNpyMagic.size() + 4;
  header.append(63 - (preamble + header.size()) % 64, ' ').push_back('\n');
  std::string bytes(kNpyMagic);
  bytes += '\x01';
  bytes += '\x00';
  bytes += static_cast<char>(header.size() & 0xffU);
  bytes += static_cast<char>(header.size() >> 8U);
  return bytes + header + std::string(data);
}

std::string shape_text(const std::vector<Index>& shape) {
  std::string text;
  for (const Index size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return text;
}

template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

Matrix read_npy(const std::filesystem::path& path) {
  return to_matrix(parse_npy(read_file(path), path.string()), path.string());
}

namespace {

// The .npy files in an archive, by name.
std::map<std::string, std::string> read_members(const std::filesystem::path& path) {
  int status = 0;
  const std::unique_ptr<zip_t, decltype(&zip_discard)> archive(zip_open(path.c_str(), ZIP_RDONLY, &status),
                                                               &zip_discard);
  if (!archive)
    throw Error(Fault::kInput, path.string(), "a .npz file as numpy.savez writes it", "a file that is none");
  std::map<std::string, std::string> members;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive.get(), 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(archive.get(), index, 0),
                                                                  &zip_fclose);
    if (!file) throw Error(Fault::kInput, path.string(), "a whole .npz file", "a damaged one");
    std::string bytes;
    std::vector<char> block(1 << 16);  // in blocks: the size that the archive claims need not be true
    for (zip_int64_t count = 0; (count = zip_fread(file.get(), block.data(), block.size())) != 0;) {
      if (count < 0) throw Error(Fault::kInput, path.string(), "a whole .npz file", "a damaged one");
      bytes.append(block.data(), static_cast<std::size_t>(count));
    }
    std::string name = zip_get_name(archive.get(), index, 0);
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    members.emplace(std::move(name), std::move(bytes));
  }
  return members;
}

std::map<std::string, Array> read_arrays(const std::filesystem::path& path) {
  std::map<std::string, Array> arrays;
  for (const auto& [name, bytes] : read_members(path)) {
    try {
      arrays.emplace(name, parse_npy(bytes, path.string() + ":" + name));
    } catch (const Error&) {
      continue;  // an array of another kind
    }
  }
  return arrays;
}

// Slices of the same shape under each other, or beside each other.
Matrix stacked(const std::vector<Matrix>& slices, bool under) {
  if (slices.empty()) return {};
  const Index rows = slices.front().rows();
  const Index cols = slices.front().cols();
  const Index count = std::ssize(slices);
  Matrix whole(under ? count * rows : rows, under ? cols : count * cols);
  for (Index n = 0; n < count; ++n) {
    for (Index j = 0; j < cols; ++j) {
      const auto column = slices[static_cast<std::size_t>(n)].col(j);
      std::ranges::copy(column, (under ? whole.col(j).begin() + n * rows : whole.col(n * cols + j).begin()));
    }
  }
  return whole;
}

}  // namespace

std::map<std::string, Matrix> read_npz(const std::filesystem::path& path) {
  std::map<std::string, Matrix> matrices;
  for (auto& [name, array] : read_arrays(path)) {
    if (array.dimensions == 2) matrices.emplace(name, std::move(array.slices.front()));
  }
  return matrices;
}

Factors read_factors(const std::filesystem::path& path) {
  auto arrays = read_arrays(path);
  const auto& W = arrays["W"].slices;
  const auto& H = arrays["H"].slices;
  if (!W.empty() && !H.empty() && W.front().cols() != H.front().rows()) {
    throw Error(Fault::kInput, path.string(), "W and H of the same components",
                std::to_string(W.front().cols()) + " and " + std::to_string(H.front().rows()));
  }
  return {.W = stacked(W, false),
          .H = stacked(H, true),
          .time_shifts = std::max<Index>(1, std::ssize(W)),
          .pitch_shifts = std::max<Index>(1, std::ssize(H))};
}

std::optional<std::string> read_npz_text(const std::filesystem::path& path, const std::string& name) {
  const auto members = read_members(path);
  const auto member = members.find(name);
  if (member == members.end()) return std::nullopt;
  const std::string& bytes = member->second;
  const std::size_t header_end = bytes.find('\n');
  if (!bytes.starts_with(kNpyMagic) || header_end == std::string::npos ||
      bytes.substr(0, header_end).find("'descr': '<U") == std::string::npos) {
    return std::nullopt;
  }
  std::string text;
  for (std::size_t at = header_end + 1; at + 4 <= bytes.size(); at += 4) {
    if (bytes[at] != '\0') text += bytes[at];
  }
  return text;
}

void NpzWriter::add(std::string name, ConstMatrixView matrix) {
  std::string data;
  for (Index j = 0; j < matrix.cols(); ++j) {
    const auto column = matrix.col(j);
    data.append(reinterpret_cast<const char*>(column.data()), column.size_bytes());
  }
  const std::string shape = std::to_string(matrix.rows()) + ", " + std::to_string(matrix.cols());
  arrays_.emplace_back(std::move(name), npy_bytes("<f4", shape, true, data));
}

void NpzWriter::add(std::string name, const std::vector<double>& values) {
  arrays_.emplace_back(std::move(name),
                       npy_bytes("<f8", std::to_string(values.size()) + ",", false, bytes_of(values)));
}

void NpzWriter::add(std::string name, const std::vector<double>& values, Index cols) {
  const std::string shape = std::to_string(std::ssize(values) / cols) + ", " + std::to_string(cols);
  arrays_.emplace_back(std::move(name), npy_bytes("<f8", shape, false, bytes_of(values)));
}

void NpzWriter::add(std::string name, std::string_view text) {
  // numpy's strings have four bytes a character; this text is ASCII or is cut into bytes above it, which JSON
  // escapes.
  std::vector<std::uint32_t> characters;  // numpy's strings have four bytes a character
  for (const char c : text) characters.push_back(static_cast<unsigned char>(c));
  const std::string type = "<U" + std::to_string(std::max<std::size_t>(characters.size(), 1));
  if (characters.empty()) characters.push_back(0);
  arrays_.emplace_back(std::move(name), npy_bytes(type, "", false, bytes_of(characters)));
}

void NpzWriter::add(const Fit& fit) {
  add_factors(fit.factors);
  std::vector<double> costs;
  for (const CostPoint& point : fit.costs) {
    costs.insert(costs.end(), {static_cast<double>(point.iteration), point.cost});
  }
  add("cost", costs, 2);
}

void NpzWriter::add_factors(const Factors& factors) {
  const Index components = factors.components();
  if (factors.time_shifts == 1 && factors.pitch_shifts == 1) {
    add("W", factors.W);
  } else {
    std::vector<float> values;  // in C's order, as the next one
    for (Index tau = 0; tau < factors.time_shifts; ++tau) {
      for (Index i = 0; i < factors.W.rows(); ++i) {
        for (Index k = 0; k < components; ++k) values.push_back(factors.W(i, tau * components + k));
      }
    }
    arrays_.emplace_back(
        "W", npy_bytes("<f4", shape_text({factors.time_shifts, factors.W.rows(), components}), false,
                       bytes_of(values)));
  }
  if (factors.H.empty()) return;
  if (factors.pitch_shifts == 1) return add("H", factors.H);
  std::vector<float> values;
  for (Index row = 0; row < factors.H.rows(); ++row) {
    for (Index j = 0; j < factors.H.cols(); ++j) values.push_back(factors.H(row, j));
  }
  arrays_.emplace_back("H", npy_bytes("<f4", shape_text({factors.pitch_shifts, components, factors.H.cols()}),
                                      false, bytes_of(values)));
}

void NpzWriter::write(const std::filesystem::path& path) const {
  int status = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &status);
  const auto fail = [&](const std::string& reason) {  // its own: the archive takes its text along
    if (archive != nullptr) zip_discard(archive);
    throw Error(Fault::kOutput, path.string(), "a file that can be written", reason);
  };
  if (archive == nullptr) fail(std::generic_category().message(errno));
  constexpr time_t kDate =
      315619200;  // 2 January 1980, the first day that a zip file knows in every time zone
  for (const auto& [name, bytes] : arrays_) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index =
        source != nullptr ? zip_file_add(archive, (name + ".npy").c_str(), source, 0) : -1;
    if (index < 0) fail(zip_strerror(archive));
    const auto entry = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0);
    zip_file_set_mtime(archive, entry, kDate, 0);
  }
  if (zip_close(archive) != 0) fail(zip_strerror(archive));
}

}  // namespace divisi
