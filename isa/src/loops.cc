#include "loops.h"

#include <stdexcept>

#include "loops_parts.h"

namespace npuforge::isa {

Loop find_loop(Op op, Type from, Type to) {
  Loop loop = nullptr;
  if (op == Op::Convert || op == Op::Saturate)
    loop = conversion_loop(op, from, to);
  else if (op == Op::Select || op == Op::Bitcast)
    loop = moving_loop(op, to);
  else
    loop = is_float(from) ? float_loop(op, from) : integer_loop(op, from);
  if (!loop)
    throw std::logic_error("no loop for an operation that has not been checked");
  return loop;
}

Op combining(Op reduction) {
  switch (reduction) {
  case Op::LaneSum:
    return Op::Add;
  case Op::LaneMin:
    return Op::Min;
  case Op::LaneMax:
    return Op::Max;
  default:
    throw std::logic_error("no lane reduction");
  }
}

} // namespace npuforge::isa
