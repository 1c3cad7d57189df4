#include "rematerialise.h"

#include <algorithm>
#include <optional>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace npuforge::npu {

using namespace mlir;

namespace {

constexpr int kMostMoves = 4;

/// How often an operation runs, roughly: each loop around it counts as eight turns.
int64_t runsOf(Operation* op) {
  int64_t runs = 1;
  for (Operation* parent = op->getParentOp(); parent; parent = parent->getParentOp())
    if (isa<scf::ForOp>(parent) && runs < (int64_t{1} << 40))
      runs *= 8;
  return runs;
}

/// What computing a value again costs: first the operands that would hold registers for longer,
/// then instructions.
struct Cost {
  int64_t extended, runs;
  bool operator<(const Cost& other) const {
    return std::pair(extended, runs) < std::pair(other.extended, other.runs);
  }
};

Cost costOf(Operation* op, ArrayRef<Operation*> readers, ArrayRef<Value> live) {
  Cost cost{0, 0};
  for (Value operand : op->getOperands())
    if (!operand.getDefiningOp<arith::ConstantOp>() && !llvm::is_contained(live, operand))
      ++cost.extended;
  for (Operation* reader : readers)
    cost.runs += runsOf(reader);
  return cost;
}

} // namespace

void Rematerialiser::addReaders(Value value, Readers& readers) const {
  for (Operation* user : value.getUsers()) {
    if (!transparent_(*user))
      readers.insert(user);
    else
      addReaders(user->getResult(0), readers);
  }
}

namespace {

/// Operands of one reader, with a value replaced, through copies of the transparent operations
/// between them.
class Replacement {
public:
  Replacement(Operation* reader, function_ref<bool(Operation&)> transparent)
      : builder_(reader), transparent_(transparent) {}

  Operation* copy(Operation* op) { return builder_.clone(*op, mapping_); }
  Value of(Value operand) {
    if (mapping_.contains(operand))
      return mapping_.lookup(operand);
    Operation* op = operand.getDefiningOp();
    if (!op || !transparent_(*op))
      return operand;
    const bool changed =
        llvm::any_of(op->getOperands(), [&](Value inner) { return of(inner) != inner; });
    return changed ? copy(op)->getResult(0) : operand;
  }

private:
  OpBuilder builder_;
  IRMapping mapping_;
  function_ref<bool(Operation&)> transparent_;
};

} // namespace

void Rematerialiser::moveToReaders(Value value, const Readers& readers) {
  Operation* op = value.getDefiningOp();
  const int moves = moves_.lookup(op) + 1;
  for (Operation* reader : readers) {
    Replacement replacement(reader, transparent_);
    moves_[replacement.copy(op)] = moves;
    for (OpOperand& operand : reader->getOpOperands())
      operand.set(replacement.of(operand.get()));
  }
  SmallVector<Operation*> dead{op};
  while (!dead.empty()) { // the operation, and streams of which only copies are left
    Operation* last = dead.back();
    if (last->use_empty()) {
      moves_.erase(last); // another one may come to lie where it was
      last->erase();
      dead.pop_back();
      continue;
    }
    for (Operation* user : last->getUsers())
      if (!llvm::is_contained(dead, user))
        dead.push_back(user);
  }
}

bool Rematerialiser::free(Operation& op, ArrayRef<Value> live) {
  std::optional<Cost> least;
  Value best;
  Readers of_best;
  for (Value value : live) {
    Operation* maker = value.getDefiningOp();
    if (!maker || !isPure(maker) || moves_.lookup(maker) >= kMostMoves)
      continue;
    Readers readers;
    addReaders(value, readers);
    if (readers.contains(&op) ||
        (readers.size() == 1 && maker->getNextNode() == readers.front())) // as near as can be
      continue;
    const Cost cost = costOf(maker, readers.getArrayRef(), live);
    if (!least || cost < *least)
      least = cost, best = value, of_best = readers;
  }
  if (!least)
    return false;
  moveToReaders(best, of_best);
  return true;
}

} // namespace npuforge::npu
