// Normalisations: means and variances over some axes, then one map.
#include <fmt/format.h>

#include "operators.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// f32 for the narrow floats, whose sums need more bits.
mlir::Value widened(const Build& build, mlir::Value x) {
  mlir::Type type = graph::elementOf(x);
  return type.isF16() || type.isBF16() ? build.cast(x, build.f32()) : x;
}

Scalar inverse_root(const Scalar& x) {
  return 1 / graph::sqrt(x);
}

struct Moments {
  mlir::Value centred, mean, variance; ///< x - mean; dimensions kept
};

Moments moments(const Build& build, mlir::Value x, Dims axes) {
  mlir::Value mean = build.mean(x, axes, true), centred = build.subtract(x, mean);
  return {centred, mean, build.mean(build.multiply(centred, centred), axes, true)};
}

/// [C] as [C, 1, ..]: beside [N, C, ..] of this rank.
mlir::Value per_channel(const Build& build, mlir::Value value, int64_t rank) {
  Shape shape(static_cast<size_t>(std::max<int64_t>(rank - 1, 1)), 1);
  shape[0] = graph::elements(graph::shapeOf(value));
  return build.reshape(value, shape);
}

Shape axes_from(int64_t first, int64_t rank) {
  Shape axes;
  for (int64_t i = first; i < rank; ++i)
    axes.push_back(i);
  return axes;
}

/// x * factor + offset with the statistics folded into one value a channel.
mlir::Value normalised(const Build& build, mlir::Value x, mlir::Value scale, mlir::Value bias,
                       mlir::Value mean, mlir::Value variance, double epsilon) {
  mlir::Type type = graph::elementOf(x);
  mlir::Value factor = build.map({widened(build, scale), variance}, [&](const Scalars& s) {
    return s[0] * inverse_root(s[1] + epsilon);
  });
  mlir::Value offset = build.map({widened(build, bias), mean, factor},
                                 [](const Scalars& s) { return s[0] - s[1] * s[2]; });
  return build.map(type, {x, factor, offset}, [](const Scalars& s) { return s[0] * s[1] + s[2]; });
}

Results batch_normalization(Node& node) {
  const Build& build = node.build;
  const double epsilon = node.real("epsilon", 1e-5), momentum = node.real("momentum", 0.9);
  const bool training = node.integer("training_mode", 0) != 0;
  node.integers("consumed_inputs", {}); // of opset 6, as the next two
  if (node.integer("is_test", 1) == 0 || node.integer("spatial", 1) == 0)
    throw Unsupported("training, or statistics for each element");
  const int64_t rank = node.rank(0);
  if (rank < 1)
    throw Unsupported("its input is a number");
  const int64_t channels = rank > 1 ? node.shape(0)[1] : 1;
  for (size_t i = 1; i < 5; ++i)
    if (node.rank(i) != 1 || node.shape(i)[0] != channels)
      throw Contradiction(fmt::format("input {} {} does not fit {} channels", i,
                                      graph::text(node.shape(i)), channels));
  auto channel = [&](size_t input) { return per_channel(build, node.operand(input), rank); };
  mlir::Value mean = widened(build, channel(3)), variance = widened(build, channel(4));
  if (!training)
    return normalised(build, node.operand(0), channel(1), channel(2), mean, variance, epsilon);
  Shape axes{0};
  axes.append(axes_from(2, rank));
  Moments batch = moments(build, widened(build, node.operand(0)), axes);
  auto running = [&](mlir::Value old, mlir::Value now, size_t input) {
    mlir::Value mixed =
        build.map(node.element(input), {old, build.reshape(now, graph::shapeOf(old))},
                  [&](const Scalars& s) { return s[0] * momentum + s[1] * (1 - momentum); });
    return build.reshape(mixed, node.shape(input));
  };
  auto flat = [&](mlir::Value value) { return build.reshape(value, graph::shapeOf(mean)); };
  return {normalised(build, node.operand(0), channel(1), channel(2), flat(batch.mean),
                     flat(batch.variance), epsilon),
          running(mean, batch.mean, 3), running(variance, batch.variance, 4)};
}

Results layer_normalization(Node& node) {
  const Build& build = node.build;
  const double epsilon = node.real("epsilon", 1e-5);
  node.integer("stash_type", 1); // the statistics are f32 in any case
  const int64_t rank = node.rank(0), axis = node.axis("axis", -1, rank);
  Moments m = moments(build, widened(build, node.operand(0)), axes_from(axis, rank));
  mlir::Value inverse =
      build.map(m.variance, [&](const Scalars& s) { return inverse_root(s[0] + epsilon); });
  Values operands{m.centred, inverse, node.operand(1)};
  if (node.has(2))
    operands.push_back(node.operand(2));
  mlir::Value result = build.map(node.element(0), operands, [](const Scalars& s) {
    Scalar scaled = s[0] * s[1] * s[2];
    return s.size() > 3 ? scaled + s[3] : scaled;
  });
  if (graph::shapeOf(result) != node.shape(0))
    throw Contradiction(fmt::format("scale {} does not fit {}", graph::text(node.shape(1)),
                                    graph::text(node.shape(0))));
  return {result, m.mean, inverse};
}

/// (x - mean) / sqrt(variance + epsilon) over axes, in f32, then scale and bias of other shapes.
Results instance_normalization(Node& node) {
  const Build& build = node.build;
  const double epsilon = node.real("epsilon", 1e-5);
  const int64_t rank = node.rank(0);
  if (rank < 3)
    throw Contradiction("its input has no spatial dimensions");
  Moments m = moments(build, widened(build, node.operand(0)), axes_from(2, rank));
  mlir::Value factor =
      build.map({m.variance, per_channel(build, widened(build, node.operand(1)), rank)},
                [&](const Scalars& s) { return inverse_root(s[0] + epsilon) * s[1]; });
  return build.map(node.element(0), {m.centred, factor, per_channel(build, node.operand(2), rank)},
                   [](const Scalars& s) { return s[0] * s[1] + s[2]; });
}

/// Scale and bias are one for each channel, or (opset 18) for each group.
Results group_normalization(Node& node) {
  const Build& build = node.build;
  const double epsilon = node.real("epsilon", 1e-5);
  node.integer("stash_type", 1);
  const int64_t groups = node.integer("num_groups");
  Shape shape(node.shape(0));
  if (shape.size() < 3 || groups < 1 || shape[1] % groups != 0)
    throw Unsupported(fmt::format("{} groups of {}", groups, graph::text(shape)));
  Shape split{shape[0], groups, shape[1] / groups, graph::elements(Dims(shape).drop_front(2))};
  Moments m = moments(build, build.reshape(widened(build, node.operand(0)), split), {2, 3});
  auto spread = [&](size_t input) {
    const int64_t count = graph::elements(node.shape(input));
    if (count != groups && count != shape[1])
      throw Unsupported(fmt::format("{} numbers for {} channels", count, shape[1]));
    return build.reshape(node.operand(input), {groups, count / groups, 1});
  };
  mlir::Value result = build.map(
      node.element(0), {m.centred, m.variance, spread(1), spread(2)},
      [&](const Scalars& s) { return s[0] * inverse_root(s[1] + epsilon) * s[2] + s[3]; });
  return build.reshape(result, shape);
}

/// A vector of zeros stays so.
Results lp_normalization(Node& node) {
  const Build& build = node.build;
  const int64_t p = node.integer("p", 2), axis = node.axis("axis", -1, node.rank(0));
  if (p != 1 && p != 2)
    throw Unsupported(fmt::format("p {} is neither 1 nor 2", p));
  mlir::Value x = widened(build, node.operand(0));
  mlir::Value sum = build.reduce(
      build.map(x, [&](const Scalars& s) { return p == 1 ? graph::abs(s[0]) : s[0] * s[0]; }),
      "sum", {axis}, true);
  return build.map(node.element(0), {x, sum}, [&](const Scalars& s) {
    Scalar norm = p == 1 ? s[1] : graph::sqrt(s[1]);
    return graph::select(norm > 0, s[0] / norm, s[0]);
  });
}

Results mean_variance_normalization(Node& node) {
  const Build& build = node.build;
  Shape axes = wrapped_axes(node.integers("axes", {0, 2, 3}), node.rank(0));
  Moments m = moments(build, widened(build, node.operand(0)), axes);
  return build.map(node.element(0), {m.centred, m.variance},
                   [](const Scalars& s) { return s[0] / (graph::sqrt(s[1]) + 1e-9); });
}

/// Squares summed over neighbouring channels: a pool along the channels, the spatial dimensions
/// standing last.
Results lrn(Node& node) {
  const Build& build = node.build;
  const double alpha = node.real("alpha", 1e-4), beta = node.real("beta", 0.75),
               bias = node.real("bias", 1);
  const int64_t size = node.integer("size");
  Shape shape(node.shape(0));
  if (size < 1 || size > (1 << 20) || shape.size() < 2)
    throw Unsupported(fmt::format("size {} over {}", size, graph::text(shape)));
  mlir::Value x = build.reshape(node.operand(0),
                                {shape[0], shape[1], graph::elements(Dims(shape).drop_front(2))});
  Window window({size}, {1}, {shape[1]});
  window.pads = {(size - 1) / 2, size / 2};
  window.extents = {shape[1]};
  mlir::Value wide = widened(build, x);
  mlir::Value squares = pool(build, build.multiply(wide, wide), "sum", window);
  mlir::Value result = build.map(node.element(0), {x, squares}, [&](const Scalars& s) {
    Scalar base = s[1] * (alpha / static_cast<double>(size)) + bias;
    return s[0] * graph::exp(graph::log(base) * -beta);
  });
  return build.reshape(result, shape);
}

} // namespace

const Table& norm_operators() {
  static const Table table = {
      {"BatchNormalization", batch_normalization},
      {"GroupNormalization", group_normalization},
      {"InstanceNormalization", instance_normalization},
      {"LRN", lrn},
      {"LayerNormalization", layer_normalization},
      {"LpNormalization", lp_normalization},
      {"MeanVarianceNormalization", mean_variance_normalization},
  };
  return table;
}

} // namespace npuforge::onnx
