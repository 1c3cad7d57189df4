#include "npuforge/isa/evaluate.h"

#include <array>
#include <map>
#include <stdexcept>

#include "loops.h"
#include "stored.h"

namespace npuforge::isa {
namespace {

class Evaluator {
public:
  Evaluator(int lanes, const LaneLookup& lookup) : lanes_(lanes), lookup_(lookup) {}

  int64_t value(const Expr& expr, int lane) {
    switch (const Op op = op_of(expr)) {
    case Op::Literal:
      return expr.literal;
    case Op::Name:
      return lookup_(expr.text, lane);
    case Op::LaneIndex:
      return lane;
    case Op::Let:
      return remembered(expr, lane, [&] { return value(*expr.args[0], lane); });
    case Op::Index: {
      const auto index = static_cast<uint64_t>(value(*expr.args[0], lane));
      return expr.table->values[index & (expr.table->values.size() - 1)];
    }
    case Op::Apply:
      return apply(expr, lane);
    case Op::LaneSum:
    case Op::LaneMin:
    case Op::LaneMax:
      return remembered(expr, 0, [&] { return reduce(expr, combining(op)); });
    default:
      return operation(op, expr, lane);
    }
  }

private:
  /// Trees share nodes by lets, and a reduction has one value for all lanes.
  template <class Compute>
  int64_t remembered(const Expr& expr, int lane, Compute compute) {
    const auto found = known_.find({&expr, lane});
    if (found != known_.end())
      return found->second;
    const int64_t result = compute();
    return known_[{&expr, lane}] = result;
  }

  int64_t apply(const Expr& expr, int lane) {
    const Function& function = *expr.function;
    std::vector<int64_t> args;
    for (const ExprPtr& arg : expr.args)
      args.push_back(value(*arg, lane));
    return evaluate(*function.result, [&](std::string_view name) {
      for (std::size_t i = 0; i < args.size(); ++i)
        if (function.parameters[i].name == name)
          return args[i];
      throw std::logic_error("a function names what is no parameter: " + std::string(name));
    });
  }

  /// Level by level elements 2i and 2i + 1 are combined; a last odd one passes up.
  int64_t reduce(const Expr& expr, Op op) {
    std::vector<int64_t> row;
    for (int lane = 0; lane < lanes_; ++lane)
      row.push_back(value(*expr.args[0], lane));
    while (row.size() > 1) {
      std::vector<int64_t> next;
      for (std::size_t i = 0; i + 1 < row.size(); i += 2)
        next.push_back(compute(op, expr.type, expr.type, {row[i], row[i + 1], 0}));
      if (row.size() % 2)
        next.push_back(row.back());
      row = std::move(next);
    }
    return row.front();
  }

  int64_t operation(Op op, const Expr& expr, int lane) {
    std::array<int64_t, 3> args{};
    for (std::size_t i = 0; i < expr.args.size(); ++i)
      args[i] = value(*expr.args[i], lane);
    if (op == Op::Select)
      return args[0] ? args[1] : args[2];
    if (op == Op::Bitcast)
      return recast(expr.args[0]->type, expr.type, args[0]);
    return compute(op, expr.args[0]->type, expr.type, args);
  }

  static int64_t recast(Type from, Type to, int64_t value) {
    std::array<std::byte, 8> bits{};
    store(from, value, bits.data());
    return load(to, bits.data());
  }

  static int64_t compute(Op op, Type from, Type to, const std::array<int64_t, 3>& values) {
    std::array<std::array<std::byte, 8>, 3> args{};
    for (std::size_t i = 0; i < args.size(); ++i)
      store(from, values[i], args[i].data()); // of a shift's count the low bits
    std::array<std::byte, 8> result{};
    find_loop(op, from, to)(args[0].data(), args[1].data(), args[2].data(), result.data(), 1);
    return load(to, result.data());
  }

  int lanes_;
  const LaneLookup& lookup_;
  std::map<std::pair<const Expr*, int>, int64_t> known_;
};

} // namespace

int64_t evaluate(const Expr& expr, const std::function<int64_t(std::string_view)>& lookup) {
  return evaluate(expr, [&](std::string_view name, int) { return lookup(name); }, 0, 1);
}

int64_t evaluate(const Expr& expr, const LaneLookup& lookup, int lane, int lanes) {
  return Evaluator(lanes, lookup).value(expr, lane);
}

} // namespace npuforge::isa
