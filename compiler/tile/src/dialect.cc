// Registration, parsing and verification of the tile dialect.
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/TileOpsDialect.cpp.inc"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#define GET_TYPEDEF_CLASSES
#include "npuforge/compiler/tile/TileOpsTypes.cpp.inc"
#define GET_OP_CLASSES
#include "npuforge/compiler/tile/TileOps.cpp.inc"

namespace npuforge::tile {

void TileDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "npuforge/compiler/tile/TileOpsTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "npuforge/compiler/tile/TileOps.cpp.inc"
      >();
}

mlir::LogicalResult BufferOp::verify() {
  llvm::StringRef space = getSpace();
  if (space != "scratchpad" && space != "accumulator" && space != "dram")
    return emitOpError() << "has the unknown space '" << space << "'";
  if (static_cast<int64_t>(getAddress()) < 0 || static_cast<int64_t>(getSize()) <= 0)
    return emitOpError() << "has a negative address or no size";
  return mlir::success();
}

mlir::LogicalResult StreamOp::verify() {
  size_t levels = getStaticCounts().size();
  if (getStrides().size() != levels)
    return emitOpError() << "needs one stride for each count";
  if (!getStaticLows().empty() && getStaticLows().size() != levels)
    return emitOpError() << "needs a window bound for each count";
  if (getStaticLows().size() != getStaticHighs().size())
    return emitOpError() << "needs as many highs as lows";
  for (int64_t count : getStaticCounts())
    if (count < 1 && !mlir::ShapedType::isDynamic(count))
      return emitOpError() << "has a count below one";
  // Where base, counts and windows are constants the last row must begin inside the buffer.
  auto buffer = getBuffer().getDefiningOp<BufferOp>();
  if (!buffer || getBase() || !getStaticLows().empty() || !getCounts().empty())
    return mlir::success();
  auto last = static_cast<int64_t>(getOffset());
  for (auto [count, stride] : llvm::zip(getStaticCounts(), getStrides()))
    last += (count - 1) * stride;
  if (static_cast<int64_t>(getOffset()) < 0 || last >= static_cast<int64_t>(buffer.getSize()))
    return emitOpError() << "reaches row start " << last << " of '" << buffer.getLabel()
                         << "', whose size is " << buffer.getSize();
  return mlir::success();
}

} // namespace npuforge::tile
