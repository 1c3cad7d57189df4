#include "emit.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

using mlir::Value;
namespace arith = mlir::arith;

Value Emit::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, location, value);
}

Value Emit::add(Value a, Value b) {
  auto x = mlir::getConstantIntValue(a), y = mlir::getConstantIntValue(b);
  if (x && y)
    return constant(*x + *y);
  if (x && *x == 0)
    return b;
  if (y && *y == 0)
    return a;
  return arith::AddIOp::create(builder, location, a, b);
}

Value Emit::sub(Value a, Value b) {
  auto x = mlir::getConstantIntValue(a), y = mlir::getConstantIntValue(b);
  if (x && y)
    return constant(*x - *y);
  if (y)
    return add(a, -*y);
  return arith::SubIOp::create(builder, location, a, b);
}

Value Emit::mul(Value a, int64_t b) {
  if (auto x = mlir::getConstantIntValue(a))
    return constant(*x * b);
  if (b == 0)
    return constant(0);
  return b == 1 ? a : arith::MulIOp::create(builder, location, a, constant(b)).getResult();
}

Value Emit::min(Value a, int64_t b) {
  if (auto x = mlir::getConstantIntValue(a))
    return constant(std::min(*x, b));
  return arith::MinSIOp::create(builder, location, a, constant(b));
}

Value Emit::max(Value a, int64_t b) {
  if (auto x = mlir::getConstantIntValue(a))
    return constant(std::max(*x, b));
  return arith::MaxSIOp::create(builder, location, a, constant(b));
}

Value Emit::parity(Value counter) {
  // Many slots of one step count from different beginnings: what they share is computed once.
  int64_t offset = 0;
  while (auto sum = counter.getDefiningOp<arith::AddIOp>()) {
    auto known = mlir::getConstantIntValue(sum.getRhs());
    if (!known)
      break;
    offset += *known;
    counter = sum.getLhs();
  }
  Value even = remainder(counter, 1);
  return offset % 2 == 0 ? even : sub(constant(1), even);
}

Value Emit::remainder(Value counter, int bits) {
  const int64_t divisor = int64_t{1} << bits;
  if (auto x = mlir::getConstantIntValue(counter))
    return constant(*x & (divisor - 1));
  // The machine shifts and multiplies but has no remainder.
  Value quotient = arith::ShRSIOp::create(builder, location, counter, constant(bits));
  return sub(counter, mul(quotient, divisor));
}

std::pair<Value, Value> Emit::wrap(Value value, int64_t limit) {
  if (limit == 1)
    return {constant(0), value};
  Value carry = max(add(value, 1 - limit), 0);
  return {sub(value, mul(carry, limit)), carry};
}

void Emit::loop(int64_t count, const std::function<void(Value)>& body) {
  loop(constant(count), body);
}

void Emit::loop(Value count, const std::function<void(Value)>& body) {
  if (mlir::getConstantIntValue(count) == 1)
    return body(constant(0));
  auto loop = mlir::scf::ForOp::create(builder, location, constant(0), count, constant(1));
  mlir::OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void Emit::when(Value condition, const std::function<void()>& body) {
  // A loop of one turn or none: the machine's loops take a count of zero, and branches would cost
  // more.
  Value turns = min(condition, 1);
  if (mlir::getConstantIntValue(turns) != 0)
    loop(turns, [&](Value) { body(); });
}

Value Emit::buffer(llvm::StringRef space, Place place, llvm::StringRef label, Value base) {
  Value made = BufferOp::create(builder, location, BufferType::get(builder.getContext()), space,
                                place.address, place.bytes, label);
  if (base)
    bases_[made] = base;
  return made;
}

namespace {
/// Adds a constant or dynamic entry to a pair of lists as DynamicIndexList prints them.
void append(Value value, llvm::SmallVectorImpl<Value>& dynamic,
            llvm::SmallVectorImpl<int64_t>& fixed) {
  if (auto constant = mlir::getConstantIntValue(value))
    return fixed.push_back(*constant);
  fixed.push_back(mlir::ShapedType::kDynamic);
  dynamic.push_back(value);
}
} // namespace

Value Emit::stream(Value buffer, Value base, int64_t offset, llvm::ArrayRef<Level> levels) {
  llvm::SmallVector<Value> counts, lows, highs;
  llvm::SmallVector<int64_t> fixed_counts, strides, fixed_lows, fixed_highs;
  bool windowed = llvm::any_of(levels, [](const Level& level) { return level.low; });
  for (const Level& level : levels) {
    append(level.count, counts, fixed_counts);
    strides.push_back(level.stride);
    if (!windowed)
      continue;
    append(level.low ? level.low : constant(0), lows, fixed_lows);
    append(level.high ? level.high : level.count, highs, fixed_highs);
  }
  if (Value own = bases_.lookup(buffer))
    base = base ? add(base, own) : own;
  if (base) {
    if (auto known = mlir::getConstantIntValue(base))
      offset += *known, base = {};
  }
  return StreamOp::create(builder, location, StreamType::get(builder.getContext()), buffer, base,
                          offset, counts, lows, highs, fixed_counts, strides, fixed_lows,
                          fixed_highs);
}

void Emit::await(llvm::StringRef unit, llvm::StringRef from) {
  AwaitOp::create(builder, location, unit, from);
}
void Emit::signal(llvm::StringRef unit, llvm::StringRef to) {
  SignalOp::create(builder, location, unit, to);
}

mlir::DictionaryAttr Emit::lanes(llvm::ArrayRef<std::pair<llvm::StringRef, int64_t>> roles) {
  llvm::SmallVector<mlir::NamedAttribute> attributes;
  for (auto [role, lane] : roles)
    attributes.push_back(builder.getNamedAttr(role, builder.getI64IntegerAttr(lane)));
  return builder.getDictionaryAttr(attributes);
}

void Emit::set_lane(int64_t lane, int64_t value) {
  SetLanesOp::create(builder, location, lane, value);
}

} // namespace npuforge::tile
