// Elements at places that are computed: GridSample, RoiAlign; and AffineGrid, CenterCropPad,
// Col2Im.
#include <fmt/format.h>

#include "interpolate.h"
#include "operators.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// What lies beyond the borders of GridSample's input.
enum class Padding { kZeros, kBorder, kReflection };

struct Sampling {
  std::string mode;
  Padding padding;
  bool align_corners;

  explicit Sampling(Node& node)
      : mode(node.text("mode", "linear")), align_corners(node.integer("align_corners", 0) != 0) {
    const std::string name = node.text("padding_mode", "zeros");
    padding = name == "border"       ? Padding::kBorder
              : name == "reflection" ? Padding::kReflection
                                     : Padding::kZeros;
    if (padding == Padding::kZeros && name != "zeros")
      throw Unsupported(fmt::format("padding_mode '{}' is not known", name));
    if (mode == "bilinear")
      mode = "linear";
    if (mode == "bicubic")
      mode = "cubic";
    if (mode != "linear" && mode != "cubic" && mode != "nearest")
      throw Unsupported(fmt::format("mode '{}' is not known", mode));
  }

  /// From [-1, 1] to the elements of an axis.
  Scalar place(const Scalar& x, int64_t size) const {
    const auto length = static_cast<double>(size);
    return align_corners ? (x + 1) * ((length - 1) / 2) : ((x + 1) * length - 1) * 0.5;
  }

  /// A place mirrored at the borders until it lies inside.
  Scalar reflected(const Scalar& x, int64_t size) const {
    const double low = align_corners ? 0 : -0.5,
                 span = static_cast<double>(align_corners ? size - 1 : size);
    if (span == 0)
      return x.number(0);
    Scalar distance = graph::abs(x - low), times = graph::floor(distance / span),
           rest = distance - times * span;
    Scalar odd = times - graph::floor(times * 0.5) * 2;
    return graph::select(odd > 0.5, (low + span) - rest, rest + low);
  }
};

/// Sums of an input's elements at computed places, in any number of dimensions.
class Sampler {
public:
  /// `input` [N, C, S..]; `places`: for each spatial axis the place of each sample, [N, samples].
  Sampler(const Build& build, mlir::Value input, Values places, const Sampling& sampling)
      : build_(build), shape_(graph::shapeOf(input)), places_(std::move(places)),
        sampling_(sampling) {
    const int64_t channels = shape_[1];
    table_ = build.reshape(channels_last(build, input),
                           {graph::elements(shape_) / std::max<int64_t>(channels, 1), channels});
    Shape first;
    for (int64_t n = 0; n < shape_[0]; ++n)
      first.push_back(n * graph::elements(Dims(shape_).drop_front(2)));
    start_ = build.integers(first, build.i64(), {shape_[0], 1});
  }

  /// [N, samples, C]
  mlir::Value sample() {
    Shape taps(places_.size(), 0);
    mlir::Value sum;
    for (;;) {
      mlir::Value term = at(taps);
      sum = sum ? build_.add(sum, term) : term;
      size_t axis = 0;
      while (axis < taps.size() && ++taps[axis] == taps_each())
        taps[axis++] = 0;
      if (axis == taps.size())
        return sum;
    }
  }

private:
  int64_t taps_each() const {
    return sampling_.mode == "nearest" ? 1 : sampling_.mode == "linear" ? 2 : 4;
  }

  /// The element that a tap of a place is, before borders are looked at, as a whole f32.
  Scalar tap_place(const Scalar& place, int64_t tap) const {
    if (sampling_.mode == "nearest")
      return graph::round_even(place);
    return graph::floor(place) + static_cast<double>(sampling_.mode == "cubic" ? tap - 1 : tap);
  }

  Scalar tap_weight(const Scalar& place, int64_t tap) const {
    if (sampling_.mode == "nearest")
      return place.number(1);
    Scalar t = place - graph::floor(place);
    if (sampling_.mode == "linear")
      return tap == 0 ? 1 - t : t;
    const double a = -0.75;
    Scalar x = tap == 0 ? t + 1 : tap == 1 ? t : tap == 2 ? 1 - t : 2 - t;
    if (tap == 1 || tap == 2)
      return ((x * (a + 2)) - (a + 3)) * x * x + 1;
    return (((x - 5) * x + 8) * x - 4) * a;
  }

  Scalar inside_place(const Scalar& whole, int64_t size) const {
    Scalar at = whole;
    if (sampling_.padding == Padding::kReflection)
      at = graph::round_even(sampling_.reflected(whole, size));
    return graph::clamp(at, 0, static_cast<double>(size - 1));
  }

  /// One tap of each axis: the elements there times their weights.
  mlir::Value at(Dims taps) const {
    mlir::Value rows = start_, weights;
    Shape strides = graph::strides(Dims(shape_).drop_front(2));
    for (size_t axis = 0; axis < places_.size(); ++axis) {
      const int64_t size = shape_[axis + 2], tap = taps[axis];
      rows = build_.map(build_.i64(), {rows, places_[axis]}, [&](const Scalars& s) {
        Scalar place = inside_place(tap_place(s[1], tap), size);
        return s[0] + graph::cast(place, build_.i64()) * static_cast<double>(strides[axis]);
      });
      mlir::Value weight = build_.map(places_[axis], [&](const Scalars& s) {
        Scalar own = tap_weight(s[0], tap);
        if (sampling_.padding != Padding::kZeros)
          return own;
        Scalar whole = tap_place(s[0], tap);
        Scalar inside = (whole >= 0) & (whole <= static_cast<double>(size - 1));
        return graph::select(inside, own, own.number(0));
      });
      weights = weights ? build_.multiply(weights, weight) : weight;
    }
    Dims samples = graph::shapeOf(rows);
    mlir::Value values = build_.gather(table_, build_.reshape(rows, {graph::elements(samples)}));
    Shape shape{samples[0], samples[1], shape_[1]};
    return build_.multiply(build_.reshape(values, shape),
                           build_.reshape(weights, {samples[0], samples[1], 1}));
  }

  const Build& build_;
  Shape shape_;
  Values places_;
  const Sampling& sampling_;
  mlir::Value table_, start_;
};

/// [N, samples, C] to [N, C, samples..].
mlir::Value samples_last(const Build& build, mlir::Value samples, Dims extents) {
  Shape shape{graph::shapeOf(samples)[0], graph::shapeOf(samples)[2]};
  shape.append(extents.begin(), extents.end());
  return build.reshape(build.transpose(samples, {0, 2, 1}), shape);
}

Results grid_sample(Node& node) {
  const Build& build = node.build;
  const Sampling sampling(node);
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
  mlir::Value result = Sampler(build, input, places, sampling).sample();
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

/// Means or maxima of samples within the cells of each region.
Results roi_align(Node& node) {
  const Build& build = node.build;
  const std::string mode = node.text("mode", "avg");
  const int64_t height = node.integer("output_height", 1), width = node.integer("output_width", 1),
                samples = node.integer("sampling_ratio", 0);
  const double scale = node.real("spatial_scale", 1);
  const std::string transformation = node.text("coordinate_transformation_mode", "half_pixel");
  if (transformation != "half_pixel" && transformation != "output_half_pixel")
    throw Unsupported(
        fmt::format("coordinate_transformation_mode '{}' is not known", transformation));
  const bool aligned = transformation == "half_pixel";
  if (samples < 1)
    throw Unsupported("sampling_ratio 0: the number of samples would depend on the regions");
  if ((mode != "avg" && mode != "max") || height < 1 || width < 1 || height * width > 1 << 20)
    throw Unsupported(fmt::format("mode '{}' of {} x {}", mode, height, width));
  Dims x = node.shape(0), rois = node.shape(1);
  if (x.size() != 4 || rois.size() != 2 || rois[1] != 4 || node.shape(2) != Dims(Shape{rois[0]}))
    throw Unsupported(fmt::format("regions {} of {}", graph::text(rois), graph::text(x)));
  const int64_t regions = rois[0], channels = x[1];
  // Places of samples along an axis: [regions, cells * samples].
  auto places = [&](int64_t first, int64_t cells) {
    std::vector<double> steps; // in cells
    for (int64_t i = 0; i < cells * samples; ++i)
      steps.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(samples));
    auto edge = [&](int64_t column) { return build.slice(node.operand(1), 1, column, 1); };
    mlir::Value step = build.reals(steps, build.f32(), {1, cells * samples});
    return build.map(
        {build.cast(edge(first), build.f32()), build.cast(edge(first + 2), build.f32()), step},
        [&](const Scalars& s) {
          const double offset = aligned ? 0.5 : 0;
          Scalar start = s[0] * scale - offset, length = s[1] * scale - offset - start;
          if (!aligned)
            length = graph::max(length, length.number(1));
          return start + s[2] * (length / static_cast<double>(cells));
        });
  };
  mlir::Value y = places(1, height), across = places(0, width);
  const int64_t rows = height * samples, columns = width * samples;
  mlir::Value table = build.reshape(channels_last(build, build.cast(node.operand(0), build.f32())),
                                    {x[0] * x[2] * x[3], channels});
  mlir::Value image = build.map(
      build.i64(), build.reshape(node.operand(2), {regions, 1, 1}), [&](const Scalars& s) {
        return graph::cast(s[0], build.i64()) * static_cast<double>(x[2] * x[3]);
      });
  auto clamped = [](const Scalar& place, int64_t size) {
    return graph::clamp(place, 0, static_cast<double>(size - 1));
  };
  auto corner = [&](int64_t down, int64_t right) {
    Values operands{image, build.reshape(y, {regions, rows, 1}),
                    build.reshape(across, {regions, 1, columns})};
    mlir::Value row = build.map(build.i64(), operands, [&](const Scalars& s) {
      Scalar top = clamped(graph::floor(clamped(s[1], x[2])) + static_cast<double>(down), x[2]),
             left = clamped(graph::floor(clamped(s[2], x[3])) + static_cast<double>(right), x[3]);
      return s[0] + graph::cast(top, build.i64()) * static_cast<double>(x[3]) +
             graph::cast(left, build.i64());
    });
    mlir::Value weight = build.map({operands[1], operands[2]}, [&](const Scalars& s) {
      auto outside = [](const Scalar& place, int64_t size) {
        return (place < -1) | (place > static_cast<double>(size));
      };
      Scalar top = clamped(s[0], x[2]), left = clamped(s[1], x[3]);
      Scalar below = top - graph::floor(top), beside = left - graph::floor(left);
      Scalar product = (down ? below : 1 - below) * (right ? beside : 1 - beside);
      return graph::select(outside(s[0], x[2]) | outside(s[1], x[3]), product.number(0), product);
    });
    const int64_t count = regions * rows * columns;
    return build.multiply(build.gather(table, build.reshape(row, {count})),
                          build.reshape(weight, {count, 1}));
  };
  Values corners{corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)};
  const bool max = mode == "max"; // of the corners' products, as ONNX has it
  mlir::Value sampled = build.map(corners, [&](const Scalars& s) {
    return max ? graph::max(graph::max(s[0], s[1]), graph::max(s[2], s[3]))
               : s[0] + s[1] + s[2] + s[3];
  });
  mlir::Value cells = build.reshape(sampled, {regions, height, samples, width, samples, channels});
  mlir::Value pooled =
      max ? build.reduce(cells, "max", {2, 4}, false) : build.mean(cells, {2, 4}, false);
  return build.cast(build.transpose(pooled, {0, 3, 1, 2}), node.element(0));
}

Results center_crop_pad(Node& node) {
  std::vector<int64_t> wanted = node.wholes(1, "the shape"), all;
  for (int64_t i = 0; i < node.rank(0); ++i)
    all.push_back(i);
  const Shape axes = wrapped_axes(node.integers("axes", all), node.rank(0));
  if (wanted.size() != axes.size())
    throw Unsupported(fmt::format("{} sizes for {} axes", wanted.size(), axes.size()));
  Shape before(all.size(), 0), behind(all.size(), 0);
  for (auto [size, axis] : llvm::zip_equal(wanted, axes)) {
    const auto i = static_cast<size_t>(axis);
    const int64_t more = size - node.shape(0)[i];
    before[i] = more >= 0 ? more / 2 : -(-more / 2);
    behind[i] = more - before[i];
  }
  return node.build.pad(node.operand(0), before, behind, 0);
}

/// Columns of blocks back to an image: one block element after the other.
Results col2im(Node& node) {
  const Build& build = node.build;
  std::vector<int64_t> image = node.wholes(1, "the image's shape"),
                       block = node.wholes(2, "the block's shape");
  const size_t d = image.size();
  Shape strides(listed(node, "strides", std::vector<int64_t>(d, 1))),
      dilations(listed(node, "dilations", std::vector<int64_t>(d, 1))),
      pads(listed(node, "pads", std::vector<int64_t>(2 * d, 0)));
  const int64_t taps = graph::elements(block);
  if (block.size() != d || strides.size() != d || dilations.size() != d || pads.size() != 2 * d ||
      node.rank(0) != 3 || taps < 1 || taps > 1024 || node.shape(0)[1] % taps != 0)
    throw Unsupported(
        fmt::format("columns {} of blocks {}", graph::text(node.shape(0)), graph::text(block)));
  Shape blocks, padded{node.shape(0)[0], node.shape(0)[1] / taps};
  for (size_t i = 0; i < d; ++i) {
    const int64_t whole = image[i] + pads[i] + pads[d + i];
    if (strides[i] < 1 || dilations[i] < 1 || pads[i] < 0 || pads[d + i] < 0)
      throw Unsupported("a stride, dilation or pad is out of range");
    blocks.push_back((whole - dilations[i] * (block[i] - 1) - 1) / strides[i] + 1);
    padded.push_back(whole);
  }
  const int64_t columns = graph::elements(blocks);
  if (columns != node.shape(0)[2])
    throw Unsupported(fmt::format("{} blocks, columns {}", columns, graph::text(node.shape(0))));
  const Shape to = graph::strides(padded), own = graph::strides(blocks);
  mlir::Value sum;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Shape extents{padded[0], padded[1]}, from{padded[1] * taps * columns, taps * columns},
        steps{to[0], to[1]};
    int64_t rest = tap, at = 0;
    for (size_t i = d; i-- > 0;) {
      at += rest % block[i] * dilations[i] * to[i + 2];
      rest /= block[i];
    }
    for (size_t i = 0; i < d; ++i) {
      extents.push_back(blocks[i]);
      from.push_back(own[i]);
      steps.push_back(strides[i] * to[i + 2]);
    }
    mlir::Value term = build.move(padded, node.operand(0),
                                  graph::Piece{0, extents, tap * columns, from, at, steps});
    sum = sum ? build.add(sum, term) : term;
  }
  Shape before{0, 0}, behind{0, 0};
  for (size_t i = 0; i < d; ++i) {
    before.push_back(-pads[i]);
    behind.push_back(-pads[d + i]);
  }
  return build.pad(sum, before, behind, 0);
}

} // namespace

const Table& grid_operators() {
  static const Table table = {
      {"AffineGrid", affine_grid}, {"CenterCropPad", center_crop_pad},
      {"Col2Im", col2im},          {"GridSample", grid_sample},
      {"RoiAlign", roi_align},
  };
  return table;
}

} // namespace npuforge::onnx
