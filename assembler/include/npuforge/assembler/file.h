#pragma once
// Whole files in and out. An output appears under its name complete or not at all.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace npuforge::assembler {

/// The bytes of a file. Throws ProgramError naming the file and the reason.
std::vector<std::byte> read_file(const std::filesystem::path& file);
std::string read_text_file(const std::filesystem::path& file);

/// Writes to a temporary name in the same directory, then renames. What is not a regular file
/// (/dev/null, a pipe) is written directly. Throws ProgramError, and leaves nothing behind.
void write_file(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_file(const std::filesystem::path& file, std::string_view text);

} // namespace npuforge::assembler
