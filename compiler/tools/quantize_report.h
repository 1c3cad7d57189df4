#pragma once
// What post-training quantisation did to a network: for the terminal, as Markdown, as JSON.

#include <filesystem>

#include "npuforge/compiler/quantize/quantize.h"

namespace npuforge::tools {

void print(const quantize::Report& report);

/// JSON if the file's name ends with .json, else Markdown. Throws isa::FileError.
void write(const quantize::Report& report, const std::filesystem::path& file);

} // namespace npuforge::tools
