#pragma once

#include "llvm/ADT/StringRef.h"

namespace npuforge::tile {

/// On tile.layer and npu.layer: the network's value that the layer stores. `name`, `order` (see
/// graph's values.h), the tensor's `shape`, its `layout` (as of assembler::Port), its `data`.
inline constexpr llvm::StringLiteral kLayerValueAttr = "tile.value";

} // namespace npuforge::tile
