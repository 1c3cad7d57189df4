// Operators whose result is a tensor's shape, or a tensor with another shape.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "iota.h"
#include "operators.h"

namespace npuforge::onnx {
namespace {

/// A graph.reshape, or the constant itself in another shape.
Results reshaped(Node& node, Dims shape) {
  return node.build.reshape(node.operand(0), shape);
}

Results reshape(Node& node) {
  const bool allow_zero = node.integer("allowzero", 0) != 0;
  const std::vector<int64_t> given = node.wholes(1, "the shape");
  Shape shape(given.begin(), given.end());
  Dims own = node.shape(0);
  int64_t open = -1, known = 1;
  auto refuse = [&] {
    return Unsupported(
        fmt::format("cannot reshape {} to {}", graph::text(own), graph::text(given)));
  };
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && !allow_zero) {
      if (i >= own.size())
        throw refuse();
      shape[i] = own[i];
    }
    if (shape[i] == -1 && open < 0)
      open = static_cast<int64_t>(i);
    else if (shape[i] < 0)
      throw refuse();
    else
      known = shape[i] == 0 ? 0 : graph::elements({known, shape[i]});
  }
  if (open >= 0)
    shape[static_cast<size_t>(open)] = known ? graph::elements(own) / known : 0;
  if (graph::elements(shape) != graph::elements(own))
    throw refuse();
  return reshaped(node, shape);
}

Results flatten(Node& node) {
  const int64_t rank = node.rank(0), given = node.integer("axis", 1);
  const int64_t axis = given == rank ? rank : wrapped_axis(given, std::max<int64_t>(rank, 1));
  const auto split = static_cast<size_t>(axis);
  return reshaped(node, {graph::elements(node.shape(0).take_front(split)),
                         graph::elements(node.shape(0).drop_front(split))});
}

Results squeeze(Node& node) {
  Shape axes;
  if (node.has(1)) {
    axes = wrapped_axes(node.wholes(1, "the axes"), node.rank(0));
    for (int64_t axis : axes)
      if (node.shape(0)[static_cast<size_t>(axis)] != 1)
        throw Contradiction(
            fmt::format("dimension {} of {} is not 1", axis, graph::text(node.shape(0))));
  } else {
    for (auto [i, dim] : llvm::enumerate(node.shape(0)))
      if (dim == 1)
        axes.push_back(static_cast<int64_t>(i));
  }
  return node.build.squeeze(node.operand(0), axes);
}

Results unsqueeze(Node& node) {
  std::vector<int64_t> given = node.wholes(1, "the axes");
  Shape axes = wrapped_axes(given, node.rank(0) + static_cast<int64_t>(given.size()));
  llvm::sort(axes);
  return node.build.unsqueeze(node.operand(0), axes);
}

Results identity(Node& node) {
  return node.operand(0);
}

/// At inference, and with a ratio of 0, nothing is dropped; the mask is all true.
Results dropout(Node& node) {
  node.real("ratio", 0.5);
  node.integer("seed", 0);
  const bool training = node.has(2) && node.scalar(2, "training_mode") != 0;
  if (training && !(node.has(1) && node.scalar(1, "the ratio") == 0))
    throw Unsupported("training is not supported");
  Results results{node.operand(0)};
  if (node.wants(1))
    results.push_back(node.build.number(node.build.boolean(), 1, node.shape(0)));
  return results;
}

Results shape(Node& node) {
  const int64_t rank = node.rank(0);
  auto bound = [&](int64_t value) {
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const int64_t start = bound(node.integer("start", 0)), end = bound(node.integer("end", rank));
  Dims dims = node.shape(0);
  return node.build.integers(dims.slice(static_cast<size_t>(start),
                                        static_cast<size_t>(std::max<int64_t>(0, end - start))));
}

Results size(Node& node) {
  return node.build.integers(graph::elements(node.shape(0)), {}, Dims{});
}

Results constant(Node& node) {
  const graph::Build& build = node.build;
  if (node.given("value"))
    return build.constant(node.tensor("value"));
  if (node.given("value_int"))
    return build.integers(node.integer("value_int"), build.i64(), Dims{});
  if (node.given("value_ints"))
    return build.integers(node.integers("value_ints", {}));
  if (node.given("value_float"))
    return build.number(build.f32(), node.real("value_float", 0));
  if (node.given("value_floats")) {
    std::vector<double> values = node.reals("value_floats", {});
    return build.reals(values, build.f32(), static_cast<int64_t>(values.size()));
  }
  node.refuse_unread_attributes(); // strings, sparse tensors
  throw Unsupported("it has no value");
}

Results constant_of_shape(Node& node) {
  std::vector<int64_t> dims = node.wholes(0, "the shape");
  graph::elements(dims);
  if (!node.given("value"))
    return node.build.number(node.build.f32(), 0, dims);
  mlir::DenseElementsAttr value = node.tensor("value");
  if (value.getNumElements() != 1)
    throw Unsupported("attribute 'value' has not one element");
  auto type = mlir::RankedTensorType::get(dims, value.getElementType());
  return node.build.constant(
      value.reshape(mlir::RankedTensorType::get({1}, value.getElementType())).resizeSplat(type));
}

/// start + i * step as long as it is below (above) the limit.
Results range(Node& node) {
  const graph::Build& build = node.build;
  const double start = node.scalar(0, "the start"), limit = node.scalar(1, "the limit"),
               step = node.scalar(2, "the step");
  const double count = std::ceil((limit - start) / step);
  if (step == 0 || !(count < 0x1p24))
    throw Unsupported(fmt::format("from {} to {} in steps of {}", start, limit, step));
  mlir::Type type = node.element(0);
  mlir::Value places =
      build.cast(iota(build, std::max<int64_t>(0, static_cast<int64_t>(count)), 0, 1), type);
  auto one = [&](size_t input) { return build.reshape(node.operand(input), {}); };
  return build.map({places, one(2), one(0)}, [](const Scalars& x) { return x[0] * x[1] + x[2]; });
}

/// Ones on a diagonal of a matrix of the operand's shape.
Results eye_like(Node& node) {
  const graph::Build& build = node.build;
  if (node.rank(0) != 2)
    throw Unsupported("its operand is no matrix");
  const int64_t diagonal = node.integer("k", 0);
  mlir::Type type = node.given("dtype") ? type_of(node, node.integer("dtype")) : node.element(0);
  return build.map(type, {iota(build, node.shape(0)[0], 0, 2), iota(build, node.shape(0)[1], 1, 2)},
                   [&](const Scalars& x) {
                     Scalar one = graph::equal(x[1] - x[0], x[0].integer(diagonal));
                     mlir::Type wide = type.isF16() || type.isBF16() ? build.f32() : type;
                     return graph::cast(one, wide);
                   });
}

} // namespace

const Table& shape_operators() {
  static const Table table = {
      {"Constant", constant}, {"ConstantOfShape", constant_of_shape},
      {"Dropout", dropout},   {"EyeLike", eye_like},
      {"Flatten", flatten},   {"Identity", identity},
      {"Range", range},       {"Reshape", reshape},
      {"Shape", shape},       {"Size", size},
      {"Squeeze", squeeze},   {"Unsqueeze", unsqueeze},
  };
  return table;
}

} // namespace npuforge::onnx
