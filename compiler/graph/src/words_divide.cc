// Exact division of i32 from f32.
//
// With q = 0 and r = a, each of two rounds adds to q what r / b is in f32, rounded to an integer,
// and takes as many times b from r. f32(r) * (1 / f32(b)) is off by at most r/b * 2^-20 (two
// conversions, a product, and a reciprocal of some last bits), so |r| <= |b|/2 + |a| * 2^-20 after
// the first round, which is at most |b|/2 + 2^11; and after the second |r| <= |b|/2 + 2^-20 times
// that, which is below |b|. Products that leave i32 wrap, and so does their difference from r,
// which is small: it is right. Then r is at most one b away from the remainder that has a's sign.
#include "words_body.h"

namespace npuforge::graph {

using namespace mlir;

namespace {

struct Maker {
  OpBuilder& b;
  Location location;

  Value number(int32_t value) {
    return arith::ConstantOp::create(b, location, b.getI32IntegerAttr(value));
  }
  Value binary(StringRef op, Value x, Value y) {
    OperationState state(location, op, {x, y}, x.getType());
    return b.create(state)->getResult(0);
  }
  Value real(Value x) { return arith::SIToFPOp::create(b, location, b.getF32Type(), x); }
  Value less(Value x, Value y) {
    return arith::CmpIOp::create(b, location, arith::CmpIPredicate::slt, x, y);
  }
};

} // namespace

Division divide(OpBuilder& b, Location location, Value a, Value divisor) {
  Maker m{b, location};
  Value one = arith::ConstantOp::create(b, location, b.getF32FloatAttr(1));
  Value inverse = arith::DivFOp::create(b, location, one, m.real(divisor));
  Value q, r = a;
  for (int round = 0; round < 2; ++round) {
    Value real = arith::MulFOp::create(b, location, m.real(r), inverse);
    Value turns = ToIntOp::create(b, location, b.getI32Type(), real);
    r = m.binary("arith.subi", r, m.binary("arith.muli", turns, divisor));
    q = q ? m.binary("arith.addi", q, turns) : turns;
  }
  // wrong: -1 where the signs of r and a differ and r is not 0, else 0. With r = 0 the sign is
  // that of a ^ 0 for a positive a, so both conditions are needed.
  Value zero = m.number(0), shift = m.number(31);
  Value differ = m.binary("arith.shrsi", m.binary("arith.xori", r, a), shift);
  Value some =
      m.binary("arith.shrsi", m.binary("arith.ori", r, m.binary("arith.subi", zero, r)), shift);
  Value wrong = m.binary("arith.andi", differ, some);
  // side: 1 where a and b have one sign, else -1. r then lacks side * b.
  Value signs = m.binary("arith.shrsi", m.binary("arith.xori", a, divisor), shift);
  Value side = m.binary("arith.ori", signs, m.number(1));
  Value step = m.binary("arith.andi", side, wrong);
  q = m.binary("arith.subi", q, step);
  r = m.binary("arith.addi", r, m.binary("arith.muli", step, divisor));
  return {q, r};
}

} // namespace npuforge::graph
