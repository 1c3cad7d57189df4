#include "npuforge/isa/output.h"

namespace npuforge::isa {
namespace {

bool holds(const std::filesystem::path& file, const std::string& text) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return false;
  try {
    return read_text_file(file) == text;
  } catch (const FileError&) {
    return false; // writing says why
  }
}

} // namespace

void write_output(const std::filesystem::path& file, const std::string& text) {
  if (!holds(file, text))
    write_file(file, text);
}

} // namespace npuforge::isa
