// Unique: each slice is compared with each other one.
#include <fmt/format.h>

#include "iota.h"
#include "picking.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

// Comparisons of all elements of all pairs.
constexpr int64_t kMostCompared = int64_t{1} << 24;

/// For all pairs [i, j] of rows of [N, W], as i64 0 or 1: are they equal, does row j stand before
/// row i in the order of their first elements that differ?
struct Pairs {
  mlir::Value equal, before;
};

Pairs compare(const Build& build, mlir::Value rows) {
  const int64_t count = graph::shapeOf(rows)[0], width = graph::shapeOf(rows)[1];
  mlir::Value own = build.reshape(rows, {count, 1, width}),
              other = build.reshape(rows, {1, count, width}), place = iota(build, width, 2, 3);
  // The first place where they differ; `width` if there is none.
  mlir::Value first = build.reduce(build.map(build.i64(), {own, other, place},
                                             [&](const Scalars& x) {
                                               return graph::select(graph::equal(x[0], x[1]),
                                                                    x[2].integer(width), x[2]);
                                             }),
                                   "min", 2, true);
  mlir::Value before = build.map(build.i64(), {own, other, place, first}, [&](const Scalars& x) {
    return graph::cast(graph::equal(x[2], x[3]) & (x[1] < x[0]), build.i64());
  });
  mlir::Value equal = build.map(build.i64(), first, [&](const Scalars& x) {
    return graph::cast(graph::equal(x[0], x[0].integer(width)), build.i64());
  });
  return {build.reshape(equal, {count, count}), build.reduce(before, "max", 2, false)};
}

/// For each row: which row is the first one that equals it.
mlir::Value first_of_equals(const Build& build, mlir::Value equal) {
  const int64_t count = graph::shapeOf(equal)[0];
  mlir::Value places = build.map({equal, iota(build, count, 1, 2)}, [&](const Scalars& x) {
    return graph::select(x[0] > 0, x[1], x[1].integer(count));
  });
  return build.reduce(places, "min", 1, false);
}

} // namespace

/// The slices along an axis or, without one, the elements: each once, in ascending order or in that
/// of their first places; these, the number of each slice among them, and how often each occurs.
Results unique(Node& node) {
  const Build& build = node.build;
  const bool sorted = node.integer("sorted", 1) != 0, flat = !node.given("axis");
  mlir::Value value = node.operand(0);
  if (flat)
    value = build.reshape(value, {graph::elements(node.shape(0))});
  const int64_t axis = flat ? 0 : node.axis("axis", 0, node.rank(0)), rank = graph::rankOf(value);
  Shape perm;
  for (int64_t i = 0; i < rank; ++i)
    perm.push_back(i);
  std::swap(perm[0], perm[static_cast<size_t>(axis)]); // its own inverse
  mlir::Value front = build.transpose(value, perm);
  Shape shape(graph::shapeOf(front));
  const int64_t count = shape[0], width = graph::elements(Dims(shape).drop_front());
  if (count == 0 || count * count > kMostCompared / std::max<int64_t>(width, 1))
    throw Unsupported(fmt::format("comparing each of {} slices of {} elements with each other is "
                                  "too much, or nothing",
                                  count, width));
  mlir::Value rows = build.reshape(front, {count, width});
  const Pairs pairs = compare(build, rows);
  mlir::Value own = iota(build, count, 0, 1), first = first_of_equals(build, pairs.equal);
  mlir::Value is_first = build.map({first, own}, [&](const Scalars& x) {
    return graph::cast(graph::equal(x[0], x[1]), build.i64());
  });
  // How many of the first ones stand before each slice's: its number among them.
  mlir::Value stands_before =
      sorted ? build.multiply(pairs.before, build.reshape(is_first, {1, count}))
             : build.map(
                   {build.reshape(is_first, {1, count}), build.reshape(own, {1, count}),
                    build.reshape(first, {count, 1})},
                   [&](const Scalars& x) { return x[0] * graph::cast(x[1] < x[2], build.i64()); });
  mlir::Value number = build.reduce(stands_before, "sum", 1, false);
  // Elements go to the rows of their numbers; all equals write the same.
  auto by_number = [&](mlir::Value values, int64_t row) {
    mlir::Value table = build.number(graph::elementOf(values), 0, {count, row});
    return build.scatter(table, number, build.reshape(values, {count, row}), "set");
  };
  mlir::Value ones = build.number(build.i64(), 1, {count, 1});
  mlir::Value counts = build.scatter(build.number(build.i64(), 0, {count, 1}), number, ones, "add");
  mlir::Value extent = build.reduce(is_first, "sum", 0, true);
  Results results{build.transpose(build.reshape(by_number(rows, width), shape), perm),
                  build.reshape(by_number(first, 1), {count}), number,
                  build.reshape(counts, {count})};
  for (size_t output : {0, 1, 3})
    node.extents[output] = {output == 0 ? axis : 0, extent};
  return results;
}

} // namespace npuforge::onnx
