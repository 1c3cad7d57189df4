#include "registers.h"

#include "mlir/IR/Block.h"
#include "mlir/IR/Region.h"

namespace npuforge::npu {

using namespace mlir;

Registers::Registers(int first, int last) {
  for (int number = last; number >= first; --number)
    free_.push_back(number);
}

Operation* Registers::lastUse(Value value, function_ref<bool(Operation&)> transparent) {
  Operation* last = nullptr;
  SmallVector<Value> pending{value};
  while (!pending.empty()) {
    for (Operation* user : pending.pop_back_val().getUsers()) {
      if (transparent(*user)) {
        pending.append(user->result_begin(), user->result_end());
        continue;
      }
      Operation* here = value.getParentBlock()->findAncestorOpInBlock(*user);
      if (!last || last->isBeforeInBlock(here))
        last = here;
    }
  }
  return last;
}

void Registers::analyse(Region& region, function_ref<bool(Operation&)> transparent) {
  region.walk([&](Operation* op) {
    if (transparent(*op))
      return;
    for (Value result : op->getResults())
      if (Operation* last = lastUse(result, transparent))
        dying_[last].push_back(result);
  });
}

int Registers::take() {
  return free_.empty() ? -1 : free_.pop_back_val();
}

bool Registers::assign(Value value) {
  const int number = take();
  if (number < 0)
    return false;
  numbers_[value] = number;
  return true;
}

SmallVector<Value> Registers::holders() const {
  SmallVector<Value> values;
  for (auto& [value, number] : numbers_)
    values.push_back(value);
  return values;
}

void Registers::release(Value value) {
  auto found = numbers_.find(value);
  if (found == numbers_.end())
    return;
  give(found->second);
  numbers_.erase(found);
}

void Registers::finish(Operation& op) {
  auto found = dying_.find(&op);
  if (found == dying_.end())
    return;
  for (Value value : found->second)
    release(value);
}

} // namespace npuforge::npu
