// The exact remainder of f32, as C's fmod: long division of the significands in i32.
//
// |a| = m_a 2^(e_a) and |b| = m_b 2^(e_b) with integers m below 2^24, so for e_a >= e_b the
// remainder is (m_a 2^n mod m_b) 2^(e_b) with n = e_a - e_b, which is at most 253. Each step takes
// up to 20 bits of n: r becomes r 2^k - q m_b, q being what r 2^k / m_b is in f32, rounded to an
// integer. Of |r| <= B m_b that quotient, by a reciprocal of a last bit and two roundings, is off
// by at most B 2^20 2^-22 + 1/2, so the next |r| is at most (B / 4 + 1/2) m_b. The first r, m_a
// less its quotient, has B below 5; steps without bits bring that to a half at once, those with
// bits towards two thirds. So r ends one m_b or none away from the remainder. Products that leave
// i32 wrap, and so does their difference, which is small: it is right.
#include "words_body.h"

namespace npuforge::graph {

using namespace mlir;

namespace {

constexpr int kBits = 20; // of n, in a step
constexpr int kSteps = (253 + kBits - 1) / kBits;
constexpr int32_t kInfinity = 0x7f800000, kNaN = 0x7fc00000, kSign = INT32_MIN;

/// i32 and f32 expressions by their shortest names; truths are i1.
struct Maker {
  OpBuilder& b;
  Location location;

  Value number(int32_t value) {
    return arith::ConstantOp::create(b, location, b.getI32IntegerAttr(value));
  }
  template <typename Op>
  Value make(Value x, Value y) {
    return Op::create(b, location, x, y);
  }
  template <typename Op>
  Value make(Value x, int32_t y) {
    return make<Op>(x, number(y));
  }
  Value bits(Value x) { return arith::BitcastOp::create(b, location, b.getI32Type(), x); }
  Value real(Value bits) { return arith::BitcastOp::create(b, location, b.getF32Type(), bits); }
  Value converted(Value x) { return arith::SIToFPOp::create(b, location, b.getF32Type(), x); }
  Value rounded(Value x) { return ToIntOp::create(b, location, b.getI32Type(), x); }
  Value less(Value x, Value y) {
    return arith::CmpIOp::create(b, location, arith::CmpIPredicate::slt, x, y);
  }
  Value select(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(b, location, condition, yes, no);
  }
};

/// A magnitude's bits as m 2^(e - 150), with e from 1 on.
struct Parts {
  Value m, e;
};

Parts partsOf(Maker& k, Value magnitude) {
  Value exponent = k.make<arith::ShRUIOp>(magnitude, 23);
  Value hidden = k.make<arith::ShLIOp>(k.make<arith::MinSIOp>(exponent, 1), 23);
  Value fraction = k.make<arith::AndIOp>(magnitude, 0x7fffff);
  return {k.make<arith::OrIOp>(fraction, hidden), k.make<arith::MaxSIOp>(exponent, 1)};
}

/// m_a 2^n mod m_b, for n from 0 to 253; without meaning for m_b = 0.
Value longDivision(Maker& k, Value m_a, Value m_b, Value n) {
  Value one = arith::ConstantOp::create(k.b, k.location, k.b.getF32FloatAttr(1));
  Value inverse = k.make<arith::DivFOp>(one, k.converted(m_b));
  auto less_turns = [&](Value r, Value scaled) {
    return k.make<arith::SubIOp>(r, k.make<arith::MulIOp>(k.rounded(scaled), m_b));
  };
  Value r = less_turns(m_a, k.make<arith::MulFOp>(k.converted(m_a), inverse));
  for (int step = 0; step < kSteps; ++step) {
    Value count = k.make<arith::MinSIOp>(n, kBits);
    n = k.make<arith::SubIOp>(n, count);
    Value power = k.real(k.make<arith::AddIOp>(k.make<arith::ShLIOp>(count, 23), 127 << 23));
    Value quotient = k.make<arith::MulFOp>(k.converted(r), inverse);
    r = less_turns(k.make<arith::ShLIOp>(r, count), k.make<arith::MulFOp>(quotient, power));
  }
  Value negative = k.make<arith::ShRSIOp>(r, 31);
  return k.make<arith::AddIOp>(r, k.make<arith::AndIOp>(negative, m_b));
}

} // namespace

Value remainder(OpBuilder& b, Location location, Value a, Value divisor) {
  Maker k{b, location};
  Value bits = k.bits(a);
  Value sign = k.make<arith::AndIOp>(bits, kSign);
  Value size_a = k.make<arith::AndIOp>(bits, INT32_MAX);
  Value size_b = k.make<arith::AndIOp>(k.bits(divisor), INT32_MAX);
  const Parts pa = partsOf(k, size_a), pb = partsOf(k, size_b);
  Value n = k.make<arith::MaxSIOp>(k.make<arith::SubIOp>(pa.e, pb.e), 0);
  Value r = longDivision(k, pa.m, pb.m, n);
  // r 2^(e_b - 150): 2^-23 keeps r's bits, and what follows may round nothing away.
  Value small = arith::ConstantOp::create(b, location, b.getF32FloatAttr(0x1p-23f));
  Value scaled = k.make<arith::MulFOp>(k.make<arith::MulFOp>(k.converted(r), small),
                                       k.real(k.make<arith::ShLIOp>(pb.e, 23)));
  Value result = k.select(k.less(size_a, size_b), size_a, k.bits(scaled));
  // No number: an infinite a, a divisor of 0, and where an operand is none.
  Value inside =
      k.make<arith::AndIOp>(k.less(size_a, k.number(kInfinity)), k.less(k.number(0), size_b));
  inside = k.make<arith::AndIOp>(inside, k.less(size_b, k.number(kInfinity + 1)));
  return k.real(k.select(inside, k.make<arith::OrIOp>(result, sign), k.number(kNaN)));
}

} // namespace npuforge::graph
