#pragma once
// The tile dialect and its passes: from the graph's quantised stage to loops of copies,
// multiplications, maps and reductions over buffers at fixed places.

#include <memory>

#include "npuforge/compiler/tile/TileOpsDialect.h.inc"
#include "npuforge/isa/spec.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/Pass.h"
#define GET_TYPEDEF_CLASSES
#include "npuforge/compiler/tile/TileOpsTypes.h.inc"
#define GET_OP_CLASSES
#include "npuforge/compiler/tile/TileOps.h.inc"

namespace npuforge::tile {

/// `tile-plan`: writes the attribute `tile.plan` on the last operation of each layer: the shape of
/// its loops and the size of its tiles. Fails, naming every layer and the reason, when a layer does
/// not fit.
/// `fast_math`: maps may be rewritten in ways that change the last bits of f32.
std::unique_ptr<mlir::Pass> createPlanPass(const isa::Spec& spec, bool fast_math = false);

/// `tile-generate`: makes the code that the plans say; the graph's function is replaced by tile
/// operations.
std::unique_ptr<mlir::Pass> createGeneratePass(const isa::Spec& spec);

/// `tile-fit-windows`: poolings and convolutions over words of which no tile holds a window become
/// moves, smaller windows and reductions.
std::unique_ptr<mlir::Pass> createFitPass(const isa::Spec& spec);

/// `tile-split`: brings operations over words to the forms that layers take.
std::unique_ptr<mlir::Pass> createSplitPass(const isa::Spec& spec);

/// `tile-fuse`: marks and plans maps that are computed while a product's results lie in the
/// accumulator.
std::unique_ptr<mlir::Pass> createFusePass(const isa::Spec& spec, bool fast_math = false);

/// For text pipelines, where the option `machine` names the spec.
void registerFitPass();
void registerFusePass();
void registerSplitPass();
void registerPlanPass();
void registerGeneratePass();
/// `tile-patterns`: shows the regions that instructions are matched by.
void registerPatternsPass();

} // namespace npuforge::tile
