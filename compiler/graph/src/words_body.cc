#include "words_body.h"

#include <mlir/IR/IRMapping.h>
#include <mlir/IR/TypeUtilities.h>

namespace npuforge::graph {

using namespace mlir;

Type wordType(Type element) {
  if (llvm::isa<FloatType>(element))
    return Float32Type::get(element.getContext());
  return IntegerType::get(element.getContext(), 32);
}

Value roundTo(OpBuilder& b, Location location, Type element, Value value) {
  if (!element.isF16() && !element.isBF16())
    return value;
  Value narrow = arith::TruncFOp::create(b, location, element, value);
  return arith::ExtFOp::create(b, location, b.getF32Type(), narrow);
}

Value wrapTo(OpBuilder& b, Location location, Type element, Value value) {
  auto type = llvm::dyn_cast<IntegerType>(element);
  if (!type || type.getWidth() >= 32 || type.getWidth() == 1)
    return value;
  auto number = [&](int32_t n) {
    return arith::ConstantOp::create(b, location, b.getI32IntegerAttr(n));
  };
  if (type.isUnsigned())
    return arith::AndIOp::create(b, location, value, number((1 << type.getWidth()) - 1));
  Value shift = number(static_cast<int32_t>(32 - type.getWidth()));
  value = arith::ShLIOp::create(b, location, value, shift);
  return arith::ShRSIOp::create(b, location, value, shift);
}

namespace {

bool isOneOf(Operation& op, std::initializer_list<StringRef> names) {
  return llvm::is_contained(names, op.getName().getStringRef());
}

unsigned widthOf(Value value) {
  return value.getType().isInteger() ? value.getType().getIntOrFloatBitWidth() : 0;
}

class Writer {
public:
  Writer(MapOp from, MapOp to) : from(from), b(OpBuilder::atBlockBegin(&to.getBody().front())) {
    for (auto [old, argument] :
         llvm::zip(from.getBody().getArguments(), to.getBody().getArguments()))
      values.map(old, word(old, argument));
  }

  LogicalResult run() {
    for (Operation& op : from.getBody().front().without_terminator()) {
      location = op.getLoc();
      Value result = write(op);
      if (!result)
        return op.emitError() << "node '" << nodeName(from.getLoc()) << "': "
                              << (reason.empty() ? op.getName().getStringRef().str() +
                                                       " has no form over 32-bit words"
                                                 : reason);
      values.map(op.getResult(0), result);
    }
    auto yield = llvm::cast<YieldOp>(from.getBody().front().getTerminator());
    location = yield.getLoc();
    Value value = values.lookup(yield.getValue());
    if (value.getType().isInteger(1))
      value = extended(value);
    // Signless narrow types are kept wrapped; unsigned ones are truncated here.
    if (Type element = getElementTypeOrSelf(from.getType()); element.isUnsignedInteger())
      value = wrapTo(b, location, element, value);
    YieldOp::create(b, location, value);
    return success();
  }

private:
  Value word(Value old, Value argument) {
    if (argument.getType().isInteger(8)) // a quantised tensor's element
      return arith::ExtSIOp::create(b, location, b.getI32Type(), argument);
    return old.getType().isInteger(1) ? isTrue(argument) : argument;
  }
  Value number(int32_t value) {
    return arith::ConstantOp::create(b, location, b.getI32IntegerAttr(value));
  }
  Value isTrue(Value word) {
    return arith::CmpIOp::create(b, location, arith::CmpIPredicate::ne, word, number(0));
  }
  Value extended(Value truth) { return arith::ExtUIOp::create(b, location, b.getI32Type(), truth); }
  Value wrapped(Type type, Value value) { return wrapTo(b, location, type, value); }
  Value rounded(Type type, Value value) { return roundTo(b, location, type, value); }
  Value in(Operation& op, unsigned i) { return values.lookup(op.getOperand(i)); }

  /// The operand's bits as a number that is not negative, where its type is narrower than a word.
  Value unsignedIn(Operation& op, unsigned i) {
    const unsigned width = widthOf(op.getOperand(i));
    if (width == 1 || width >= 32)
      return in(op, i);
    return arith::AndIOp::create(b, location, in(op, i), number((1 << width) - 1));
  }

  /// The same operation over words.
  Value same(Operation& op, ValueRange operands) {
    Type type = op.getResult(0).getType();
    OperationState state(location, op.getName().getStringRef(), operands,
                         type.isInteger(1) ? type : wordType(type), op.getAttrs());
    return b.create(state)->getResult(0);
  }
  Value same(Operation& op) {
    SmallVector<Value> operands;
    for (unsigned i = 0; i < op.getNumOperands(); ++i)
      operands.push_back(in(op, i));
    return same(op, operands);
  }

  Value write(Operation& op) {
    Type type = op.getResult(0).getType();
    if (auto constant = llvm::dyn_cast<arith::ConstantOp>(op)) {
      if (type.isInteger(1))
        return arith::ConstantOp::create(b, location, constant.getValue());
      TypedAttr value = wordAttribute(llvm::cast<TypedAttr>(constant.getValue()), reason);
      return value ? arith::ConstantOp::create(b, location, value).getResult() : Value();
    }
    if (isOneOf(op, {"arith.addf", "arith.subf", "arith.mulf", "arith.divf", "math.exp",
                     "math.exp2", "math.log", "math.log2", "math.tanh", "math.erf", "math.sqrt",
                     "math.rsqrt", "math.sin", "math.cos", "math.atan", "math.fma"}))
      return rounded(type, same(op));
    if (isOneOf(op, {"arith.negf", "arith.minimumf", "arith.maximumf", "math.absf", "math.ceil",
                     "math.floor", "math.roundeven", "math.trunc", "arith.select", "arith.andi",
                     "arith.ori", "arith.xori", "arith.minsi", "arith.maxsi"}))
      return same(op);
    if (auto compare = llvm::dyn_cast<arith::CmpFOp>(op))
      return compareFloats(compare);
    if (isOneOf(op, {"arith.addi", "arith.subi", "arith.muli", "arith.shli"}))
      return type.isInteger(1) ? modulo2(op) : wrapped(type, same(op));
    if (isOneOf(op, {"arith.remf"}))
      return remainder(b, location, in(op, 0), in(op, 1));
    if (isOneOf(op, {"arith.divsi", "arith.remsi", "arith.divui", "arith.remui"}))
      return division(op);
    if (isOneOf(op, {"arith.minui", "arith.maxui", "arith.shrui", "arith.cmpi", "arith.shrsi"}))
      return unsignedAware(op);
    if (op.getName().getStringRef() == "math.absi")
      return wrapped(
          type, arith::MaxSIOp::create(b, location, in(op, 0),
                                       arith::SubIOp::create(b, location, number(0), in(op, 0))));
    return conversion(op);
  }

  /// By the comparisons that are false where an operand is no number, and "not equal".
  Value compareFloats(arith::CmpFOp op) {
    using P = arith::CmpFPredicate;
    Value x = in(*op, 0), y = in(*op, 1);
    auto is = [&](P predicate, Value a, Value c) -> Value {
      return arith::CmpFOp::create(b, location, predicate, a, c);
    };
    auto truth = [&](bool value) -> Value {
      return arith::ConstantOp::create(b, location, b.getBoolAttr(value));
    };
    auto no = [&](Value value) -> Value {
      return arith::XOrIOp::create(b, location, value, truth(true));
    };
    auto differ = [&]() -> Value {
      return arith::OrIOp::create(b, location, is(P::OLT, x, y), is(P::OLT, y, x));
    };
    switch (op.getPredicate()) {
    case P::ONE:
      return differ();
    case P::UEQ:
      return no(differ());
    case P::ULT:
      return no(is(P::OGE, x, y));
    case P::ULE:
      return no(is(P::OGT, x, y));
    case P::UGT:
      return no(is(P::OLE, x, y));
    case P::UGE:
      return no(is(P::OLT, x, y));
    case P::ORD:
      return arith::AndIOp::create(b, location, is(P::OEQ, x, x), is(P::OEQ, y, y));
    case P::UNO:
      return arith::OrIOp::create(b, location, is(P::UNE, x, x), is(P::UNE, y, y));
    case P::AlwaysFalse:
    case P::AlwaysTrue:
      return truth(op.getPredicate() == P::AlwaysTrue);
    default:
      return is(op.getPredicate(), x, y);
    }
  }

  /// Arithmetic of i1 wraps to its only bit.
  Value modulo2(Operation& op) {
    if (isOneOf(op, {"arith.muli"}))
      return arith::AndIOp::create(b, location, in(op, 0), in(op, 1));
    if (isOneOf(op, {"arith.addi", "arith.subi"}))
      return arith::XOrIOp::create(b, location, in(op, 0), in(op, 1));
    return {};
  }

  Value division(Operation& op) {
    const bool is_unsigned = isOneOf(op, {"arith.divui", "arith.remui"});
    Value a = is_unsigned ? unsignedIn(op, 0) : in(op, 0);
    Value divisor = is_unsigned ? unsignedIn(op, 1) : in(op, 1);
    Division result = divide(b, location, a, divisor);
    const bool quotient = isOneOf(op, {"arith.divsi", "arith.divui"});
    return wrapped(op.getResult(0).getType(), quotient ? result.quotient : result.remainder);
  }

  Value unsignedAware(Operation& op) {
    Type type = op.getResult(0).getType();
    if (auto compare = llvm::dyn_cast<arith::CmpIOp>(op)) {
      const bool is_unsigned = compare.getPredicate() >= arith::CmpIPredicate::ult;
      if (widthOf(op.getOperand(0)) == 1) // compared as words 0 and 1; signed, 1 is -1
        return comparedBits(compare);
      if (!is_unsigned)
        return same(op);
      return same(op, {unsignedIn(op, 0), unsignedIn(op, 1)});
    }
    if (op.getName().getStringRef() == "arith.shrsi")
      return same(op);
    return wrapped(type, same(op, {unsignedIn(op, 0), unsignedIn(op, 1)}));
  }

  Value comparedBits(arith::CmpIOp op) {
    Value a = extended(in(*op, 0)), c = extended(in(*op, 1));
    using P = arith::CmpIPredicate;
    const P predicate = op.getPredicate();
    if (predicate == P::slt || predicate == P::sle || predicate == P::sgt || predicate == P::sge)
      std::swap(a, c);
    const P as = predicate == P::ult   ? P::slt
                 : predicate == P::ule ? P::sle
                 : predicate == P::ugt ? P::sgt
                 : predicate == P::uge ? P::sge
                                       : predicate;
    return arith::CmpIOp::create(b, location, as, a, c);
  }

  Value conversion(Operation& op) {
    const StringRef name = op.getName().getStringRef();
    Type type = op.getResult(0).getType();
    Value x = in(op, 0);
    const unsigned from_width = widthOf(op.getOperand(0));
    if (name == "arith.extf")
      return x;
    if (name == "arith.truncf")
      return rounded(type, x);
    if (name == "arith.extsi")
      return from_width == 1
                 ? arith::SubIOp::create(b, location, number(0), extended(x)).getResult()
                 : x;
    if (name == "arith.extui")
      return from_width == 1 ? extended(x) : unsignedIn(op, 0);
    if (name == "arith.trunci")
      return type.isInteger(1) ? isTrue(arith::AndIOp::create(b, location, x, number(1)))
                               : wrapped(type, x);
    if (name == "arith.sitofp" || name == "arith.uitofp")
      return rounded(type, toFloat(op, name == "arith.uitofp"));
    if (name == "arith.fptosi" || name == "arith.fptoui")
      return wrapped(type, toInt(math::TruncOp::create(b, location, x)));
    if (name == "graph.to_int")
      return saturated(type, toInt(x));
    if (name == "arith.bitcast" && from_width + widthOf(op.getResult(0)) == 32 &&
        (op.getOperand(0).getType().isF32() || type.isF32()))
      return same(op);
    return {};
  }

  Value toFloat(Operation& op, bool is_unsigned) {
    const unsigned width = widthOf(op.getOperand(0));
    Value x = is_unsigned ? unsignedIn(op, 0) : in(op, 0);
    if (width == 1) {
      x = extended(x);
      if (!is_unsigned)
        x = arith::SubIOp::create(b, location, number(0), x);
    }
    if (is_unsigned && width == 32)
      return arith::UIToFPOp::create(b, location, b.getF32Type(), x);
    return arith::SIToFPOp::create(b, location, b.getF32Type(), x);
  }

  Value toInt(Value x) { return ToIntOp::create(b, location, b.getI32Type(), x); }

  /// Into a narrower type's range.
  Value saturated(Type type, Value x) {
    const unsigned width = type.getIntOrFloatBitWidth();
    if (width >= 32)
      return x;
    const int32_t high = static_cast<int32_t>((uint32_t{1} << (width - 1)) - 1);
    x = arith::MaxSIOp::create(b, location, x, number(-high - 1));
    return arith::MinSIOp::create(b, location, x, number(high));
  }

  MapOp from;
  OpBuilder b;
  Location location = from.getLoc();
  IRMapping values;
  std::string reason;
};

} // namespace

LogicalResult writeBody(MapOp from, MapOp to) {
  return Writer(from, to).run();
}

} // namespace npuforge::graph
