#include "cores/layer_reads.h"

#include "npuforge/compiler/graph/control.h"

#include "llvm/ADT/SetVector.h"
#include "plan/plan.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

bool meet(Range a, const std::optional<Range>& b) {
  return !b || (a.begin < b->end && b->begin < a.end);
}

/// Rows and blocks of a tensor.
struct Box {
  Range rows, blocks;
};

Box boxOf(const View& view, const Shape& shape, int64_t cols) {
  return {{view.row, view.row + shape.height},
          {view.block, view.block + ceilDiv(shape.channels, cols)}};
}

} // namespace

SmallVector<Operation*> readsOf(Operation& root) {
  llvm::SetVector<Operation*> reads, seen;
  SmallVector<Operation*> open{&root};
  while (!open.empty())
    for (Value operand : open.pop_back_val()->getOperands()) {
      Operation* made = operand.getDefiningOp();
      if (!made)
        continue;
      if (isLayer(*made) || graph::isControl(*made))
        reads.insert(made);
      else if (seen.insert(made))
        open.push_back(made);
    }
  return reads.takeVector();
}

bool mayRead(const Layer& reader, const Layer& writer, const Part& written,
             const isa::Machine& machine) {
  const Value result = writer.root->getResult(0);
  auto meets = [&](const Box& box) {
    return meet(box.rows, written.rows) && meet(box.blocks, written.blocks);
  };
  const bool as_input = reader.input == result, as_second = reader.second == result;
  // What else reads it sees it as another shape, or as an operand of a map.
  if (reader.kind == Kind::Words || reader.kind == Kind::Map || (!as_input && !as_second))
    return true;
  const int64_t cols = machine.array.cols;
  return (as_input && meets(boxOf(reader.in_view, reader.in, cols))) ||
         (as_second && meets(boxOf(reader.out_view, reader.stored(), cols)));
}

} // namespace npuforge::tile
