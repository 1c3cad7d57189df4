#include "loops_parts.h"

namespace npuforge::isa {

Loop float_loop(Op, Type) {
  return nullptr;
}

} // namespace npuforge::isa
