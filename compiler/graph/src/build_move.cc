// Reshapes and moves of the builder.
#include <numeric>

#include <fmt/format.h>

#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {
namespace {

int64_t count(Dims shape) {
  int64_t result = 1;
  for (int64_t dim : shape)
    result *= dim;
  return result;
}

int64_t dot(Dims a, Dims b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), int64_t{0});
}

} // namespace

mlir::Value Build::reshape(mlir::Value value, Dims shape) const {
  if (shapeOf(value) == shape)
    return value;
  if (elements(shape) != elements(shapeOf(value)))
    throw Contradiction(fmt::format("cannot reshape {} to {}", text(shapeOf(value)), text(shape)));
  auto type = mlir::RankedTensorType::get(shape, elementOf(value));
  if (auto constant = constantValue(value))
    return this->constant(constant.isSplat() ? constant.resizeSplat(type) : constant.reshape(type));
  return ReshapeOp::create(builder_, location_, type, value, shape, llvm::is_contained(shape, 0));
}

mlir::Value Build::unsqueeze(mlir::Value value, Dims axes) const {
  Shape shape(shapeOf(value));
  for (int64_t axis : axes)
    shape.insert(shape.begin() + axis, 1);
  return reshape(value, shape);
}

mlir::Value Build::squeeze(mlir::Value value, Dims axes) const {
  Shape shape;
  for (int64_t i = 0; i < rankOf(value); ++i)
    if (!llvm::is_contained(axes, i))
      shape.push_back(shapeOf(value)[static_cast<size_t>(i)]);
  return reshape(value, shape);
}

mlir::Value Build::raise(mlir::Value value, int64_t rank) const {
  Shape shape(shapeOf(value));
  if (static_cast<int64_t>(shape.size()) < rank)
    shape.insert(shape.begin(), static_cast<size_t>(rank) - shape.size(), 1);
  return reshape(value, shape);
}

mlir::Value Build::move(Dims shape, mlir::ValueRange inputs, llvm::ArrayRef<Piece> pieces,
                        double fill) const {
  mlir::Type element = elementOf(inputs[0]);
  int64_t written = 0;
  llvm::SmallVector<mlir::Attribute> attributes;
  for (const Piece& piece : pieces) {
    int64_t size = count(piece.extents);
    written += size;
    if (size)
      attributes.push_back(PieceAttr::get(context(), piece.input, piece.extents, piece.from,
                                          piece.from_strides, piece.to, piece.to_strides));
  }
  const int64_t all = elements(shape);
  if (attributes.empty())
    return number(element, fill, shape);
  mlir::TypedAttr filled;
  if (written < all) {
    if (llvm::isa<mlir::FloatType>(element))
      filled = builder_.getFloatAttr(element, fill);
    else
      filled = builder_.getIntegerAttr(
          element, llvm::APInt(element.getIntOrFloatBitWidth(),
                               static_cast<uint64_t>(static_cast<int64_t>(fill)), true, true));
  }
  return create<MoveOp>(mlir::RankedTensorType::get(shape, element), inputs,
                        builder_.getArrayAttr(attributes), filled);
}

mlir::Value Build::transpose(mlir::Value value, Dims perm) const {
  Shape from = strides(shapeOf(value)), shape, permuted;
  bool identity = true;
  for (auto [i, axis] : llvm::enumerate(perm)) {
    shape.push_back(shapeOf(value)[static_cast<size_t>(axis)]);
    permuted.push_back(from[static_cast<size_t>(axis)]);
    identity &= axis == static_cast<int64_t>(i);
  }
  if (identity)
    return value;
  return move(shape, value, Piece{0, shape, 0, permuted, 0, strides(shape)});
}

mlir::Value Build::slice(mlir::Value value, Dims starts, Dims steps, Dims extents) const {
  if (extents == shapeOf(value) && llvm::all_of(steps, [](int64_t step) { return step == 1; }))
    return value;
  Shape own = strides(shapeOf(value)), from(own);
  for (auto [stride, step] : llvm::zip(from, steps))
    stride *= step;
  return move(extents, value,
              Piece{0, Shape(extents), dot(starts, own), from, 0, strides(extents)});
}

mlir::Value Build::slice(mlir::Value value, int64_t axis, int64_t start, int64_t extent) const {
  Shape starts(shapeOf(value).size(), 0), steps(starts.size(), 1), extents(shapeOf(value));
  starts[static_cast<size_t>(axis)] = start;
  extents[static_cast<size_t>(axis)] = extent;
  return slice(value, starts, steps, extents);
}

mlir::Value Build::concat(mlir::ValueRange values, int64_t axis) const {
  if (values.size() == 1)
    return values[0];
  const auto along = static_cast<size_t>(axis);
  Shape shape(shapeOf(values[0]));
  shape[along] = 0;
  for (mlir::Value value : values) {
    Shape other(shapeOf(value));
    const int64_t extent = other.size() > along ? other[along] : 0;
    if (other.size() > along)
      other[along] = shape[along];
    if (other != shape || elementOf(value) != elementOf(values[0]))
      throw Contradiction(fmt::format("{} cannot stand beside {} along axis {}",
                                      text(shapeOf(value)), text(shapeOf(values[0])), axis));
    shape[along] += extent;
  }
  elements(shape);
  const Shape to = strides(shape);
  llvm::SmallVector<Piece> pieces;
  int64_t at = 0;
  for (auto [i, value] : llvm::enumerate(values)) {
    Shape extents(shapeOf(value));
    pieces.push_back({static_cast<int64_t>(i), extents, 0, strides(extents), at * to[along], to});
    at += extents[along];
  }
  return move(shape, values, pieces);
}

mlir::Value Build::pad(mlir::Value value, Dims before, Dims after, double fill) const {
  Shape shape, extents, starts, at;
  bool same = true;
  for (auto [i, dim] : llvm::enumerate(shapeOf(value))) {
    shape.push_back(dim + before[i] + after[i]);
    if (shape.back() < 0)
      throw Contradiction(
          fmt::format("pads cut more than the {} elements of dimension {}", dim, i));
    int64_t first = std::max<int64_t>(0, -before[i]), end = std::min(dim, dim + after[i]);
    extents.push_back(std::max<int64_t>(0, end - first));
    starts.push_back(first);
    at.push_back(std::max<int64_t>(0, before[i]));
    same &= before[i] == 0 && after[i] == 0;
  }
  if (same)
    return value;
  elements(shape);
  Shape from = strides(shapeOf(value)), to = strides(shape);
  return move(shape, value, Piece{0, extents, dot(starts, from), from, dot(at, to), to}, fill);
}

mlir::Value Build::expand(mlir::Value value, Dims shape) const {
  if (shapeOf(value) == shape)
    return value;
  if (broadcast({shapeOf(value), shape}) != Shape(shape))
    throw Contradiction(fmt::format("{} does not expand to {}", text(shapeOf(value)), text(shape)));
  Dims own = shapeOf(value);
  Shape from(shape.size() - own.size(), 0), strides_of_own = strides(own);
  for (auto [i, stride] : llvm::enumerate(strides_of_own))
    from.push_back(own[i] == 1 ? 0 : stride);
  elements(shape);
  return move(shape, value, Piece{0, Shape(shape), 0, from, 0, strides(shape)});
}

mlir::Value Build::tile(mlir::Value value, Dims repeats) const {
  Shape shape, extents, from, to;
  Dims own = shapeOf(value);
  for (auto [dim, repeat] : llvm::zip_equal(own, repeats)) {
    elements({dim, repeat});
    shape.push_back(dim * repeat);
  }
  if (Dims(shape) == own)
    return value;
  elements(shape);
  const Shape own_strides = strides(own), result_strides = strides(shape);
  for (size_t i = 0; i < own.size(); ++i) {
    extents.append({repeats[i], own[i]});
    from.append({0, own_strides[i]});
    to.append({result_strides[i] * own[i], result_strides[i]});
  }
  return move(shape, value, Piece{0, extents, 0, from, 0, to});
}

} // namespace npuforge::graph
