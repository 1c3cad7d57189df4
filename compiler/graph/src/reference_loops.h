#pragma once
// Loops over columns of elements, one for each operation of a body: reals in reference_reals.cc and
// reference_functions.cc, integers in reference_integers.cc.

#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>

#include "reference_body.h"

namespace npuforge::graph::reference {

/// i1 is held as 0 or 1; as a signed number its 1 is -1.
inline int64_t sign_extended(int64_t value, unsigned width) {
  return width == 1 ? -value : value;
}

/// What evaluates one operation. Each function returns whether it knows the operation.
class Loops {
public:
  Loops(mlir::Operation* op, llvm::ArrayRef<const Column*> x, size_t count, Column& result)
      : op_(op), x_(x), count_(count), result_(result) {
    result.reals.clear();
    result.integers.clear();
    mlir::Type type = op->getNumOperands() ? op->getOperand(0).getType() : mlir::Type();
    width_ = type && type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 64;
    low_ = ~U{0} >> (64 - width_);
  }

  bool floats();    ///< arith on floats, conversions from and to them
  bool functions(); ///< math
  bool integers();  ///< arith on integers, the graph dialect's own
  bool others();    ///< constants, selects, bit casts

private:
  using U = uint64_t;
  using I = int64_t;

  double f(size_t operand, size_t i) const { return x_[operand]->reals[i]; }
  I n(size_t operand, size_t i) const { return x_[operand]->integers[i]; }
  U u(size_t operand, size_t i) const { return static_cast<U>(n(operand, i)) & low_; }

  template <typename Vector, typename Get>
  bool fill(Vector& to, Get get) {
    to.resize(count_);
    for (size_t i = 0; i < count_; ++i)
      to[i] = get(i);
    return true;
  }
  template <typename Function>
  bool real1(Function function) {
    return fill(result_.reals, [&](size_t i) { return function(f(0, i)); });
  }
  template <typename Function>
  bool real2(Function function) {
    return fill(result_.reals, [&](size_t i) { return function(f(0, i), f(1, i)); });
  }
  template <typename Function>
  bool whole1(Function function) {
    return fill(result_.integers, [&](size_t i) { return function(n(0, i)); });
  }
  template <typename Function>
  bool whole2(Function function) {
    return fill(result_.integers,
                [&](size_t i) { return static_cast<I>(function(n(0, i), n(1, i))); });
  }
  template <typename Function>
  bool bits2(Function function) {
    return fill(result_.integers,
                [&](size_t i) { return static_cast<I>(function(u(0, i), u(1, i))); });
  }
  /// A shift by the width or more: everything is shifted out (`most` 63: but for the sign).
  template <typename Function>
  bool shift(Function function, U most) {
    return fill(result_.integers, [&](size_t i) {
      const U by = u(1, i);
      return by < width_ ? function(n(0, i), by) : most ? function(n(0, i), most) : 0;
    });
  }

  bool to_signed(mlir::Type type, bool nearest);
  bool constant(mlir::Attribute value);
  bool bitcast(mlir::Type from, mlir::Type to);

  mlir::Operation* op_;
  llvm::ArrayRef<const Column*> x_;
  size_t count_;
  Column& result_;
  unsigned width_;
  U low_;
};

} // namespace npuforge::graph::reference
