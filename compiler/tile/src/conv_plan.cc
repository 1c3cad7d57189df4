// How a convolution is cut into bands and chunks of weights, and how the taps of a row-major input
// lie along the rows of the array.
#include "npuforge/compiler/graph/optimisations.h"

#include "plan_check.h"

namespace npuforge::tile {

namespace {

// Beyond this many taps a step's code would no longer share the instruction cache with its loops.
constexpr int64_t kUnrolledTaps = 24;

std::variant<Plan, std::string> planBands(const Layer& layer, Plan plan,
                                          const isa::Machine& machine) {
  const MemoryMap map(machine);
  const Window& w = layer.window;
  plan.thin = !plan.plain && w.kernel_h == 1 && w.kernel_w == 1 && w.stride_h * w.stride_w > 1 &&
              graph::allowed(layer.root, graph::kThinInput);
  plan.roll_rows = !plan.unfold && !plan.neighbours &&
                   reductionOf(layer, plan, machine).taps > kUnrolledTaps &&
                   (w.stride_h == 1 || (w.top == 0 && w.bottom == 0));
  const Reduction r = reductionOf(layer, plan, machine);
  if (r.bytes <= map.weights[0].bytes)
    plan.chunk = r.outer * r.inner;
  else if (r.step_bytes > map.weights[0].bytes)
    return tooLarge("a step of the weights", r.step_bytes, map.weights[0].bytes);
  else
    plan.chunk = evenly(r.inner, map.weights[0].bytes / r.step_bytes);
  const int64_t unit = layer.pooling ? layer.pooling->window.stride_h : 1; // bands are made of
  auto fits = [&](int64_t units) {
    plan.band = unit * units;
    return convMisfit(layer, plan, machine).empty();
  };
  plan.band = unit * largestBand(layer.ownRows() / unit, fits);
  if (plan.band == 0) {
    plan.band = unit;
    return convMisfit(layer, plan, machine);
  }
  const int64_t bands = ceilDiv(layer.ownRows(), plan.band);
  const int64_t pixels =
      plan.thin ? layer.out.height * layer.out.width : layer.in.height * layer.in.width;
  // The input is read again for each block, or the block's weights for each band.
  plan.blocks_outside =
      bands > 1 && r.one_group(plan) && pixels * layer.in.channels < (bands - 1) * r.bytes;
  return plan;
}

/// The array's cycles, or those of loads that copy byte by byte when these are more.
int64_t convCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Reduction r = reductionOf(layer, plan, machine);
  const Footprint f = convFootprint(layer, plan, machine);
  const int64_t blocks = ceilDiv(layer.out.channels, machine.array.cols);
  const Neighbours n = neighboursOf(layer, machine);
  const int64_t rows = layer.out.height * layer.out.width / (plan.neighbours ? n.count : 1);
  const int64_t multiply = rows * blocks * r.outer * r.inner * r.taps;
  auto beats = [&](int64_t bytes) { // a hundredth of, for a run: some lie across two
    return 100 * (machine.dram.beat_bytes + bytes - 1) / machine.dram.beat_bytes;
  };
  int64_t load = 0; // of a band
  if (plan.interleave)
    load = f.rows * layer.in.width * layer.in.channels;
  if (plan.unfold) // a run for each kernel row of each channel
    load = plan.band * layer.out.width * layer.in.channels * layer.window.kernel_h *
           beats(layer.window.kernel_w) / 100;
  if (plan.neighbours) // a run for each channel of each group
    load = f.rows * f.pitch / f.pixel * layer.in.channels * beats(n.segment) / 100;
  return load + std::max(multiply, load * f.bands); // the first band's load overlaps with nothing
}

/// The fastest of the ways to lay the taps of a row-major input along the rows of the array.
std::variant<Plan, std::string> planPlainConv(const Layer& layer, const Plan& plan,
                                              const isa::Machine& machine) {
  auto best = planBands(layer, plan, machine);
  auto consider = [&](bool Plan::* way, const graph::Optimisation& optimisation) {
    if (!graph::allowed(layer.root, optimisation))
      return;
    Plan other = plan;
    other.*way = true;
    auto candidate = planBands(layer, other, machine);
    const Plan *a = std::get_if<Plan>(&best), *b = std::get_if<Plan>(&candidate);
    if (!b)
      return graph::refused(layer.node->getLoc(), optimisation, std::get<std::string>(candidate));
    const int64_t cycles = convCycles(layer, *b, machine),
                  least = a ? convCycles(layer, *a, machine) : cycles + 1;
    const std::string compared = std::to_string(cycles) + " cycles, without it " +
                                 (a ? std::to_string(least) : "it does not fit");
    if (cycles >= least)
      return graph::refused(layer.node->getLoc(), optimisation, compared);
    graph::taken(layer.node->getLoc(), optimisation, compared);
    best = candidate;
  };
  consider(&Plan::interleave, graph::kInterleave);
  if (layer.window.dilation_h == 1 && layer.window.dilation_w == 1)
    consider(&Plan::unfold, graph::kUnfold);
  if (layer.window.dilation_w == 1 && neighboursOf(layer, machine).count > 0)
    consider(&Plan::neighbours, graph::kNeighbours);
  return best;
}

} // namespace

std::variant<Plan, std::string> planConv(const Layer& layer, bool plain,
                                         const isa::Machine& machine) {
  Plan plan;
  plan.plain = plain;
  return plain ? planPlainConv(layer, plan, machine) : planBands(layer, plan, machine);
}

} // namespace npuforge::tile
