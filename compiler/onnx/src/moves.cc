// Operators that put elements at other places.
#include <fmt/format.h>

#include "iota.h"
#include "operators.h"

namespace npuforge::onnx {
namespace {

/// A permutation that the passes on quantised networks look through; of constants, a constant.
Results transpose(Node& node) {
  const std::vector<int64_t> given = node.integers("perm", {});
  Shape perm(given.begin(), given.end());
  if (perm.empty()) // no perm reverses
    for (int64_t i = node.rank(0) - 1; i >= 0; --i)
      perm.push_back(i);
  if (static_cast<int64_t>(perm.size()) != node.rank(0) || wrapped_axes(perm, node.rank(0)) != perm)
    throw Contradiction(
        fmt::format("perm {} does not fit {}", graph::text(perm), graph::text(node.shape(0))));
  mlir::Value value = node.operand(0);
  mlir::Type element = graph::elementOf(value);
  if (graph::constantValue(value) || !(element.isF32() || element.isInteger(8)))
    return node.build.transpose(value, perm);
  Shape shape;
  for (int64_t axis : perm)
    shape.push_back(node.shape(0)[static_cast<size_t>(axis)]);
  return node.build.create<graph::TransposeOp>(mlir::RankedTensorType::get(shape, element), value,
                                               perm);
}

Results concat(Node& node) {
  Values operands = node.operands();
  return node.build.concat(operands,
                           wrapped_axis(node.integer("axis"), graph::rankOf(operands[0])));
}

/// Equal parts, the last one smaller if they do not come out even; or parts of these sizes.
Results split(Node& node) {
  if (node.rank(0) == 0)
    throw Unsupported("it splits a tensor without dimensions");
  const auto axis = static_cast<size_t>(node.axis("axis", 0, node.rank(0)));
  const int64_t extent = node.shape(0)[axis], parts = node.integer("num_outputs", node.outputs());
  if (parts != node.outputs())
    throw Unsupported(fmt::format("num_outputs is {}, it has {} outputs", parts, node.outputs()));
  std::vector<int64_t> sizes;
  if (node.has(1))
    sizes = node.wholes(1, "the split");
  else
    for (int64_t i = 0; i < parts; ++i) {
      const int64_t each = (extent + parts - 1) / parts;
      sizes.push_back(std::max<int64_t>(0, std::min(each, extent - i * each)));
    }
  if (static_cast<int>(sizes.size()) != node.outputs())
    throw Unsupported(fmt::format("{} parts for {} outputs", sizes.size(), node.outputs()));
  Results results;
  int64_t at = 0;
  for (int64_t size : sizes) {
    if (size < 0 || size > extent - at)
      throw Contradiction(fmt::format("parts {} of {} elements", graph::text(sizes), extent));
    results.push_back(node.build.slice(node.operand(0), static_cast<int64_t>(axis), at, size));
    at += size;
  }
  if (at != extent)
    throw Contradiction(fmt::format("parts {} of {} elements", graph::text(sizes), extent));
  return results;
}

/// numpy's slices: bounds beyond the tensor are its ends.
Results slice(Node& node) {
  std::vector<int64_t> starts = node.wholes(1, "the starts"), ends = node.wholes(2, "the ends");
  std::vector<int64_t> given, strides;
  for (size_t i = 0; i < starts.size(); ++i)
    given.push_back(static_cast<int64_t>(i));
  if (node.has(3))
    given = node.wholes(3, "the axes");
  strides.assign(starts.size(), 1);
  if (node.has(4))
    strides = node.wholes(4, "the steps");
  if (ends.size() != starts.size() || given.size() != starts.size() ||
      strides.size() != starts.size())
    throw Unsupported("starts, ends, axes and steps are not as many as each other");
  Shape axes = wrapped_axes(given, node.rank(0));
  Shape first(node.shape(0).size(), 0), steps(first.size(), 1), extents(node.shape(0));
  for (auto [i, axis] : llvm::enumerate(axes)) {
    const auto dim = static_cast<size_t>(axis);
    const int64_t size = extents[dim], step = strides[i];
    if (step == 0 || step == std::numeric_limits<int64_t>::min())
      throw Unsupported(fmt::format("step {}", step));
    const int64_t low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
    auto bound = [&](int64_t value) {
      value = value < 0 ? std::max(value, -size - 1) + size : value;
      return std::max(low, std::min(value, high));
    };
    const int64_t from = bound(starts[i]), to = bound(ends[i]);
    const int64_t distance = step < 0 ? from - to : to - from, stride = step < 0 ? -step : step;
    extents[dim] = distance <= 0 ? 0 : (distance - 1) / stride + 1;
    first[dim] = extents[dim] ? from : 0;
    steps[dim] = extents[dim] > 1 ? step : 1;
  }
  return node.build.slice(node.operand(0), first, steps, extents);
}

/// For each element of a padded dimension the element that it copies.
std::vector<int64_t> sources(const std::string& mode, int64_t size, int64_t before, int64_t after) {
  std::vector<int64_t> result;
  const int64_t period = std::max<int64_t>(1, 2 * (size - 1));
  for (int64_t i = -before; i < size + after; ++i) {
    if (mode == "edge") {
      result.push_back(std::clamp<int64_t>(i, 0, size - 1));
    } else if (mode == "wrap") {
      result.push_back(((i % size) + size) % size);
    } else { // reflect: to and fro
      const int64_t phase = ((i % period) + period) % period;
      result.push_back(size == 1 ? 0 : phase < size ? phase : period - phase);
    }
  }
  return result;
}

/// A dimension of other elements, as a piece for each run of them at equal distances.
mlir::Value rearranged(const graph::Build& build, mlir::Value value, size_t axis,
                       llvm::ArrayRef<int64_t> places) {
  Shape shape(graph::shapeOf(value)), from = graph::strides(shape);
  shape[axis] = static_cast<int64_t>(places.size());
  graph::elements(shape);
  const Shape to = graph::strides(shape);
  llvm::SmallVector<graph::Piece> pieces;
  for (size_t i = 0; i < places.size();) {
    size_t end = i + 1;
    const int64_t step = end < places.size() ? places[end] - places[i] : 0;
    while (end < places.size() && places[end] - places[end - 1] == step)
      ++end;
    graph::Piece piece{0, shape, places[i] * from[axis], from, static_cast<int64_t>(i) * to[axis],
                       to};
    piece.extents[axis] = static_cast<int64_t>(end - i);
    piece.from_strides[axis] = step * from[axis];
    pieces.push_back(piece);
    i = end;
  }
  return build.move(shape, value, pieces);
}

/// What the padding holds may be known only at run time: then a mask chooses.
mlir::Value padded(Node& node, Dims before, Dims after) {
  const graph::Build& build = node.build;
  if (!node.has(2) || graph::elements(node.shape(2)) == 0)
    return build.pad(node.operand(0), before, after, 0);
  if (node.element(2) != node.element(0))
    throw Unsupported("its value has another element type");
  if (graph::constantValue(node.operand(2)) && !is_bool(node.element(2)))
    return build.pad(node.operand(0), before, after, node.scalar(2, "the value"));
  mlir::Value inner = build.pad(node.operand(0), before, after, 0);
  mlir::Value mask = build.pad(build.number(build.boolean(), 1, node.shape(0)), before, after, 0);
  return build.map(node.element(0), {mask, inner, build.reshape(node.operand(2), {})},
                   [](const Scalars& x) { return graph::select(x[0], x[1], x[2]); });
}

Results pad(Node& node) {
  const graph::Build& build = node.build;
  const std::string mode = node.text("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap")
    throw Unsupported(fmt::format("mode '{}' is not known", mode));
  std::vector<int64_t> pads = node.wholes(1, "the pads"), given;
  for (int64_t i = 0; i < node.rank(0); ++i)
    given.push_back(i);
  if (node.has(3))
    given = node.wholes(3, "the axes");
  Shape axes = wrapped_axes(given, node.rank(0));
  if (pads.size() != 2 * axes.size())
    throw Contradiction(fmt::format("{} pads for {} dimensions", pads.size(), axes.size()));
  Shape before(node.shape(0).size(), 0), after(before), cut_before(before), cut_after(before);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    const auto dim = static_cast<size_t>(axis);
    for (int64_t count : {pads[i], pads[i + axes.size()]})
      if (count > (1 << 20) || count < -(int64_t{1} << 31))
        throw Unsupported(fmt::format("a pad of {}", count));
    before[dim] = pads[i];
    after[dim] = pads[i + axes.size()];
    cut_before[dim] = std::min<int64_t>(0, before[dim]);
    cut_after[dim] = std::min<int64_t>(0, after[dim]);
  }
  if (mode == "constant")
    return padded(node, before, after);
  mlir::Value value = build.pad(node.operand(0), cut_before, cut_after, 0);
  for (size_t dim = 0; dim < before.size(); ++dim) {
    const int64_t size = graph::shapeOf(value)[dim], front = std::max<int64_t>(0, before[dim]),
                  back = std::max<int64_t>(0, after[dim]);
    if (front + back == 0)
      continue;
    if (size == 0)
      throw Unsupported("it copies elements of a dimension of none");
    value = rearranged(build, value, dim, sources(mode, size, front, back));
  }
  return value;
}

/// Both shapes broadcast.
Results expand(Node& node) {
  std::vector<int64_t> wanted = node.wholes(1, "the shape");
  graph::elements(wanted);
  Shape shape = graph::broadcast({node.shape(0), wanted});
  return node.build.expand(node.operand(0), shape);
}

Results tile(Node& node) {
  std::vector<int64_t> repeats = node.wholes(1, "the repeats");
  if (static_cast<int64_t>(repeats.size()) != node.rank(0))
    throw Contradiction(fmt::format("{} repeats of {} dimensions", repeats.size(), node.rank(0)));
  return node.build.tile(node.operand(0), repeats);
}

/// [N, C, H, W] and the size of its blocks.
int64_t block_size(Node& node) {
  const int64_t size = node.integer("blocksize");
  if (node.rank(0) != 4 || size < 1 || size > (1 << 15))
    throw Unsupported(fmt::format("blocks of {} in {}", size, graph::text(node.shape(0))));
  return size;
}

Results depth_to_space(Node& node) {
  const graph::Build& build = node.build;
  const std::string mode = node.text("mode", "DCR");
  const int64_t b = block_size(node);
  Dims s = node.shape(0);
  if ((mode != "DCR" && mode != "CRD") || s[1] % (b * b) != 0)
    throw Unsupported(fmt::format("mode '{}' of {} channels in blocks of {}", mode, s[1], b));
  const int64_t depth = s[1] / (b * b);
  mlir::Value blocks, turned;
  if (mode == "DCR") {
    blocks = build.reshape(node.operand(0), {s[0], b, b, depth, s[2], s[3]});
    turned = build.transpose(blocks, {0, 3, 4, 1, 5, 2});
  } else {
    blocks = build.reshape(node.operand(0), {s[0], depth, b, b, s[2], s[3]});
    turned = build.transpose(blocks, {0, 1, 4, 2, 5, 3});
  }
  return build.reshape(turned, {s[0], depth, s[2] * b, s[3] * b});
}

Results space_to_depth(Node& node) {
  const graph::Build& build = node.build;
  const int64_t b = block_size(node);
  Dims s = node.shape(0);
  if (s[2] % b != 0 || s[3] % b != 0)
    throw Unsupported(fmt::format("blocks of {} in {}", b, graph::text(s)));
  mlir::Value blocks = build.reshape(node.operand(0), {s[0], s[1], s[2] / b, b, s[3] / b, b});
  mlir::Value turned = build.transpose(blocks, {0, 3, 5, 1, 2, 4});
  return build.reshape(turned, {s[0], s[1] * b * b, s[2] / b, s[3] / b});
}

/// Elements above or below a diagonal; 0 elsewhere.
Results trilu(Node& node) {
  const graph::Build& build = node.build;
  const bool upper = node.integer("upper", 1) != 0;
  const int64_t rank = node.rank(0), diagonal = node.has(1) ? node.whole(1, "k") : 0;
  if (rank < 2)
    throw Unsupported("its operand is no matrix");
  const int64_t rows = node.shape(0)[static_cast<size_t>(rank) - 2], columns = node.shape(0).back();
  return build.map(node.element(0),
                   {node.operand(0), iota(build, rows, 0, 2), iota(build, columns, 1, 2)},
                   [&](const Scalars& x) {
                     Scalar edge = x[1] + x[1].integer(diagonal);
                     Scalar kept = upper ? x[2] >= edge : x[2] <= edge;
                     return graph::select(kept, x[0], x[0].number(0));
                   });
}

} // namespace

const Table& move_operators() {
  static const Table table = {
      {"Concat", concat},       {"DepthToSpace", depth_to_space},
      {"Expand", expand},       {"Pad", pad},
      {"Slice", slice},         {"SpaceToDepth", space_to_depth},
      {"Split", split},         {"Tile", tile},
      {"Transpose", transpose}, {"Trilu", trilu},
  };
  return table;
}

} // namespace npuforge::onnx
