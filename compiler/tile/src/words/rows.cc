#include "words/rows.h"

namespace npuforge::tile {

using namespace mlir;

void relayTask(Emit& e, Session& s, const std::function<void()>& load,
               const std::function<void()>& store) {
  s.awaitCredit(e, "load", "vector");
  load();
  e.signal("load", "vector");
  s.awaitCredit(e, "vector", "store");
  e.signal("vector", "load");
  e.await("vector", "load");
  e.signal("vector", "store");
  e.await("store", "vector");
  store();
  e.signal("store", "vector");
}

int64_t elementsOf(Value tensor) {
  return cast<ShapedType>(tensor.getType()).getNumElements();
}

int64_t rowWidth(Value table) {
  return cast<ShapedType>(table.getType()).getShape()[1];
}

void loadNumbers(Emit& e, Value numbers, Value rows, Value first, Value count) {
  copyIn(e, {numbers, {}, rows, e.mul(first, 4), {{count, 4, 4}}, 4});
  e.signal("load", "sequencer");
  e.await("sequencer", "load");
}

bool readsScalars(const npuforge::isa::Spec& spec) {
  return llvm::any_of(spec.instructions, [](const npuforge::isa::Instruction& instruction) {
    return instruction.action == npuforge::isa::Action::LoadScalar;
  });
}

} // namespace npuforge::tile
