#pragma once
// Files in and out, for all parts. An output appears under its name complete or not at all.

#include <cstddef>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace npuforge::isa {

/// "FILE: error: cannot be read: why", or written.
class FileError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The bytes of a file. Throws FileError.
std::vector<std::byte> read_file(const std::filesystem::path& file);
std::string read_text_file(const std::filesystem::path& file);

/// A file written piece by piece: to a temporary name in the same directory, which commit()
/// renames; without commit() nothing stays behind. What is not a regular file (/dev/null, a pipe)
/// is written directly.
class OutputFile {
public:
  explicit OutputFile(std::filesystem::path file); ///< throws FileError if it cannot be made
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view text); ///< never throws FileError: commit() says what went wrong
  void commit();                     ///< throws FileError: a full disk, ...

private:
  void flush(std::string_view text);
  [[noreturn]] void fail(int error) const;

  std::filesystem::path file_;
  std::string temporary_; ///< empty: written directly, or gone
  std::string buffer_;
  int descriptor_ = -1;
  int error_ = 0; ///< the first errno
};

/// A whole file, as OutputFile does it. Throws FileError.
void write_file(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& file, std::string_view text);

/// Makes the directory and its parents. Throws FileError.
void make_directory(const std::filesystem::path& directory);

} // namespace npuforge::isa
