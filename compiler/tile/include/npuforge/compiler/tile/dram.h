#pragma once
// Does a program fit into the machine's DRAM?

#include "npuforge/isa/spec.h"

#include "mlir/IR/BuiltinOps.h"

namespace npuforge::tile {

/// One error that says what the DRAM would have to hold, if it is more than there is: the module's
/// tile.data at their addresses, and behind them `text` bytes of instructions.
mlir::LogicalResult checkDram(mlir::ModuleOp module, const isa::Machine& machine, uint64_t text);

} // namespace npuforge::tile
