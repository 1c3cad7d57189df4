// Products and windows as producers.
#include "words/producers.h"

#include "words/product.h"
#include "words/windows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Rows of the smallest tile of a plan.
int64_t fewestRows(const Product& p, const ProductPlan& plan) {
  int64_t rows = 1;
  for (size_t axis = 0; axis < p.axes.size(); ++axis)
    rows *= p.axes[axis].out - (tilesOf(p.axes[axis], plan.tile[axis]) - 1) * plan.tile[axis];
  return rows;
}

std::variant<ProducerPlan, std::string> plan(Operation& op, Product p,
                                             const isa::Machine& machine) {
  auto planned = planProduct(p, machine);
  if (auto* why = std::get_if<std::string>(&planned))
    return *why;
  const auto& best = std::get<ProductPlan>(planned);
  return ProducerPlan{toAttribute(op.getContext(), best),
                      ProductSizes(p, best, machine).accumulator_rows, fewestRows(p, best)};
}

/// All tiles are computed whole.
std::variant<ProducerPlan, std::string> plan(Operation& op, const Windows& windows,
                                             const isa::Machine& machine) {
  auto planned = planWindows(windows, machine);
  if (auto* why = std::get_if<std::string>(&planned))
    return *why;
  const auto& best = std::get<WindowsPlan>(planned);
  const int64_t rows = product(best.tile);
  return ProducerPlan{toAttribute(op.getContext(), best), rows, rows};
}

} // namespace

FailureOr<ResultPitches> pitchesOf(Operation& producer) {
  if (isWindows(producer))
    return ResultPitches{readWindows(producer).windows.channels};
  FailureOr<ProductOperands> operands = readProduct(producer);
  if (failed(operands))
    return failure();
  // Slices that are groups of outputs lie side by side, those of batches one behind the other.
  const Product& p = operands->product;
  const bool behind = p.slices > 1 && p.output_step == 0;
  return ResultPitches{p.result_pitch, behind ? p.result_step : 0};
}

std::variant<ProducerPlan, std::string>
planProducer(Operation& producer, const EpilogueNeeds& needs, const isa::Machine& machine) {
  if (isWindows(producer)) {
    Windows windows = readWindows(producer).windows;
    windows.epilogue = needs;
    return plan(producer, windows, machine);
  }
  FailureOr<ProductOperands> operands = readProduct(producer);
  if (failed(operands))
    return "its shape is not known";
  operands->product.epilogue = needs;
  return plan(producer, operands->product, machine);
}

} // namespace npuforge::tile
