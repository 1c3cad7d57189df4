// Where a pattern occurs in a DAG. Besides node against node, in either order where the operation
// is commutative, an operand that takes a number may take the one that makes its operation do
// nothing, or another operation: x + n matches x with n = -0, x - n matches x + c with n = -c,
// fma(a, n, b) matches a + b with n = 1 and b - a with n = -1. All of these keep bits.
#include <cmath>
#include <limits>

#include "npuforge/compiler/match/pattern.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "mlir/IR/BuiltinTypes.h"

namespace npuforge::match {
namespace {

using Class = Dag::Class;
using Then = llvm::function_ref<void()>;

constexpr size_t kMostMatches = 64; ///< of one pattern at one class

/// The number n for which op(x, n) is x (`second`: the number is the second argument).
std::optional<double> identity(const std::string& op, mlir::Type type, bool second) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double half = type.isInteger() ? std::ldexp(1.0, type.getIntOrFloatBitWidth() - 1) : 0;
  if (op == "arith.addf")
    return -0.0;
  if (op == "arith.addi" || op == "graph.sat_add" || op == "arith.ori" || op == "arith.xori")
    return 0;
  if ((op == "arith.subf" || op == "arith.subi") && second)
    return 0;
  if (op == "arith.mulf" || op == "arith.muli")
    return 1;
  if (op == "arith.maximumf")
    return -kInfinity;
  if (op == "arith.minimumf")
    return kInfinity;
  if (op == "arith.maxsi" && half < 0x1p62)
    return -half;
  if (op == "arith.minsi" && half < 0x1p62)
    return half - 1;
  return std::nullopt;
}

class Matcher {
public:
  Matcher(const Pattern& pattern, Dag& dag, std::vector<Match>& found)
      : pattern(pattern), dag(dag), found(found), bound(pattern.leaves.size(), -1) {}

  void run(Class c) {
    match(pattern.root, c, [&] {
      if (!llvm::is_contained(bound, -1) && matches++ < kMostMatches)
        found.push_back({&pattern, bound});
    });
  }

private:
  const Node& node(Class p) const { return pattern.dag.nodes(p).front(); }
  const Leaf* numberLeaf(Class p) const {
    const Node& leaf = node(p);
    return leaf.op == "leaf" && pattern.leaves[leaf.leaf].isNumber() ? &pattern.leaves[leaf.leaf]
                                                                     : nullptr;
  }

  void match(Class p, Class c, Then then) {
    const Node& wanted = node(p);
    c = dag.find(c);
    if (wanted.op == "leaf")
      return bind(wanted.leaf, c, then);
    if (wanted.type != dag.type(c))
      return;
    if (wanted.op == "constant") {
      const Node* constant = dag.constantOf(c);
      if (constant && constant->bits == wanted.bits)
        then();
      return;
    }
    for (const Node& node : std::vector<Node>(dag.nodes(c)))
      if (node.op == wanted.op && node.args.size() == wanted.args.size() && inDomain(p, node))
        matchArguments(wanted, node, then);
    conversion(wanted, c, then);
    doNothing(wanted, c, then);
    if (wanted.op == "arith.subf" || wanted.op == "arith.subi")
      subtraction(wanted, c, then);
    if (wanted.op == "math.fma")
      multiplyAdd(wanted, c, then);
  }

  bool inDomain(Class p, const Node& node) const {
    auto domain = pattern.domains.find(p);
    return domain == pattern.domains.end() || dag.ignores_domains ||
           dag.range(node.args.back()).within(domain->second.low, domain->second.high);
  }

  void matchArguments(const Node& wanted, const Node& node, Then then) {
    matchEach(wanted.args, node.args, 0, then);
    if (isCommutative(wanted.op) && node.args[0] != node.args[1])
      matchEach(wanted.args, {node.args[1], node.args[0]}, 0, then);
  }

  void matchEach(const std::vector<int>& wanted, const std::vector<int>& args, size_t i,
                 Then then) {
    if (i == wanted.size())
      return then();
    match(wanted[i], args[i], [&] { matchEach(wanted, args, i + 1, then); });
  }

  void bind(int leaf, Class c, Then then) {
    const Leaf& what = pattern.leaves[leaf];
    if (dag.type(c) != what.type)
      return;
    const Node* constant = dag.constantOf(c);
    if (what.isNumber() && !constant)
      return;
    if (what.kind == isa::OperandKind::Value && constant->bits.size() != 1)
      return;
    if (bound[leaf] >= 0) {
      if (dag.find(bound[leaf]) == c)
        then();
      return;
    }
    bound[leaf] = c;
    then();
    bound[leaf] = -1;
  }

  void bindNumber(Class p, double value, Then then) {
    const Leaf* leaf = numberLeaf(p);
    if (leaf)
      bind(node(p).leaf, dag.number(leaf->type, value), then);
  }

  /// A number behind a conversion, where it has the value before the conversion as well.
  void conversion(const Node& wanted, Class c, Then then) {
    const Leaf* leaf = wanted.args.size() == 1 ? numberLeaf(wanted.args[0]) : nullptr;
    auto value = dag.numberOf(c);
    if (!leaf || !value || !leaf->type.isInteger() ||
        (wanted.op != "arith.sitofp" && wanted.op != "arith.extsi"))
      return;
    const double bound = std::ldexp(1.0, static_cast<int>(leaf->type.getIntOrFloatBitWidth()) - 1);
    const bool is_negative_zero = *value == 0 && std::signbit(*value);
    if (*value == std::trunc(*value) && *value >= -bound && *value < bound && !is_negative_zero &&
        std::abs(*value) <= 1 << 24)
      bindNumber(wanted.args[0], *value, then);
  }

  void doNothing(const Node& wanted, Class c, Then then) {
    if (wanted.args.size() != 2)
      return;
    for (int side : {0, 1})
      if (auto value = identity(wanted.op, wanted.type, side == 1);
          value && numberLeaf(wanted.args[side]))
        bindNumber(wanted.args[side], *value, [&] { match(wanted.args[1 - side], c, then); });
  }

  /// What is subtracted may be a number, converted or not: it matches the negative of a summand.
  void subtraction(const Node& wanted, Class c, Then then) {
    const bool real = wanted.op == "arith.subf";
    for (const Node& sum : std::vector<Node>(dag.nodes(c))) {
      if (sum.op != (real ? "arith.addf" : "arith.addi") || !dag.constantOf(sum.args[1]))
        continue;
      Class negative =
          real ? dag.make("arith.negf", wanted.type, {sum.args[1]})
               : dag.make("arith.subi", wanted.type, {dag.number(wanted.type, 0), sum.args[1]});
      match(wanted.args[1], negative, [&] { match(wanted.args[0], sum.args[0], then); });
    }
  }

  void multiplyAdd(const Node& wanted, Class c, Then then) {
    const Class a = wanted.args[0], b = wanted.args[1], addend = wanted.args[2];
    const std::vector<Node> nodes(dag.nodes(c));
    bindNumber(addend, -0.0, [&] {
      for (const Node& node : nodes)
        if (node.op == "arith.mulf")
          matchArguments({"arith.mulf", wanted.type, {a, b}, {}}, node, then);
      for (auto [x, factor] : {std::pair(a, b), std::pair(b, a)})
        bindNumber(factor, 1, [&, x = x] { match(x, c, then); });
    });
    for (auto [x, factor] : {std::pair(a, b), std::pair(b, a)})
      for (const Node& node : nodes) {
        if (node.op == "arith.addf")
          bindNumber(factor, 1, [&, x = x] {
            matchArguments({"arith.addf", wanted.type, {x, addend}, {}}, node, then);
          });
        if (node.op == "arith.subf")
          bindNumber(factor, -1, [&, x = x] { matchEach({addend, x}, node.args, 0, then); });
      }
  }

  const Pattern& pattern;
  Dag& dag;
  std::vector<Match>& found;
  std::vector<Class> bound;
  size_t matches = 0;
};

} // namespace

std::vector<Match> matchesOf(const std::vector<Pattern>& patterns, Dag& dag, Class c) {
  std::vector<Match> found;
  for (const Pattern& pattern : patterns)
    Matcher(pattern, dag, found).run(c);
  return found;
}

} // namespace npuforge::match
