#include "plan/plan_check.h"

#include <fmt/format.h>

namespace npuforge::tile {

namespace {

/// Sums, rescalings and poolings have a band and nothing else.
std::string onlyBand(const Plan& plan, int64_t rows) {
  for (const std::string& wrong : {checkBand(plan, rows), noWays(plan)})
    if (!wrong.empty())
      return wrong;
  return plan.array_rows == 0 ? "" : "array_rows is for depthwise convolutions and bottlenecks";
}

std::string checkReduce(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  std::string wrong = onlyBand(plan, layer.out.height);
  return wrong.empty() ? reduceMisfit(layer, plan, machine) : wrong;
}

std::string checkElementwise(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const ElementwiseRows rows = elementwiseRows(layer, machine);
  std::string wrong = onlyBand(plan, rows.all);
  if (wrong.empty() && plan.band > rows.room)
    return fmt::format("band is {}, there is room for {} rows", plan.band, rows.room);
  return wrong;
}

} // namespace

std::string checkWindow(const Window& w) {
  if (std::max(w.top, w.bottom) >= w.extent_h() || std::max(w.left, w.right) >= w.extent_w())
    return "padding reaches beyond the kernel";
  return "";
}

std::string checkBand(const Plan& plan, int64_t rows) {
  return plan.band >= 1 && plan.band <= rows
             ? ""
             : fmt::format("band is {}, there are {} rows", plan.band, rows);
}

std::string checkShares(const Layer& layer, const Plan& plan) {
  for (const std::string& wrong : {checkBand(plan, layer.out.height), noWays(plan)})
    if (!wrong.empty())
      return wrong;
  if (plan.array_rows < 0 || plan.array_rows >= plan.band)
    return fmt::format("array_rows is {}, a band has {} rows, of which the vector unit has at "
                       "least one",
                       plan.array_rows, plan.band);
  return "";
}

std::string noWays(const Plan& plan) {
  if (plan.plain || plan.interleave || plan.unfold || plan.neighbours || plan.thin ||
      plan.roll_rows || plan.blocks_outside || plan.together != 0 || plan.kept != 0 || plan.found ||
      plan.chunk != 1)
    return "of plain, interleave, unfold, neighbours, thin, roll_rows, blocks_outside, together, "
           "kept, found there can be none, and chunk is 1";
  return "";
}

std::string reduceMisfit(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t cols = machine.array.cols, slot = map.input.bytes / 2 / cols * cols,
                bytes = reduceFootprint(layer, plan, machine).bytes,
                stored = plan.band * layer.out.width * cols;
  const std::string rows =
      plan.band == 1 ? "one row of results" : fmt::format("{} rows of results", plan.band);
  if (bytes > slot)
    return tooLarge(rows, bytes, slot);
  return stored > map.outputs[0].bytes ? tooLarge(rows + ", stored,", stored, map.outputs[0].bytes)
                                       : "";
}

bool blocksApart(const Layer& layer) {
  return layer.in.height != layer.in_view.height ||
         (layer.kind == Kind::Add && layer.second_in.height * layer.second_in.width == 1);
}

ElementwiseRows elementwiseRows(const Layer& layer, const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t cols = machine.array.cols;
  const int64_t blocks = blocksApart(layer) ? 1 : ceilDiv(layer.in.channels, cols);
  return {blocks * layer.in.height * layer.in.width,
          std::min(map.outputs[0].bytes, map.input.bytes / 4 / cols * cols) / cols};
}

std::string checkPlan(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  if (std::string wrong = checkWindow(layer.window); !wrong.empty())
    return wrong;
  switch (layer.kind) {
  case Kind::Conv:
    return checkConv(layer, plan, machine);
  case Kind::Depthwise:
    return checkDepthwise(layer, plan, machine);
  case Kind::Bottleneck:
    return checkBottleneck(layer, plan, machine);
  case Kind::MaxPool:
  case Kind::AveragePool:
    return checkReduce(layer, plan, machine);
  case Kind::Add:
  case Kind::Rescale:
    return checkElementwise(layer, plan, machine);
  case Kind::Map:
  case Kind::Words:
    break;
  }
  return "";
}

} // namespace npuforge::tile
