// Resize and Upsample, one axis after the other: nearest moves elements, linear and cubic multiply
// with a constant matrix.
#include <cmath>

#include <fmt/format.h>

#include "interpolate.h"
#include "operators.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// More interleaved runs than this are gathered instead.
constexpr int64_t kMaxRuns = 16;

/// The value as [before, axis, behind].
mlir::Value around(const Build& build, mlir::Value value, size_t axis) {
  Dims shape = graph::shapeOf(value);
  return build.reshape(value, {graph::elements(shape.take_front(axis)), shape[axis],
                               graph::elements(shape.drop_front(axis + 1))});
}

/// The least n with index[i + n] - index[i] the same for all i; more than kMaxRuns: there is none.
std::pair<int64_t, int64_t> period(llvm::ArrayRef<int64_t> indices) {
  const auto size = static_cast<int64_t>(indices.size());
  for (int64_t n = 1; n <= kMaxRuns; ++n) {
    if (n >= size)
      return {size, 0};
    const int64_t step = indices[static_cast<size_t>(n)] - indices[0];
    bool fits = true;
    for (int64_t i = 0; fits && i + n < size; ++i)
      fits = indices[static_cast<size_t>(i + n)] - indices[static_cast<size_t>(i)] == step;
    if (fits)
      return {n, step};
  }
  return {kMaxRuns + 1, 0};
}

/// result[b, i, c] = value[b, indices[i], c].
mlir::Value pick(const Build& build, mlir::Value value, llvm::ArrayRef<int64_t> indices) {
  Dims in = graph::shapeOf(value);
  const auto out = static_cast<int64_t>(indices.size());
  auto [runs, step] = period(indices);
  if (runs <= kMaxRuns) {
    llvm::SmallVector<graph::Piece> pieces;
    for (int64_t i = 0; i < runs; ++i)
      pieces.push_back({0,
                        {in[0], (out - i + runs - 1) / runs, in[2]},
                        indices[static_cast<size_t>(i)] * in[2],
                        {in[1] * in[2], step * in[2], 1},
                        i * in[2],
                        {out * in[2], runs * in[2], 1}});
    return build.move({in[0], out, in[2]}, value, pieces);
  }
  Shape rows;
  for (int64_t b = 0; b < in[0]; ++b)
    for (int64_t index : indices)
      rows.push_back(b * in[1] + index);
  mlir::Value table = build.reshape(value, {in[0] * in[1], in[2]});
  return build.reshape(build.gather(table, build.integers(rows)), {in[0], out, in[2]});
}

/// result[b, o, c] = sum of matrix[o, i] * value[b, i, c].
mlir::Value weigh(const Build& build, mlir::Value value, const Interpolation& how,
                  const Axis& axis) {
  mlir::Value matrix =
      build.reals(weight_matrix(how, axis), graph::elementOf(value), {1, axis.out, axis.in});
  return build.contract(matrix, value);
}

mlir::Value resize_axis(const Build& build, mlir::Value value, size_t number,
                        const Interpolation& how, const Axis& axis) {
  Shape shape(graph::shapeOf(value));
  shape[number] = axis.out;
  mlir::Value flat = around(build, value, number);
  mlir::Value result = how.mode == "nearest" ? pick(build, flat, nearest_indices(how, axis))
                                             : weigh(build, flat, how, axis);
  return build.reshape(result, shape);
}

/// Whether an axis changes nothing.
bool same(const Interpolation& how, const Axis& axis) {
  if (axis.in != axis.out)
    return false;
  for (int64_t i = 0; i < axis.out; ++i)
    if (source(how, axis, i) != static_cast<double>(i))
      return how.mode == "nearest" && nearest_indices(how, axis)[static_cast<size_t>(i)] == i &&
             axis.scale == 1 && how.coordinates != "tf_crop_and_resize";
  return true;
}

/// What lies outside the region: `value` where an element's place is not in the input.
mlir::Value extrapolated(const Build& build, mlir::Value result, const Interpolation& how,
                         llvm::ArrayRef<std::pair<size_t, Axis>> axes, double value) {
  if (how.coordinates != "tf_crop_and_resize")
    return result;
  for (const auto& [number, axis] : axes) {
    Shape shape(static_cast<size_t>(graph::rankOf(result)), 1), inside;
    shape[number] = axis.out;
    for (int64_t i = 0; i < axis.out; ++i) {
      const double place = source(how, axis, i);
      inside.push_back(place >= 0 && place <= static_cast<double>(axis.in - 1));
    }
    mlir::Value mask = build.integers(inside, build.boolean(), shape);
    result = build.map({result, mask}, [&](const Scalars& s) {
      return graph::select(s[1], s[0], s[0].number(value));
    });
  }
  return result;
}

mlir::Value interpolated(const Build& build, mlir::Value value, const Interpolation& how,
                         llvm::ArrayRef<std::pair<size_t, Axis>> axes, double outside) {
  if (how.mode != "nearest" && how.mode != "linear" && how.mode != "cubic")
    throw Unsupported(fmt::format("mode '{}' is not known", how.mode));
  mlir::Type type = graph::elementOf(value);
  if (how.mode != "nearest" && !is_float(type))
    throw Unsupported("only floats are interpolated");
  mlir::Value result = how.mode == "nearest" ? value : build.cast(value, build.f32());
  for (const auto& [number, axis] : axes)
    if (!same(how, axis))
      result = resize_axis(build, result, number, how, axis);
  return build.cast(extrapolated(build, result, how, axes, outside), type);
}

int64_t scaled(int64_t size, double scale) {
  const double result = std::floor(static_cast<double>(size) * scale);
  if (!(scale > 0) || !(result >= 0 && result < 1 << 30))
    throw Unsupported(fmt::format("scale {} of {} elements", scale, size));
  return static_cast<int64_t>(result);
}

/// The result's sizes as the model gives them, adjusted to keep the ratio of the axes.
std::vector<Axis> from_sizes(Node& node, llvm::ArrayRef<int64_t> sizes, Dims numbers,
                             const std::string& policy) {
  std::vector<Axis> axes;
  for (auto [size, number] : llvm::zip_equal(sizes, numbers)) {
    const int64_t in = node.shape(0)[static_cast<size_t>(number)];
    if (size < 0 || size >= 1 << 30 || in == 0)
      throw Unsupported(fmt::format("size {} for {} elements", size, in));
    axes.push_back({in, size, static_cast<double>(size) / static_cast<double>(in)});
  }
  if (policy == "stretch" || axes.empty())
    return axes;
  if (policy != "not_larger" && policy != "not_smaller")
    throw Unsupported(fmt::format("keep_aspect_ratio_policy '{}' is not known", policy));
  double scale = axes[0].scale;
  for (const Axis& axis : axes)
    scale = policy == "not_larger" ? std::min(scale, axis.scale) : std::max(scale, axis.scale);
  for (Axis& axis : axes) {
    axis.scale = scale;
    axis.out = static_cast<int64_t>(std::floor(scale * static_cast<double>(axis.in) + 0.5));
  }
  return axes;
}

bool given(Node& node, size_t input) {
  return node.has(input) && graph::elements(node.shape(input)) > 0;
}

Results resize(Node& node) {
  Interpolation how;
  how.mode = node.text("mode", "nearest");
  how.coordinates = node.text("coordinate_transformation_mode", "half_pixel");
  how.nearest = node.text("nearest_mode", "round_prefer_floor");
  how.cubic_a = node.real("cubic_coeff_a", -0.75);
  how.exclude_outside = node.integer("exclude_outside", 0) != 0;
  how.antialias = node.integer("antialias", 0) != 0;
  const double outside = node.real("extrapolation_value", 0);
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  Shape all;
  for (int64_t i = 0; i < node.rank(0); ++i)
    all.push_back(i);
  const Shape numbers = wrapped_axes(node.integers("axes", {all.begin(), all.end()}), node.rank(0));
  std::vector<Axis> axes;
  if (given(node, 3)) {
    std::vector<int64_t> sizes = node.wholes(3, "the sizes");
    if (sizes.size() != numbers.size())
      throw Unsupported(fmt::format("{} sizes for {} axes", sizes.size(), numbers.size()));
    axes = from_sizes(node, sizes, numbers, policy);
  } else {
    std::vector<double> scales = node.numbers(2, "the scales");
    if (scales.size() != numbers.size())
      throw Unsupported(fmt::format("{} scales for {} axes", scales.size(), numbers.size()));
    for (auto [scale, number] : llvm::zip_equal(scales, numbers)) {
      const int64_t in = node.shape(0)[static_cast<size_t>(number)];
      axes.push_back({in, scaled(in, scale), scale});
    }
  }
  if (how.coordinates == "tf_crop_and_resize") {
    std::vector<double> region = node.numbers(1, "the region");
    if (region.size() != 2 * axes.size())
      throw Unsupported(fmt::format("a region of {} numbers", region.size()));
    for (size_t i = 0; i < axes.size(); ++i) {
      axes[i].start = region[i];
      axes[i].end = region[axes.size() + i];
    }
  }
  llvm::SmallVector<std::pair<size_t, Axis>> pairs;
  for (auto [axis, number] : llvm::zip_equal(axes, numbers))
    pairs.push_back({static_cast<size_t>(number), axis});
  return interpolated(node.build, node.operand(0), how, pairs, outside);
}

/// What Resize was before opset 11, too: scales as an attribute or the second input.
Results upsample(Node& node) {
  Interpolation how;
  how.mode = node.text("mode", "nearest");
  if (how.mode == "bilinear")
    how.mode = "linear";
  how.coordinates = "asymmetric";
  how.nearest = "floor";
  std::vector<double> scales =
      node.has(1) ? node.numbers(1, "the scales") : node.reals("scales", {});
  if (static_cast<int64_t>(scales.size()) != node.rank(0))
    throw Unsupported(fmt::format("{} scales for rank {}", scales.size(), node.rank(0)));
  llvm::SmallVector<std::pair<size_t, Axis>> axes;
  for (auto [i, scale] : llvm::enumerate(scales)) {
    const int64_t in = node.shape(0)[i];
    axes.push_back({i, {in, scaled(in, scale), scale}});
  }
  return interpolated(node.build, node.operand(0), how, axes, 0);
}

Results resize_of_any_opset(Node& node) {
  return node.opset < 11 ? upsample(node) : resize(node);
}

} // namespace

const Table& resize_operators() {
  static const Table table = {{"Resize", resize_of_any_opset}, {"Upsample", upsample}};
  return table;
}

} // namespace npuforge::onnx
