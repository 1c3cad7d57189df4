#include "sv_graph.h"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "npuforge/isa/evaluate.h"

namespace npuforge::isa::sv {
namespace {

class Adder {
public:
  using Visit = std::function<int(const ExprPtr&, const std::vector<int>&)>;
  Adder(const std::map<std::string, int>& names, Visit visit)
      : names_(names), visit_(std::move(visit)) {}

  int add(const ExprPtr& expr) {
    if (auto done = done_.find(expr.get()); done != done_.end())
      return done->second;
    auto name = expr->kind == ExprKind::Name ? names_.find(expr->text) : names_.end();
    int id;
    if (name != names_.end()) {
      id = name->second;
    } else {
      std::vector<int> args;
      for (const ExprPtr& arg : expr->args)
        args.push_back(add(arg));
      id = visit_(expr, args);
    }
    return done_[expr.get()] = id;
  }

private:
  const std::map<std::string, int>& names_;
  Visit visit_;
  std::unordered_map<const Expr*, int> done_;
};

bool is_small(Type type) {
  return type == Type::Bool || (is_integer(type) && bits_of(type) < 32);
}

} // namespace

int Graph::add(const ExprPtr& expr, const std::map<std::string, int>& names) {
  const ExprPtr whole = inlined(expr);
  Adder adder(names, [this](const ExprPtr& node, const std::vector<int>& args) -> int {
    const Op op = op_of(*node);
    if (op == Op::Let) {
      if (nodes_[args[0]].label.empty())
        nodes_[args[0]].label = node->text;
      return args[0];
    }
    if (op == Op::Literal || op == Op::Name || op == Op::Index || op == Op::LaneIndex)
      return add_node({op, node->type, args, op == Op::Literal ? node->literal : 0,
                       op == Op::Name ? node->text : "", node->table});
    if (int literal = folded(node, args); literal >= 0)
      return literal;
    return lowered(op, node->type, args);
  });
  return adder.add(whole);
}

int Graph::add_node(Node node) {
  const int64_t text = texts_.try_emplace(node.text, texts_.size()).first->second;
  std::vector<int64_t> key{static_cast<int64_t>(node.op), static_cast<int64_t>(node.type),
                           node.literal, text, reinterpret_cast<intptr_t>(node.table.get())};
  key.insert(key.end(), node.args.begin(), node.args.end());
  auto [entry, is_new] = known_.try_emplace(std::move(key), size());
  if (is_new)
    nodes_.push_back(std::move(node));
  return entry->second;
}

std::vector<int> Graph::reachable(const std::vector<int>& roots) const {
  std::vector<bool> needed(nodes_.size());
  for (int root : roots)
    needed[root] = true;
  std::vector<int> result;
  for (int id = size() - 1; id >= 0; --id) {
    if (!needed[id])
      continue;
    result.push_back(id);
    for (int arg : nodes_[id].args)
      needed[arg] = true;
  }
  std::reverse(result.begin(), result.end());
  return result;
}

/// The literal that an operation on literals gives; -1 if an argument is none.
int Graph::folded(const ExprPtr& expr, const std::vector<int>& args) {
  if (args.empty() || is_lane_reduction(op_of(*expr)) ||
      !std::ranges::all_of(args, [&](int arg) { return nodes_[arg].op == Op::Literal; }))
    return -1;
  Expr node = *expr;
  for (std::size_t i = 0; i < args.size(); ++i) {
    auto arg = std::make_shared<Expr>(
        Expr{ExprKind::Literal, "", nodes_[args[i]].literal, nodes_[args[i]].type, {}});
    node.args[i] = std::move(arg);
  }
  auto no_names = [](std::string_view) -> int64_t {
    throw std::logic_error("names are no literals");
  };
  return literal(evaluate(node, no_names), node.type);
}

int Graph::lowered(Op op, Type type, const std::vector<int>& args) {
  switch (op) {
  case Op::Convert:
    return convert(args[0], type);
  case Op::SatAdd:
  case Op::SatSub:
  case Op::SatMul:
    return saturating(op, type, args);
  case Op::Sub:
    if (is_float(type))
      return add_node({Op::Add, type, {args[0], negated(args[1])}, 0, {}, {}});
    [[fallthrough]];
  default:
    return add_node({op, type, args, 0, {}, {}});
  }
}

int Graph::negated(int arg) {
  const Node& node = nodes_[arg];
  if (node.op == Op::Literal)
    return literal(node.literal ^ int64_t{1} << (bits_of(node.type) - 1), node.type);
  return add_node({Op::Negate, node.type, {arg}, kBitsOnly, {}, {}});
}

int Graph::convert(int arg, Type to) {
  const Type from = nodes_[arg].type;
  auto step = [&](int id, Type type) { return add_node({Op::Convert, type, {id}, 0, {}, {}}); };
  if (from == to)
    return is_float(to) ? step(arg, to) : arg;
  if (nodes_[arg].op == Op::Literal && to == Type::I64) // of saturating arithmetic
    return literal(nodes_[arg].literal, to);
  if (is_float(to) && is_small(from))
    return step(step(arg, Type::I32), to);
  if (is_float(from) && is_small(to))
    return add_node({Op::Saturate, to, {step(arg, Type::I32)}, 0, {}, {}});
  if (is_float(from) && is_float(to) && from != Type::F32 && to != Type::F32)
    return step(step(arg, Type::F32), to);
  return step(arg, to);
}

int Graph::saturating(Op op, Type type, const std::vector<int>& args) {
  const bool fits = bits_of(type) < 64 && !(op == Op::SatMul && type == Type::U32);
  if (!fits)
    return add_node({op, type, args, 0, {}, {}});
  const Op plain = op == Op::SatAdd ? Op::Add : op == Op::SatSub ? Op::Sub : Op::Mul;
  const int exact = add_node(
      {plain, Type::I64, {convert(args[0], Type::I64), convert(args[1], Type::I64)}, 0, {}, {}});
  return add_node({Op::Saturate, type, {exact}, 0, {}, {}});
}

} // namespace npuforge::isa::sv
