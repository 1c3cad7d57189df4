// Operators that pick some of the elements, as many as values say: Compress, NonZero, Unique,
// NonMaxSuppression. Their results have room for all that can be picked, and an extent.
#include "picking.h"

#include <fmt/format.h>

#include "iota.h"
#include "operators.h"
#include "running_sum.h"
#include "take.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// The capacity of an output that has at most `most` elements: what the user says, if that is less.
int64_t capacity(const Node& node, int output, int64_t most) {
  if (output >= node.outputs() || !node.most_elements)
    return most;
  auto said = node.most_elements->find(node.proto().output(output));
  return said == node.most_elements->end() ? most : std::min(most, said->second);
}

/// More than there is room for stops the program.
mlir::Value checked(const Node& node, int output, mlir::Value count, int64_t room) {
  const Build& build = node.build;
  mlir::Value fits = build.map(build.boolean(), count,
                               [&](const Scalars& x) { return x[0] <= x[0].integer(room); });
  return graph::buildIf(
      build, node.name() + "/room", fits, [&] { return graph::ArmResults(Values{count}); },
      [&] {
        return graph::ArmResults(
            fmt::format("'{}' has more than the {} elements that it was given room for",
                        node.proto().output(output), room));
      })[0];
}

} // namespace

mlir::Value picked(Node& node, int output, mlir::Value rows, mlir::Value flags, int64_t dim) {
  const Build& build = node.build;
  const int64_t count = graph::shapeOf(rows)[0], width = graph::shapeOf(rows)[1],
                room = capacity(node, output, count);
  mlir::Value up_to = running_sum(build, flags, 0, false, false);
  mlir::Value places = build.map({flags, up_to}, [&](const Scalars& x) {
    Scalar kept = (x[0] > 0) & (x[1] <= x[1].integer(room));
    return graph::select(kept, x[1] - x[1].integer(1), x[1].integer(room)); // the row behind all
  });
  mlir::Value table = build.number(graph::elementOf(rows), 0, {room + 1, width});
  mlir::Value all = build.scatter(table, places, rows, "set");
  mlir::Value number =
      count ? build.slice(up_to, 0, count - 1, 1) : build.number(build.i64(), 0, {1});
  if (room < count)
    number = checked(node, output, number, room);
  mlir::Value first = build.slice(all, 0, 0, room);
  if (auto known = graph::constantValue(number))
    return build.slice(first, 0, 0, graph::integers(known)[0]);
  node.extents[static_cast<size_t>(output)] = {dim, number};
  return first;
}

namespace {

mlir::Value flags_of(const Build& build, mlir::Value value) {
  return build.map(build.i64(), value, [&](const Scalars& x) {
    Scalar set = is_bool(x[0].type()) ? x[0] : graph::not_equal(x[0], x[0].number(0));
    return graph::cast(set, build.i64());
  });
}

/// Coordinates of the elements that are not zero, [rank, N].
Results non_zero(Node& node) {
  const Build& build = node.build;
  const Shape shape(node.shape(0));
  const int64_t count = graph::elements(shape), rank = node.rank(0);
  Values columns;
  for (int64_t d = 0; d < rank; ++d)
    columns.push_back(build.reshape(
        build.expand(iota(build, shape[static_cast<size_t>(d)], d, rank), shape), {count, 1}));
  if (rank == 0) // a number has no coordinates
    columns.push_back(build.number(build.i64(), 0, {1, 0}));
  mlir::Value rows = build.concat(columns, 1);
  mlir::Value flags = build.reshape(flags_of(build, node.operand(0)), {count});
  return build.transpose(picked(node, 0, rows, flags, 1), {1, 0});
}

Results compress(Node& node) {
  const Build& build = node.build;
  mlir::Value value = node.operand(0);
  int64_t axis = 0;
  if (node.given("axis"))
    axis = node.axis("axis", 0, node.rank(0));
  else
    value = build.reshape(value, {graph::elements(node.shape(0))});
  const int64_t size = graph::shapeOf(value)[static_cast<size_t>(axis)],
                flags = graph::elements(node.shape(1));
  if (flags > size)
    throw Unsupported(fmt::format("a condition of {} for {} elements", flags, size));
  // The axis first, then all others as a row.
  Shape perm{axis};
  for (int64_t i = 0; i < graph::rankOf(value); ++i)
    if (i != axis)
      perm.push_back(i);
  mlir::Value front = build.slice(build.transpose(value, perm), 0, 0, flags);
  Shape shape(graph::shapeOf(front));
  const int64_t width = graph::elements(Dims(shape).drop_front());
  mlir::Value rows = picked(node, 0, build.reshape(front, {flags, width}),
                            build.reshape(flags_of(build, node.operand(1)), {flags}), axis);
  shape[0] = graph::shapeOf(rows)[0];
  Shape back(perm.size());
  for (size_t i = 0; i < perm.size(); ++i)
    back[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  return build.transpose(build.reshape(rows, shape), back);
}

} // namespace

const Table& picking_operators() {
  static const Table table = {
      {"Compress", compress},
      {"NonMaxSuppression", non_max_suppression},
      {"NonZero", non_zero},
      {"Unique", unique},
  };
  return table;
}

} // namespace npuforge::onnx
