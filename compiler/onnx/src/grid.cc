// Elements at places that are computed: GridSample, and AffineGrid, which makes its places.
#include <fmt/format.h>

#include "operators.h"
#include "sampler.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

Sampling sampling_of(Node& node) {
  std::string mode = node.text("mode", "linear"), padding = node.text("padding_mode", "zeros");
  if (mode == "bilinear")
    mode = "linear";
  if (mode == "bicubic")
    mode = "cubic";
  if (mode != "linear" && mode != "cubic" && mode != "nearest")
    throw Unsupported(fmt::format("mode '{}' is not known", mode));
  if (padding != "zeros" && padding != "border" && padding != "reflection")
    throw Unsupported(fmt::format("padding_mode '{}' is not known", padding));
  return {mode,
          padding == "border"       ? Padding::kBorder
          : padding == "reflection" ? Padding::kReflection
                                    : Padding::kZeros,
          node.integer("align_corners", 0) != 0};
}

/// [N, samples, C] to [N, C, samples..].
mlir::Value samples_last(const Build& build, mlir::Value samples, Dims extents) {
  Shape shape{graph::shapeOf(samples)[0], graph::shapeOf(samples)[2]};
  shape.append(extents.begin(), extents.end());
  return build.reshape(build.transpose(samples, {0, 2, 1}), shape);
}

Results grid_sample(Node& node) {
  const Build& build = node.build;
  const Sampling sampling = sampling_of(node);
  Dims x = node.shape(0), grid = node.shape(1);
  const auto d = static_cast<int64_t>(x.size()) - 2;
  if (d < 1 || static_cast<int64_t>(grid.size()) != d + 2 || grid.back() != d || grid[0] != x[0])
    throw Unsupported(fmt::format("a grid {} for {}", graph::text(grid), graph::text(x)));
  mlir::Value input = build.cast(node.operand(0), build.f32()),
              all = build.cast(node.operand(1), build.f32());
  Dims extents = grid.drop_front().drop_back();
  Values places;
  for (int64_t axis = 0; axis < d; ++axis) { // the grid has x first, the last axis
    mlir::Value own = build.reshape(build.slice(all, d + 1, d - 1 - axis, 1),
                                    {grid[0], graph::elements(extents)});
    const int64_t size = x[static_cast<size_t>(axis) + 2];
    places.push_back(build.map(own, [&](const Scalars& s) {
      Scalar place = sampling.place(s[0], size);
      if (sampling.mode == "cubic" || sampling.padding == Padding::kZeros)
        return place; // each tap is looked at by itself
      if (sampling.padding == Padding::kReflection)
        place = sampling.reflected(place, size);
      return graph::clamp(place, 0, static_cast<double>(size - 1));
    }));
  }
  mlir::Value result = sample(build, input, places, sampling);
  return build.cast(samples_last(build, result, extents), node.element(0));
}

/// theta [N, d, d + 1] times the coordinates of each element of the result.
Results affine_grid(Node& node) {
  const Build& build = node.build;
  const bool align = node.integer("align_corners", 0) != 0;
  std::vector<int64_t> size = node.wholes(1, "the size");
  const auto d = static_cast<int64_t>(size.size()) - 2;
  if (d < 2 || d > 3 || node.shape(0) != Dims(Shape{size[0], d, d + 1}))
    throw Unsupported(
        fmt::format("theta {} for a size {}", graph::text(node.shape(0)), graph::text(size)));
  Dims extents = Dims(size).drop_front(2);
  const int64_t count = graph::elements(extents);
  std::vector<double> base;
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    for (int64_t axis = d; axis-- > 0;) { // x first
      const int64_t length = extents[static_cast<size_t>(axis)], at = rest % length;
      rest /= length;
      const auto whole = static_cast<double>(length), place = static_cast<double>(at);
      base.push_back(align ? (length > 1 ? 2 * place / (whole - 1) - 1 : 0)
                           : (2 * place + 1) / whole - 1);
    }
    base.push_back(1);
  }
  mlir::Value places = build.reals(base, node.element(0), {1, count, d + 1});
  mlir::Value result = build.matmul(places, build.transpose(node.operand(0), {0, 2, 1}));
  Shape shape{size[0]};
  shape.append(extents.begin(), extents.end());
  shape.push_back(d);
  return build.reshape(result, shape);
}

} // namespace

const Table& grid_operators() {
  static const Table table = {{"AffineGrid", affine_grid}, {"GridSample", grid_sample}};
  return table;
}

} // namespace npuforge::onnx
