// Interval analysis: enough to know that a rounded number fits an i32 and that a function is asked
// inside its domain. Bounds need not be tight.
#include <cmath>
#include <limits>

#include "npuforge/compiler/match/dag.h"

#include "mlir/IR/BuiltinTypes.h"

namespace npuforge::match {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Range kAnything{-kInfinity, kInfinity, true};

Range ofType(mlir::Type type) {
  if (!type.isInteger())
    return kAnything;
  const auto width = static_cast<int>(type.getIntOrFloatBitWidth());
  if (width == 1)
    return {0, 1, false};
  return {-std::ldexp(1.0, width - 1), std::ldexp(1.0, width - 1) - 1, false};
}

/// Room for the rounding of f32, and infinity where f32 ends.
Range rounded(Range r) {
  auto outward = [](double value, double sign) {
    value += sign * std::abs(value) * 1e-6;
    return std::abs(value) > std::numeric_limits<float>::max() ? std::copysign(kInfinity, value)
                                                               : value;
  };
  return {outward(r.low, -1), outward(r.high, 1), r.nan};
}

Range hull(std::initializer_list<double> values, bool nan) {
  Range result{kInfinity, -kInfinity, nan};
  for (double value : values) {
    if (std::isnan(value))
      return kAnything;
    result.low = std::min(result.low, value), result.high = std::max(result.high, value);
  }
  return result;
}

Range apply(double (*function)(double), Range x) {
  return rounded(hull({function(x.low), function(x.high)}, x.nan));
}

Range clipped(Range r, double low, double high) {
  return {std::max(r.low, low), std::min(r.high, high), r.nan};
}

Range quotient(Range a, Range b) {
  if (b.low <= 0 && b.high >= 0)
    return kAnything;
  return rounded(
      hull({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high}, a.nan || b.nan));
}

Range binary(const std::string& op, Range a, Range b) {
  const bool nan = a.nan || b.nan;
  if (op == "arith.addf")
    return rounded(hull({a.low + b.low, a.high + b.high}, nan));
  if (op == "arith.subf")
    return rounded(hull({a.low - b.high, a.high - b.low}, nan));
  if (op == "arith.mulf")
    return rounded(hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high}, nan));
  if (op == "arith.divf")
    return quotient(a, b);
  if (op == "arith.maximumf" || op == "arith.maxsi")
    return {std::max(a.low, b.low), std::max(a.high, b.high), nan};
  if (op == "arith.minimumf" || op == "arith.minsi")
    return {std::min(a.low, b.low), std::min(a.high, b.high), nan};
  return kAnything;
}

Range unary(const std::string& op, Range x) {
  if (op == "arith.negf")
    return {-x.high, -x.low, x.nan};
  if (op == "math.absf")
    return {x.low <= 0 && x.high >= 0 ? 0 : std::min(std::abs(x.low), std::abs(x.high)),
            std::max(std::abs(x.low), std::abs(x.high)), x.nan};
  if (op == "math.exp")
    return apply(std::exp, x);
  if (op == "math.exp2")
    return apply(std::exp2, x);
  if (op == "math.log" && x.low > 0)
    return apply(std::log, x);
  if (op == "math.sqrt" && x.low >= 0)
    return apply(std::sqrt, x);
  if (op == "math.tanh")
    return clipped(apply(std::tanh, x), -1, 1);
  if (op == "math.erf")
    return clipped(apply(std::erf, x), -1, 1);
  if (op == "math.roundeven" || op == "math.floor" || op == "math.ceil" || op == "math.trunc")
    return {std::floor(x.low), std::ceil(x.high), x.nan};
  if (op == "arith.extsi" || op == "arith.sitofp")
    return x;
  if (op == "graph.to_int")
    return {x.nan ? -kInfinity : std::floor(x.low), x.nan ? kInfinity : std::ceil(x.high), false};
  return kAnything;
}

Range intersection(Range a, Range b) {
  return {std::max(a.low, b.low), std::min(a.high, b.high), a.nan && b.nan};
}

} // namespace

Range Dag::range(const Node& node, std::vector<int>& pending) const {
  if (node.op == "leaf") {
    auto known = leaf_ranges_.find(node.leaf);
    return known != leaf_ranges_.end() ? known->second : ofType(node.type);
  }
  if (node.op == "constant") {
    Range result{kInfinity, -kInfinity, false};
    for (uint64_t bits : node.bits) {
      const double value = toNumber(node.type, bits);
      if (std::isnan(value))
        return kAnything;
      result = {std::min(result.low, value), std::max(result.high, value), false};
    }
    return result;
  }
  Range result = ofType(node.type);
  if (node.args.size() == 1)
    return intersection(result, unary(node.op, range(node.args[0], pending)));
  if (node.args.size() == 2)
    return intersection(
        result, binary(node.op, range(node.args[0], pending), range(node.args[1], pending)));
  if (node.op == "arith.select") {
    Range a = range(node.args[1], pending), b = range(node.args[2], pending);
    return {std::min(a.low, b.low), std::max(a.high, b.high), a.nan || b.nan};
  }
  return result;
}

Range Dag::range(Class c, std::vector<int>& pending) const {
  c = find(c);
  if (auto known = ranges_.find(c); known != ranges_.end())
    return known->second;
  Range result = ofType(type(c));
  if (llvm::is_contained(pending, c))
    return result;
  pending.push_back(c);
  for (const Node& node : nodes_[c])
    result = intersection(result, range(node, pending));
  pending.pop_back();
  ranges_[c] = result; // maybe loose, where it leans on what is pending, but right
  return result;
}

Range Dag::range(Class c) const {
  std::vector<int> pending;
  ranges_.clear(); // nodes may have been made since
  return range(c, pending);
}

} // namespace npuforge::match
