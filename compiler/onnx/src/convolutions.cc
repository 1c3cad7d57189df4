// Conv and ConvTranspose in any number of dimensions.
#include <fmt/format.h>

#include "operators.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

/// [C] as [C, 1, ..] beside channels first, of `rank` dimensions in all.
mlir::Value add_bias(Node& node, mlir::Value result, size_t input) {
  if (!node.has(input))
    return result;
  const int64_t channels = graph::shapeOf(result).back();
  if (node.rank(input) != 1 || node.shape(input)[0] != channels)
    throw Contradiction(
        fmt::format("bias {} does not fit {} channels", graph::text(node.shape(input)), channels));
  return node.build.add(result, node.operand(input));
}

void check_ranks(Node& node) {
  if (node.rank(0) < 3 || node.rank(1) != node.rank(0))
    throw Contradiction(fmt::format("input {} and weights {} are no convolution's",
                                    graph::text(node.shape(0)), graph::text(node.shape(1))));
}

Results conv(Node& node) {
  check_ranks(node);
  Dims kernel = node.shape(1).drop_front(2);
  if (Shape given(listed(node, "kernel_shape", {})); !given.empty() && given != kernel)
    throw Unsupported("kernel_shape is not the weights'");
  Window window(node, node.shape(0).drop_front(2), kernel);
  const int64_t groups = node.integer("group", 1);
  if (stays(node) && window.rank() == 2)
    return imported_conv(node.build, node.operand(0), node.operand(1),
                         node.has(2) ? node.operand(2) : mlir::Value(), window, groups);
  const graph::Build& build = node.build;
  mlir::Value result = convolve(build, channels_last(build, node.operand(0)),
                                weights_last(build, node.operand(1)), window, groups);
  return channels_first(build, add_bias(node, result, 2));
}

/// Pads of a transposed convolution: of its result, d before, d behind.
struct Transposed {
  Shape kernel, strides, dilations, pads, extra, extents;

  explicit Transposed(Node& node) : kernel(node.shape(1).drop_front(2)) {
    const size_t d = kernel.size();
    Dims in = node.shape(0).drop_front(2);
    auto read = [&](const char* name, size_t size, int64_t otherwise, int64_t low) {
      Shape values(listed(node, name, std::vector<int64_t>(size, otherwise)));
      if (values.size() != size ||
          llvm::any_of(values, [=](int64_t v) { return v < low || v > (1 << 20); }))
        throw Unsupported(fmt::format("{} {} is out of range", name, graph::text(values)));
      return values;
    };
    strides = read("strides", d, 1, 1);
    dilations = read("dilations", d, 1, 1);
    extra = read("output_padding", d, 0, 0);
    pads = read("pads", 2 * d, 0, 0);
    if (Shape given(listed(node, "kernel_shape", {})); !given.empty() && given != kernel)
      throw Unsupported("kernel_shape is not the weights'");
    const std::string mode = node.text("auto_pad", "NOTSET");
    Shape wanted(listed(node, "output_shape", {}));
    if (wanted.size() == d + 2)
      wanted.erase(wanted.begin(), wanted.begin() + 2);
    if (!wanted.empty() && wanted.size() != d)
      throw Unsupported("output_shape has the wrong number of dimensions");
    for (size_t i = 0; i < d; ++i) {
      const int64_t whole =
          strides[i] * (in[i] - 1) + extra[i] + (kernel[i] - 1) * dilations[i] + 1;
      int64_t size = wanted.empty() ? in[i] * strides[i] : wanted[i];
      if (wanted.empty() && (mode == "NOTSET" || mode == "VALID"))
        size = whole - (mode == "VALID" ? 0 : pads[i] + pads[d + i]);
      const bool automatic = !wanted.empty() || mode == "SAME_UPPER" || mode == "SAME_LOWER";
      if (automatic) {
        const int64_t all = std::max<int64_t>(0, whole - size);
        pads[i] = mode == "SAME_UPPER" ? all / 2 : all - all / 2;
        pads[d + i] = all - pads[i];
        extra[i] += std::max<int64_t>(0, size - whole); // nothing but bias beyond the last tap
      } else if (mode == "VALID") {
        pads[i] = pads[d + i] = 0;
      } else if (mode != "NOTSET") {
        throw Unsupported(fmt::format("auto_pad '{}' is not known", mode));
      }
      if (size < 0)
        throw Unsupported("pads are larger than the result");
      extents.push_back(size);
    }
  }
};

/// [C, O / groups, T..] to [T.. mirrored, C / groups, O]: what convolves the stretched input.
mlir::Value transposed_weights(const graph::Build& build, mlir::Value weights, int64_t groups) {
  Shape shape(graph::shapeOf(weights));
  const int64_t d = static_cast<int64_t>(shape.size()) - 2, inputs = shape[0] / groups,
                outputs = shape[1];
  Shape starts(shape.size(), 0), steps(shape.size(), 1);
  for (size_t i = 2; i < shape.size(); ++i) {
    starts[i] = shape[i] - 1;
    steps[i] = -1;
  }
  mlir::Value mirrored = build.slice(weights, starts, steps, shape);
  Shape split{groups, inputs, outputs}, perm, merged;
  for (int64_t i = 0; i < d; ++i) {
    split.push_back(shape[static_cast<size_t>(i) + 2]);
    perm.push_back(3 + i);
    merged.push_back(split.back());
  }
  perm.append({1, 0, 2}); // T.., C / groups, groups, O / groups
  merged.append({inputs, groups * outputs});
  return build.reshape(build.transpose(build.reshape(mirrored, split), perm), merged);
}

/// Zeros between the elements of the spatial dimensions and around them, so that a convolution of
/// stride 1 without pads remains; channels last.
mlir::Value stretched(const graph::Build& build, mlir::Value input, const Transposed& t) {
  Dims in = graph::shapeOf(input);
  const size_t d = t.kernel.size();
  Shape shape{in[0]}, places;
  for (size_t i = 0; i < d; ++i) {
    const int64_t reach = (t.kernel[i] - 1) * t.dilations[i];
    places.push_back(reach - t.pads[i]); // of the first element; negative: cut
    shape.push_back(t.extents[i] + reach);
  }
  shape.push_back(in.back());
  Shape from = graph::strides(in), to = graph::strides(shape), extents(in);
  int64_t read = 0, write = 0;
  for (size_t i = 0; i < d; ++i) {
    const int64_t step = t.strides[i], size = shape[i + 1];
    const int64_t skip = places[i] < 0 ? (-places[i] + step - 1) / step : 0;
    const int64_t first = places[i] + skip * step;
    const int64_t room = first < size ? (size - first + step - 1) / step : 0;
    extents[i + 1] = std::clamp<int64_t>(in[i + 1] - skip, 0, room);
    read += skip * from[i + 1];
    write += first * to[i + 1];
    to[i + 1] *= step;
  }
  return build.move(shape, input, graph::Piece{0, extents, read, from, write, to});
}

Results conv_transpose(Node& node) {
  check_ranks(node);
  const int64_t groups = node.integer("group", 1);
  if (groups < 1 || node.shape(0)[1] != node.shape(1)[0] || node.shape(0)[1] % groups != 0)
    throw Contradiction(fmt::format("{} groups of weights {} do not fit input {}", groups,
                                    graph::text(node.shape(1)), graph::text(node.shape(0))));
  const Transposed t(node);
  const graph::Build& build = node.build;
  mlir::Value input = stretched(build, channels_last(build, node.operand(0)), t);
  mlir::Value weights = transposed_weights(build, node.operand(1), groups);
  Window window(t.kernel, t.dilations, graph::shapeOf(input).drop_front().drop_back());
  mlir::Value result = convolve(build, input, weights, window, groups);
  return channels_first(build, add_bias(node, result, 2));
}

} // namespace

const Table& convolution_operators() {
  static const Table table = {{"Conv", conv}, {"ConvTranspose", conv_transpose}};
  return table;
}

} // namespace npuforge::onnx
