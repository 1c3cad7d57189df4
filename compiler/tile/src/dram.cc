#include "npuforge/compiler/tile/dram.h"

#include "npuforge/compiler/tile/Tile.h"

namespace npuforge::tile {

mlir::LogicalResult checkDram(mlir::ModuleOp module, const isa::Machine& machine, uint64_t text) {
  uint64_t constants = 0, end = 0; // constants lie before the tensors, which may share places
  for (DataOp data : module.getOps<DataOp>()) {
    const uint64_t last = data.getAddress() + data.getBytes();
    end = std::max(end, last);
    if (data.getValue())
      constants = std::max(constants, last);
  }
  const uint64_t dram = machine.dram.bytes;
  if (end + text <= dram)
    return mlir::success();
  auto error = module.emitError() << "the network needs " << end + text
                                  << " bytes of DRAM: " << constants << " of constants, "
                                  << end - constants << " of tensors";
  if (text > 0)
    error << ", " << text << " of instructions";
  return error << "; " << machine.name << " has " << dram << " (dram.bytes)";
}

} // namespace npuforge::tile
