#include "npuforge/isa/evaluate.h"

#include "apply.h"

namespace npuforge::isa {

int64_t evaluate(const Expr& expr, const std::function<int64_t(std::string_view)>& lookup) {
  if (expr.kind == ExprKind::Literal)
    return expr.literal;
  if (expr.kind == ExprKind::Name)
    return lookup(expr.text);
  int64_t args[3] = {};
  for (std::size_t i = 0; i < expr.args.size(); ++i)
    args[i] = evaluate(*expr.args[i], lookup);
  return dispatch(op_of(expr), expr.type, [&args]<Op op, Type type>() {
    return apply<op, type>(args[0], args[1], args[2]);
  });
}

} // namespace npuforge::isa
