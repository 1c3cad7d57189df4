#pragma once
// From a file to one tree: `import: [FILE, ..]` puts other files' tables, functions, formats and
// instructions beside its own; `base: FILE` is read first, then the file's own entries are laid
// over it.

#include <filesystem>
#include <optional>
#include <string>

#include "node.h"
#include "problems.h"

namespace npuforge::isa {

/// The merged tree, without the keys `base` and `import`; a null node (and problems) if a file is
/// no YAML. `name` is the file's path as diagnostics show it; bases are relative to it.
///   machine, units          merge key by key, to any depth
///   formats, instructions, tables, functions
///                           an entry replaces the base's entry of that name; `NAME: ~` removes it
///   everything else         replaces
Node read_document(const std::string& text, const std::string& name, Problems& problems);

/// A file's content. Adds a problem and returns nullopt if it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file, Problems& problems);

} // namespace npuforge::isa
