// Outputs are complete or absent.

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "npuforge/assembler/file.h"

#include "support.h"

namespace npuforge::assembler::test {
namespace {

using testing::HasSubstr;

std::size_t count_files(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

// While it lives, writes beyond `bytes` of a file fail, as on a full disk.
class SmallDisk {
public:
  explicit SmallDisk(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

private:
  rlimit before_{};
  void (*signal_)(int);
};

TEST(File, ReplacesTheWholeFile) {
  const TemporaryFolder folder;
  write_file(folder / "f", std::string_view("long contents"));
  write_file(folder / "f", std::string_view("short"));
  EXPECT_EQ(read_text_file(folder / "f"), "short");
  EXPECT_EQ(count_files(folder), 1U);
}

TEST(File, FullDiskLeavesTheOldFileAndNothingElse) {
  const TemporaryFolder folder;
  write_file(folder / "f", std::string_view("old"));
  std::string message;
  {
    const SmallDisk full(1000);
    message = message_of([&] { write_file(folder / "f", std::string(5000, 'x')); });
  }
  EXPECT_THAT(message, HasSubstr("f: error: cannot write: "));
  EXPECT_EQ(read_text_file(folder / "f"), "old");
  EXPECT_EQ(count_files(folder), 1U);
}

TEST(File, DevicesAreWrittenNotReplaced) {
  EXPECT_EQ(message_of([] { write_file("/dev/null", std::string_view("x")); }), "");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_THAT(message_of([] { write_file("/dev/full", std::string_view("x")); }),
              HasSubstr("/dev/full: error: cannot write: No space left on device"));
}

TEST(File, MissingFolder) {
  EXPECT_THAT(message_of([] { write_file("/no/such/folder/f", std::string_view("x")); }),
              HasSubstr("cannot write: No such file or directory"));
}

} // namespace
} // namespace npuforge::assembler::test
