#include "npuforge/compiler/graph/bytes.h"

#include <mlir/Dialect/Arith/IR/Arith.h>

namespace npuforge::graph {

mlir::Value narrowed(mlir::OpBuilder& b, mlir::Location location, mlir::Value word) {
  auto number = [&](int32_t n) -> mlir::Value {
    return mlir::arith::ConstantOp::create(b, location, b.getI32IntegerAttr(n));
  };
  word = mlir::arith::MaxSIOp::create(b, location, word, number(-128));
  word = mlir::arith::MinSIOp::create(b, location, word, number(127));
  return mlir::arith::TruncIOp::create(b, location, b.getI8Type(), word);
}

} // namespace npuforge::graph
