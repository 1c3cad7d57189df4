// Outputs are complete or absent.

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "npuforge/isa/file.h"

#include "../temporary_folder.h"

namespace npuforge::isa {
namespace {

/// The message of the FileError that `action` throws; "" if it throws none.
template <typename Action>
std::string message_of(Action&& action) {
  try {
    action();
    return "";
  } catch (const FileError& error) {
    return error.what();
  }
}

using test::TemporaryFolder;
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
  EXPECT_THAT(message, HasSubstr("f: error: cannot be written: "));
  EXPECT_EQ(read_text_file(folder / "f"), "old");
  EXPECT_EQ(count_files(folder), 1U);
}

TEST(File, DevicesAreWrittenNotReplaced) {
  EXPECT_EQ(message_of([] { write_file("/dev/null", std::string_view("x")); }), "");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_THAT(message_of([] { write_file("/dev/full", std::string_view("x")); }),
              HasSubstr("/dev/full: error: cannot be written: No space left on device"));
}

TEST(File, PiecesAppearWithCommitOnly) {
  const TemporaryFolder folder;
  const std::string piece(40'000, 'x'); // less than what is buffered, then more
  {
    OutputFile given_up(folder / "f");
    given_up.write(piece);
  }
  EXPECT_EQ(count_files(folder), 0U);
  OutputFile out(folder / "f");
  for (int i = 0; i < 5; ++i)
    out.write(piece);
  EXPECT_FALSE(std::filesystem::exists(folder / "f"));
  out.commit();
  EXPECT_EQ(read_text_file(folder / "f"), std::string(200'000, 'x'));
  EXPECT_EQ(count_files(folder), 1U);
}

TEST(File, ReadingWhatIsNotThere) {
  EXPECT_EQ(message_of([] { read_file("/no/such/file"); }),
            "/no/such/file: error: cannot be read: No such file or directory");
  EXPECT_THAT(message_of([] { read_file("/"); }), HasSubstr("Is a directory"));
}

TEST(File, MissingFolder) {
  EXPECT_THAT(message_of([] { write_file("/no/such/folder/f", std::string_view("x")); }),
              HasSubstr("cannot be written: No such file or directory"));
}

} // namespace
} // namespace npuforge::isa
