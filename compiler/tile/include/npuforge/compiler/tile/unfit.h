#pragma once
// What tile-plan says of layers of integers that do not fit the machine.

#include <llvm/ADT/StringRef.h>

namespace npuforge::tile {

/// The module's attribute, there only when tile-plan has failed for these layers alone: the names
/// of their nodes. The network may still fit when they are tensor operators (graph.in_words).
inline constexpr llvm::StringLiteral kUnfitAttr = "tile.unfit";

} // namespace npuforge::tile
