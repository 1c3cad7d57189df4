#pragma once
// The families of loops, one file each. All return null for what they have not.

#include "loops.h"
#include "native.h"

namespace npuforge::isa {

Loop integer_loop(Op op, Type type); ///< arithmetic and comparisons of integers and bools
Loop float_loop(Op op, Type type);   ///< arithmetic and comparisons of floats
Loop conversion_loop(Op op, Type from, Type to);
Loop moving_loop(Op op, Type type); ///< select and bit casts: bits stay as they are

/// A loop that calls Function::apply(a, b, c) on elements of the types A and Out.
template <class A, class Out, class Function>
void run_loop(const void* a, const void* b, const void* c, void* out, int64_t count) {
  const A* __restrict x = static_cast<const A*>(a);
  const A* __restrict y = static_cast<const A*>(b);
  const A* __restrict z = static_cast<const A*>(c);
  Out* __restrict to = static_cast<Out*>(out);
  for (int64_t i = 0; i < count; ++i)
    to[i] = Function::apply(x[i], y[i], z[i]);
}

/// make<op>() if `op` is among these, else null.
template <Op... known, class Make>
Loop loop_among(Op op, Make make) {
  Loop loop = nullptr;
  (void)((op == known && (loop = make.template operator()<known>(), true)) || ...);
  return loop;
}

} // namespace npuforge::isa
