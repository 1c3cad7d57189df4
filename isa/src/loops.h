#pragma once
// The arithmetic of every operation: loops over columns, which the compiler vectorises. Scalar
// evaluation is a loop over one element, so both have the same bits.

#include <cstdint>

#include "operators.h"

namespace npuforge::isa {

/// Columns of the arguments (unused ones are any column) and of the result, which overlaps no
/// argument that it is not.
using Loop = void (*)(const void* a, const void* b, const void* c, void* out, int64_t count);

/// The loop of an operation. `from` is the type of its arguments, `to` that of its result; they
/// differ in conversions and comparisons only. Shift counts have the type of what is shifted; the
/// condition of a select is a bool. Throws std::logic_error for what the checker does not let pass.
Loop find_loop(Op op, Type from, Type to);

/// `a` are indices of 32 bits, `b` a table's values, `c` one uint32_t: the mask of an index.
Loop index_loop(Type type);

/// What a reduction over the lanes of each row does to two elements.
struct RowReduction {
  Loop combine;
  int lanes;
};
inline constexpr int kMaxLanes = 512;
/// `a` are rows of elements, `b` is a RowReduction; every lane gets its row's result.
Loop row_loop(Type type);
/// The operation by which a lane reduction combines two elements.
Op combining(Op reduction);

} // namespace npuforge::isa
