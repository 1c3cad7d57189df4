#include "sampler.h"

#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

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

} // namespace

Scalar Sampling::place(const Scalar& x, int64_t size) const {
  const auto length = static_cast<double>(size);
  return align_corners ? (x + 1) * ((length - 1) / 2) : ((x + 1) * length - 1) * 0.5;
}

Scalar Sampling::reflected(const Scalar& x, int64_t size) const {
  const double low = align_corners ? 0 : -0.5,
               span = static_cast<double>(align_corners ? size - 1 : size);
  if (span == 0)
    return x.number(0);
  Scalar distance = graph::abs(x - low), times = graph::floor(distance / span),
         rest = distance - times * span;
  Scalar odd = times - graph::floor(times * 0.5) * 2;
  return graph::select(odd > 0.5, (low + span) - rest, rest + low);
}

mlir::Value sample(const Build& build, mlir::Value input, Values places, const Sampling& sampling) {
  return Sampler(build, input, std::move(places), sampling).sample();
}

} // namespace npuforge::onnx
