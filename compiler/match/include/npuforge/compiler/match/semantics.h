#pragma once
// An instruction's meaning as a region of arith and math, from the spec's expressions.

#include <stdexcept>

#include "npuforge/isa/spec.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace npuforge::match {

/// Why an expression has no region: it uses what graphs do not have.
class NoRegion : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An attribute [low, high] of an operation: a function of the spec that it stands for declares its
/// error for a last operand between these.
inline constexpr llvm::StringLiteral kDomain = "match.domain";

/// A function whose arguments are the operands that the expressions name, in the order of the
/// instruction's operands, with their names as `match.operand`; `state` of a reduction is one as
/// well. It returns the expressions' values. A function of the spec that declares what it
/// implements becomes that operation of math. Throws NoRegion.
mlir::func::FuncOp makeRegion(mlir::OpBuilder& builder, const isa::Instruction& instruction,
                              llvm::ArrayRef<isa::ExprPtr> expressions);

mlir::Type toMlir(mlir::MLIRContext* context, isa::Type type);

} // namespace npuforge::match
