// SPDX-License-Identifier: Apache-2.0
#include "divisi/store/mapped_matrix.h"

#include "divisi/store/npy_header.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace divisi {
namespace {

constexpr std::size_t kLongestHeader = 65536;
constexpr Index kBlockBytes = Index{4} << 20;

std::string system_message() {
  return std::generic_category().message(errno);
}

// An open file.
class File {
 public:
  File(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  File(File&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  static File of_input(const std::filesystem::path& path) {
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path.string());
    if (file.descriptor_ < 0)
      throw Error(Fault::kInput, path.string(), "a file that can be read", system_message());
    return file;
  }

  // A file without a name, which ends with the program however that ends.
  static File nameless(const std::filesystem::path& folder) {
    std::string name = (folder / ".divisi-XXXXXX").string();
    File file(::mkostemp(name.data(), O_CLOEXEC), folder.string());
    if (file.descriptor_ < 0)
      throw Error(Fault::kOutput, folder.string(), "a folder to write to", system_message());
    ::unlink(name.c_str());
    return file;
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] double bytes() const {
    struct stat facts {};
    ::fstat(descriptor_, &facts);
    return static_cast<double>(facts.st_size);
  }

  void read(void* to, std::size_t count, std::size_t from) const {
    auto* bytes = static_cast<char*>(to);
    for (std::size_t done = 0; done < count;) {
      const auto got = ::pread(descriptor_, bytes + done, count - done, static_cast<off_t>(from + done));
      if (got <= 0) throw Error(Fault::kInput, name_, "a file that can be read to its end", system_message());
      done += static_cast<std::size_t>(got);
    }
  }

  void append(const void* from, std::size_t count) const {
    const auto* bytes = static_cast<const char*>(from);
    for (std::size_t done = 0; done < count;) {
      const auto put = ::write(descriptor_, bytes + done, count - done);
      if (put <= 0)
        throw Error(Fault::kOutput, name_, "room for " + std::to_string(count) + " bytes more",
                    system_message());
      done += static_cast<std::size_t>(put);
    }
  }

 private:
  int descriptor_;
  std::string name_;
};

NpyHeader header_of(const File& file, const std::string& name) {
  std::string beginning(std::min(kLongestHeader, static_cast<std::size_t>(file.bytes())), '\0');
  file.read(beginning.data(), beginning.size(), 0);
  NpyHeader header = parse_npy_header(beginning, name);
  check_npy_data(header, file.bytes() - static_cast<double>(header.data_begin), name);
  if (header.shape.size() != 2) throw not_a_matrix(name, "an array with 3 dimensions");
  return header;
}

// `count` values of the file from value `first` on.
void read_values(const File& file, const NpyHeader& header, Index first, Index count, float* to) {
  const auto size = static_cast<std::size_t>(count);
  const auto from = [&](std::size_t width) {
    return header.data_begin + static_cast<std::size_t>(first) * width;
  };
  if (header.is_float) return file.read(to, size * sizeof(float), from(sizeof(float)));
  std::vector<double> values(size);
  file.read(values.data(), size * sizeof(double), from(sizeof(double)));
  std::ranges::transform(values, to, [](double x) { return static_cast<float>(x); });
}

// The matrix column by column as float32.
File laid_out(const File& file, const NpyHeader& header, Index rows, Index cols,
              const std::filesystem::path& folder) {
  File result = File::nameless(folder);
  const Index width =
      std::clamp<Index>(kBlockBytes / (4 * std::max<Index>(rows, 1)), 1, std::max<Index>(cols, 1));
  Matrix block(rows, width);
  std::vector<float> row(static_cast<std::size_t>(width));
  for (Index first = 0; first < cols; first += width) {
    const Index count = std::min(width, cols - first);
    if (header.columns_first) {
      read_values(file, header, first * rows, count * rows, block.values().data());
    } else {
      for (Index i = 0; i < rows; ++i) {
        read_values(file, header, i * cols + first, count, row.data());
        for (Index j = 0; j < count; ++j) block(i, j) = row[static_cast<std::size_t>(j)];
      }
    }
    result.append(block.values().data(), static_cast<std::size_t>(rows * count) * sizeof(float));
  }
  return result;
}

}  // namespace

MappedMatrix::MappedMatrix(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const File file = File::of_input(path);
  const NpyHeader header = header_of(file, path.string());
  rows_ = static_cast<Index>(header.shape[0]);
  cols_ = static_cast<Index>(header.shape[1]);
  if (rows_ == 0 || cols_ == 0) return;
  const bool as_it_lies = header.is_float && header.columns_first && header.data_begin % sizeof(float) == 0;
  const File other = as_it_lies ? File::of_input(path) : laid_out(file, header, rows_, cols_, folder);
  const std::size_t begin = as_it_lies ? header.data_begin : 0;
  window_size_ = begin + static_cast<std::size_t>(rows_ * cols_) * sizeof(float);
  window_ = ::mmap(nullptr, window_size_, PROT_READ, MAP_PRIVATE, other.descriptor(), 0);
  if (window_ == MAP_FAILED)
    throw Error(Fault::kMemory, path.string(), "a window onto the file", system_message());
  values_ = reinterpret_cast<const float*>(static_cast<const char*>(window_) + begin);
}

MappedMatrix::~MappedMatrix() {
  if (window_ != nullptr) ::munmap(window_, window_size_);
}

void MappedMatrix::drop(Index first, Index count) const {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(values_ + first * rows_) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(values_ + (first + count) * rows_) / page * page;
  if (end <= begin) return;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): pages are numbers
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

NpyFacts npy_facts(const std::filesystem::path& path) {
  const File file = File::of_input(path);
  const NpyHeader header = header_of(file, path.string());
  return {static_cast<Index>(header.shape[0]), static_cast<Index>(header.shape[1]), file.bytes()};
}

}  // namespace divisi
