// Pools in any number of dimensions, and what undoes them.
#include "pools.h"

#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

Dims spatial(mlir::Value x) {
  Dims shape = graph::shapeOf(x);
  if (shape.size() < 3)
    throw Contradiction(fmt::format("input {} has no spatial dimensions", graph::text(shape)));
  return shape.drop_front(2);
}
Dims spatial(Node& node) {
  return spatial(node.operand(0));
}

/// Whether a pool in two dimensions stays for the passes on quantised networks, which know no
/// windows that reach beyond the pads.
bool pool_stays(const Node& node, mlir::Value x, const Window& window) {
  mlir::Type element = graph::elementOf(x);
  if (!(element.isF32() || element.isInteger(8)) || node.all_constant() || window.rank() != 2)
    return false;
  for (size_t i = 0; i < 2; ++i) {
    const int64_t reach = window.dilations[i] * (window.kernel[i] - 1) + 1;
    if ((window.extents[i] - 1) * window.strides[i] + reach >
            spatial(x)[i] + window.pads[i] + window.pads[i + 2] ||
        std::max(window.pads[i], window.pads[i + 2]) >= reach)
      return false;
  }
  return true;
}

template <typename Op, typename... Arguments>
mlir::Value imported(Node& node, mlir::Value x, Arguments&&... arguments) {
  mlir::Operation* op = Op::create(node.build.builder(), node.build.location(),
                                   mlir::UnrankedTensorType::get(graph::elementOf(x)), x,
                                   std::forward<Arguments>(arguments)...);
  graph::setInferredType(op);
  return op->getResult(0);
}

/// For each element of the result, which element of the input is the greatest: as offsets into the
/// input, whose spatial dimensions have these strides.
mlir::Value greatest(Node& node, const Window& window, bool column_major) {
  const graph::Build& build = node.build;
  const size_t d = window.rank();
  Dims in = spatial(node);
  Shape before(d + 2, 0), behind(d + 2, 0), own(d), steps{1, 1},
      extents(node.shape(0).take_front(2));
  for (size_t i = 0; i < d; ++i) {
    const int64_t reach = (window.extents[i] - 1) * window.strides[i] +
                          window.dilations[i] * (window.kernel[i] - 1) + 1;
    before[i + 2] = window.pads[i];
    behind[i + 2] = std::max<int64_t>(0, reach - in[i] - window.pads[i]);
  }
  own = graph::strides(in);
  if (column_major) {
    Shape mirrored(llvm::reverse(in)), strides = graph::strides(mirrored);
    own.assign(strides.rbegin(), strides.rend());
  }
  steps.append(window.strides);
  extents.append(window.extents);
  const bool is_real = is_float(node.element(0));
  const double lowest =
      is_real ? -INFINITY
      : node.element(0).isUnsignedInteger()
          ? 0
          : -std::ldexp(1.0, static_cast<int>(node.element(0).getIntOrFloatBitWidth()) - 1);
  mlir::Value padded = build.pad(node.operand(0), before, behind, lowest), best, offset;
  for (int64_t tap = 0; tap < window.taps(); ++tap) {
    Shape starts(d + 2, 0);
    int64_t rest = tap, at = 0;
    for (size_t i = d; i-- > 0;) {
      const int64_t place = rest % window.kernel[i] * window.dilations[i];
      rest /= window.kernel[i];
      starts[i + 2] = place;
      at += place * own[i];
    }
    mlir::Value value = build.slice(padded, starts, steps, extents);
    if (!best) {
      best = value;
      offset = build.number(build.i64(), static_cast<double>(at), extents);
      continue;
    }
    offset = build.map(build.i64(), {best, value, offset}, [&](const Scalars& x) {
      return graph::select(x[1] > x[0], x[2].integer(at), x[2]);
    });
    best = build.map({best, value}, [](const Scalars& x) { return graph::max(x[0], x[1]); });
  }
  // Where each window starts: a number for each spatial position, and one for each plane.
  mlir::Value index = offset;
  const int64_t plane = graph::elements(in);
  for (size_t axis = 0; axis < d + 2; ++axis) {
    Shape shape(d + 2, 1), values;
    shape[axis] = extents[axis];
    const int64_t step = axis == 0   ? extents[1] * plane
                         : axis == 1 ? plane
                                     : window.strides[axis - 2] * own[axis - 2],
                  start = axis < 2 ? 0 : -window.pads[axis - 2] * own[axis - 2];
    for (int64_t i = 0; i < extents[axis]; ++i)
      values.push_back(start + i * step);
    index = build.add(index, build.integers(values, build.i64(), shape));
  }
  return index;
}

Results max_pool(Node& node) {
  Window window(node, spatial(node), kernel_shape(node, spatial(node).size()));
  const bool column_major = node.integer("storage_order", 0) != 0;
  Results results;
  if (pool_stays(node, node.operand(0), window))
    results.push_back(imported<graph::MaxPoolOp>(node, node.operand(0), window.kernel,
                                                 window.strides, window.pads, window.dilations,
                                                 false, mlir::StringAttr()));
  else
    results.push_back(channels_first(
        node.build, pool(node.build, channels_last(node.build, node.operand(0)), "max", window)));
  if (node.wants(1))
    results.push_back(greatest(node, window, column_major));
  return results;
}

Results average_pool(Node& node) {
  return averaged(node, node.operand(0));
}

/// (sum |x|^p)^(1/p) by `sum`.
template <typename Sum>
mlir::Value norm(Node& node, mlir::Value x, int64_t p, Sum sum) {
  if (p < 1)
    throw Unsupported(fmt::format("p {} is not positive", p));
  const graph::Build& build = node.build;
  mlir::Value powers = build.map(x, [&](const Scalars& s) {
    Scalar base = graph::abs(s[0]), power = base;
    for (int64_t i = 1; i < std::min<int64_t>(p, 4); ++i)
      power = power * base;
    return p > 4 ? graph::power(base, base.number(static_cast<double>(p))) : power;
  });
  return build.map(sum(powers), [&](const Scalars& s) {
    if (p == 1)
      return s[0];
    return p == 2 ? graph::sqrt(s[0]) : graph::power(s[0], s[0].number(1 / static_cast<double>(p)));
  });
}

Results lp_pool(Node& node) {
  Window window(node, spatial(node), kernel_shape(node, spatial(node).size()));
  const graph::Build& build = node.build;
  return channels_first(
      build, norm(node, channels_last(build, node.operand(0)), node.integer("p", 2),
                  [&](mlir::Value powers) { return pool(build, powers, "sum", window); }));
}

Shape spatial_axes(mlir::Value x) {
  Shape axes;
  for (size_t i = 0; i < spatial(x).size(); ++i)
    axes.push_back(static_cast<int64_t>(i) + 2);
  return axes;
}

Results global_average_pool(Node& node) {
  return averaged_whole(node, node.operand(0));
}

Results global_max_pool(Node& node) {
  return node.build.reduce(node.operand(0), "max", spatial_axes(node.operand(0)), true);
}

Results global_lp_pool(Node& node) {
  return norm(node, node.operand(0), node.integer("p", 2), [&](mlir::Value powers) {
    return node.build.reduce(powers, "sum", spatial_axes(node.operand(0)), true);
  });
}

/// Elements back to where the pool's second output says; a given shape may be larger.
Results max_unpool(Node& node) {
  const graph::Build& build = node.build;
  const size_t d = spatial(node).size();
  Shape kernel = kernel_shape(node, d),
        strides(listed(node, "strides", std::vector<int64_t>(d, 1))),
        pads(listed(node, "pads", std::vector<int64_t>(2 * d, 0)));
  if (strides.size() != d || pads.size() != 2 * d || node.shape(1) != node.shape(0))
    throw Unsupported("strides, pads or indices do not fit the input");
  Shape shape(node.shape(0));
  for (size_t i = 0; i < d; ++i)
    shape[i + 2] = (shape[i + 2] - 1) * strides[i] + kernel[i] - pads[i] - pads[d + i];
  const int64_t count = graph::elements(node.shape(0));
  mlir::Value zeros = build.number(node.element(0), 0, {graph::elements(shape), 1});
  mlir::Value result =
      build.reshape(build.scatter(zeros, build.reshape(node.operand(1), {count}),
                                  build.reshape(node.operand(0), {count, 1}), "set"),
                    shape);
  if (!node.has(2))
    return result;
  Shape wanted(Dims(node.wholes(2, "the output's shape"))), behind;
  if (wanted.size() != shape.size())
    throw Unsupported(fmt::format("the output's shape {} does not fit {}", graph::text(wanted),
                                  graph::text(shape)));
  for (size_t i = 0; i < shape.size(); ++i)
    behind.push_back(wanted[i] - shape[i]);
  return build.pad(result, Shape(shape.size(), 0), behind, 0);
}

} // namespace

mlir::Value averaged(Node& node, mlir::Value x) {
  Dims in = spatial(x);
  Window window(node, in, kernel_shape(node, in.size()));
  const bool include = node.integer("count_include_pad", 0) != 0;
  mlir::Type element = graph::elementOf(x);
  if (element.isF32() && pool_stays(node, x, window) &&
      llvm::all_of(window.dilations, [](int64_t dilation) { return dilation == 1; }))
    return imported<graph::AveragePoolOp>(node, x, window.kernel, window.strides, window.pads,
                                          include, false, mlir::StringAttr());
  const graph::Build& build = node.build;
  mlir::Value counts = tap_counts(build, element, in, window, include ? Dims(window.pads) : Dims());
  mlir::Value sums = pool(build, channels_last(build, x), "sum", window);
  return channels_first(build, build.divide(sums, counts));
}

mlir::Value averaged_whole(Node& node, mlir::Value x) {
  const Shape axes = spatial_axes(x);
  if (graph::elementOf(x).isF32() && !node.all_constant() && axes.size() == 2)
    return imported<graph::GlobalAveragePoolOp>(node, x);
  return node.build.mean(x, axes, true);
}

const Table& pool_operators() {
  static const Table table = {
      {"AveragePool", average_pool},
      {"GlobalAveragePool", global_average_pool},
      {"GlobalLpPool", global_lp_pool},
      {"GlobalMaxPool", global_max_pool},
      {"LpPool", lp_pool},
      {"MaxPool", max_pool},
      {"MaxUnpool", max_unpool},
  };
  return table;
}

} // namespace npuforge::onnx
