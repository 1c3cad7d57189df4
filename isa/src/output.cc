#include "npuforge/isa/output.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

namespace npuforge::isa {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, const std::string& why) {
  throw std::runtime_error(fmt::format("{}: error: cannot be written: {}", file.string(), why));
}

bool holds(const fs::path& file, const std::string& text) {
  std::ifstream old(file, std::ios::binary);
  return old && std::string{std::istreambuf_iterator<char>(old), {}} == text;
}

/// 0, or the errno of what went wrong.
int write_text(const fs::path& file, const std::string& text) {
  errno = 0;
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  return out ? 0 : errno ? errno : EIO;
}

} // namespace

void write_output(const fs::path& file, const std::string& text) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (int number = write_text(file, text))
      fail(file, std::strerror(number));
    return;
  }
  if (fs::exists(status) && holds(file, text))
    return;
  fs::path temporary = file;
  temporary += fmt::format(".{}.tmp", ::getpid());
  std::string why;
  if (int number = write_text(temporary, text)) {
    why = std::strerror(number);
  } else {
    fs::rename(temporary, file, error);
    why = error ? error.message() : "";
  }
  if (why.empty())
    return;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  fail(file, why);
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    fail(directory, error.message());
}

} // namespace npuforge::isa
