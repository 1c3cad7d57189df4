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

} // namespace npuforge::isa
