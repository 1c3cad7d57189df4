#include "conversions.h"

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/semantics.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace npuforge::match {

using namespace mlir;

namespace {

Value resized(OpBuilder& b, Location location, isa::Type from, isa::Type to, Value x) {
  mlir::Type type = toMlir(b.getContext(), to);
  if (isa::bits_of(to) == isa::bits_of(from))
    return x;
  if (isa::bits_of(to) < isa::bits_of(from))
    return arith::TruncIOp::create(b, location, type, x);
  if (isa::is_signed(from))
    return arith::ExtSIOp::create(b, location, type, x);
  return arith::ExtUIOp::create(b, location, type, x);
}

Value converted(OpBuilder& b, Location location, isa::Type from, isa::Type to, Value x) {
  mlir::Type type = toMlir(b.getContext(), to);
  if (isa::is_float(to) && isa::is_float(from)) {
    if (from == to)
      return x;
    if (isa::bits_of(to) == isa::bits_of(from))
      throw NoRegion("it converts between formats of 16 bits");
    if (isa::bits_of(to) < isa::bits_of(from))
      return arith::TruncFOp::create(b, location, type, x);
    return arith::ExtFOp::create(b, location, type, x);
  }
  if (isa::is_float(to)) {
    if (isa::is_signed(from))
      return arith::SIToFPOp::create(b, location, type, x);
    return arith::UIToFPOp::create(b, location, type, x);
  }
  if (!isa::is_float(from))
    return resized(b, location, from, to, x);
  if (from != isa::Type::F32 || !isa::is_signed(to))
    throw NoRegion(std::string("it converts ") + isa::name(from) + " to " + isa::name(to));
  return graph::ToIntOp::create(b, location, type, x);
}

/// Into the range of a narrower signed type.
Value saturated(OpBuilder& b, Location location, isa::Type from, isa::Type to, Value x) {
  if (!isa::is_signed(from) || !isa::is_signed(to))
    throw NoRegion("it saturates unsigned integers");
  if (isa::bits_of(to) >= isa::bits_of(from))
    return resized(b, location, from, to, x);
  const int64_t high = (int64_t{1} << (isa::bits_of(to) - 1)) - 1;
  auto bound = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, location, IntegerAttr::get(x.getType(), value));
  };
  x = arith::MaxSIOp::create(b, location, x, bound(-high - 1));
  x = arith::MinSIOp::create(b, location, x, bound(high));
  return resized(b, location, from, to, x);
}

} // namespace

std::optional<Value> convert(OpBuilder& b, Location location, const isa::Expr& call, Value x) {
  if (call.kind != isa::ExprKind::Call || call.args.size() != 1)
    return std::nullopt;
  const isa::Type from = call.args[0]->type;
  StringRef name = call.text;
  if (isa::find_type(call.text))
    return converted(b, location, from, call.type, x);
  if (name.starts_with("sat_"))
    return saturated(b, location, from, call.type, x);
  if (name.starts_with("as_")) {
    mlir::Type type = toMlir(b.getContext(), call.type);
    return type == x.getType() ? x : arith::BitcastOp::create(b, location, type, x).getResult();
  }
  return std::nullopt;
}

} // namespace npuforge::match
