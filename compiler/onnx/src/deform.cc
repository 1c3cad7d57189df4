// DeformConv: a convolution whose taps are moved by offsets that are computed (Dai and others,
// Deformable Convolutional Networks, 2017; with a mask: Zhu and others, Deformable ConvNets v2).
// The moved elements are sampled into columns, and the rest is a product of matrices.
#include <fmt/format.h>

#include "operators.h"
#include "sampler.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

class Deformable {
public:
  explicit Deformable(Node& node)
      : node_(node), build_(node.build), x_(node.shape(0)), w_(node.shape(1)), window_(window()),
        groups_(node.integer("group", 1)), parts_(node.integer("offset_group", 1)),
        points_(graph::elements(window_.extents)) {
    const auto divides = [](int64_t a, int64_t b) { return a > 0 && b % a == 0; };
    if (!divides(groups_, x_[1]) || !divides(groups_, w_[0]) || !divides(parts_, x_[1]) ||
        w_[1] * groups_ != x_[1])
      throw Unsupported(fmt::format("weights {} for {} in {} groups, {} of offsets",
                                    graph::text(w_), graph::text(x_), groups_, parts_));
    expect(2, parts_ * window_.taps() * dims());
    if (node.has(4))
      expect(4, parts_ * window_.taps());
  }

  mlir::Value result() const {
    // [N * parts, taps * points, C / parts] to [N, groups, C / groups * taps, points].
    mlir::Value sampled = sample(build_, parted(), places(), {.mode = "linear"});
    if (node_.has(4))
      sampled = build_.multiply(
          sampled, build_.reshape(real(4), {x_[0] * parts_, window_.taps() * points_, 1}));
    mlir::Value columns = build_.transpose(sampled, {0, 2, 1});
    columns = build_.reshape(columns, {x_[0], groups_, w_[1] * window_.taps(), points_});
    mlir::Value weights =
        build_.reshape(real(1), {1, groups_, w_[0] / groups_, w_[1] * window_.taps()});
    Shape shape{x_[0], w_[0]};
    shape.append(window_.extents);
    mlir::Value sum = build_.reshape(build_.matmul(weights, columns), shape);
    if (node_.has(3)) {
      Shape bias(shape.size(), 1);
      bias[1] = w_[0];
      sum = build_.add(sum, build_.reshape(real(3), bias));
    }
    return build_.cast(sum, node_.element(0));
  }

private:
  Window window() const {
    if (x_.size() < 3 || w_.size() != x_.size())
      throw Unsupported(fmt::format("weights {} for {}", graph::text(w_), graph::text(x_)));
    Dims kernel = w_.drop_front(2);
    if (Shape given(listed(node_, "kernel_shape", {})); !given.empty() && given != kernel)
      throw Unsupported("kernel_shape is not the weights'");
    return Window(node_, x_.drop_front(2), kernel);
  }

  int64_t dims() const { return static_cast<int64_t>(x_.size()) - 2; }
  mlir::Value real(size_t input) const { return build_.cast(node_.operand(input), build_.f32()); }

  void expect(size_t input, int64_t channels) const {
    Shape wanted{x_[0], channels};
    wanted.append(window_.extents);
    if (node_.shape(input) != Dims(wanted))
      throw Unsupported(fmt::format("operand {} is {} instead of {}", input,
                                    graph::text(node_.shape(input)), graph::text(wanted)));
  }

  /// A batch of the groups of channels that share offsets.
  mlir::Value parted() const {
    Shape shape{x_[0] * parts_, x_[1] / parts_};
    shape.append(x_.begin() + 2, x_.end());
    return build_.reshape(real(0), shape);
  }

  /// Where the taps of each window lie along an axis, without offsets: [taps * points].
  std::vector<double> grid(size_t axis) const {
    std::vector<double> at;
    const Shape of_tap = graph::strides(window_.kernel), of_point = graph::strides(window_.extents);
    for (int64_t tap = 0; tap < window_.taps(); ++tap)
      for (int64_t point = 0; point < points_; ++point) {
        const int64_t step = tap / of_tap[axis] % window_.kernel[axis],
                      place = point / of_point[axis] % window_.extents[axis];
        at.push_back(static_cast<double>(place * window_.strides[axis] - window_.pads[axis] +
                                         step * window_.dilations[axis]));
      }
    return at;
  }

  /// For each axis [N * parts, taps * points]. Far outside is as good as just outside.
  Values places() const {
    Values places;
    const int64_t batch = x_[0] * parts_, count = window_.taps() * points_;
    mlir::Value offsets = build_.reshape(real(2), {batch, window_.taps(), dims(), points_});
    for (int64_t axis = 0; axis < dims(); ++axis) {
      const auto a = static_cast<size_t>(axis);
      mlir::Value own = build_.reshape(build_.slice(offsets, 2, axis, 1), {batch, count});
      mlir::Value base = build_.reals(grid(a), build_.f32(), {1, count});
      places.push_back(build_.map({own, base}, [&](const Scalars& s) {
        return graph::clamp(s[0] + s[1], -2, static_cast<double>(x_[a + 2] + 1));
      }));
    }
    return places;
  }

  Node& node_;
  const Build& build_;
  const Dims x_, w_;
  const Window window_;
  const int64_t groups_, parts_, points_;
};

Results deform_conv(Node& node) {
  return Deformable(node).result();
}

} // namespace

const Table& deform_operators() {
  static const Table table = {{"DeformConv", deform_conv}};
  return table;
}

} // namespace npuforge::onnx
