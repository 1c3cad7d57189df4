#include "random_graph.h"

namespace npuforge::isa {
namespace {

std::shared_ptr<Expr> node(ExprKind kind, std::string text, Type type, std::vector<ExprPtr> args) {
  auto result = std::make_shared<Expr>();
  result->kind = kind;
  result->text = std::move(text);
  result->type = type;
  result->args = std::move(args);
  return result;
}

/// As Expr::literal has it.
int64_t stored(uint64_t bits, Type type) {
  const int unused = 64 - bits_of(type);
  return is_signed(type) ? static_cast<int64_t>(bits << unused) >> unused
                         : static_cast<int64_t>(bits << unused >> unused);
}

} // namespace

RandomGraph::RandomGraph(uint64_t seed, std::vector<Symbol> names, bool lane_reductions)
    : seed_(seed), random_(seed), names_(std::move(names)), lane_reductions_(lane_reductions) {}

ExprPtr RandomGraph::call(const std::string& function, Type type, std::vector<ExprPtr> args) {
  return node(ExprKind::Call, function, type, std::move(args));
}
ExprPtr RandomGraph::binary(const std::string& op, Type type, ExprPtr a, ExprPtr b) {
  return node(ExprKind::Binary, op, type, {std::move(a), std::move(b)});
}

uint64_t RandomGraph::value(Type type) {
  const int bits = bits_of(type);
  const uint64_t mask = ~uint64_t{0} >> (64 - bits), any = random_() & mask;
  if (!is_float(type)) {
    const uint64_t ends[] = {0,
                             mask,
                             mask >> 1,
                             (mask >> 1) + 1,
                             uint64_t(number(-3, 3)) & mask,
                             uint64_t(number(-3, 3)) & mask};
    return one_in(2) ? ends[number(0, 5)] : stored(any, type) >> number(0, bits - 1) & mask;
  }
  const int fraction = type == Type::F32 ? 23 : type == Type::F16 ? 10 : 7;
  const uint64_t sign = uint64_t(number(0, 1)) << (bits - 1),
                 infinite = (mask >> 1) & ~((uint64_t{1} << fraction) - 1);
  const uint64_t one = (infinite >> 1) & infinite;
  switch (number(0, 9)) {
  case 0: // zero, subnormal
    return sign | (any & (one_in(2) ? 0 : (uint64_t{1} << fraction) - 1));
  case 1: // infinite, NaN
    return sign | infinite | (one_in(2) ? 0 : any & ((uint64_t{1} << fraction) - 1));
  case 2: // largest, smallest normal
    return sign | (one_in(2) ? infinite - number(1, 3) : (uint64_t{1} << fraction) + number(-1, 1));
  case 3: // small integers and halves
    return sign | (one + (any & ((uint64_t{3} << fraction) | (uint64_t{3} << (fraction - 2)))));
  case 4:
    return any;
  default: // near one, so that sums and products stay finite
    return sign | (one + (any & ((uint64_t{1} << (fraction + 3)) - 1)) - (uint64_t{4} << fraction));
  }
}

ExprPtr RandomGraph::literal(Type type) {
  auto result = node(ExprKind::Literal, "", type, {});
  result->literal = stored(value(type), type);
  result->text = std::to_string(result->literal);
  return result;
}

ExprPtr RandomGraph::leaf(Type type) {
  if (type == Type::Bool)
    return boolean(0);
  std::vector<Symbol> fitting;
  for (const Symbol& name : names_)
    if (name.type == type)
      fitting.push_back(name);
  if (!fitting.empty() && !one_in(4))
    return node(ExprKind::Name, pick(fitting).name, type, {});
  if (type == Type::I32 && one_in(4))
    return call("lane_index", type, {});
  if (one_in(3) || names_.empty())
    return literal(type);
  const Symbol& name = pick(names_);
  return call(isa::name(type), type, {node(ExprKind::Name, name.name, name.type, {})});
}

ExprPtr RandomGraph::make(Type type, int depth) {
  auto& lets = lets_[type];
  if (!lets.empty() && one_in(6))
    return pick(lets);
  if (depth <= 0 || one_in(10))
    return leaf(type);
  ExprPtr result;
  if (type == Type::Bool)
    result = boolean(depth - 1);
  else if (one_in(8))
    result = call("select", type,
                  {make(Type::Bool, depth - 1), make(type, depth - 1), make(type, depth - 1)});
  else if (one_in(8))
    result = convert(type, depth - 1);
  else if (one_in(12) && bits_of(type) > 8 && bits_of(type) < 64)
    result = cast(type, depth - 1);
  else if (one_in(16))
    result = look_up(type, depth - 1);
  else
    result = is_float(type) ? floating(type, depth - 1) : integer(type, depth - 1);
  if (one_in(4)) {
    result = node(ExprKind::Let, "let" + std::to_string(count_++), type, {result});
    lets.push_back(result);
  }
  return result;
}

ExprPtr RandomGraph::boolean(int depth) {
  if (depth > 0 && one_in(4)) {
    static const std::vector<std::string> ops{"&", "|", "^", "==", "!="};
    return binary(pick(ops), Type::Bool, make(Type::Bool, depth - 1), make(Type::Bool, depth - 1));
  }
  static const std::vector<std::string> ops{"<", "<=", ">", ">=", "==", "!="};
  const Type type = any_type();
  return binary(pick(ops), Type::Bool, make(type, depth - 1), make(type, depth - 1));
}

ExprPtr RandomGraph::integer(Type type, int depth) {
  auto next = [&] { return make(type, depth); };
  static const std::vector<std::string> ops{"+", "-", "*", ">>", "<<", "&", "|", "^"};
  static const std::vector<std::string> twos{"min", "max", "sat_add", "sat_sub", "sat_mul"};
  static const std::vector<std::string> reductions{"lane_sum", "lane_min", "lane_max"};
  switch (number(0, 9)) {
  case 0:
    return node(ExprKind::Unary, "-", type, {next()});
  case 1:
    return call("abs", type, {next()});
  case 2:
  case 3:
    return call(pick(twos), type, {next(), next()});
  case 4:
    return call("clamp", type, {next(), next(), next()});
  case 5:
    if (type == Type::I32 || type == Type::I64)
      return call("round_shift", type, {next(), make(Type::I32, depth)});
    [[fallthrough]];
  case 6:
    if (type != Type::I64) {
      Type from = any_type();
      return call("sat_" + std::string(isa::name(type)), type,
                  {make(is_float(from) ? Type::I64 : from, depth)});
    }
    [[fallthrough]];
  case 7:
    if (lane_reductions_ && one_in(2))
      return call(pick(reductions), type, {next()});
    [[fallthrough]];
  default:
    return binary(pick(ops), type, next(), next());
  }
}

ExprPtr RandomGraph::floating(Type type, int depth) {
  auto next = [&] { return make(type, depth); };
  static const std::vector<std::string> ops{"+", "-", "*"};
  static const std::vector<std::string> ones{"abs", "floor", "ceil", "trunc", "round"};
  static const std::vector<std::string> reductions{"lane_sum", "lane_min", "lane_max"};
  switch (number(0, 8)) {
  case 0:
    return node(ExprKind::Unary, "-", type, {next()});
  case 1:
    return call(pick(ones), type, {next()});
  case 2:
    return call(one_in(2) ? "min" : "max", type, {next(), next()});
  case 3:
    return call("clamp", type, {next(), next(), next()});
  case 4:
  case 5:
    return call("fma", type, {next(), next(), next()});
  case 6:
    if (lane_reductions_ && one_in(2))
      return call(pick(reductions), type, {next()});
    [[fallthrough]];
  default:
    return binary(pick(ops), type, next(), next());
  }
}

ExprPtr RandomGraph::convert(Type type, int depth) {
  const Type from = one_in(8) && is_integer(type) ? Type::Bool : any_type();
  return call(isa::name(type), type, {make(from, depth)});
}

ExprPtr RandomGraph::cast(Type type, int depth) {
  std::vector<Type> others;
  for (Type from : kTypes)
    if (bits_of(from) == bits_of(type))
      others.push_back(from);
  return call("as_" + std::string(isa::name(type)), type, {make(pick(others), depth)});
}

ExprPtr RandomGraph::look_up(Type type, int depth) {
  auto table = std::make_shared<Table>();
  table->name = "random" + std::to_string(seed_) + "_" + std::to_string(count_++);
  table->type = type;
  table->values.resize(std::size_t{1} << number(0, 4));
  for (int64_t& value : table->values)
    value = stored(this->value(type), type);
  auto result =
      node(ExprKind::Index, table->name, type, {make(one_in(2) ? Type::I32 : Type::U32, depth)});
  result->table = table;
  return result;
}

} // namespace npuforge::isa
