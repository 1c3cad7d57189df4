// Parts of products and of windows over words.
#include "words/product.h"
#include "words/windows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

void cutResults(Axes& axes, Tile& tile, Tile& first_result, const Range& rows) {
  const size_t axis = splitAxis(axes);
  cutAxis(axes[axis], tile[axis], rows.begin, rows.size());
  first_result[axis] = rows.begin;
}

} // namespace

Splits splitsOfProduct(Operation& op, const isa::Machine& machine) {
  FailureOr<ProductOperands> operands = readProduct(op);
  if (failed(operands))
    return {};
  const Product& p = operands->product;
  return {p.slices > 1 ? p.slices : p.axes[splitAxis(p.axes)].out,
          ceilDiv(p.outputs, machine.array.cols)};
}

void cutProduct(ProductOperands& operands, ProductPlan& plan, const Part& part,
                const isa::Machine& machine) {
  Product& p = operands.product;
  if (part.rows && p.slices > 1)
    operands.first_slice = part.rows->begin, p.slices = part.rows->size();
  else if (part.rows)
    cutResults(p.axes, plan.tile, operands.first_result, *part.rows);
  if (!part.blocks)
    return;
  const int64_t cols = machine.array.cols;
  operands.first_output = part.blocks->begin * cols;
  p.outputs = std::min(part.blocks->end * cols, p.outputs) - operands.first_output;
  plan.panel = std::min(plan.panel, p.outputs);
}

Splits splitsOfWindows(Operation& op, const isa::Machine&) {
  const Axes axes = readWindows(op).windows.axes;
  return {axes[splitAxis(axes)].out, 1};
}

void cutWindows(WindowsOperands& operands, WindowsPlan& plan, const Part& part) {
  if (part.rows)
    cutResults(operands.windows.axes, plan.tile, operands.first_result, *part.rows);
}

} // namespace npuforge::tile
