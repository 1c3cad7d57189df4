// tile-patterns: what the matcher sees of a machine.
#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/semantics.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

struct PatternsPass : SpecPass<PatternsPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PatternsPass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "tile-patterns"; }
  StringRef getDescription() const override {
    return "Add the machine's maps as functions; a remark says why an instruction has none";
  }
  void getDependentDialects(DialectRegistry& registry) const override {
    registry
        .insert<func::FuncDialect, arith::ArithDialect, math::MathDialect, graph::GraphDialect>();
  }
  void runOnOperation() override {
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    for (const isa::Instruction& instruction : spec().instructions) {
      if (instruction.action != isa::Action::Map)
        continue;
      try {
        match::makeRegion(builder, instruction, instruction.result);
      } catch (const match::NoRegion& reason) {
        getOperation().emitRemark() << instruction.mnemonic << ": " << reason.what();
      }
    }
  }
};

} // namespace

void registerPatternsPass() {
  PassRegistration<PatternsPass>();
}

} // namespace npuforge::tile
