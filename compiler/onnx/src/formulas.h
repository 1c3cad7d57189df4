#pragma once
// What element-wise operators compute of an element: the bodies of their maps.

#include "operators.h"

namespace npuforge::onnx::formula {

// Operators by name.
Scalar both(const Scalar& a, const Scalar& b);
Scalar any(const Scalar& a, const Scalar& b);
Scalar differing(const Scalar& a, const Scalar& b);
Scalar sum(const Scalar& a, const Scalar& b);
Scalar minus(const Scalar& a, const Scalar& b);
Scalar negative(const Scalar& a);
Scalar product(const Scalar& a, const Scalar& b);
Scalar quotient(const Scalar& a, const Scalar& b);
Scalar less(const Scalar& a, const Scalar& b);
Scalar less_equal(const Scalar& a, const Scalar& b);
Scalar greater(const Scalar& a, const Scalar& b);
Scalar greater_equal(const Scalar& a, const Scalar& b);

Scalar complement(const Scalar& x);
Scalar reciprocal(const Scalar& x);
Scalar is_nan(const Scalar& x);
/// -1, 0 or 1; NaN of NaN.
Scalar sign(const Scalar& x);

// Functions that the device composes from others.
Scalar tan(const Scalar& x);
Scalar asin(const Scalar& x);
Scalar acos(const Scalar& x);
Scalar sinh(const Scalar& x);
Scalar cosh(const Scalar& x);
Scalar asinh(const Scalar& x);
Scalar acosh(const Scalar& x);
Scalar atanh(const Scalar& x);

/// Python's %: the sign of the divisor.
Scalar modulo(const Scalar& a, const Scalar& b);

} // namespace npuforge::onnx::formula
