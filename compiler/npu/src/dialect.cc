// Registration of the npu dialect.
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/npu/NpuOpsDialect.cpp.inc"

#include "mlir/IR/Builders.h"
#define GET_OP_CLASSES
#include "npuforge/compiler/npu/NpuOps.cpp.inc"

namespace npuforge::npu {

void NpuDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "npuforge/compiler/npu/NpuOps.cpp.inc"
      >();
}

} // namespace npuforge::npu
