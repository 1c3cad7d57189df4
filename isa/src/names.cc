// The one name of each enumerator, as YAML, traces and reports have it.
#include "names.h"

namespace npuforge::isa {

const char* name(Unit unit) {
  return kUnitNames[static_cast<int>(unit)];
}
const char* name(Action action) {
  return kActionNames[static_cast<int>(action)];
}
const char* name(OperandKind kind) {
  return kKindNames[static_cast<int>(kind)];
}
const char* name(Space space) {
  return kSpaceNames[static_cast<int>(space)];
}
const char* name(Access access) {
  return kAccessNames[static_cast<int>(access)];
}

} // namespace npuforge::isa
