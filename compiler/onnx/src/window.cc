#include "window.h"

#include <numeric>

#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

namespace npuforge::onnx {
namespace {

constexpr int64_t kMaxSize = 1 << 20;

Shape sized(Shape values, size_t size, const char* what, int64_t low) {
  if (values.size() != size)
    throw Unsupported(
        fmt::format("{} has {} elements where {} are needed", what, values.size(), size));
  for (int64_t value : values)
    if (value < low || value > kMaxSize)
      throw Unsupported(fmt::format("{} {} is out of range", what, value));
  return values;
}

Shape attribute(Node& node, const char* name, size_t size, int64_t otherwise, int64_t low) {
  return sized(Shape(listed(node, name, std::vector<int64_t>(size, otherwise))), size, name, low);
}

/// Pads for SAME_UPPER, SAME_LOWER and VALID.
Shape automatic_pads(const std::string& mode, Dims in, const Window& window) {
  const size_t d = window.rank();
  Shape pads(2 * d, 0);
  if (mode == "VALID")
    return pads;
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER")
    throw Unsupported(fmt::format("auto_pad '{}' is not known", mode));
  for (size_t i = 0; i < d; ++i) {
    const int64_t stride = window.strides[i], out = (in[i] + stride - 1) / stride,
                  reach = window.dilations[i] * (window.kernel[i] - 1) + 1,
                  all = std::max<int64_t>(0, (out - 1) * stride + reach - in[i]);
    pads[i] = mode == "SAME_UPPER" ? all / 2 : all - all / 2;
    pads[d + i] = all - pads[i];
  }
  return pads;
}

/// 0, d + 1, 1, 2, .. or its inverse.
mlir::Value rotate(const graph::Build& build, mlir::Value value, bool last) {
  Shape perm(static_cast<size_t>(graph::rankOf(value)));
  std::iota(perm.begin(), perm.end(), 0);
  if (last)
    std::rotate(perm.begin() + 1, perm.begin() + 2, perm.end());
  else
    std::rotate(perm.begin() + 1, perm.end() - 1, perm.end());
  return build.transpose(value, perm);
}

Shape result_shape(mlir::Value input, const Window& window, int64_t channels) {
  Shape shape{graph::shapeOf(input)[0]};
  shape.append(window.extents);
  shape.push_back(channels);
  return shape;
}

} // namespace

Window::Window(Node& node, Dims in, Dims kernel_)
    : kernel(kernel_), strides(attribute(node, "strides", kernel_.size(), 1, 1)),
      dilations(attribute(node, "dilations", kernel_.size(), 1, 1)) {
  sized(kernel, in.size(), "the kernel", 1);
  const std::string mode = node.text("auto_pad", "NOTSET");
  const bool ceil = node.integer("ceil_mode", 0) != 0,
             automatic = mode != "NOTSET" && !mode.empty();
  Shape given = attribute(node, "pads", 2 * rank(), 0, 0);
  pads = automatic ? automatic_pads(mode, in, *this) : given;
  for (size_t i = 0; i < rank(); ++i) {
    const int64_t all = in[i] + pads[i] + pads[rank() + i],
                  room = all - (dilations[i] * (kernel[i] - 1) + 1);
    if (room < 0)
      throw Contradiction(fmt::format(
          "a window of {} does not fit into {} elements and their padding", kernel[i], in[i]));
    int64_t out = room / strides[i] + 1;
    const bool starts_inside = out * strides[i] < in[i] + pads[i];
    if (ceil && room % strides[i] != 0 && starts_inside)
      ++out;
    extents.push_back(out);
  }
}

Window::Window(Dims kernel_, Dims dilations_, Dims in)
    : kernel(kernel_), strides(kernel_.size(), 1), dilations(dilations_),
      pads(2 * kernel_.size(), 0) {
  for (size_t i = 0; i < rank(); ++i)
    extents.push_back(std::max<int64_t>(0, in[i] - dilations[i] * (kernel[i] - 1)));
}

Shape listed(Node& node, const char* name, const std::vector<int64_t>& otherwise) {
  return Shape(Dims(node.integers(name, otherwise)));
}

Shape kernel_shape(Node& node, size_t rank) {
  return sized(Shape(listed(node, "kernel_shape", {})), rank, "kernel_shape", 1);
}

mlir::Value channels_last(const graph::Build& build, mlir::Value value) {
  return rotate(build, value, true);
}

mlir::Value channels_first(const graph::Build& build, mlir::Value value) {
  return rotate(build, value, false);
}

mlir::Value weights_last(const graph::Build& build, mlir::Value weights) {
  Shape perm;
  for (int64_t i = 2; i < graph::rankOf(weights); ++i)
    perm.push_back(i);
  perm.append({1, 0});
  return build.transpose(weights, perm);
}

mlir::Value imported_conv(const graph::Build& build, mlir::Value input, mlir::Value weights,
                          mlir::Value bias, const Window& window, int64_t groups) {
  auto op = graph::ConvOp::create(build.builder(), build.location(),
                                  mlir::UnrankedTensorType::get(graph::elementOf(input)), input,
                                  weights, bias, window.strides, window.pads, window.dilations,
                                  groups, mlir::StringAttr());
  graph::setInferredType(op);
  return op;
}

mlir::Value convolve(const graph::Build& build, mlir::Value input, mlir::Value weights,
                     const Window& window, int64_t groups) {
  Dims in = graph::shapeOf(input), w = graph::shapeOf(weights);
  if (groups < 1 || in.back() != w[w.size() - 2] * groups || w.back() % groups != 0)
    throw Contradiction(fmt::format("{} groups of weights {} do not fit {} channels", groups,
                                    graph::text(w), in.back()));
  mlir::Type element = graph::elementOf(input);
  if (element.isF64())
    return build.cast(convolve(build, build.cast(input, build.f32()),
                               build.cast(weights, build.f32()), window, groups),
                      element);
  mlir::Type sum = element.isInteger(8) ? build.i32() : element;
  Shape shape = result_shape(input, window, w.back());
  if (graph::elements(shape) == 0 || graph::elements(w) == 0)
    return build.number(sum, 0, shape);
  return build.create<graph::ConvolveOp>(mlir::RankedTensorType::get(shape, sum), input, weights,
                                         window.strides, window.pads, window.dilations, groups,
                                         mlir::StringAttr());
}

mlir::Value pool(const graph::Build& build, mlir::Value input, llvm::StringRef kind,
                 const Window& window) {
  Shape shape = result_shape(input, window, graph::shapeOf(input).back());
  mlir::Type element = graph::elementOf(input);
  if (graph::elements(shape) == 0)
    return build.number(element, 0, shape);
  return build.create<graph::PoolOp>(mlir::RankedTensorType::get(shape, element), input, kind,
                                     window.kernel, window.strides, window.pads, window.dilations);
}

mlir::Value tap_counts(const graph::Build& build, mlir::Type element, Dims in, const Window& window,
                       Dims beyond) {
  const size_t d = window.rank();
  Shape shape{1};
  shape.append(window.extents);
  shape.push_back(1);
  std::vector<double> counts(static_cast<size_t>(graph::elements(shape)), 1);
  int64_t repeat = graph::elements(shape); // elements that one position of a dimension spans
  for (size_t i = 0; i < d; ++i) {
    repeat /= window.extents[i];
    const int64_t low = beyond.empty() ? 0 : -beyond[i],
                  high = in[i] + (beyond.empty() ? 0 : beyond[d + i]);
    for (size_t k = 0; k < counts.size(); ++k) {
      const int64_t position = static_cast<int64_t>(k) / repeat % window.extents[i];
      int64_t inside = 0;
      for (int64_t t = 0; t < window.kernel[i]; ++t) {
        const int64_t at = position * window.strides[i] + t * window.dilations[i] - window.pads[i];
        inside += at >= low && at < high;
      }
      counts[k] *= static_cast<double>(inside);
    }
  }
  return build.reals(counts, element, shape);
}

} // namespace npuforge::onnx
