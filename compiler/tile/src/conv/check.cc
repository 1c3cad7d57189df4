// Can a convolution be computed as its plan says?
#include <fmt/format.h>

#include "plan/kept.h"
#include "plan/plan_check.h"

namespace npuforge::tile {

namespace {

// Of a convolution whose mean is made, with the one for idling.
constexpr int64_t kMeanLanes = 14;

/// How the taps lie along the rows of the array.
std::string checkWay(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Window& w = layer.window;
  if (plan.interleave + plan.unfold + plan.neighbours > 1)
    return "interleave, unfold and neighbours exclude each other";
  if (!plan.plain && (plan.interleave || plan.unfold || plan.neighbours))
    return "interleave, unfold and neighbours are ways to read a row-major input: plain";
  if (plan.plain && w.dilation_w != 1)
    return "plain reads neighbouring columns, and the kernel's are dilated";
  if (plan.unfold && w.dilation_h != 1)
    return "unfold loads neighbouring rows, and the kernel's are dilated";
  if (plan.neighbours && neighboursOf(layer, machine).count == 0)
    return "neighbours: not even one result's inputs of a kernel row fit a row of the array";
  if (plan.together != 0 && !plan.interleave && !plan.neighbours)
    return "together is for interleave and neighbours, whose loads take many short runs";
  if (plan.thin && (plan.plain || w.kernel_h * w.kernel_w > 1 || w.stride_h * w.stride_w == 1))
    return "thin is for strided 1x1 kernels over blocks of channels";
  if (plan.roll_rows && (plan.unfold || plan.neighbours))
    return "roll_rows: with unfold or neighbours there is no loop over kernel rows";
  if (plan.roll_rows && w.stride_h != 1 && (w.top != 0 || w.bottom != 0))
    return "roll_rows needs a vertical stride of 1 where there is padding above or below";
  return "";
}

std::string checkWeights(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Reduction r = reductionOf(layer, plan, machine);
  const int64_t steps = r.outer * r.inner;
  const bool whole = plan.chunk == steps;
  if (plan.chunk < 1 || (!whole && plan.chunk > r.inner))
    return fmt::format(
        "chunk is {}, the reduction has {} steps{}", plan.chunk, steps,
        r.outer == 1 ? ""
                     : fmt::format(" in {} groups: all of them, or at most {}", r.outer, r.inner));
  if (const int64_t bytes = plan.chunk * r.step_bytes, room = MemoryMap(machine).weights[0].bytes;
      bytes > room)
    return tooLarge(fmt::format("{} step{} of the weights", plan.chunk, plan.chunk == 1 ? "" : "s"),
                    bytes, room);
  if (plan.blocks_outside && !whole)
    return fmt::format("blocks_outside needs all {} steps of the reduction in one chunk", steps);
  if (plan.blocks_outside && plan.band == layer.ownRows())
    return "blocks_outside needs several bands";
  return "";
}

std::string checkRows(const Layer& layer, const Plan& plan) {
  std::string wrong = checkBand(plan, layer.ownRows());
  const int64_t unit = layer.pooling ? layer.pooling->window.stride_h : 1;
  const int64_t bands = wrong.empty() ? ceilDiv(layer.ownRows(), plan.band) : 0;
  if (wrong.empty() && plan.together != 0 &&
      (plan.together < 2 || plan.together > bands || plan.blocks_outside))
    return fmt::format("together is {}: 2 bands or more, {} there are{}", plan.together, bands,
                       plan.blocks_outside ? ", not inside blocks" : "");
  if (wrong.empty() && plan.band % unit != 0)
    return fmt::format("band is {}, and the pooling that follows takes {} rows at a time",
                       plan.band, unit);
  return wrong;
}

} // namespace

ConvAccumulators convAccumulators(const Layer& layer, const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t half = map.accumulators[1].address;
  return layer.mapped ? ConvAccumulators{half / 2, half / 2}
                      : ConvAccumulators{map.accumulators[0].bytes, half};
}

std::string convMisfit(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t cols = machine.array.cols, most = plan.band + layer.lead,
                pixels = most * layer.out.width;
  const std::string rows =
      most == 1 ? "one row of results" : fmt::format("{} rows of results", most);
  if (const int64_t room = std::min(convAccumulators(layer, machine).rows, layer.most_rows);
      pixels > room)
    return fmt::format("{} of {} results exceeds the {} accumulator rows of a tile",
                       most == 1 ? "a row" : fmt::format("a band of {} rows", most),
                       layer.out.width, room);
  const Footprint f = convFootprint(layer, plan, machine);
  const int64_t pooled_below = poolFootprint(layer, plan, machine).bytes;
  const int64_t input_room = (map.input.bytes - pooled_below) / f.slots / cols * cols;
  if (f.bytes > input_room)
    return tooLarge(rows, f.bytes, input_room);
  if (layer.average && plan.band < layer.out.height)
    return "the mean is one of all rows, which are more than one band";
  if (layer.average && machine.vector.lane_registers < kMeanLanes)
    return fmt::format("the mean needs {} lane registers", kMeanLanes);
  const int64_t stored = layer.pooling
                             ? plan.band / layer.pooling->window.stride_h * layer.pooling->out.width
                             : pixels + (layer.average ? 1 : 0);
  if (const int64_t room = map.outputs[0].bytes / (layer.sum || layer.mapped ? 2 : 1);
      stored * cols > room)
    return tooLarge(rows + ", stored,", stored * cols, room);
  if (layer.pooling && plan.band < layer.pooling->halo())
    return fmt::format("a band of {} rows has fewer than the {} that two of the pooling's windows "
                       "share",
                       plan.band, layer.pooling->halo());
  return "";
}

std::string checkConv(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  if (plan.array_rows != 0)
    return "array_rows is for depthwise convolutions and bottlenecks";
  for (const std::string& wrong : {checkRows(layer, plan), checkWay(layer, plan, machine)})
    if (!wrong.empty())
      return wrong;
  for (const std::string& wrong :
       {checkWeights(layer, plan, machine), checkKept(layer, plan, machine)})
    if (!wrong.empty())
      return wrong;
  return convMisfit(layer, plan, machine);
}

} // namespace npuforge::tile
