#pragma once
// What the assembler's tests share: the spec, a folder for files, and the message of a
// ProgramError.

#include <filesystem>
#include <string>

#include <unistd.h>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/spec.h"

namespace npuforge::assembler::test {

inline const isa::Spec& edge16() {
  static const isa::Spec spec = isa::load_spec(isa::find_machine("edge16"));
  return spec;
}

/// An empty folder that goes away with the object.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "npuforge-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// The message of the ProgramError or FileError that `action` throws; "" if it throws none.
template <typename Action>
std::string message_of(Action&& action) {
  try {
    action();
    return "";
  } catch (const ProgramError& error) {
    return error.what();
  } catch (const isa::FileError& error) {
    return error.what();
  }
}

} // namespace npuforge::assembler::test
