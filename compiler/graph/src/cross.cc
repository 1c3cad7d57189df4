#include "cross.h"

#include <numeric>
#include <utility>

#include "blocks.h"

namespace npuforge::graph {
namespace {

using Shape = llvm::SmallVector<int64_t>;

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// A body that yields its argument.
template <typename Op>
mlir::Value crossed(mlir::OpBuilder& builder, mlir::Location location, Shape shape,
                    mlir::Value input) {
  mlir::Type element = ranked(input).getElementType();
  auto op = Op::create(builder, location, mlir::RankedTensorType::get(shape, element), input);
  mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::Block& block = op.getBody().emplaceBlock();
  builder.setInsertionPointToStart(&block);
  YieldOp::create(builder, location, block.addArgument(element, location));
  return op.getResult();
}

/// Does a transpose leave the elements in their order?
bool keepsOrder(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t dim : permutation)
    if (shape[dim] != 1 && std::exchange(last, dim) > dim)
      return false;
  return true;
}

/// All dimensions but the last, and the last.
std::pair<int64_t, int64_t> rowsOf(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return {1, 1};
  int64_t rows = 1;
  for (int64_t dim : shape.drop_back())
    rows *= dim;
  return {rows, shape.back()};
}

} // namespace

const Indices& StraightIndices::of(int64_t count) {
  Indices& known = known_[count];
  if (!known) {
    Integers indices(count);
    std::iota(indices.begin(), indices.end(), 0);
    known = std::make_shared<const Integers>(std::move(indices));
  }
  return known;
}

Steps plainSteps(llvm::ArrayRef<int64_t> shape) {
  return {{true, {0, 3, 1, 2}}, {false, Shape(shape)}};
}

mlir::Value Crossing::apply(mlir::Location location, mlir::Value value, const Step& step) {
  auto type = ranked(value);
  Shape shape(step.dims);
  if (step.is_transpose)
    for (int64_t& dim : shape)
      dim = type.getDimSize(dim);
  if (!step.is_transpose || keepsOrder(type.getShape(), step.dims)) {
    if (type.getShape() == llvm::ArrayRef<int64_t>(shape))
      return value;
    return ReshapeOp::create(builder_, location, type.clone(llvm::ArrayRef<int64_t>(shape)), value,
                             shape, true);
  }
  return TransposeOp::create(builder_, location, type.clone(llvm::ArrayRef<int64_t>(shape)), value,
                             step.dims);
}

mlir::Value Crossing::toWords(mlir::Location location, const Mapped& mapped) {
  mlir::Value& words = words_[mapped.device];
  if (!words) {
    llvm::ArrayRef<int64_t> s = ranked(mapped.device).getShape();
    words = crossed<ToWordsOp>(builder_, location, {1, s[2], s[3], s[1]}, mapped.device);
  }
  mlir::Value value = words;
  for (const Step& step : mapped.steps)
    value = apply(location, value, step);
  return value;
}

Mapped Crossing::toBlocks(mlir::Location location, mlir::Value words, Layout layout) {
  const Shape shape(ranked(words).getShape());
  const auto [rows, columns] = rowsOf(shape);
  Mapped result;
  result.layout = layout;
  Shape last; // [1, H, W, C]
  if (layout == Layout::Plain) {
    const Shape second = deviceShape(shape);
    words = apply(location, apply(location, words, {false, second}), {true, {0, 2, 3, 1}});
    result.steps = plainSteps(shape);
    result.indices = straight_.of(rows * columns);
  } else {
    words = apply(location, words, {false, {1, rows, 1, columns}});
    result.steps = {{false, shape}};
    Integers indices(rows * columns);
    for (int64_t i = 0; i < rows * columns; ++i)
      indices[i] = i % columns * rows + i / columns;
    result.indices = std::make_shared<const Integers>(std::move(indices));
  }
  llvm::ArrayRef<int64_t> s = ranked(words).getShape();
  result.device = crossed<ToBlocksOp>(builder_, location, {1, s[3], s[1], s[2]}, words);
  words_[result.device] = words;
  return result;
}

} // namespace npuforge::graph
