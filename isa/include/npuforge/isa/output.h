#pragma once
// Generated files: those whose contents would not change are left alone.

#include <filesystem>
#include <string>

#include "npuforge/isa/file.h"

namespace npuforge::isa {

/// As write_file, but a file that holds the text already keeps its time, so that builds that depend
/// on it stay quiet. Throws FileError.
void write_output(const std::filesystem::path& file, const std::string& text);

} // namespace npuforge::isa
