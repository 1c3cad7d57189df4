#pragma once
// Control flow by the host, to compare with.

#include "llvm/ADT/StringRef.h"

namespace npuforge::tile {

/// On the module: the host decides about control flow. Each branch, and each turn of a loop whose
/// number of turns only the device knows, stops the program until the host lets it go on.
inline constexpr llvm::StringLiteral kHostControlAttr = "tile.host_control";

} // namespace npuforge::tile
