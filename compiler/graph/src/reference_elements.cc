// constant, move, reduce, gather, scatter in the reference interpreter.
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "npuforge/compiler/graph/interpreter.h"

#include "reference_operators.h"

namespace npuforge::graph::reference {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The elements of one piece; the innermost counter runs in a plain loop.
template <typename Vector>
void copy_piece(PieceAttr piece, const Vector& from, Vector& to) {
  Shape extents(piece.getExtents()), from_strides(piece.getFromStrides()),
      to_strides(piece.getToStrides());
  if (extents.empty()) {
    to[static_cast<size_t>(piece.getTo())] = from[static_cast<size_t>(piece.getFrom())];
    return;
  }
  const int64_t inner = extents.pop_back_val(), from_step = from_strides.pop_back_val(),
                to_step = to_strides.pop_back_val();
  for_each_index(extents, [&](llvm::ArrayRef<int64_t> index, int64_t) {
    int64_t source = piece.getFrom() + dot(index, from_strides),
            target = piece.getTo() + dot(index, to_strides);
    for (int64_t i = 0; i < inner; ++i)
      to[static_cast<size_t>(target + i * to_step)] =
          from[static_cast<size_t>(source + i * from_step)];
  });
}

/// What a slice starts from and how an element joins it.
struct Reduction {
  llvm::StringRef kind;
  mlir::Type type;

  double start_real() const {
    return kind == "sum"    ? 0
           : kind == "prod" ? 1
           : kind == "max"  ? -kInfinity
           : kind == "min"  ? kInfinity
                            : throw InterpreterError("floats have no " + kind.str());
  }
  int64_t start_integer() const {
    return kind == "sum" || kind == "or" ? 0
           : kind == "prod"              ? 1
           : kind == "max"               ? least_of(type)
           : kind == "min"               ? largest_of(type)
                                         : wrap_to(type, -1); // and
  }
  double join(double a, double b) const {
    if (kind == "sum" || kind == "add")
      return a + b;
    if (kind == "prod" || kind == "mul")
      return a * b;
    if (std::isnan(a) || std::isnan(b))
      return std::numeric_limits<double>::quiet_NaN();
    return kind == "max" ? std::max(a, b) : std::min(a, b);
  }
  int64_t join(int64_t a, int64_t b) const {
    const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
    if (kind == "sum" || kind == "add")
      return static_cast<int64_t>(x + y);
    if (kind == "prod" || kind == "mul")
      return static_cast<int64_t>(x * y);
    if (kind == "and" || kind == "or")
      return kind == "and" ? a & b : a | b;
    const bool first = type.isUnsignedInteger() ? x < y : a < b;
    return (kind == "min") == first ? a : b;
  }
};

/// For each axis of the input, how far the result's element moves.
Shape result_strides(ReduceOp op, llvm::ArrayRef<int64_t> input, llvm::ArrayRef<int64_t> output) {
  Shape own = strides_of(output), strides;
  size_t next = 0;
  for (int64_t i = 0; i < static_cast<int64_t>(input.size()); ++i)
    strides.push_back(llvm::is_contained(op.getAxes(), i) ? 0 : own[next++]);
  return strides;
}

/// A row's number, checked.
size_t checked_row(const Tensor& rows, size_t i, int64_t size) {
  const int64_t row = (*rows.integers)[i];
  if (row < 0 || row >= size)
    throw InterpreterError(fmt::format("row {} of a table of {}", row, size));
  return static_cast<size_t>(row);
}

} // namespace

Tensor make_result(mlir::Operation* op) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape())
    throw InterpreterError("the result's shape is not known");
  return make_tensor(type.getShape(), type.getElementType());
}

Tensor reshaped(const Tensor& x, llvm::ArrayRef<int64_t> shape) {
  if (count_of(shape) != x.count())
    throw InterpreterError("a reshape changes the number of elements");
  Tensor result = x;
  result.shape = Shape(shape);
  return result;
}

Tensor compute(ConstantOp op, Operands) {
  auto value = llvm::dyn_cast<mlir::DenseElementsAttr>(op.getValue());
  if (!value)
    throw InterpreterError("a constant without elements");
  return from_attribute(value);
}

Tensor compute(MoveOp op, Operands x) {
  Tensor result = make_result(op);
  if (auto fill = op.getFill()) {
    if (auto real = llvm::dyn_cast<mlir::FloatAttr>(*fill))
      result.reals->assign(result.reals->size(), real.getValueAsDouble());
    else {
      const llvm::APInt bits = llvm::cast<mlir::IntegerAttr>(*fill).getValue();
      result.integers->assign(
          result.integers->size(),
          wrap_to(result.element, static_cast<int64_t>(bits.sextOrTrunc(64).getZExtValue())));
    }
  }
  for (auto piece : op.getPieces().getAsRange<PieceAttr>()) {
    if (count_of(piece.getExtents()) == 0)
      continue;
    const Tensor& from = x[static_cast<size_t>(piece.getInput())];
    visit(result, [&](auto& to, const auto& source) { copy_piece(piece, source, to); }, from);
  }
  return result;
}

Tensor compute(ReduceOp op, Operands x) {
  Tensor result = make_result(op);
  Reduction reduction{op.getKind(), result.element};
  Shape strides = result_strides(op, x[0].shape, result.shape);
  auto reduce = [&](auto& to, const auto& from) {
    for_each_index(x[0].shape, [&](llvm::ArrayRef<int64_t> index, int64_t linear) {
      auto& sum = to[static_cast<size_t>(dot(index, strides))];
      sum = reduction.join(sum, from[static_cast<size_t>(linear)]);
    });
  };
  if (result.is_real()) {
    result.reals->assign(result.reals->size(), reduction.start_real());
    reduce(*result.reals, *x[0].reals);
    round_to(result.element, *result.reals);
  } else {
    result.integers->assign(result.integers->size(), reduction.start_integer());
    reduce(*result.integers, *x[0].integers);
    wrap_to(result.element, *result.integers);
  }
  return result;
}

Tensor compute(GatherOp op, Operands x) {
  Tensor result = make_result(op);
  const auto width = static_cast<size_t>(x[0].shape[1]);
  visit(
      result,
      [&](auto& to, const auto& from) {
        for (size_t i = 0; i < x[1].integers->size(); ++i)
          std::copy_n(from.begin() + checked_row(x[1], i, x[0].shape[0]) * width, width,
                      to.begin() + i * width);
      },
      x[0]);
  return result;
}

Tensor compute(ScatterOp op, Operands x) {
  Tensor result = make_result(op);
  const auto width = static_cast<size_t>(x[0].shape[1]);
  Reduction reduction{op.getKind(), result.element};
  const bool set = op.getKind() == "set";
  visit(
      result,
      [&](auto& to, const auto& from, const auto& updates) {
        to = from;
        for (size_t i = 0; i < x[1].integers->size(); ++i) {
          auto row = to.begin() + checked_row(x[1], i, x[0].shape[0]) * width;
          for (size_t k = 0; k < width; ++k) {
            auto update = updates[i * width + k];
            auto joined = set ? update : reduction.join(row[k], update);
            if constexpr (std::is_same_v<decltype(joined), double>)
              row[k] = round_to(result.element, joined);
            else
              row[k] = wrap_to(result.element, joined);
          }
        }
      },
      x[0], x[2]);
  return result;
}

} // namespace npuforge::graph::reference
