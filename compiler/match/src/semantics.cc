#include "npuforge/compiler/match/semantics.h"

#include <bit>
#include <cmath>
#include <list>
#include <set>

#include "npuforge/compiler/graph/Graph.h"

#include "conversions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace npuforge::match {

using namespace mlir;
using isa::Expr;
using isa::ExprKind;

mlir::Type toMlir(MLIRContext* context, isa::Type type) {
  if (type == isa::Type::F32)
    return Float32Type::get(context);
  if (type == isa::Type::F16)
    return Float16Type::get(context);
  if (type == isa::Type::BF16)
    return BFloat16Type::get(context);
  return IntegerType::get(context, isa::bits_of(type));
}

namespace {

using Names = std::map<std::string, Value, std::less<>>;

/// Operators that are one operation: for floats, signed and unsigned integers; "" where there is
/// none.
struct Operator {
  const char *name, *on_floats, *on_signed, *on_unsigned;
};
constexpr Operator kOperators[] = {
    {"+", "arith.addf", "arith.addi", "arith.addi"},
    {"-", "arith.subf", "arith.subi", "arith.subi"},
    {"*", "arith.mulf", "arith.muli", "arith.muli"},
    {"<<", "", "arith.shli", "arith.shli"},
    {">>", "", "arith.shrsi", "arith.shrui"},
    {"&", "", "arith.andi", "arith.andi"},
    {"|", "", "arith.ori", "arith.ori"},
    {"^", "", "arith.xori", "arith.xori"},
    {"min", "arith.minimumf", "arith.minsi", "arith.minui"},
    {"max", "arith.maximumf", "arith.maxsi", "arith.maxui"},
    {"abs", "math.absf", "math.absi", ""},
    {"fma", "math.fma", "", ""},
    {"floor", "math.floor", "", ""},
    {"ceil", "math.ceil", "", ""},
    {"trunc", "math.trunc", "", ""},
    {"round", "math.roundeven", "", ""},
};

class Translator {
public:
  Translator(OpBuilder& builder, Location location) : b(builder), location(location) {}

  Value translate(const isa::ExprPtr& expr, const Names& names) {
    Value& known = values_[{expr.get(), &names}];
    if (!known)
      known = make(*expr, names);
    return known;
  }

private:
  Value make(const Expr& e, const Names& names) {
    switch (e.kind) {
    case ExprKind::Literal:
      return literal(e.type, e.literal);
    case ExprKind::Name:
      return names.find(e.text)->second;
    case ExprKind::Let:
      return translate(e.args[0], names);
    case ExprKind::Apply:
      return apply(e, names);
    case ExprKind::Index:
      throw NoRegion("it looks up the table " + e.text);
    case ExprKind::Unary:
    case ExprKind::Binary:
    case ExprKind::Call:
      break;
    }
    SmallVector<Value> args;
    for (const isa::ExprPtr& arg : e.args)
      args.push_back(translate(arg, names));
    return operation(e, args);
  }

  Value literal(isa::Type type, int64_t bits) {
    mlir::Type to = toMlir(b.getContext(), type);
    if (auto real = dyn_cast<FloatType>(to)) {
      llvm::APFloat value(real.getFloatSemantics(),
                          llvm::APInt(real.getWidth(), bits, false, true));
      return arith::ConstantOp::create(b, location, FloatAttr::get(to, value));
    }
    auto width = to.getIntOrFloatBitWidth();
    return arith::ConstantOp::create(b, location,
                                     IntegerAttr::get(to, llvm::APInt(width, bits, true, true)));
  }

  /// Makes an operation of MLIR by its name, over operands and a result of one type.
  Value named(StringRef name, ValueRange args) {
    OperationState state(location, name, args, args.back().getType());
    return b.create(state)->getResult(0);
  }

  Value apply(const Expr& e, const Names& names) {
    const isa::Function& function = *e.function;
    if (function.approximation) {
      SmallVector<Value> args;
      for (const isa::ExprPtr& arg : e.args)
        args.push_back(translate(arg, names));
      return mathematical(*function.approximation, args);
    }
    // The names outlive the values that are remembered by them.
    Names& inner = scopes_.emplace_back();
    for (size_t i = 0; i < e.args.size(); ++i)
      inner[function.parameters[i].name] = translate(e.args[i], names);
    return translate(function.result, inner);
  }

  Value mathematical(const isa::Approximation& what, ValueRange args) {
    if (what.implements == "quotient")
      return named("arith.divf", args);
    Value x = args[0];
    auto number = [&](float value) -> Value {
      return arith::ConstantOp::create(b, location, b.getF32FloatAttr(value));
    };
    Value result, of_x; // of_x: the operation whose last operand is x
    if (what.implements == "reciprocal") {
      result = of_x = arith::DivFOp::create(b, location, number(1), x);
    } else if (what.implements == "sigmoid") {
      of_x = named("arith.negf", x);
      Value sum = arith::AddFOp::create(b, location, named("math.exp", of_x), number(1));
      result = arith::DivFOp::create(b, location, number(1), sum);
    } else {
      result = of_x = named("math." + what.implements, x);
    }
    if (std::isfinite(what.low) || std::isfinite(what.high))
      of_x.getDefiningOp()->setAttr(
          kDomain, b.getArrayAttr({b.getF64FloatAttr(what.low), b.getF64FloatAttr(what.high)}));
    return result;
  }

  Value operation(const Expr& e, ArrayRef<Value> args) {
    if (e.args.empty()) // the number of a lane
      throw NoRegion("it uses '" + e.text + "', which no operator of a graph does");
    const isa::Type type = e.args[0]->type;
    if (std::optional<Value> converted = convert(b, location, e, args[0]))
      return *converted;
    if (e.kind == ExprKind::Unary)
      return isa::is_float(type) ? named("arith.negf", args[0])
                                 : named("arith.subi", {literal(type, 0), args[0]});
    if (Value compared = comparison(e.text, type, args))
      return compared;
    if (e.text == "clamp")
      return pick("min", type, {pick("max", type, {args[0], args[1]}), args[2]});
    if (e.text == "select")
      return arith::SelectOp::create(b, location, args[0], args[1], args[2]);
    if (e.text == "round_shift")
      return graph::RoundShiftOp::create(b, location, args[0].getType(), args[0], args[1]);
    if (e.text == "sat_add")
      return named("graph.sat_add", args);
    return pick(e.text, type, args);
  }

  Value pick(StringRef text, isa::Type type, ValueRange args) {
    for (const Operator& known : kOperators) {
      const char* name = isa::is_float(type)    ? known.on_floats
                         : isa::is_signed(type) ? known.on_signed
                                                : known.on_unsigned;
      if (text == known.name && *name)
        return named(name, args);
    }
    throw NoRegion("it uses '" + text.str() + "', which no operator of a graph does");
  }

  Value comparison(StringRef text, isa::Type type, ArrayRef<Value> args) {
    static const std::map<StringRef, std::pair<arith::CmpFPredicate, arith::CmpIPredicate>> known{
        {"<", {arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt}},
        {"<=", {arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle}},
        {">", {arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt}},
        {">=", {arith::CmpFPredicate::OGE, arith::CmpIPredicate::sge}},
        {"==", {arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq}},
        {"!=", {arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne}}};
    auto found = known.find(text);
    if (found == known.end())
      return {};
    if (isa::is_float(type))
      return arith::CmpFOp::create(b, location, found->second.first, args[0], args[1]);
    arith::CmpIPredicate predicate = found->second.second;
    if (!isa::is_signed(type) && text != "==" && text != "!=") // ult stands as far behind slt, ...
      predicate = static_cast<arith::CmpIPredicate>(static_cast<int>(predicate) +
                                                    static_cast<int>(arith::CmpIPredicate::ult) -
                                                    static_cast<int>(arith::CmpIPredicate::slt));
    return arith::CmpIOp::create(b, location, predicate, args[0], args[1]);
  }

  OpBuilder& b;
  Location location;
  std::map<std::pair<const Expr*, const Names*>, Value> values_;
  std::list<Names> scopes_;
};

/// The names of an expression that are operands.
void collectNames(const Expr& e, std::set<const Expr*>& seen, std::set<std::string>& names) {
  if (!seen.insert(&e).second)
    return;
  if (e.kind == ExprKind::Name)
    names.insert(e.text);
  for (const isa::ExprPtr& arg : e.args)
    collectNames(*arg, seen, names);
}

} // namespace

func::FuncOp makeRegion(OpBuilder& builder, const isa::Instruction& instruction,
                        ArrayRef<isa::ExprPtr> expressions) {
  std::set<std::string> used;
  std::set<const Expr*> seen;
  for (const isa::ExprPtr& expression : expressions)
    collectNames(*expression, seen, used);
  SmallVector<std::pair<std::string, isa::Type>> arguments;
  for (const isa::Operand& operand : instruction.operands)
    if (used.erase(operand.name))
      arguments.emplace_back(operand.name, operand.type);
  if (used.erase("state"))
    arguments.emplace_back("state", instruction.state);
  if (!used.empty())
    throw NoRegion("it depends on " + *used.begin());

  MLIRContext* context = builder.getContext();
  Location location = UnknownLoc::get(context);
  SmallVector<mlir::Type> inputs, results;
  for (const auto& [name, type] : arguments)
    inputs.push_back(toMlir(context, type));
  for (const isa::ExprPtr& expression : expressions)
    results.push_back(toMlir(context, expression->type));
  auto function = func::FuncOp::create(builder, location, instruction.mnemonic,
                                       builder.getFunctionType(inputs, results));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(function.addEntryBlock());
  Names names;
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    names[argument.first] = function.getArgument(index);
    function.setArgAttr(index, "match.operand", builder.getStringAttr(argument.first));
  }
  Translator translator(builder, location);
  SmallVector<Value> values;
  try {
    for (const isa::ExprPtr& expression : expressions)
      values.push_back(translator.translate(expression, names));
  } catch (const NoRegion&) {
    function.erase();
    throw;
  }
  func::ReturnOp::create(builder, location, values);
  return function;
}

} // namespace npuforge::match
