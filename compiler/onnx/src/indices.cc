// Operators that read or write elements by index tensors: their indices become numbers of rows of a
// table [R, W].
#include <fmt/format.h>

#include "iota.h"
#include "operators.h"
#include "take.h"

namespace npuforge::onnx {
namespace {

void need_indices(Node& node, size_t input) {
  mlir::Type type = node.element(input);
  if (!type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    throw Unsupported("its indices are not i32 or i64");
}

mlir::Value sum(const graph::Build& build, Values terms) {
  return build.map(terms, [](const Scalars& x) {
    Scalar result = x[0];
    for (const Scalar& next : llvm::drop_begin(x))
      result = result + next;
    return result;
  });
}

Results gather(Node& node) {
  need_indices(node, 1);
  if (node.rank(0) == 0)
    throw Unsupported("its operand is a number");
  const int64_t axis = node.axis("axis", 0, node.rank(0));
  return taken(node.build, node.operand(0), axis, node.operand(1));
}

/// Flat places of the elements that an index tensor names along one axis of `shape`; flat itself.
mlir::Value element_rows(const graph::Build& build, mlir::Value indices, Dims shape, size_t axis) {
  Shape strides = graph::strides(shape);
  const int64_t rank = graph::rankOf(indices);
  Values terms{inside(build, indices, shape[axis], strides[axis])};
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t extent = graph::shapeOf(indices)[static_cast<size_t>(i)];
    if (extent > shape[static_cast<size_t>(i)] && static_cast<size_t>(i) != axis)
      throw Unsupported(fmt::format("indices {} exceed {}", graph::text(graph::shapeOf(indices)),
                                    graph::text(shape)));
    if (static_cast<size_t>(i) != axis && extent > 1)
      terms.push_back(iota(build, extent, i, rank, strides[static_cast<size_t>(i)]));
  }
  return build.reshape(sum(build, terms), graph::elements(graph::shapeOf(indices)));
}

size_t element_axis(Node& node, int64_t otherwise) {
  need_indices(node, 1);
  if (node.rank(0) == 0 || node.rank(1) != node.rank(0))
    throw Unsupported(
        fmt::format("indices {} of {}", graph::text(node.shape(1)), graph::text(node.shape(0))));
  return static_cast<size_t>(node.axis("axis", otherwise, node.rank(0)));
}

Results gather_elements(Node& node) {
  const graph::Build& build = node.build;
  const size_t axis = element_axis(node, 0);
  if (graph::elements(node.shape(1)) == 0)
    return build.number(node.element(0), 0, node.shape(1));
  mlir::Value rows = element_rows(build, node.operand(1), node.shape(0), axis);
  mlir::Value table = build.reshape(node.operand(0), {graph::elements(node.shape(0)), 1});
  return build.reshape(build.gather(table, rows), node.shape(1));
}

std::string scatter_kind(Node& node) {
  std::string kind = node.text("reduction", "none");
  if (kind != "none" && kind != "add" && kind != "mul" && kind != "max" && kind != "min")
    throw Unsupported(fmt::format("reduction '{}' is not known", kind));
  if (node.element(0) != node.element(2))
    throw Unsupported("its updates have another element type");
  return kind == "none" ? "set" : kind;
}

Results scatter_elements(Node& node) {
  const graph::Build& build = node.build;
  const size_t axis = element_axis(node, 0);
  const std::string kind = scatter_kind(node);
  if (node.shape(2) != node.shape(1))
    throw Unsupported("its updates have not the shape of its indices");
  if (graph::elements(node.shape(1)) == 0)
    return node.operand(0);
  const int64_t count = graph::elements(node.shape(1));
  mlir::Value rows = element_rows(build, node.operand(1), node.shape(0), axis);
  mlir::Value table = build.reshape(node.operand(0), {graph::elements(node.shape(0)), 1});
  mlir::Value updates = build.reshape(node.operand(2), {count, 1});
  return build.reshape(build.scatter(table, rows, updates, kind), node.shape(0));
}

/// Rows that index tuples [.., k] name, after `batches` dimensions in common.
struct Tuples {
  Shape outer;   ///< the index tensor's dimensions without the last
  Shape inner;   ///< what a tuple names
  int64_t count; ///< rows of the table
  mlir::Value rows;

  Tuples(Node& node, int64_t batches) {
    const graph::Build& build = node.build;
    need_indices(node, 1);
    Dims own = node.shape(0), index = node.shape(1);
    if (index.empty() || batches < 0 || batches >= static_cast<int64_t>(index.size()) ||
        index.back() > static_cast<int64_t>(own.size()) - batches)
      throw Unsupported(fmt::format("indices {} of {}", graph::text(index), graph::text(own)));
    const auto length = static_cast<size_t>(index.back()), shared = static_cast<size_t>(batches);
    outer = Shape(index.drop_back());
    inner = Shape(own.drop_front(shared + length));
    count = graph::elements(own.take_front(shared + length));
    const Shape strides = graph::strides(own.take_front(shared + length));
    const auto last = static_cast<int64_t>(index.size()) - 1;
    Values terms;
    for (size_t i = 0; i < shared; ++i) {
      if (index[i] != own[i])
        throw Unsupported("its batch dimensions differ");
      terms.push_back(iota(build, index[i], static_cast<int64_t>(i), last, strides[i]));
    }
    for (size_t i = 0; i < length && graph::elements(outer); ++i) {
      mlir::Value one = build.slice(node.operand(1), last, static_cast<int64_t>(i), 1);
      terms.push_back(
          inside(build, build.reshape(one, outer), own[shared + i], strides[shared + i]));
    }
    terms.push_back(build.number(build.i64(), 0, outer)); // an empty tuple names all
    rows = build.reshape(sum(build, terms), graph::elements(outer));
  }
};

Results gather_nd(Node& node) {
  const graph::Build& build = node.build;
  Tuples tuples(node, node.integer("batch_dims", 0));
  Shape shape(tuples.outer);
  shape.append(tuples.inner);
  if (graph::elements(shape) == 0)
    return build.number(node.element(0), 0, shape);
  mlir::Value table = build.reshape(node.operand(0), {tuples.count, graph::elements(tuples.inner)});
  return build.reshape(build.gather(table, tuples.rows), shape);
}

Results scatter_nd(Node& node) {
  const graph::Build& build = node.build;
  const std::string kind = scatter_kind(node);
  Tuples tuples(node, 0);
  Shape shape(tuples.outer);
  shape.append(tuples.inner);
  if (node.shape(2) != Dims(shape))
    throw Unsupported(fmt::format("updates {} where {} are needed", graph::text(node.shape(2)),
                                  graph::text(shape)));
  if (graph::elements(shape) == 0)
    return node.operand(0);
  const int64_t width = graph::elements(tuples.inner);
  mlir::Value table = build.reshape(node.operand(0), {tuples.count, width});
  mlir::Value updates = build.reshape(node.operand(2), {graph::elements(tuples.outer), width});
  return build.reshape(build.scatter(table, tuples.rows, updates, kind), node.shape(0));
}

/// Indices outside the range make no element hot.
Results one_hot(Node& node) {
  const graph::Build& build = node.build;
  const auto depth = static_cast<int64_t>(node.scalar(1, "the depth"));
  if (depth < 0)
    throw Unsupported(fmt::format("depth {}", depth));
  const int64_t rank = node.rank(0) + 1, axis = node.axis("axis", -1, rank);
  if (node.rank(2) != 1 || node.shape(2)[0] != 2)
    throw Unsupported("its values are not two");
  mlir::Value indices = build.unsqueeze(build.cast(node.operand(0), build.i64()), axis);
  mlir::Value off = build.reshape(build.slice(node.operand(2), 0, 0, 1), {});
  mlir::Value on = build.reshape(build.slice(node.operand(2), 0, 1, 1), {});
  return build.map(node.element(2), {indices, iota(build, depth, axis, rank), off, on},
                   [&](const Scalars& x) {
                     Scalar place = graph::if_negative(x[0], x[0] + x[0].integer(depth), x[0]);
                     return graph::select(graph::equal(place, x[1]), x[3], x[2]);
                   });
}

/// The first elements of each batch in reverse order.
Results reverse_sequence(Node& node) {
  const graph::Build& build = node.build;
  const int64_t batch = node.integer("batch_axis", 1), time = node.integer("time_axis", 0);
  if (node.rank(0) < 2 || batch + time != 1 || batch * time != 0)
    throw Unsupported("its axes are not 0 and 1");
  const int64_t steps = node.shape(0)[static_cast<size_t>(time)],
                batches = node.shape(0)[static_cast<size_t>(batch)];
  if (node.rank(1) != 1 || node.shape(1)[0] != batches)
    throw Unsupported("its lengths are not one for each batch");
  const Shape strides = graph::strides({node.shape(0)[0], node.shape(0)[1]});
  Shape shape(2, 1);
  shape[static_cast<size_t>(batch)] = batches;
  mlir::Value lengths = build.reshape(build.cast(node.operand(1), build.i64()), shape);
  mlir::Value rows =
      build.map({lengths, iota(build, steps, time, 2),
                 iota(build, batches, batch, 2, strides[static_cast<size_t>(batch)])},
                [&](const Scalars& x) {
                  Scalar turned = graph::max(x[0] - x[1] - 1, x[0].integer(0));
                  Scalar step = graph::select(x[1] < x[0], turned, x[1]);
                  step = graph::min(step, step.integer(steps - 1));
                  return step * step.integer(strides[static_cast<size_t>(time)]) + x[2];
                });
  const int64_t count = steps * batches;
  if (count == 0)
    return node.operand(0);
  mlir::Value table =
      build.reshape(node.operand(0), {count, graph::elements(node.shape(0)) / count});
  return build.reshape(build.gather(table, build.reshape(rows, count)), node.shape(0));
}

} // namespace

const Table& index_operators() {
  static const Table table = {
      {"Gather", gather},
      {"GatherElements", gather_elements},
      {"GatherND", gather_nd},
      {"OneHot", one_hot},
      {"ReverseSequence", reverse_sequence},
      {"ScatterElements", scatter_elements},
      {"ScatterND", scatter_nd},
  };
  return table;
}

} // namespace npuforge::onnx
