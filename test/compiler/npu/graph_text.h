#pragma once
// Small networks of the graph's integer operators as MLIR text, with random constants.

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace npuforge::test {

struct Extent {
  int64_t channels, height, width;
};

/// A window's parameters, in ONNX's order.
struct WindowText {
  std::array<int64_t, 2> kernel{1, 1}, strides{1, 1};
  std::array<int64_t, 4> pads{0, 0, 0, 0};
  std::array<int64_t, 2> dilations{1, 1};
};

/// Appends one operator after the other; each call returns the name of its result.
class GraphText {
public:
  GraphText(Extent input, uint32_t seed);
  std::string conv(const std::string& input, int64_t channels, const WindowText& window,
                   bool depthwise = false);
  std::string max_pool(const std::string& input, const WindowText& window);
  std::string average_pool(const std::string& input, const WindowText& window,
                           bool count_pads = true);
  /// `b` "": a constant of the full shape, or with one value a channel.
  std::string add(const std::string& a, const std::string& b, bool broadcast = false);
  std::string rescale(const std::string& input);
  /// round(x * max(x + 3, 0) / 128), exact in f32.
  std::string map(const std::string& input);
  /// The module, its output being `result`.
  std::string module(const std::string& result) const;
  Extent extent(const std::string& name) const { return extents_.at(std::stoi(name.substr(1))); }
  std::mt19937& random() { return random_; }

private:
  int64_t pick(int64_t low, int64_t high);
  std::string define(Extent extent, const std::string& operation);
  std::string constant(const std::vector<int64_t>& shape, const char* type, int64_t low,
                       int64_t high);
  std::string window(const WindowText& window) const;

  std::mt19937 random_;
  std::string body_;
  std::vector<Extent> extents_;
  int locations_ = 0;
};

} // namespace npuforge::test
