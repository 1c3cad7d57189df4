// RoiAlign: samples within the cells of regions of an image; MaxRoiPool: their largest elements.
#include <limits>

#include <fmt/format.h>

#include "iota.h"
#include "operators.h"
#include "take.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

constexpr double kLeast = -std::numeric_limits<float>::max();

/// The places of samples and what their four neighbours give.
class Regions {
public:
  const int64_t height, width, samples, count; ///< samples: of a cell, along each axis
  const std::string mode;

  explicit Regions(Node& node)
      : height(node.integer("output_height", 1)), width(node.integer("output_width", 1)),
        samples(node.integer("sampling_ratio", 0)),
        count(node.shape(1).empty() ? 0 : node.shape(1)[0]), mode(node.text("mode", "avg")),
        node_(node), build_(node.build), scale_(node.real("spatial_scale", 1)), x_(node.shape(0)) {
    const std::string transformation = node.text("coordinate_transformation_mode", "half_pixel");
    if (transformation != "half_pixel" && transformation != "output_half_pixel")
      throw Unsupported(
          fmt::format("coordinate_transformation_mode '{}' is not known", transformation));
    aligned_ = transformation == "half_pixel";
    if (samples < 1)
      throw Unsupported("sampling_ratio 0: the number of samples would depend on the regions");
    const bool sizes =
        height >= 1 && width >= 1 && graph::elements({height, width, samples}) <= 1 << 20;
    if ((mode != "avg" && mode != "max") || !sizes)
      throw Unsupported(fmt::format("mode '{}' of {} x {}", mode, height, width));
    if (x_.size() != 4 || node.shape(1) != Dims(Shape{count, 4}) ||
        node.shape(2) != Dims(Shape{count}))
      throw Unsupported(
          fmt::format("regions {} of {}", graph::text(node.shape(1)), graph::text(x_)));
    y_ = build_.reshape(places(1, height), {count, height * samples, 1});
    across_ = build_.reshape(places(0, width), {count, 1, width * samples});
    table_ = build_.reshape(channels_last(build_, build_.cast(node.operand(0), build_.f32())),
                            {x_[0] * x_[2] * x_[3], x_[1]});
    image_ = inside(build_, build_.reshape(node.operand(2), {count, 1, 1}), x_[0], x_[2] * x_[3]);
  }

  /// One neighbour of each sample times its weight: [samples of all regions, C].
  mlir::Value corner(int64_t down, int64_t right) const {
    mlir::Value row = build_.map(build_.i64(), {image_, y_, across_}, [&](const Scalars& s) {
      Scalar top = neighbour(s[1], down, x_[2]), left = neighbour(s[2], right, x_[3]);
      return s[0] + graph::cast(top, build_.i64()) * static_cast<double>(x_[3]) +
             graph::cast(left, build_.i64());
    });
    mlir::Value weight = build_.map({y_, across_}, [&](const Scalars& s) {
      Scalar below = fraction(s[0], x_[2]), beside = fraction(s[1], x_[3]);
      Scalar product = (down ? below : 1 - below) * (right ? beside : 1 - beside);
      return graph::select(outside(s[0], x_[2]) | outside(s[1], x_[3]), product.number(0), product);
    });
    const int64_t all = graph::elements(graph::shapeOf(row));
    return build_.multiply(build_.gather(table_, build_.reshape(row, {all})),
                           build_.reshape(weight, {all, 1}));
  }

private:
  /// Places of samples along an axis whose edges are these columns: [regions, cells * samples].
  mlir::Value places(int64_t first, int64_t cells) const {
    std::vector<double> steps; // in cells
    for (int64_t i = 0; i < cells * samples; ++i)
      steps.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(samples));
    auto edge = [&](int64_t column) {
      return build_.cast(build_.slice(node_.operand(1), 1, column, 1), build_.f32());
    };
    mlir::Value step = build_.reals(steps, build_.f32(), {1, cells * samples});
    return build_.map({edge(first), edge(first + 2), step}, [&](const Scalars& s) {
      const double offset = aligned_ ? 0.5 : 0;
      Scalar start = s[0] * scale_ - offset, length = s[1] * scale_ - offset - start;
      if (!aligned_)
        length = graph::max(length, length.number(1));
      return start + s[2] * (length / static_cast<double>(cells));
    });
  }

  static Scalar clamped(const Scalar& place, int64_t size) {
    return graph::clamp(place, 0, static_cast<double>(size - 1));
  }
  static Scalar neighbour(const Scalar& place, int64_t step, int64_t size) {
    return clamped(graph::floor(clamped(place, size)) + static_cast<double>(step), size);
  }
  static Scalar fraction(const Scalar& place, int64_t size) {
    Scalar inside = clamped(place, size);
    return inside - graph::floor(inside);
  }
  static Scalar outside(const Scalar& place, int64_t size) {
    return (place < -1) | (place > static_cast<double>(size));
  }

  Node& node_;
  const Build& build_;
  const double scale_;
  const Dims x_;
  bool aligned_ = false;
  mlir::Value y_, across_, table_, image_;
};

/// Means or maxima of samples within the cells of each region.
Results roi_align(Node& node) {
  const Build& build = node.build;
  const Regions r(node);
  const bool max = r.mode == "max"; // of the neighbours' products, as ONNX has it
  Values corners{r.corner(0, 0), r.corner(0, 1), r.corner(1, 0), r.corner(1, 1)};
  mlir::Value sampled = build.map(corners, [&](const Scalars& s) {
    return max ? graph::max(graph::max(s[0], s[1]), graph::max(s[2], s[3]))
               : s[0] + s[1] + s[2] + s[3];
  });
  mlir::Value cells =
      build.reshape(sampled, {r.count, r.height, r.samples, r.width, r.samples, node.shape(0)[1]});
  mlir::Value pooled =
      max ? build.reduce(cells, "max", {2, 4}, false) : build.mean(cells, {2, 4}, false);
  return build.cast(build.transpose(pooled, {0, 3, 1, 2}), node.element(0));
}

/// The largest elements of whole cells [R, C, cells] along an axis of the regions' images [R, C, H,
/// W]: axis 2 or 3, with the regions' first and last place along it. Empty cells have the least
/// number there is.
mlir::Value largest_of_cells(const Build& build, mlir::Value images, int64_t axis,
                             mlir::Value first, mlir::Value last, int64_t cells) {
  const int64_t size = graph::shapeOf(images)[static_cast<size_t>(axis)];
  mlir::Value places = build.cast(iota(build, size, axis, 4), build.f32());
  Values found;
  for (int64_t cell = 0; cell < cells; ++cell) {
    mlir::Value inside = build.map(build.boolean(), {first, last, places}, [&](const Scalars& s) {
      Scalar each = graph::max(s[1] - s[0] + 1, s[0].number(1)) / static_cast<double>(cells);
      const auto number = static_cast<double>(cell);
      return (s[2] >= graph::floor(each * number) + s[0]) &
             (s[2] < graph::ceil(each * (number + 1)) + s[0]);
    });
    mlir::Value own = build.map({images, inside}, [](const Scalars& s) {
      return graph::select(s[1], s[0], s[0].number(kLeast));
    });
    found.push_back(build.reduce(own, "max", {axis}, true));
  }
  return build.concat(found, axis);
}

/// Regions [R, 5]: the image's number, x and y of the first and the last corner.
Results max_roi_pool(Node& node) {
  const Build& build = node.build;
  const Dims x = node.shape(0), regions = node.shape(1);
  const std::vector<int64_t> cells = node.integers("pooled_shape", {});
  const double scale = node.real("spatial_scale", 1);
  if (x.size() != 4 || regions.size() != 2 || regions[1] != 5 || cells.size() != 2 ||
      cells[0] < 1 || cells[1] < 1)
    throw Unsupported(fmt::format("regions {} of {}, pooled_shape {}", graph::text(regions),
                                  graph::text(x), graph::text(cells)));
  const int64_t count = regions[0], size = x[1] * x[2] * x[3];
  mlir::Value all = build.cast(node.operand(1), build.f32());
  auto edge = [&](int64_t column) { // half away from zero, as C's round
    mlir::Value own = build.reshape(build.slice(all, 1, column, 1), {count, 1, 1, 1});
    return build.map({own}, [&](const Scalars& s) {
      Scalar place = s[0] * scale, up = graph::floor(graph::abs(place) + 0.5);
      return graph::if_negative(place, -up, up);
    });
  };
  mlir::Value numbers = inside(build, build.cast(build.slice(all, 1, 0, 1), build.i64()), x[0]);
  mlir::Value table = build.reshape(build.cast(node.operand(0), build.f32()), {x[0], size});
  mlir::Value images = build.reshape(build.gather(table, build.reshape(numbers, {count})),
                                     {count, x[1], x[2], x[3]});
  mlir::Value rows = largest_of_cells(build, images, 2, edge(2), edge(4), cells[0]);
  mlir::Value pooled = largest_of_cells(build, rows, 3, edge(1), edge(3), cells[1]);
  pooled = build.map({pooled}, [](const Scalars& s) {
    return graph::select(s[0] <= kLeast, s[0].number(0), s[0]);
  });
  return build.cast(pooled, node.element(0));
}

} // namespace

const Table& region_operators() {
  static const Table table = {{"MaxRoiPool", max_roi_pool}, {"RoiAlign", roi_align}};
  return table;
}

} // namespace npuforge::onnx
