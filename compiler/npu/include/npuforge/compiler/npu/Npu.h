#pragma once
// The npu dialect, its passes, and the way from it to a program.

#include <memory>

#include "npuforge/assembler/program.h"
#include "npuforge/compiler/npu/NpuOpsDialect.h.inc"
#include "npuforge/isa/spec.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Pass/Pass.h"
#define GET_OP_CLASSES
#include "npuforge/compiler/npu/NpuOps.h.inc"

namespace mlir {
class OpPassManager;
}

namespace npuforge::npu {

/// `npu-lower`: tile and scf operations become instructions; assigns scalar registers and address
/// generators.
std::unique_ptr<mlir::Pass> createLowerPass(const isa::Spec& spec);

/// `npu-tokens`: await and signal become wait and post masks of neighbouring instructions, or of
/// instructions that do nothing else where no instruction of the unit is next to them.
std::unique_ptr<mlir::Pass> createTokensPass(const isa::Spec& spec);

/// For text pipelines, where the option `machine` names the spec.
void registerLowerPass();
void registerTokensPass();

/// Encodes the module's npu.program, its data and its ports. Emits an error and fails if an operand
/// does not fit.
mlir::FailureOr<assembler::Program> translateToProgram(mlir::ModuleOp module,
                                                       const isa::Spec& spec);

/// The passes from the graph's quantised stage to tile operations.
/// `fast_math`: maps may be rewritten in ways that change the last bits of f32.
void buildTilePipeline(mlir::OpPassManager& pipeline, const isa::Spec& spec,
                       bool fast_math = false);
/// The passes from tile operations to npu instructions.
void buildNpuPipeline(mlir::OpPassManager& pipeline, const isa::Spec& spec);

} // namespace npuforge::npu
