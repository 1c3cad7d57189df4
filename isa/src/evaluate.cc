#include "npuforge/isa/evaluate.h"

#include <array>

#include "loops.h"
#include "stored.h"

namespace npuforge::isa {

int64_t evaluate(const Expr& expr, const std::function<int64_t(std::string_view)>& lookup) {
  const Op op = op_of(expr);
  if (op == Op::Literal)
    return expr.literal;
  if (op == Op::Name)
    return lookup(expr.text);
  const Type from = expr.args[0]->type;
  std::array<std::array<std::byte, 8>, 3> args{};
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    const bool count =
        i == 1 && (op == Op::ShiftLeft || op == Op::ShiftRight || op == Op::RoundShift);
    store(count ? from : expr.args[i]->type, evaluate(*expr.args[i], lookup), args[i].data());
  }
  std::array<std::byte, 8> result{};
  find_loop(op, from, expr.type)(args[0].data(), args[1].data(), args[2].data(), result.data(), 1);
  return load(expr.type, result.data());
}

} // namespace npuforge::isa
