// The canonical form of a node. Every rewrite keeps all bits of the value.
//
//   constants        op(c, d) is a constant; constants stand last in commutative operations
//   x - c            x + (-c)
//   x + -0.0, x + 0 (integers), x * 1      x
//   x * -1.0         -x
//   x / c            x * (1 / c)           c a power of two
//   a > b, a >= b    b < a, b <= a
//   sitofp(ext(x))   sitofp(x)
//   ext(ext(x))      ext(x)
//   trunc(ext(x))    x, where the types agree
//   to_int(roundeven(x))                   to_int(x), which rounds in the same way
//   bitcast(bitcast(x))                    x, where the types agree
//   true ? a : b, c ? a : a                a
#include "npuforge/compiler/match/dag.h"

#include "mlir/IR/BuiltinTypes.h"

namespace npuforge::match {

bool isCommutative(const std::string& op) {
  static constexpr llvm::StringLiteral kCommutative[] = {
      "arith.addf",     "arith.mulf",  "arith.addi",  "arith.muli",    "arith.maximumf",
      "arith.minimumf", "arith.maxsi", "arith.minsi", "arith.andi",    "arith.ori",
      "arith.xori",     "cmpf.eq",     "cmpi.eq",     "graph.sat_add", "arith.minui",
      "arith.maxui",    "cmpf.ne",     "cmpi.ne"};
  return llvm::is_contained(kCommutative, op);
}

namespace {

/// All of an operation's constants, one result for each channel.
std::optional<std::vector<uint64_t>> foldAll(const Dag& dag, const std::string& op, mlir::Type type,
                                             const std::vector<int>& args) {
  size_t lanes = 1;
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<const Node*> constants;
  for (int arg : args) {
    constants.push_back(dag.constantOf(arg));
    if (!constants.back())
      return std::nullopt;
    types.push_back(constants.back()->type);
    lanes = std::max(lanes, constants.back()->bits.size());
  }
  std::vector<uint64_t> result;
  for (size_t lane = 0; lane < lanes; ++lane) {
    llvm::SmallVector<uint64_t> values;
    for (const Node* constant : constants)
      values.push_back(constant->bits[constant->bits.size() == 1 ? 0 : lane]);
    auto value = fold(op, type, types, values);
    if (!value)
      return std::nullopt;
    result.push_back(*value);
  }
  return result;
}

bool isNumber(const Dag& dag, int c, double value) {
  auto number = dag.numberOf(c);
  return number && *number == value && std::signbit(*number) == std::signbit(value);
}

/// A power of two whose inverse is one, too: to divide by it and to multiply by the inverse are the
/// same.
bool hasExactInverse(const Dag& dag, int c) {
  const std::optional<double> value = dag.numberOf(c);
  int exponent = 0;
  return value && std::abs(std::frexp(*value, &exponent)) == 0.5 && std::abs(exponent) < 120;
}

/// The argument of a class's node with this operation; -1 if it has none.
int argumentOf(const Dag& dag, int c, const char* op) {
  for (const Node& node : dag.nodes(c))
    if (node.op == op)
      return node.args[0];
  return -1;
}

} // namespace

Dag::Class Dag::make(const std::string& op, mlir::Type type, std::vector<Class> args) {
  if (!args.empty())
    if (auto bits = foldAll(*this, op, type, args))
      return constant(type, std::move(*bits));
  if (isCommutative(op) && constantOf(args[0]))
    std::swap(args[0], args[1]);
  const bool by_constant = args.size() == 2 && constantOf(args[1]);
  if (op == "arith.select" && constantOf(args[0]) && constantOf(args[0])->bits.size() == 1)
    return find(args[constantOf(args[0])->bits[0] & 1 ? 1 : 2]);
  if (op == "arith.select" && find(args[1]) == find(args[2]))
    return find(args[1]);
  if (op == "arith.subf" && by_constant)
    return make("arith.addf", type, {args[0], make("arith.negf", type, {args[1]})});
  if (op == "arith.subi" && by_constant)
    return make("arith.addi", type, {args[0], make(op, type, {number(type, 0), args[1]})});
  if (op == "arith.divf" && by_constant && hasExactInverse(*this, args[1]))
    return make("arith.mulf", type, {args[0], make(op, type, {number(type, 1), args[1]})});
  if (op == "arith.addf" && by_constant && isNumber(*this, args[1], -0.0))
    return args[0];
  if (op == "arith.addi" && by_constant && isNumber(*this, args[1], 0))
    return args[0];
  if ((op == "arith.mulf" || op == "arith.muli") && by_constant && isNumber(*this, args[1], 1))
    return args[0];
  if (op == "arith.mulf" && by_constant && isNumber(*this, args[1], -1))
    return make("arith.negf", type, {args[0]});
  if (op.ends_with(".gt") || op.ends_with(".ge"))
    return make(op.substr(0, op.size() - 2) + (op.back() == 't' ? "lt" : "le"), type,
                {args[1], args[0]});
  if (op == "arith.sitofp" || op == "arith.extsi")
    if (int inner = argumentOf(*this, args[0], "arith.extsi"); inner >= 0)
      return make(op, type, {inner});
  if (op == "arith.trunci")
    if (int inner = argumentOf(*this, args[0], "arith.extsi");
        inner >= 0 && this->type(inner) == type)
      return inner;
  if (op == "arith.bitcast")
    if (int inner = argumentOf(*this, args[0], "arith.bitcast");
        inner >= 0 && this->type(inner) == type)
      return inner;
  if (op == "graph.to_int")
    if (int inner = argumentOf(*this, args[0], "math.roundeven"); inner >= 0)
      return make(op, type, {inner});
  for (Class& arg : args)
    arg = find(arg);
  return intern({op, type, std::move(args)});
}

} // namespace npuforge::match
