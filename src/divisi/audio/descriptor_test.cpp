// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/descriptor.h"

#include "divisi/audio/test_files.h"

#include <array>
#include <thread>
#include <unistd.h>

namespace divisi {
namespace {

std::string read_all(const Descriptor& file) {
  std::string bytes(static_cast<std::size_t>(file.size()), ' ');
  EXPECT_EQ(file.read_at(std::as_writable_bytes(std::span(bytes)), 0), bytes.size());
  return bytes;
}

TEST(Descriptor, ReadsAndWritesAtAnyPosition) {
  const TestFolder folder;
  const auto file = Descriptor::create(folder / "x");
  const std::string text = "abc";
  file.write_at(std::as_bytes(std::span(text)), 2);
  file.write_at(std::as_bytes(std::span(text)), 0);
  EXPECT_EQ(file.size(), 5);
  EXPECT_EQ(read_all(file), "abcbc");
  std::array<std::byte, 10> block{};
  EXPECT_EQ(file.read_at(block, 3), 2U);
  EXPECT_EQ(file.read_at(block, 5), 0U);
  EXPECT_TRUE(file.is_seekable());
}

TEST(Descriptor, ATemporaryFileHasNoName) {
  const TestFolder folder;
  const auto file = Descriptor::temporary(folder.path());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  const std::string text = "abc";
  file.write_at(std::as_bytes(std::span(text)), 0);
  EXPECT_EQ(read_all(file), "abc");
}

TEST(Descriptor, SaysWhyAFileCannotBeRead) {
  const TestFolder folder;
  const auto refusal = [](const std::filesystem::path& path) {
    return message_of(Fault::kInput, [&] { Descriptor::open(path); });
  };
  EXPECT_NE(refusal(folder / "no.wav").find("No such file"), std::string::npos);
  EXPECT_NE(refusal(folder.path()).find("got a folder"), std::string::npos);
  EXPECT_NE(refusal("/dev/null").find("got a device"), std::string::npos);
  std::filesystem::create_symlink(folder / "no.wav", folder / "link.wav");
  EXPECT_NE(refusal(folder / "link.wav").find("a link to a file that does not exist"), std::string::npos);
}

TEST(Descriptor, SaysWhyAFileIsNotPermitted) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TestFolder folder;
  const auto path = folder.write("x.wav", "abc");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const auto message = message_of(Fault::kInput, [&] { Descriptor::open(path); });
  EXPECT_NE(message.find("Permission denied"), std::string::npos);
}

TEST(Descriptor, SaysWhyAFileCannotBeWritten) {
  const TestFolder folder;
  const auto made = message_of(Fault::kOutput, [&] { Descriptor::create(folder / "no/x.wav"); });
  EXPECT_NE(made.find("No such file"), std::string::npos);
  const auto temporary = message_of(Fault::kOutput, [&] { Descriptor::temporary(folder / "no"); });
  EXPECT_NE(temporary.find("No such file"), std::string::npos);
  const auto full = Descriptor::create("/dev/full");
  const std::array<std::byte, 3> bytes{};
  const auto written = message_of(Fault::kOutput, [&] { full.write_at(bytes, 0); });
  EXPECT_NE(written.find("No space left on device"), std::string::npos);
}

TEST(Spool, KeepsAllThatComesOutOfAPipe) {
  const TestFolder folder;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Descriptor out(ends[0], "pipe");
  EXPECT_FALSE(out.is_seekable());
  std::string sent(200000, 'x');
  sent.back() = 'y';
  std::jthread sender([&, end = ends[1]] {
    for (std::size_t done = 0; done < sent.size();) {
      const auto count = ::write(end, sent.data() + done, std::min<std::size_t>(7001, sent.size() - done));
      if (count > 0) done += static_cast<std::size_t>(count);
    }
    ::close(end);
  });
  const auto file = spool(out.get(), "standard input", folder.path());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->name(), "standard input");
  EXPECT_EQ(read_all(*file), sent);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Spool, StopsWhenItIsCancelled) {
  const TestFolder folder;
  const auto file = Descriptor::open(folder.write("x", "abc"));
  EXPECT_FALSE(spool(file.get(), "x", folder.path(), [](const Progress&) { return false; }));
}

TEST(Spool, SaysThatItCannotRead) {
  const TestFolder folder;
  const auto message = message_of(Fault::kInput, [&] { spool(-1, "standard input", folder.path()); });
  EXPECT_NE(message.find("standard input: expected sound, got Bad file descriptor"), std::string::npos);
}

}  // namespace
}  // namespace divisi
