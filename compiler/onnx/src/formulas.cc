#include "formulas.h"

#include <numbers>

namespace npuforge::onnx::formula {

Scalar both(const Scalar& a, const Scalar& b) {
  return a & b;
}
Scalar any(const Scalar& a, const Scalar& b) {
  return a | b;
}
Scalar differing(const Scalar& a, const Scalar& b) {
  return a ^ b;
}
Scalar sum(const Scalar& a, const Scalar& b) {
  return a + b;
}
Scalar minus(const Scalar& a, const Scalar& b) {
  return a - b;
}
Scalar negative(const Scalar& a) {
  return -a;
}
Scalar product(const Scalar& a, const Scalar& b) {
  return a * b;
}
Scalar quotient(const Scalar& a, const Scalar& b) {
  return a / b;
}
Scalar less(const Scalar& a, const Scalar& b) {
  return a < b;
}
Scalar less_equal(const Scalar& a, const Scalar& b) {
  return a <= b;
}
Scalar greater(const Scalar& a, const Scalar& b) {
  return a > b;
}
Scalar greater_equal(const Scalar& a, const Scalar& b) {
  return a >= b;
}

Scalar complement(const Scalar& x) {
  return ~x;
}
Scalar reciprocal(const Scalar& x) {
  return 1 / x;
}
Scalar is_nan(const Scalar& x) {
  return graph::is_nan(x);
}

Scalar sign(const Scalar& x) {
  Scalar one = x.number(1), zero = x.number(0);
  Scalar result = graph::select(x > 0, one, graph::select(x < 0, x.number(-1), zero));
  return x.is_float() ? graph::select(graph::is_nan(x), x, result) : result;
}

Scalar tan(const Scalar& x) {
  return graph::sin(x) / graph::cos(x);
}
Scalar asin(const Scalar& x) {
  return graph::atan(x / graph::sqrt((1 - x) * (1 + x)));
}
Scalar acos(const Scalar& x) {
  return 2 * graph::atan(graph::sqrt((1 - x) / (1 + x)));
}
// (e^x - e^-x) / 2, for small x the series, where that difference cancels; e^(x/2) twice, since
// e^x overflows before sinh does.
Scalar sinh(const Scalar& x) {
  Scalar half = graph::exp(graph::abs(x) * 0.5);
  Scalar large = 0.5 * half * half - 0.5 / half / half;
  Scalar square = x * x;
  Scalar small = x * (1 + square * (1.0 / 6 + square * (1.0 / 120 + square * (1.0 / 5040))));
  return graph::select(graph::abs(x) < 1, small, graph::if_negative(x, -large, large));
}
Scalar cosh(const Scalar& x) {
  Scalar half = graph::exp(graph::abs(x) * 0.5);
  return 0.5 * half * half + 0.5 / half / half;
}
// log(|x| + sqrt(x^2 + 1)); beyond 2^60 the square overflows and log(2|x|) is the same.
Scalar asinh(const Scalar& x) {
  Scalar size = graph::abs(x);
  Scalar usual = graph::log(size + graph::sqrt(size * size + 1));
  Scalar square = x * x;
  Scalar small = x * (1 - square * (1.0 / 6 - square * (3.0 / 40 - square * (15.0 / 336))));
  Scalar large = graph::log(size) + std::numbers::ln2;
  Scalar positive = graph::select(size > 0x1p60, large, usual);
  return graph::select(size < 0.125, small, graph::if_negative(x, -positive, positive));
}
Scalar acosh(const Scalar& x) {
  Scalar usual = graph::log(x + graph::sqrt(x - 1) * graph::sqrt(x + 1));
  return graph::select(x > 0x1p60, graph::log(x) + std::numbers::ln2, usual);
}
Scalar atanh(const Scalar& x) {
  Scalar square = x * x;
  Scalar small = x * (1 + square * (1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7))));
  Scalar usual = 0.5 * graph::log((1 + x) / (1 - x));
  return graph::select(graph::abs(x) < 0.125, small, usual);
}

Scalar modulo(const Scalar& a, const Scalar& b) {
  Scalar rest = graph::remainder(a, b), zero = a.number(0);
  Scalar other_side = (rest < zero) ^ (b < zero);
  return graph::select(graph::not_equal(rest, zero) & other_side, rest + b, rest);
}

} // namespace npuforge::onnx::formula
