#pragma once
// Tensors of the reference interpreter: floats are held as f64, integers as i64, whatever their
// type; rounding and wrapping to the type is explicit.

#include <memory>
#include <vector>

#include <mlir/IR/BuiltinAttributes.h>
#include <mlir/IR/BuiltinTypes.h>

namespace npuforge::graph::reference {

using Reals = std::vector<double>;
using Integers = std::vector<int64_t>;
using Shape = llvm::SmallVector<int64_t>;

/// Signless integers are sign-extended, i1 and unsigned ones zero-extended (ui64: the same bits).
struct Tensor {
  Shape shape;
  mlir::Type element;
  std::shared_ptr<Reals> reals;       ///< of a float type
  std::shared_ptr<Integers> integers; ///< of an integer type

  bool is_real() const { return reals != nullptr; }
  int64_t count() const;
};

/// Zeros.
Tensor make_tensor(llvm::ArrayRef<int64_t> shape, mlir::Type element);

/// Throws InterpreterError for element types that the interpreter does not hold.
Tensor from_attribute(mlir::DenseElementsAttr attribute);
mlir::DenseElementsAttr to_attribute(const Tensor& tensor);

int64_t count_of(llvm::ArrayRef<int64_t> shape);
Shape strides_of(llvm::ArrayRef<int64_t> shape); ///< row-major, in elements

/// The nearest numbers of a float type, ties to even, in place.
void round_to(mlir::Type type, llvm::MutableArrayRef<double> values);
double round_to(mlir::Type type, double value);

/// The low bits of each number, extended as Tensor says, in place.
void wrap_to(mlir::Type type, llvm::MutableArrayRef<int64_t> values);
int64_t wrap_to(mlir::Type type, int64_t value);

/// The bounds of an integer type, as Tensor holds them.
int64_t least_of(mlir::Type type);
int64_t largest_of(mlir::Type type);

/// Calls visit(vector of a, vector of b, ...) with the vectors that hold the tensors' elements.
template <typename Visit, typename... Tensors>
void visit(const Tensor& first, Visit visit, const Tensors&... others) {
  if (first.is_real())
    visit(*first.reals, *others.reals...);
  else
    visit(*first.integers, *others.integers...);
}

} // namespace npuforge::graph::reference
