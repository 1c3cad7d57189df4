#pragma once
// Writes tensor operators (TensorOps.td, MapOps.td) at a place of a function. All tensors are
// ranked and static; results are computed at once where all operands are constant and the result is
// not much larger than they are (see kFoldElements). Everything throws BuildError where shapes or
// types do not fit.

#include <functional>
#include <stdexcept>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/scalar.h"
#include "npuforge/compiler/graph/values.h"

namespace npuforge::graph {

/// What does not fit, e.g. "shapes [2, 3] and [4] do not broadcast".
class BuildError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The shapes contradict what the operator is: no run of the network comes this far.
class Contradiction : public BuildError {
public:
  using BuildError::BuildError;
};

using Shape = llvm::SmallVector<int64_t>;
using Dims = llvm::ArrayRef<int64_t>;
using Values = llvm::SmallVector<mlir::Value>;
using Scalars = llvm::SmallVector<Scalar>;
/// Makes the result's element (of bodyType of the map's result) from the operands'. f16 and bf16
/// operands arrive as f32, and a result that is f16 or bf16 is rounded from f32.
using Body = std::function<Scalar(const Scalars&)>;

/// A tensor has at most this many elements.
constexpr int64_t kMaxElements = int64_t{1} << 31;
/// Constants larger than this are computed only if they are not larger than their operands.
constexpr int64_t kFoldElements = int64_t{1} << 20;

Dims shapeOf(mlir::Value value);
mlir::Type elementOf(mlir::Value value);
int64_t rankOf(mlir::Value value);
/// Product of dims. Throws BuildError if one is negative or there are more than kMaxElements.
int64_t elements(Dims shape);
/// Row-major: the distance of neighbours along each dimension, in elements.
Shape strides(Dims shape);
/// "[1, 2, 3]"
std::string text(Dims shape);
/// The shape of a map over operands of these shapes.
Shape broadcast(llvm::ArrayRef<Dims> shapes);
/// The attribute behind a value that a constant operation makes; null for others.
mlir::DenseElementsAttr constantValue(mlir::Value value);
/// A constant's elements; u64 as their bits. Throws BuildError for floats.
std::vector<int64_t> integers(mlir::DenseElementsAttr constant);
std::vector<double> reals(mlir::DenseElementsAttr constant);
/// A constant's elements of 8 bits; of large networks' weights, which are large as integers.
std::vector<int8_t> bytes(mlir::DenseElementsAttr constant);

/// Some elements of an input, as of a result: graph.move's piece.
struct Piece {
  int64_t input;
  Shape extents;
  int64_t from;
  Shape from_strides;
  int64_t to;
  Shape to_strides;
};

class Build {
public:
  Build(mlir::OpBuilder& builder, mlir::Location location)
      : builder_(builder), location_(withoutValue(location)) {}

  mlir::OpBuilder& builder() const { return builder_; }
  mlir::Location location() const { return location_; }
  mlir::MLIRContext* context() const { return builder_.getContext(); }

  // Types by name.
  mlir::Type f32() const { return builder_.getF32Type(); }
  mlir::Type i64() const { return builder_.getI64Type(); }
  mlir::Type i32() const { return builder_.getI32Type(); }
  mlir::Type boolean() const { return builder_.getI1Type(); }

  // Constants.
  mlir::Value constant(mlir::DenseElementsAttr value) const;
  /// Integers or reals as a tensor of `element`, rank 1 where no shape is given.
  mlir::Value integers(Dims values, mlir::Type element = {}) const;
  mlir::Value integers(Dims values, mlir::Type element, Dims shape) const;
  mlir::Value reals(llvm::ArrayRef<double> values, mlir::Type element, Dims shape) const;
  mlir::Value number(mlir::Type element, double value, Dims shape = {}) const; ///< all the same

  /// Any operation with one result; folded if it can be.
  template <typename Op, typename... Arguments>
  mlir::Value create(mlir::Type type, Arguments&&... arguments) const {
    return finish(Op::create(builder_, location_, type, std::forward<Arguments>(arguments)...)
                      .getOperation());
  }

  // Element-wise. Operands broadcast.
  mlir::Value map(mlir::Type element, mlir::ValueRange operands, const Body& body) const;
  /// A map to the first operand's element type.
  mlir::Value map(mlir::ValueRange operands, const Body& body) const;
  mlir::Value cast(mlir::Value value, mlir::Type element) const;
  mlir::Value add(mlir::Value a, mlir::Value b) const;
  mlir::Value subtract(mlir::Value a, mlir::Value b) const;
  mlir::Value multiply(mlir::Value a, mlir::Value b) const;
  mlir::Value divide(mlir::Value a, mlir::Value b) const;

  // Shapes. A reshape costs nothing.
  mlir::Value reshape(mlir::Value value, Dims shape) const;
  /// Inserts dimensions of 1 at these places of the result, ascending; removes dimensions.
  mlir::Value unsqueeze(mlir::Value value, Dims axes) const;
  mlir::Value squeeze(mlir::Value value, Dims axes) const;
  /// The shape with ones before it until it has `rank` dimensions.
  mlir::Value raise(mlir::Value value, int64_t rank) const;

  // Elements at other places. `fill` is what no piece writes, 0 without.
  mlir::Value move(Dims shape, mlir::ValueRange inputs, llvm::ArrayRef<Piece> pieces,
                   double fill = 0) const;
  mlir::Value transpose(mlir::Value value,
                        Dims perm) const; ///< result dim i is operand dim perm[i]
  /// result[i] = value[start + i * step] in each dimension; steps may be negative.
  mlir::Value slice(mlir::Value value, Dims starts, Dims steps, Dims extents) const;
  /// Elements [start, start + extent) of one dimension.
  mlir::Value slice(mlir::Value value, int64_t axis, int64_t start, int64_t extent) const;
  mlir::Value concat(mlir::ValueRange values, int64_t axis) const;
  /// Counts before and after each dimension; negative ones cut.
  mlir::Value pad(mlir::Value value, Dims before, Dims after, double fill) const;
  mlir::Value expand(mlir::Value value, Dims shape) const; ///< numpy's broadcast to this very shape
  mlir::Value tile(mlir::Value value, Dims repeats) const;

  // Reductions (kind as of graph.reduce), axes in any order.
  mlir::Value reduce(mlir::Value value, llvm::StringRef kind, Dims axes, bool keep) const;
  /// Sum divided by the number of elements, in the element type.
  mlir::Value mean(mlir::Value value, Dims axes, bool keep) const;

  // [B, M, K] x [B, K, N]; a batch of 1 on either side broadcasts. The result's type is that of the
  // operator: f32, f16, bf16 of these, i32 of 8 bits.
  mlir::Value contract(mlir::Value lhs, mlir::Value rhs) const;
  /// numpy's matmul of operands of any rank and numeric type; types that the array does not
  /// multiply become a map and a sum. 8-bit integers give i32.
  mlir::Value matmul(mlir::Value a, mlir::Value b) const;
  /// Rows of a table [R, W]; the rows' numbers [I] are in [0, R).
  mlir::Value gather(mlir::Value table, mlir::Value rows) const;
  mlir::Value scatter(mlir::Value table, mlir::Value rows, mlir::Value updates,
                      llvm::StringRef kind) const;
  /// Negative elements of an index tensor count from `size`.
  mlir::Value wrap_indices(mlir::Value indices, int64_t size) const;

private:
  mlir::Value finish(mlir::Operation* op) const;

  mlir::OpBuilder& builder_;
  mlir::Location location_;
};

/// Computes an operation of constants: the constant that replaces it, or the operation's own result
/// where that is too large, an operand is not constant, or the operation has no reference (see
/// tensor_interpreter.h). Erases the operation if it is replaced.
mlir::Value foldConstant(mlir::OpBuilder& builder, mlir::Operation* op);

} // namespace npuforge::graph
