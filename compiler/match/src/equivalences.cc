// Other ways to write a value. The graph's side gets all of them, so that an instruction matches
// whichever it was written in.
//
// Bits are kept, given the ranges that the comments name:
//   float(x) + k                 float(ext(x) + k)                  x of at most 16 bits, k whole
//   float(x)                     float(ext(x))
//   -x                           x * -1.0, -0.0 - x
//   min(max(x, a), b)            max(min(x, b), a)                  constants a <= b
//   x < 0 ? x * c : x            max(x, x * c)                      0 <= c <= 1
//   a < b ? c : d                b <= a ? d : c                     a and b are numbers
//   x < 0 ? x * c : x            0 < x ? x : x * c                  0 <= c
//   to_i8(round(x) + k)          trunc(min(max(to_i32(x) + k, -128), 127))   k whole; the sum of
//   integers
//                                saturates, or |x| < 2^30. (NaN has no quantised value.)
//   to_i8(x)                     trunc(min(max(to_i32(x), -128), 127))
//   to_i8(x)                     to_i8(round(x)), to_i8(min(max(x, -128), 127))
//   ext(a & b), ext(a | b), ..     ext(a) & ext(b), ..              truths, which rows hold as 0 or
//   1 ext(c ? a : b), ext(a != b)    c ? ext(a) : ext(b), ext(a == b) ^ 1     (floats) c ext(c) !=
//   0                      where it selects c ? x : y                      ext(c) == 0 ? y : x;  (c
//   ? x : 0) | (ext(c) == 0 ? y : 0) c ? x : y of floats            bits(c ? bits(x) : bits(y))
//
// Bits may change (behind --fast-math, or where nothing else covers the graph):
//   a / b                        a * (1 / b)                        a constant b is tried before
//   the rest 1 / (1 + exp(-x))            0.5 + 0.5 * tanh(0.5 * x) tanh(x)                      2
//   / (1 + exp(-2 * x)) - 1 sqrt(x)                      1 / rsqrt(x);  x * rsqrt(x) for x > 0 (x +
//   a) * c                  x * c + a * c                      constants a * b + c fma(a, b, c) x <
//   0 ? (exp(x) - 1) * c : x max(x, 0) + min((exp(x) - 1) * c, 0)       0 <= c
#include "npuforge/compiler/match/equivalences.h"

#include <cmath>

#include "mlir/IR/Builders.h"

namespace npuforge::match {
namespace {

constexpr int kRounds = 4;        // of application; each may make nodes for the next
constexpr int kMostClasses = 600; // far beyond what a chain of operators needs; or four times
                                  // what there is at first

class Equivalences {
public:
  Equivalences(Dag& dag, mlir::MLIRContext* context)
      : dag(dag), f32(mlir::Float32Type::get(context)), i32(mlir::IntegerType::get(context, 32)) {}

  void exact(int c, const Node& node) {
    if (node.op == "arith.sitofp" && node.type == f32 && width(node.args[0]) < 32)
      same(c, raw("arith.sitofp", f32, {make("arith.extsi", i32, {node.args[0]})}));
    if (node.op == "arith.addf")
      addition(c, node);
    if (node.op == "arith.negf" && node.type == f32) {
      same(c, raw("arith.mulf", f32, {node.args[0], number(-1)}));
      same(c, make("arith.subf", f32, {number(-0.0), node.args[0]}));
    }
    if (node.op == "arith.minimumf")
      clamp(c, node);
    if (node.op == "arith.select")
      selection(c, node);
    if (node.op == "arith.select")
      choice(c, node);
    if (node.op == "arith.extui" && width(node.args[0]) == 1)
      truth(c, node.args[0]);
    if (node.op == "graph.to_int" && node.type.isInteger(8))
      toByte(c, node.args[0], node.type);
  }

  void reciprocal(int c, const Node& node, bool of_constants_only) {
    if (node.type == f32 && node.op == "arith.divf" && dag.numberOf(node.args[0]) != 1.0 &&
        (!of_constants_only || dag.constantOf(node.args[1])))
      same(c, make("arith.mulf", f32,
                   {node.args[0], make("arith.divf", f32, {number(1), node.args[1]})}));
  }

  void inexact(int c, const Node& node) {
    if (node.type != f32)
      return;
    if (node.op == "arith.divf" && dag.numberOf(node.args[0]) == 1.0)
      sigmoid(c, node.args[1]);
    if (node.op == "math.tanh")
      tanh(c, node.args[0]);
    if (node.op == "math.sqrt")
      root(c, node.args[0]);
    if (node.op == "arith.mulf")
      distribute(c, node);
    if (node.op == "arith.addf")
      contract(c, node);
    if (node.op == "arith.select")
      exponential(c, node);
  }

private:
  int make(const std::string& op, mlir::Type type, std::vector<int> args) {
    return dag.make(op, type, std::move(args));
  }
  int raw(const std::string& op, mlir::Type type, std::vector<int> args) {
    return dag.makeRaw({op, type, std::move(args)});
  }
  int number(double value) { return dag.number(f32, value); }
  unsigned width(int c) { return dag.type(c).getIntOrFloatBitWidth(); }
  void same(int a, int b) { dag.merge(a, b); }

  /// Nodes of an argument's class; a copy, since making nodes moves them.
  std::vector<Node> nodes(int c) { return dag.nodes(c); }

  std::optional<double> whole(int c) {
    auto value = dag.numberOf(c);
    return value && *value == std::trunc(*value) && std::abs(*value) < 1 << 22 ? value
                                                                               : std::nullopt;
  }

  void addition(int c, const Node& node) {
    auto k = whole(node.args[1]);
    if (!k)
      return;
    for (const Node& inner : nodes(node.args[0]))
      if (inner.op == "arith.sitofp" && width(inner.args[0]) <= 16) {
        int wide = make("arith.extsi", i32, {inner.args[0]});
        int sum = make("arith.addi", i32, {wide, dag.number(i32, *k)});
        same(c, make("arith.sitofp", f32, {sum}));
      }
  }

  void clamp(int c, const Node& node) {
    auto high = dag.numberOf(node.args[1]);
    for (const Node& inner : nodes(node.args[0])) {
      auto low = inner.op == "arith.maximumf" ? dag.numberOf(inner.args[1]) : std::nullopt;
      if (high && low && *low <= *high)
        same(c, make("arith.maximumf", f32,
                     {make("arith.minimumf", f32, {inner.args[0], node.args[1]}), inner.args[1]}));
    }
  }

  void selection(int c, const Node& node) {
    for (const Node& test : nodes(node.args[0])) {
      if (test.args.size() != 2)
        continue;
      Range a = dag.range(test.args[0]), b = dag.range(test.args[1]);
      const bool less = test.op == "cmpf.lt" || test.op == "cmpi.lt";
      if ((less || test.op == "cmpf.le" || test.op == "cmpi.le") && !a.nan && !b.nan)
        same(c, make("arith.select", node.type,
                     {make(test.op.substr(0, 5) + (less ? "le" : "lt"), test.type,
                           {test.args[1], test.args[0]}),
                      node.args[2], node.args[1]}));
      if (less && dag.numberOf(test.args[1]) == 0.0 &&
          dag.find(node.args[2]) == dag.find(test.args[0]))
        leaky(c, node.args[1], node.args[2]);
    }
  }

  void leaky(int c, int product, int x) {
    for (const Node& node : nodes(product)) {
      if (node.op != "arith.mulf" || dag.find(node.args[0]) != dag.find(x) ||
          !dag.constantOf(node.args[1]))
        continue;
      Range slope = dag.range(node.args[1]);
      if (slope.within(0, 1) && node.type == f32)
        same(c, make("arith.maximumf", f32, {x, product}));
      if (slope.within(0, 1e30) && node.type == f32)
        same(c, make("arith.select", f32,
                     {make("cmpf.lt", mlir::IntegerType::get(f32.getContext(), 1), {number(0), x}),
                      x, product}));
    }
  }

  int extended(int truth) { return make("arith.extui", i32, {truth}); }

  void truth(int c, int t) {
    for (const Node& node : nodes(t)) {
      if (node.op == "arith.andi" || node.op == "arith.ori" || node.op == "arith.xori")
        same(c, make(node.op, i32, {extended(node.args[0]), extended(node.args[1])}));
      if (node.op == "arith.select")
        same(c, make("arith.select", i32,
                     {node.args[0], extended(node.args[1]), extended(node.args[2])}));
      if (node.op == "cmpf.ne")
        same(c, make("arith.xori", i32,
                     {extended(make("cmpf.eq", node.type, node.args)), dag.number(i32, 1)}));
    }
  }

  /// Where `condition` is false, and the other way round.
  int complement(int condition) {
    for (auto [a, b] : complements) {
      if (dag.find(a) == dag.find(condition))
        return b;
      if (dag.find(b) == dag.find(condition))
        return a;
    }
    const mlir::Type truth = dag.type(condition);
    const int word = extended(condition), zero = dag.number(i32, 0);
    same(condition, make("cmpi.ne", truth, {word, zero}));
    complements.emplace_back(condition, make("cmpi.eq", truth, {word, zero}));
    return complements.back().second;
  }

  void choice(int c, const Node& node) {
    const int condition = node.args[0], x = node.args[1], y = node.args[2];
    if (dag.constantOf(condition) || (node.type != f32 && node.type != i32) ||
        width(condition) != 1)
      return;
    if (node.type == f32) {
      auto bits = [&](int value) { return make("arith.bitcast", i32, {value}); };
      same(c,
           make("arith.bitcast", f32, {make("arith.select", i32, {condition, bits(x), bits(y)})}));
      return;
    }
    const int unset = complement(condition), zero = dag.number(i32, 0);
    same(c, make("arith.select", i32, {unset, y, x}));
    if (!dag.constantOf(x) && !dag.constantOf(y))
      same(c, make("arith.ori", i32,
                   {make("arith.select", i32, {condition, x, zero}),
                    make("arith.select", i32, {unset, y, zero})}));
  }

  /// trunc(min(max(x, -128), 127))
  int saturated(int x, mlir::Type byte) {
    x = make("arith.maxsi", i32, {x, dag.number(i32, -128)});
    x = make("arith.minsi", i32, {x, dag.number(i32, 127)});
    return make("arith.trunci", byte, {x});
  }

  void toByte(int c, int x, mlir::Type byte) {
    for (const Node& node : nodes(x)) {
      auto k = node.op == "arith.addf" ? whole(node.args[1]) : std::nullopt;
      if (!k)
        continue;
      for (const Node& inner : nodes(node.args[0])) {
        if (inner.op != "math.roundeven")
          continue;
        int integer = make("graph.to_int", i32, {inner.args[0]}), zero = dag.number(i32, *k);
        same(c, saturated(make("graph.sat_add", i32, {integer, zero}), byte));
        if (dag.range(inner.args[0]).within(-(1 << 30), 1 << 30))
          same(c, saturated(make("arith.addi", i32, {integer, zero}), byte));
      }
    }
    same(c, saturated(make("graph.to_int", i32, {x}), byte));
    int above = make("arith.maximumf", f32, {x, number(-128)});
    same(c, make("graph.to_int", byte, {make("arith.minimumf", f32, {above, number(127)})}));
    same(c, raw("graph.to_int", byte, {make("math.roundeven", f32, {x})}));
  }

  /// The x of 1 + exp(-x); -1 if it is not that.
  int ofLogistic(int c) {
    for (const Node& sum : nodes(c))
      if (sum.op == "arith.addf" && dag.numberOf(sum.args[1]) == 1.0)
        for (const Node& power : nodes(sum.args[0]))
          if (power.op == "math.exp")
            return make("arith.negf", f32, {power.args[0]});
    return -1;
  }

  void sigmoid(int c, int denominator) {
    int x = ofLogistic(denominator);
    if (x < 0)
      return;
    int half = make("math.tanh", f32, {make("arith.mulf", f32, {x, number(0.5)})});
    same(c, make("arith.addf", f32, {make("arith.mulf", f32, {half, number(0.5)}), number(0.5)}));
  }

  void tanh(int c, int x) {
    int power = make("math.exp", f32, {make("arith.mulf", f32, {x, number(-2)})});
    int logistic =
        make("arith.divf", f32, {number(1), make("arith.addf", f32, {power, number(1)})});
    same(c, make("arith.addf", f32, {make("arith.mulf", f32, {logistic, number(2)}), number(-1)}));
  }

  void root(int c, int x) {
    int inverse = make("math.rsqrt", f32, {x});
    same(c, make("arith.divf", f32, {number(1), inverse}));
    if (dag.range(x).within(1e-30, 1e30))
      same(c, make("arith.mulf", f32, {x, inverse}));
  }

  void distribute(int c, const Node& node) {
    if (!dag.constantOf(node.args[1]))
      return;
    for (const Node& sum : nodes(node.args[0]))
      if (sum.op == "arith.addf" && dag.constantOf(sum.args[1]))
        same(c, make("arith.addf", f32,
                     {make("arith.mulf", f32, {sum.args[0], node.args[1]}),
                      make("arith.mulf", f32, {sum.args[1], node.args[1]})}));
  }

  void contract(int c, const Node& node) {
    for (int side : {0, 1})
      for (const Node& product : nodes(node.args[side]))
        if (product.op == "arith.mulf")
          same(c, make("math.fma", f32, {product.args[0], product.args[1], node.args[1 - side]}));
  }

  bool isExpLessOne(int c, int x) {
    for (const Node& sum : nodes(c))
      if (sum.op == "arith.addf" && dag.numberOf(sum.args[1]) == -1.0)
        for (const Node& power : nodes(sum.args[0]))
          if (power.op == "math.exp" && dag.find(power.args[0]) == dag.find(x))
            return true;
    return false;
  }

  /// Elu without a selection: one of the two terms is always zero.
  void exponential(int c, const Node& node) {
    for (const Node& test : nodes(node.args[0])) {
      const int x = node.args[2];
      if (test.op != "cmpf.lt" || dag.numberOf(test.args[1]) != 0.0 ||
          dag.find(test.args[0]) != dag.find(x))
        continue;
      bool scaled = isExpLessOne(node.args[1], x);
      for (const Node& product : nodes(node.args[1]))
        scaled |= product.op == "arith.mulf" && dag.range(product.args[1]).within(0, 1e30) &&
                  isExpLessOne(product.args[0], x);
      if (scaled)
        same(c, make("arith.addf", f32,
                     {make("arith.maximumf", f32, {x, number(0)}),
                      make("arith.minimumf", f32, {node.args[1], number(0)})}));
    }
  }

  Dag& dag;
  mlir::Type f32, i32;
  std::vector<std::pair<int, int>> complements; ///< truths of which each is the other's opposite
};

} // namespace

void addEquivalences(Dag& dag, Freedom freedom) {
  if (dag.classes() == 0)
    return;
  Equivalences rules(dag, dag.type(0).getContext());
  const int most = std::max(kMostClasses, 4 * dag.classes());
  for (int round = 0; round < kRounds; ++round) {
    const int known = dag.classes();
    for (int c = 0; c < known && dag.classes() < most; ++c)
      for (const Node& node : std::vector<Node>(dag.nodes(c))) {
        rules.exact(c, node);
        if (freedom != Freedom::kExact)
          rules.reciprocal(c, node, freedom == Freedom::kReciprocals);
        if (freedom == Freedom::kInexact)
          rules.inexact(c, node);
      }
    dag.rebuild();
  }
}

} // namespace npuforge::match
