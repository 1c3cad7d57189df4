#pragma once
// A pass that covers maps with the spec's instructions: what all of these need.

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace npuforge::tile {

template <typename Derived>
class PatternPass : public SpecPass<Derived> {
public:
  PatternPass() = default;
  PatternPass(const isa::Spec& spec, bool fast_math_) : SpecPass<Derived>(spec) {
    fast_math = fast_math_;
  }
  PatternPass(const PatternPass& other) : SpecPass<Derived>(other) { fast_math = other.fast_math; }

  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                    graph::GraphDialect>(); // of instructions' regions
  }

protected:
  mlir::Pass::Option<bool> fast_math{
      *this, "fast-math", llvm::cl::desc("allow rewrites that change the last bits of f32")};
};

} // namespace npuforge::tile
