// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/descriptor.h"

#include "divisi/core/error.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace divisi {
namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

// Repeats a system call that a signal has interrupted.
template <typename Call>
auto again(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept
    : file_(std::exchange(other.file_, -1)), name_(std::move(other.name_)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(name_, other.name_);
  return *this;
}

Descriptor::~Descriptor() {
  if (file_ >= 0) ::close(file_);
}

Descriptor Descriptor::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe that nobody writes to would hold the program here, deaf to every signal.
  const int file = again([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); });
  if (file < 0) {
    const int code = errno;
    std::error_code ignored;
    if (code == ENOENT && std::filesystem::is_symlink(path, ignored)) {
      throw Error(Fault::kInput, path.string(), "an audio file", "a link to a file that does not exist");
    }
    throw Error(Fault::kInput, path.string(), "a file that can be read", reason(code));
  }
  Descriptor descriptor(file, path.string());
  struct stat status {};
  if (::fstat(file, &status) != 0) {
    throw Error(Fault::kInput, path.string(), "a file that can be read", reason(errno));
  }
  if (S_ISDIR(status.st_mode)) throw Error(Fault::kInput, path.string(), "an audio file", "a folder");
  // A device may never end.
  if (S_ISCHR(status.st_mode)) throw Error(Fault::kInput, path.string(), "an audio file", "a device");
  return descriptor;
}

Descriptor Descriptor::create(const std::filesystem::path& path) {
  const int file =
      again([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666); });
  if (file < 0) throw Error(Fault::kOutput, path.string(), "a file that can be written", reason(errno));
  return {file, path.string()};
}

Descriptor Descriptor::temporary(const std::filesystem::path& folder) {
  std::string name = (folder / "divisi-XXXXXX").string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) {
    throw Error(Fault::kOutput, folder.string(), "a folder for temporary files that can be written",
                reason(errno));
  }
  ::unlink(name.c_str());
  return {file, folder.string()};
}

std::int64_t Descriptor::size() const {
  struct stat status {};
  return ::fstat(file_, &status) == 0 ? status.st_size : 0;
}

bool Descriptor::is_seekable() const {
  return ::lseek(file_, 0, SEEK_CUR) >= 0;
}

std::size_t Descriptor::read_at(std::span<std::byte> block, std::int64_t position) const {
  std::size_t done = 0;
  while (done < block.size()) {
    const auto offset = position + static_cast<std::int64_t>(done);
    const auto count =
        again([&] { return ::pread(file_, block.data() + done, block.size() - done, offset); });
    if (count < 0) throw Error(Fault::kInput, name_, "a file that can be read", reason(errno));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void Descriptor::write_at(std::span<const std::byte> block, std::int64_t position) const {
  for (std::size_t done = 0; done < block.size();) {
    const auto offset = position + static_cast<std::int64_t>(done);
    const auto count =
        again([&] { return ::pwrite(file_, block.data() + done, block.size() - done, offset); });
    if (count <= 0) {
      throw Error(Fault::kOutput, name_, "room to write", reason(count < 0 ? errno : ENOSPC));
    }
    done += static_cast<std::size_t>(count);
  }
}

void Descriptor::close() {
  // Not repeated after EINTR: Linux has closed the file by then.
  if (file_ >= 0 && ::close(std::exchange(file_, -1)) != 0 && errno != EINTR) {
    throw Error(Fault::kOutput, name_, "room to write", reason(errno));
  }
}

std::optional<Descriptor> spool(int pipe, const std::string& name, const std::filesystem::path& folder,
                                const Observer& observer) {
  // Nothing ever comes out of what is closed or only written to, and waiting for it tells no error.
  const int flags = ::fcntl(pipe, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) throw Error(Fault::kInput, name, "sound", reason(EBADF));
  Descriptor copy = Descriptor::temporary(folder);
  std::array<std::byte, 65536> block{};
  std::int64_t size = 0;
  while (keep_going(observer, {.stage = "read", .cost = {}})) {
    constexpr int kPatienceMs = 50;  // then the observer is asked again
    pollfd waiting{.fd = pipe, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) continue;
    const auto count = ::read(pipe, block.data(), block.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) throw Error(Fault::kInput, name, "sound", reason(errno));
    if (count == 0) {
      copy.set_name(name);
      return copy;
    }
    copy.write_at(std::span(block).first(static_cast<std::size_t>(count)), size);
    size += count;
  }
  return std::nullopt;
}

}  // namespace divisi
