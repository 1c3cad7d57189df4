// Reductions over axes, and what is made of them: softmax and its like, ArgMax, TopK, CumSum.
#include <limits>

#include <fmt/format.h>

#include "iota.h"
#include "operators.h"
#include "running_sum.h"

namespace npuforge::onnx {
namespace {

/// The axes of a ReduceX node: all of them if none are given, unless the node says otherwise.
Shape axes_of(Node& node) {
  const bool noop = node.integer("noop_with_empty_axes", 0) != 0;
  std::vector<int64_t> given;
  if (node.has(1))
    given = node.wholes(1, "the axes");
  Shape axes = wrapped_axes(given, node.rank(0));
  if (axes.empty() && !noop)
    for (int64_t i = 0; i < node.rank(0); ++i)
      axes.push_back(i);
  return axes;
}

bool keeps(Node& node) {
  return node.integer("keepdims", 1) != 0;
}

mlir::Value reduced(Node& node, mlir::Value value, const char* kind) {
  Shape axes = axes_of(node);
  return node.build.reduce(value, kind, axes, keeps(node));
}

Results reduce_sum(Node& node) {
  return reduced(node, node.operand(0), "sum");
}
Results reduce_prod(Node& node) {
  return reduced(node, node.operand(0), "prod");
}
Results reduce_max(Node& node) {
  return reduced(node, node.operand(0), is_bool(node.element(0)) ? "or" : "max");
}
Results reduce_min(Node& node) {
  return reduced(node, node.operand(0), is_bool(node.element(0)) ? "and" : "min");
}

Results reduce_mean(Node& node) {
  Shape axes = axes_of(node);
  return node.build.mean(node.operand(0), axes, keeps(node));
}

mlir::Value squares(Node& node, mlir::Value value) {
  return node.build.map(value, [](const Scalars& x) { return x[0] * x[0]; });
}

Results reduce_l1(Node& node) {
  mlir::Value sizes =
      node.build.map(node.operand(0), [](const Scalars& x) { return graph::abs(x[0]); });
  return reduced(node, sizes, "sum");
}

Results reduce_sum_square(Node& node) {
  return reduced(node, squares(node, node.operand(0)), "sum");
}

/// Roots and logarithms of integers are those of f32, cut to integers.
template <typename Compute>
Results through_float(Node& node, Compute compute) {
  mlir::Type type = node.element(0);
  mlir::Type real = is_float(type) ? type : node.build.f32();
  return node.build.cast(compute(node.build.cast(node.operand(0), real)), type);
}

Results reduce_l2(Node& node) {
  return through_float(node, [&](mlir::Value value) {
    return node.build.map(reduced(node, squares(node, value), "sum"),
                          [](const Scalars& x) { return graph::sqrt(x[0]); });
  });
}

Results reduce_log_sum(Node& node) {
  return through_float(node, [&](mlir::Value value) {
    return node.build.map(reduced(node, value, "sum"),
                          [](const Scalars& x) { return graph::log(x[0]); });
  });
}

/// max + log(sum(e^(x - max))): e^x alone overflows. An infinite maximum is the result.
Results reduce_log_sum_exp(Node& node) {
  const graph::Build& build = node.build;
  Shape axes = axes_of(node);
  const bool keep = keeps(node);
  return through_float(node, [&](mlir::Value value) {
    constexpr double kLargest = std::numeric_limits<float>::max();
    auto finite = [&](mlir::Value most) {
      return build.map(most, [](const Scalars& x) {
        return graph::select(graph::abs(x[0]) <= kLargest, x[0], x[0].number(0));
      });
    };
    mlir::Value most = finite(build.reduce(value, "max", axes, true));
    mlir::Value powers =
        build.map({value, most}, [](const Scalars& x) { return graph::exp(x[0] - x[1]); });
    mlir::Value sum = build.reduce(powers, "sum", axes, keep);
    return build.map({sum, build.reshape(most, graph::shapeOf(sum))},
                     [](const Scalars& x) { return graph::log(x[0]) + x[1]; });
  });
}

Results softmax(Node& node) {
  const graph::Build& build = node.build;
  const int64_t axis = node.axis("axis", -1, std::max<int64_t>(node.rank(0), 1));
  if (node.rank(0) == 0)
    return build.number(node.element(0), 1);
  mlir::Value most = build.reduce(node.operand(0), "max", axis, true);
  mlir::Value powers =
      build.map({node.operand(0), most}, [](const Scalars& x) { return graph::exp(x[0] - x[1]); });
  return build.divide(powers, build.reduce(powers, "sum", axis, true));
}

Results log_softmax(Node& node) {
  const graph::Build& build = node.build;
  if (node.rank(0) == 0)
    throw Unsupported("its operand is a number");
  const int64_t axis = node.axis("axis", -1, node.rank(0));
  mlir::Value less =
      build.subtract(node.operand(0), build.reduce(node.operand(0), "max", axis, true));
  mlir::Value powers = build.map(less, [](const Scalars& x) { return graph::exp(x[0]); });
  return build.map({less, build.reduce(powers, "sum", axis, true)},
                   [](const Scalars& x) { return x[0] - graph::log(x[1]); });
}

/// Along an axis the place of the extreme element, the first or the last of equals; the dimension
/// stays as 1. i64.
mlir::Value place(const graph::Build& build, mlir::Value value, int64_t axis, const char* kind,
                  bool last) {
  const int64_t extent = graph::shapeOf(value)[static_cast<size_t>(axis)];
  if (extent == 0)
    throw Unsupported("it looks for an element among none");
  mlir::Value extreme = build.reduce(value, kind, axis, true);
  mlir::Value places =
      build.map(build.i64(), {value, extreme, iota(build, extent, axis, graph::rankOf(value))},
                [&](const Scalars& x) {
                  Scalar here = graph::equal(x[0], x[1]);
                  if (x[0].is_float())
                    here = here | graph::is_nan(x[0]);
                  return graph::select(here, x[2], x[2].integer(last ? -1 : extent));
                });
  return build.reduce(places, last ? "max" : "min", axis, true);
}

template <bool kMost>
Results arg(Node& node) {
  if (node.rank(0) == 0)
    throw Unsupported("its operand is a number");
  const int64_t axis = node.axis("axis", 0, node.rank(0));
  const bool keep = keeps(node), last = node.integer("select_last_index", 0) != 0;
  mlir::Value found = place(node.build, node.operand(0), axis, kMost ? "max" : "min", last);
  return keep ? found : node.build.squeeze(found, axis);
}

Results hardmax(Node& node) {
  const graph::Build& build = node.build;
  if (node.rank(0) == 0)
    return build.number(node.element(0), 1);
  const int64_t axis = node.axis("axis", -1, node.rank(0));
  mlir::Value first = place(build, node.operand(0), axis, "max", false);
  const int64_t extent = node.shape(0)[static_cast<size_t>(axis)];
  mlir::Value hot = build.map(build.boolean(), {first, iota(build, extent, axis, node.rank(0))},
                              [](const Scalars& x) { return graph::equal(x[0], x[1]); });
  return build.cast(hot, node.element(0));
}

Results cumulative_sum(Node& node) {
  const bool exclusive = node.integer("exclusive", 0) != 0,
             reverse = node.integer("reverse", 0) != 0;
  const auto axis = static_cast<size_t>(wrapped_axis(node.whole(1, "the axis"), node.rank(0)));
  return running_sum(node.build, node.operand(0), axis, exclusive, reverse);
}

/// How many elements of its row [B, N] stand before each one: i64. Equal ones keep their order.
mlir::Value ranks(const graph::Build& build, mlir::Value rows, bool largest) {
  const int64_t batch = graph::shapeOf(rows)[0], count = graph::shapeOf(rows)[1];
  mlir::Value before =
      build.map(build.i32(),
                {build.reshape(rows, {batch, 1, count}), build.reshape(rows, {batch, count, 1}),
                 iota(build, count, 2, 3), iota(build, count, 1, 3)},
                [&](const Scalars& x) {
                  Scalar ahead = largest ? x[0] > x[1] : x[0] < x[1];
                  Scalar tie = graph::equal(x[0], x[1]) & (x[2] < x[3]);
                  return graph::cast(ahead | tie, build.i32());
                });
  return build.cast(build.reduce(before, "sum", 2, false), build.i64());
}

/// Each element goes to the place of its rank; the first k are the result.
Results top_k(Node& node) {
  const graph::Build& build = node.build;
  if (node.rank(0) == 0)
    throw Unsupported("its operand is a number");
  const int64_t rank = node.rank(0), axis = node.axis("axis", -1, rank);
  const bool largest = node.integer("largest", 1) != 0;
  node.integer("sorted", 1); // sorted is one of the orders that unsorted may have
  const int64_t wanted = node.whole(1, "k"), count = node.shape(0)[static_cast<size_t>(axis)];
  if (wanted < 0 || wanted > count)
    throw Unsupported(fmt::format("k is {} of {} elements", wanted, count));
  Shape perm;
  for (int64_t i = 0; i < rank; ++i)
    perm.push_back(i);
  std::swap(perm[static_cast<size_t>(axis)], perm.back()); // its own inverse
  mlir::Value last = build.transpose(node.operand(0), perm);
  Shape shape(graph::shapeOf(last));
  const int64_t batch = count ? graph::elements(shape) / count : 0;
  mlir::Value rows = build.reshape(last, {batch, count});
  mlir::Value places =
      build.map({ranks(build, rows, largest), iota(build, batch, 0, 2)},
                [&](const Scalars& x) { return x[0] + x[1] * x[1].integer(count); });
  places = build.reshape(places, batch * count);
  auto sorted = [&](mlir::Value values) {
    mlir::Value flat = build.reshape(values, {batch * count, 1});
    mlir::Value table = build.number(graph::elementOf(values), 0, {batch * count, 1});
    mlir::Value all = build.reshape(build.scatter(table, places, flat, "set"), {batch, count});
    mlir::Value first = build.slice(all, 1, 0, wanted);
    shape.back() = wanted;
    return build.transpose(build.reshape(first, shape), perm);
  };
  mlir::Value numbers = build.expand(iota(build, count, 1, 2), {batch, count});
  return {sorted(rows), sorted(numbers)};
}

} // namespace

mlir::Value running_sum(const graph::Build& build, mlir::Value value, size_t axis, bool exclusive,
                        bool reverse) {
  auto shifted = [&](int64_t step) {
    Shape before(graph::shapeOf(value).size(), 0), after(before);
    before[axis] = reverse ? -step : step;
    after[axis] = -before[axis];
    return build.pad(value, before, after, 0);
  };
  const int64_t extent = graph::shapeOf(value)[axis];
  if (exclusive && extent > 0)
    value = shifted(1);
  for (int64_t step = 1; step < extent; step *= 2)
    value = build.add(value, shifted(step));
  return value;
}

const Table& reduction_operators() {
  static const Table table = {
      {"ArgMax", arg<true>},
      {"ArgMin", arg<false>},
      {"CumSum", cumulative_sum},
      {"Hardmax", hardmax},
      {"LogSoftmax", log_softmax},
      {"ReduceL1", reduce_l1},
      {"ReduceL2", reduce_l2},
      {"ReduceLogSum", reduce_log_sum},
      {"ReduceLogSumExp", reduce_log_sum_exp},
      {"ReduceMax", reduce_max},
      {"ReduceMean", reduce_mean},
      {"ReduceMin", reduce_min},
      {"ReduceProd", reduce_prod},
      {"ReduceSum", reduce_sum},
      {"ReduceSumSquare", reduce_sum_square},
      {"Softmax", softmax},
      {"TopK", top_k},
  };
  return table;
}

} // namespace npuforge::onnx
