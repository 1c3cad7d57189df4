#pragma once
// Written files. A file appears under its name complete or not at all.

#include <filesystem>
#include <string>

namespace npuforge::isa {

/// Writes to a temporary name in the same directory, then renames; what is no regular file
/// (/dev/stdout, a pipe) is written directly. A file whose contents would not change is left alone,
/// so that builds that depend on it stay quiet. Throws std::runtime_error ("FILE: error: cannot be
/// written: why") and leaves nothing behind.
void write_output(const std::filesystem::path& file, const std::string& text);

/// Makes the directory and its parents. Throws std::runtime_error.
void make_directory(const std::filesystem::path& directory);

} // namespace npuforge::isa
