#pragma once

#include <optional>

#include "npuforge/isa/expression.h"

#include "mlir/IR/Builders.h"

namespace npuforge::match {

/// A call that converts, saturates or casts bits, as operations; none if it is another call. Throws
/// NoRegion.
std::optional<mlir::Value> convert(mlir::OpBuilder& builder, mlir::Location location,
                                   const isa::Expr& call, mlir::Value x);

} // namespace npuforge::match
