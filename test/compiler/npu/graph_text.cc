#include "graph_text.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace npuforge::test {

namespace {

std::string type(Extent e, const char* element = "i8") {
  return fmt::format("tensor<1x{}x{}x{}x{}>", e.channels, e.height, e.width, element);
}

template <typename List>
std::string array(const List& values) {
  return fmt::format("array<i64: {}>", fmt::join(values, ", "));
}

Extent after(Extent in, const WindowText& w, int64_t channels) {
  auto size = [&](int64_t extent, int axis) {
    const int64_t taps = (w.kernel[axis] - 1) * w.dilations[axis] + 1;
    return (extent + w.pads[axis] + w.pads[axis + 2] - taps) / w.strides[axis] + 1;
  };
  return {channels, size(in.height, 0), size(in.width, 1)};
}

} // namespace

GraphText::GraphText(Extent input, uint32_t seed) : random_(seed), extents_{input} {}

int64_t GraphText::pick(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
}

std::string GraphText::define(Extent extent, const std::string& operation) {
  const std::string name = fmt::format("v{}", extents_.size());
  extents_.push_back(extent);
  body_ += fmt::format("  %{} = {} loc(\"{}\")\n", name, operation, name);
  return name;
}

std::string GraphText::constant(const std::vector<int64_t>& shape, const char* type, int64_t low,
                                int64_t high) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  // Flat values print as a hexadecimal string; negative ones as two's complement.
  const int bytes = std::string(type) == "i8" ? 1 : 4;
  std::string text;
  for (int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<uint64_t>(pick(low, high));
    for (int byte = 0; byte < bytes; ++byte)
      text += fmt::format("{:02X}", (value >> (8 * byte)) & 0xff);
  }
  if (count == 1) { // one element would be taken for a splat of any size
    const int64_t value = pick(low, high);
    text.clear();
    body_ += fmt::format("  %c{} = graph.constant dense<{}> : tensor<{}x{}>\n", locations_, value,
                         fmt::join(shape, "x"), type);
  } else {
    body_ += fmt::format("  %c{} = graph.constant dense<\"0x{}\"> : tensor<{}x{}>\n", locations_,
                         text, fmt::join(shape, "x"), type);
  }
  return fmt::format("c{}", locations_++);
}

std::string GraphText::window(const WindowText& w) const {
  return fmt::format("kernel = {}, strides = {}, pads = {}", array(w.kernel), array(w.strides),
                     array(w.pads));
}

std::string GraphText::conv(const std::string& input, int64_t channels, const WindowText& w,
                            bool depthwise) {
  const Extent in = extent(input);
  const int64_t taps = w.kernel[0] * w.kernel[1] * (depthwise ? 1 : in.channels);
  const Extent out = after(in, w, depthwise ? in.channels : channels);
  const std::vector<int64_t> shape{out.channels, depthwise ? 1 : in.channels, w.kernel[0],
                                   w.kernel[1]};
  const std::string weights = constant(shape, "i8", -128, 127);
  const std::string bias = constant({out.channels}, "i32", -5000, 5000);
  // Sums spread over about 5000 * sqrt(taps); results over the i8 range and a bit beyond.
  const auto shift =
      static_cast<int64_t>(31 + std::lround(std::log2(64 * std::sqrt(static_cast<double>(taps)))));
  const std::string multiplier =
      constant({out.channels}, "i32", int64_t{1} << 30, (int64_t{1} << 31) - 1);
  const std::string shifts = constant({out.channels}, "i32", shift, shift + 1);
  const std::string acc = fmt::format("a{}", locations_++);
  body_ += fmt::format("  %{} = graph.qconv %{}, %{}, %{} {{strides = {}, pads = {}, dilations = "
                       "{}, groups = {} : i64, "
                       "fill = {} : i64}} : ({}, tensor<{}xi8>, tensor<{}xi32>) -> {}\n",
                       acc, input, weights, bias, array(w.strides), array(w.pads),
                       array(w.dilations), depthwise ? in.channels : 1, pick(-128, 127), type(in),
                       fmt::join(shape, "x"), out.channels, type(out, "i32"));
  return define(
      out,
      fmt::format(
          "graph.requant %{}, %{}, %{} {{zero_point = {} : i64, low = {} : i64, high = 127 : i64}} "
          ": ({}, tensor<{}xi32>, tensor<{}xi32>) -> {}",
          acc, multiplier, shifts, pick(-90, 90), pick(-128, -60), type(out, "i32"), out.channels,
          out.channels, type(out)));
}

std::string GraphText::max_pool(const std::string& input, const WindowText& w) {
  const Extent in = extent(input), out = after(in, w, in.channels);
  return define(
      out, fmt::format(
               "graph.qmax_pool %{} {{{}, dilations = {}, low = -120 : i64, high = 110 : i64}} : "
               "({}) -> {}",
               input, window(w), array(w.dilations), type(in), type(out)));
}

std::string GraphText::average_pool(const std::string& input, const WindowText& w,
                                    bool count_pads) {
  const Extent in = extent(input), out = after(in, w, in.channels);
  const double scale = 1.375;
  int exponent = 0;
  const double factor = scale / static_cast<double>(w.kernel[0] * w.kernel[1]);
  std::frexp(factor, &exponent);
  const auto multiplier = static_cast<int64_t>(std::nearbyint(std::ldexp(factor, 31 - exponent)));
  return define(
      out,
      fmt::format(
          "graph.qavg_pool %{} {{{}, count_include_pad = {}, zero_x = {} : i64, multiplier = {} "
          ": i64, shift = {} : i64, scale = {:e} : f64, zero_point = {} : i64, low = -128 : "
          "i64, high = 127 : i64}} : ({}) -> {}",
          input, window(w), count_pads, pick(-50, 50), multiplier, 31 - exponent, scale,
          pick(-50, 50), type(in), type(out)));
}

std::string GraphText::add(const std::string& a, const std::string& b, bool broadcast) {
  const Extent in = extent(a), second = broadcast ? Extent{in.channels, 1, 1} : in;
  const std::string other =
      b.empty() ? constant({1, second.channels, second.height, second.width}, "i8", -128, 127) : b;
  return define(
      in,
      fmt::format(
          "graph.qadd %{}, %{} {{zero_a = {} : i64, mult_a = {} : i64, zero_b = {} : i64, mult_b "
          "= {} : i64, shift = 30 : i64, zero_point = {} : i64, low = -128 : i64, high = 120 : "
          "i64}} : ({}, {}) -> {}",
          a, other, pick(-60, 60), pick(1 << 29, 1 << 30), pick(-60, 60), pick(1 << 29, 1 << 30),
          pick(-60, 60), type(in), type(second), type(in)));
}

std::string GraphText::rescale(const std::string& input) {
  const Extent in = extent(input);
  return define(
      in,
      fmt::format("graph.rescale %{} {{zero_x = {} : i64, multiplier = {} : i64, shift = 31 : i64, "
                  "zero_point = {} : i64, low = -90 : i64, high = 127 : i64}} : ({}) -> {}",
                  input, pick(-60, 60), pick(int64_t{1} << 30, (int64_t{1} << 31) - 1),
                  pick(-60, 60), type(in), type(in)));
}

std::string GraphText::map(const std::string& input) {
  const std::string of = type(extent(input));
  return define(extent(input), fmt::format(R"(graph.map %{} : ({}) -> {} {{
  ^bb0(%e: i8):
    %x = arith.sitofp %e : i8 to f32
    %three = arith.constant 3.0 : f32
    %zero = arith.constant 0.0 : f32
    %scale = arith.constant 0.0078125 : f32
    %above = arith.addf %x, %three : f32
    %open = arith.maximumf %above, %zero : f32
    %product = arith.mulf %x, %open : f32
    %scaled = arith.mulf %product, %scale : f32
    %rounded = math.roundeven %scaled : f32
    %result = graph.to_int %rounded : f32 -> i8
    graph.yield %result : i8
  }})",
                                           input, of, of));
}

std::string GraphText::module(const std::string& result) const {
  auto attributes = [](const char* name, Extent e) {
    return fmt::format("{{graph.name = \"{}\", graph.shape = [1, {}, {}, {}], graph.type = \"i8\", "
                       "graph.qtype = \"i8\", "
                       "graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}}",
                       name, e.channels, e.height, e.width);
  };
  const Extent in = extents_.front(), out = extent(result);
  return fmt::format("func.func @main(%v0: {} {}) -> ({} {}) {{\n{}  return %{} : {}\n}}\n",
                     type(in), attributes("x", in), type(out), attributes("y", out), body_, result,
                     type(out));
}

} // namespace npuforge::test
