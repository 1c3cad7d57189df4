// Which operations are chains.
#include "words/chain.h"

#include "npuforge/compiler/graph/bytes.h"

#include "mlir/IR/TypeUtilities.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

ArrayRef<int64_t> extentsOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

int64_t countOf(ArrayRef<int64_t> extents) {
  int64_t count = 1;
  for (int64_t extent : extents)
    count *= extent;
  return count;
}

/// How many of the dimensions are those of the matrix's rows; none if no cut makes it.
std::optional<size_t> cutOf(ArrayRef<int64_t> extents, const Chain& chain) {
  for (size_t cut = extents.size() + 1; cut-- > 0;)
    if (countOf(extents.take_front(cut)) == chain.rows &&
        countOf(extents.drop_front(cut)) == chain.length)
      return cut;
  return {};
}

enum class Run { Whole, Still, Mixed };

/// Does an operand run on along all of some dimensions, or stand still? Of extent 1 it does both.
Run runOf(ArrayRef<int64_t> operand, ArrayRef<int64_t> result) {
  bool runs = false, stands = false;
  for (auto [own, whole] : llvm::zip(operand, result)) {
    runs |= whole != 1 && own == whole;
    stands |= whole != 1 && own == 1;
  }
  return runs && stands ? Run::Mixed : stands ? Run::Still : Run::Whole;
}

/// The reshapes of a value are seen through.
bool readsOnly(Value value, llvm::function_ref<bool(Operation*)> allowed) {
  return llvm::all_of(value.getUsers(), [&](Operation* user) {
    return mlir::isa<graph::ReshapeOp>(user) ? readsOnly(user->getResult(0), allowed)
                                             : allowed(user);
  });
}

/// A constant that is one number stands in the instructions.
bool isNumber(Value value) {
  auto constant = value.getDefiningOp<graph::ConstantOp>();
  return constant && cast<DenseElementsAttr>(constant.getValue()).isSplat();
}

bool isUnchanged(graph::MapOp map) {
  auto yield = cast<graph::YieldOp>(map.getBody().front().getTerminator());
  return mlir::isa<BlockArgument>(yield.getValue());
}

/// The reduced dimensions are the last ones.
bool setShape(graph::ReduceOp first, Chain& chain) {
  ArrayRef<int64_t> extents = extentsOf(first.getInput()), axes = first.getAxes();
  const size_t cut = extents.size() - axes.size();
  for (auto [index, axis] : llvm::enumerate(axes))
    if (axis != static_cast<int64_t>(cut + index))
      return false;
  chain.rows = countOf(extents.take_front(cut));
  chain.length = countOf(extents.drop_front(cut));
  return chain.rows > 0 && chain.length > 1;
}

class Finder {
public:
  Finder(Chain& chain) : chain(chain) {}

  bool joins(Operation& op) const {
    if (op.hasAttr(kFusedAttr) || op.getNumResults() != 1)
      return false;
    if (auto reduce = dyn_cast<graph::ReduceOp>(op))
      return getElementTypeOrSelf(reduce.getType()).isF32() && joins(reduce);
    auto map = dyn_cast<graph::MapOp>(op);
    return map && llvm::all_of(map.getInputs(), isReadable) &&
           (isWords(map.getResult()) || isNarrow(map.getResult())) && joins(map);
  }

private:
  static bool isReadable(Value value) { return isWords(value) || graph::isBytes(value.getType()); }

  bool joins(graph::ReduceOp reduce) const {
    auto lie = lieOf(reduce.getInput(), chain);
    const bool last =
        countOf(extentsOf(reduce.getResult())) == chain.rows &&
        reduce.getAxes().back() + 1 == static_cast<int64_t>(extentsOf(reduce.getInput()).size());
    return lie == Lie{} && last && (chain.members.empty() || chain.makes(reduce.getInput()));
  }

  bool joins(graph::MapOp map) const {
    if (isUnchanged(map) || !lieOf(map.getResult(), chain))
      return false;
    return llvm::all_of(map.getInputs(), [&](Value operand) {
      if (isNumber(operand))
        return true;
      auto lie = lieOf(operand, map, chain);
      if (chain.makes(operand))
        return lie && lie == lieOf(operand, chain);
      // Of a column each element would be a load of its own.
      return lie && (!lie->is_column || lie->is_row);
    });
  }

  Chain& chain;
};

/// So many members that nobody else reads what they make, the last one's apart; 0: none.
size_t closedMembers(const Chain& chain) {
  for (size_t count = chain.members.size(); count >= 2; --count) {
    const ArrayRef<Operation*> some = ArrayRef(chain.members).take_front(count);
    const bool closed = llvm::all_of(some.drop_back(), [&](Operation* member) {
      return readsOnly(member->getResult(0),
                       [&](Operation* user) { return llvm::is_contained(some, user); });
    });
    if (closed && mlir::isa<graph::MapOp>(some.back()))
      return count;
  }
  return 0;
}

void findInputs(Chain& chain) {
  for (Operation* member : chain.members)
    for (Value operand : member->getOperands())
      if (!chain.makes(operand) && !llvm::is_contained(chain.inputs, operand))
        chain.inputs.push_back(operand);
}

} // namespace

Value unshaped(Value value) {
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getInput();
  return value;
}

bool Chain::makes(Value value) const {
  Operation* op = unshaped(value).getDefiningOp();
  return op && llvm::is_contained(members, op);
}

std::optional<Lie> lieOf(Value value, const Chain& chain) {
  if (cutOf(extentsOf(value), chain))
    return Lie{};
  const bool is_column = countOf(extentsOf(value)) == chain.rows;
  return is_column ? std::optional(Lie{false, true}) : std::nullopt;
}

std::optional<Lie> lieOf(Value operand, graph::MapOp map, const Chain& chain) {
  ArrayRef<int64_t> result = extentsOf(map.getResult());
  const bool whole = lieOf(map.getResult(), chain) == Lie{};
  const size_t cut = whole ? *cutOf(result, chain) : result.size();
  SmallVector<int64_t> own(result.size(), 1);
  llvm::copy(extentsOf(operand), own.end() - extentsOf(operand).size());
  const Run rows = runOf(ArrayRef(own).take_front(cut), result.take_front(cut));
  const Run columns = runOf(ArrayRef(own).drop_front(cut), result.drop_front(cut));
  if (rows == Run::Mixed || columns == Run::Mixed)
    return {};
  return Lie{rows == Run::Still, !whole || columns == Run::Still};
}

namespace {

/// The map that makes the reduction's operand, if it can be the chain's first member: not if it can
/// be the last step of another layer, nor if its result is narrow.
Operation* mapBefore(graph::ReduceOp first, const Finder& finder) {
  auto before = unshaped(first.getInput()).getDefiningOp<graph::MapOp>();
  std::string unused;
  const bool alone = before && isWords(before.getResult()) && finder.joins(*before) &&
                     llvm::none_of(before.getInputs(), [&](Value value) {
                       return producerBehind(value, unused) != nullptr;
                     });
  return alone ? before.getOperation() : nullptr;
}

/// The members from `first` on, which is in the chain, as far as they reach.
void addMembers(graph::ReduceOp first, Chain& chain, const Finder& finder) {
  for (Operation* op = chain.members.front()->getNextNode(); op; op = op->getNextNode()) {
    if (op == first)
      continue;
    if (mlir::isa<graph::ReshapeOp>(op) ||
        llvm::none_of(op->getOperands(), [&](Value value) { return chain.makes(value); }))
      continue;
    if (!finder.joins(*op))
      break; // what it reads goes to DRAM, so nothing behind it belongs to the chain
    chain.members.push_back(op);
    if (isNarrow(op->getResult(0)))
      break; // rows of the scratchpad: nothing reads them in the accumulator
  }
  llvm::sort(chain.members, [](Operation* a, Operation* b) { return a->isBeforeInBlock(b); });
  const size_t count = closedMembers(chain);
  chain.members.resize(llvm::is_contained(ArrayRef(chain.members).take_front(count), first) ? count
                                                                                            : 0);
}

} // namespace

std::optional<Chain> findChain(graph::ReduceOp first, std::string& reason) {
  Chain chain;
  const Finder finder(chain);
  if (!setShape(first, chain) || !finder.joins(*first))
    return {};
  if (Operation* before = mapBefore(first, finder)) {
    chain.members = {before, first};
    addMembers(first, chain, finder);
  }
  if (chain.members.empty()) {
    chain.members = {first};
    addMembers(first, chain, finder);
    if (chain.members.empty())
      reason = "what is between its results and the next map has other readers, or there is none";
  }
  if (chain.members.empty())
    return {};
  findInputs(chain);
  return chain;
}

Chain readChain(graph::MapOp last) {
  Chain chain;
  SmallVector<Operation*> open{last};
  while (!open.empty()) {
    Operation* op = open.pop_back_val();
    if (llvm::is_contained(chain.members, op))
      continue;
    chain.members.push_back(op);
    for (Value operand : op->getOperands()) {
      Operation* made = unshaped(operand).getDefiningOp();
      if (made && made->hasAttr(kFusedAttr) && mlir::isa<graph::MapOp, graph::ReduceOp>(made))
        open.push_back(made);
    }
  }
  llvm::sort(chain.members, [](Operation* a, Operation* b) { return a->isBeforeInBlock(b); });
  for (Operation* member : chain.members)
    if (auto reduce = dyn_cast<graph::ReduceOp>(member)) {
      // Dimensions of extent 1 may be among the reduced ones, wherever they are.
      ArrayRef<int64_t> extents = extentsOf(reduce.getInput());
      chain.length = 1;
      for (int64_t axis : reduce.getAxes())
        chain.length *= extents[axis];
      chain.rows = countOf(extents) / chain.length;
    }
  findInputs(chain);
  return chain;
}

} // namespace npuforge::tile
