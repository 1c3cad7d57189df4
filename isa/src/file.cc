#include "npuforge/isa/file.h"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace npuforge::isa {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = size_t{1} << 16;

[[noreturn]] void fail_to(const char* what, const fs::path& file, int error) {
  throw FileError(fmt::format("{}: error: cannot be {}: {}", file.string(), what,
                              std::generic_category().message(error)));
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0)
      ::close(number);
  }
};

bool is_special(const fs::path& file) {
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  return fs::exists(status) && !fs::is_regular_file(status);
}

/// mkostemp makes files for the user only: gives it the mode of any other new file.
void set_usual_mode(int descriptor) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor, 0666 & ~mask);
}

} // namespace

std::vector<std::byte> read_file(const fs::path& file) {
  Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (in.number < 0)
    fail_to("read", file, errno);
  std::vector<std::byte> bytes, block(kBlock);
  for (;;) {
    const ssize_t count = ::read(in.number, block.data(), block.size());
    if (count == 0)
      return bytes;
    if (count > 0)
      bytes.insert(bytes.end(), block.begin(), block.begin() + count);
    else if (errno != EINTR)
      fail_to("read", file, errno);
  }
}

std::string read_text_file(const fs::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

OutputFile::OutputFile(fs::path file) : file_(std::move(file)) {
  if (is_special(file_)) {
    descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    temporary_ = file_.string() + ".XXXXXX";
    descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
    if (descriptor_ >= 0)
      set_usual_mode(descriptor_);
  }
  if (descriptor_ < 0)
    fail(errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
  if (!temporary_.empty())
    ::unlink(temporary_.c_str());
}

void OutputFile::fail(int error) const {
  fail_to("written", file_, error);
}

void OutputFile::write(std::string_view text) {
  if (text.size() >= kBlock) {
    flush(std::exchange(buffer_, {}));
    flush(text);
    return;
  }
  buffer_ += text;
  if (buffer_.size() >= kBlock)
    flush(std::exchange(buffer_, {}));
}

void OutputFile::flush(std::string_view text) {
  while (!text.empty() && error_ == 0) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count >= 0)
      text.remove_prefix(static_cast<size_t>(count));
    else if (errno != EINTR)
      error_ = errno;
  }
}

void OutputFile::commit() {
  flush(std::exchange(buffer_, {}));
  // Closing is part of writing: some file systems report a full disk only then.
  if (::close(std::exchange(descriptor_, -1)) != 0 && error_ == 0)
    error_ = errno;
  if (error_ != 0)
    fail(error_);
  if (temporary_.empty())
    return;
  if (std::rename(temporary_.c_str(), file_.c_str()) != 0)
    fail(errno);
  temporary_.clear();
}

void write_file(const fs::path& file, std::string_view text) {
  OutputFile out(file);
  out.write(text);
  out.commit();
}

void write_file(const fs::path& file, std::span<const std::byte> bytes) {
  write_file(file, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    fail_to("written", directory, error.value());
}

} // namespace npuforge::isa
