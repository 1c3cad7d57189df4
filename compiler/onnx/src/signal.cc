// Signals: Fourier transforms as products with constant matrices, windows, mel weights.
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "operators.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

constexpr double kPi = std::numbers::pi;

/// cos or sin of 2 pi k n / size, [1, rows, size].
mlir::Value fourier_matrix(const Build& build, int64_t rows, int64_t size, bool sine) {
  std::vector<double> values;
  for (int64_t k = 0; k < rows; ++k)
    for (int64_t n = 0; n < size; ++n) {
      const double angle = 2 * kPi * static_cast<double>(k * n % size) / static_cast<double>(size);
      values.push_back(sine ? std::sin(angle) : std::cos(angle));
    }
  return build.reals(values, build.f32(), {1, rows, size});
}

/// x [before, size, behind, 1 or 2 (complex)] to [before, rows, behind, 2]. f32.
mlir::Value transform(const Build& build, mlir::Value x, int64_t rows, bool inverse) {
  Shape in(graph::shapeOf(x));
  const int64_t size = in[1];
  if (size < 1 || size > 1 << 14)
    throw Unsupported(fmt::format("a transform of {} elements", size));
  mlir::Value flat = build.reshape(x, {in[0], size, in[2] * in[3]});
  Shape wide{in[0], rows, in[2], in[3]};
  mlir::Value cosines =
      build.reshape(build.contract(fourier_matrix(build, rows, size, false), flat), wide);
  mlir::Value sines =
      build.reshape(build.contract(fourier_matrix(build, rows, size, true), flat), wide);
  auto part = [&](mlir::Value value, int64_t which) { return build.slice(value, 3, which, 1); };
  // Forward: (c - i s)(a + i b); inverse: (c + i s)(a + i b) / size.
  const double sign = inverse ? -1 : 1, factor = inverse ? 1 / static_cast<double>(size) : 1;
  auto combine = [&](mlir::Value a, mlir::Value b, double weight) {
    return build.map({a, b}, [&](const Scalars& s) { return (s[0] + s[1] * weight) * factor; });
  };
  auto scale = [&](mlir::Value a, double weight) {
    return build.map(a, [&](const Scalars& s) { return s[0] * (weight * factor); });
  };
  if (in[3] == 1)
    return build.concat({scale(cosines, 1), scale(sines, -sign)}, 3);
  return build.concat({combine(part(cosines, 0), part(sines, 1), sign),
                       combine(part(cosines, 1), part(sines, 0), -sign)},
                      3);
}

/// The axis is an attribute until opset 19, the third input from opset 20 on.
Results dft(Node& node) {
  const Build& build = node.build;
  const bool inverse = node.integer("inverse", 0) != 0, onesided = node.integer("onesided", 0) != 0;
  const int64_t rank = node.rank(0);
  int64_t axis = node.integer("axis", node.opset < 20 ? 1 : -2);
  if (node.has(2))
    axis = node.whole(2, "the axis");
  axis = wrapped_axis(axis, rank);
  Dims shape = node.shape(0);
  if (axis == rank - 1 || shape.back() < 1 || shape.back() > 2)
    throw Unsupported(fmt::format("axis {} of {}", axis, graph::text(shape)));
  if (inverse && onesided)
    throw Unsupported("an inverse transform is not one-sided");
  const auto along = static_cast<size_t>(axis);
  const int64_t size = node.has(1) ? node.whole(1, "the length") : shape[along];
  Shape before(shape.size(), 0), behind(shape.size(), 0), out(shape);
  behind[along] = size - shape[along];
  mlir::Value x = build.pad(build.cast(node.operand(0), build.f32()), before, behind, 0);
  const int64_t rows = onesided ? size / 2 + 1 : size;
  out[along] = rows;
  out.back() = 2;
  mlir::Value split =
      build.reshape(x, {graph::elements(shape.take_front(along)), size,
                        graph::elements(shape.drop_front(along + 1).drop_back()), shape.back()});
  mlir::Value result = build.reshape(transform(build, split, rows, inverse), out);
  return build.cast(result, node.element(0));
}

/// Frames of a signal, overlapping, each weighted and transformed.
Results stft(Node& node) {
  const Build& build = node.build;
  const bool onesided = node.integer("onesided", 1) != 0;
  Dims shape = node.shape(0);
  if (shape.size() != 3 && shape.size() != 2)
    throw Unsupported(fmt::format("a signal {}", graph::text(shape)));
  const int64_t batch = shape[0], length = shape[1], parts = shape.size() == 3 ? shape[2] : 1;
  const int64_t step = node.whole(1, "frame_step");
  const int64_t frame = node.has(3)   ? node.whole(3, "frame_length")
                        : node.has(2) ? graph::elements(node.shape(2))
                                      : length;
  if (step < 1 || frame < 1 || frame > length || parts < 1 || parts > 2)
    throw Unsupported(fmt::format("frames of {} every {} in {}", frame, step, graph::text(shape)));
  const int64_t frames = (length - frame) / step + 1;
  mlir::Value signal = build.cast(node.operand(0), build.f32());
  mlir::Value cut = build.move({batch, frames, frame, parts}, signal,
                               graph::Piece{0,
                                            {batch, frames, frame, parts},
                                            0,
                                            {length * parts, step * parts, parts, 1},
                                            0,
                                            graph::strides({batch, frames, frame, parts})});
  if (node.has(2)) {
    if (node.shape(2) != Dims(Shape{frame}))
      throw Unsupported(
          fmt::format("a window {} for frames of {}", graph::text(node.shape(2)), frame));
    cut = build.multiply(cut, build.reshape(build.cast(node.operand(2), build.f32()), {frame, 1}));
  }
  const int64_t rows = onesided ? frame / 2 + 1 : frame;
  mlir::Value result =
      transform(build, build.reshape(cut, {batch * frames, frame, 1, parts}), rows, false);
  return build.cast(build.reshape(result, {batch, frames, rows, 2}), node.element(0));
}

/// a0 - a1 cos(2 pi n / size) + a2 cos(4 pi n / size).
Results cosine_window(Node& node, double a0, double a1, double a2) {
  const bool periodic = node.integer("periodic", 1) != 0;
  mlir::Type type = type_of(node, node.integer("output_datatype", 1));
  const int64_t size = node.whole(0, "the size");
  if (size < 0 || size > 1 << 24)
    throw Unsupported(fmt::format("a window of {}", size));
  const double span = static_cast<double>(periodic ? size : size - 1);
  std::vector<double> values;
  for (int64_t n = 0; n < size; ++n) {
    const double angle = span == 0 ? 0 : 2 * kPi * static_cast<double>(n) / span;
    values.push_back(a0 - a1 * std::cos(angle) + a2 * std::cos(2 * angle));
  }
  return node.build.reals(values, type, {size});
}

double to_mel(double hertz) {
  return 2595 * std::log10(1 + hertz / 700);
}
double from_mel(double mel) {
  return 700 * (std::pow(10, mel / 2595) - 1);
}

/// Triangles between bins of the spectrum that lie evenly on the mel scale.
Results mel_weight_matrix(Node& node) {
  mlir::Type type = type_of(node, node.integer("output_datatype", 1));
  const int64_t bins = node.whole(0, "num_mel_bins"), size = node.whole(1, "dft_length"),
                rate = node.whole(2, "sample_rate");
  const double low = to_mel(node.scalar(3, "lower_edge_hertz")),
               high = to_mel(node.scalar(4, "upper_edge_hertz"));
  if (bins < 1 || size < 1 || rate < 1 || bins > 1 << 12 || size > 1 << 16)
    throw Unsupported(fmt::format("{} bins of {} at {} Hz", bins, size, rate));
  const int64_t rows = size / 2 + 1;
  std::vector<int64_t> edges;
  for (int64_t i = 0; i < bins + 2; ++i) {
    const double mel = low + static_cast<double>(i) * (high - low) / static_cast<double>(bins + 2);
    edges.push_back(static_cast<int64_t>(
        std::floor(static_cast<double>(size + 1) * from_mel(mel) / static_cast<double>(rate))));
  }
  std::vector<double> values(static_cast<size_t>(rows * bins), 0);
  for (int64_t b = 0; b < bins; ++b) {
    const auto first = edges[static_cast<size_t>(b)], centre = edges[static_cast<size_t>(b) + 1],
               last = edges[static_cast<size_t>(b) + 2];
    auto set = [&](int64_t row, double value) {
      if (row >= 0 && row < rows)
        values[static_cast<size_t>(row * bins + b)] = value;
    };
    if (centre == first)
      set(centre, 1);
    for (int64_t row = first; row <= centre && centre > first; ++row)
      set(row, static_cast<double>(row - first) / static_cast<double>(centre - first));
    for (int64_t row = centre; row < last; ++row)
      set(row, static_cast<double>(last - row) / static_cast<double>(last - centre));
  }
  return node.build.reals(values, type, {rows, bins});
}

} // namespace

const Table& signal_operators() {
  static const Table table = {
      {"BlackmanWindow", [](Node& node) { return cosine_window(node, 0.42, 0.5, 0.08); }},
      {"DFT", dft},
      {"HammingWindow", [](Node& node) { return cosine_window(node, 25.0 / 46, 21.0 / 46, 0); }},
      {"HannWindow", [](Node& node) { return cosine_window(node, 0.5, 0.5, 0); }},
      {"MelWeightMatrix", mel_weight_matrix},
      {"STFT", stft},
  };
  return table;
}

} // namespace npuforge::onnx
