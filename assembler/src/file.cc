#include "npuforge/assembler/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what, int error) {
  throw ProgramError(fmt::format("{}: error: cannot {}: {}", file.string(), what,
                                 std::generic_category().message(error)));
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) {
      ::close(number);
    }
  }
};

// 0 or an errno. Closing is part of writing: some file systems report a full disk only then.
int write_all(Descriptor& out, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(out.number, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return errno;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  const int result = ::close(std::exchange(out.number, -1));
  return result == 0 ? 0 : errno;
}

void write_directly(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  Descriptor out{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
  const int error = out.number < 0 ? errno : write_all(out, bytes);
  if (error != 0) {
    fail(file, "write", error);
  }
}

} // namespace

std::vector<std::byte> read_file(const std::filesystem::path& file) {
  Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (in.number < 0) {
    fail(file, "read", errno);
  }
  std::vector<std::byte> bytes;
  std::vector<std::byte> block(std::size_t{1} << 16);
  for (;;) {
    const ssize_t count = ::read(in.number, block.data(), block.size());
    if (count == 0) {
      return bytes;
    }
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail(file, "read", errno);
    }
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }
}

std::string read_text_file(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_file(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(file, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    write_directly(file, bytes);
    return;
  }
  std::string temporary = file.string() + ".XXXXXX";
  Descriptor out{::mkostemp(temporary.data(), O_CLOEXEC)};
  if (out.number < 0) {
    fail(file, "write", errno);
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(out.number, 0666 & ~mask);
  int error = write_all(out, bytes);
  if (error == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    ::unlink(temporary.c_str());
    fail(file, "write", error);
  }
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  write_file(file, std::as_bytes(std::span(text)));
}

} // namespace npuforge::assembler
