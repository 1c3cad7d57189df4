// How a convolution is cut into bands and chunks of weights, and how the taps of a row-major input
// lie along the rows of the array.
#include <limits>

#include "npuforge/compiler/graph/optimisations.h"

#include "conv/cycles.h"
#include "plan/plan_check.h"

namespace npuforge::tile {

namespace {

// Beyond this many taps a step's code would no longer share the instruction cache with its loops.
constexpr int64_t kUnrolledTaps = 24;

// How many times as many bands as are needed are worth a look. More bands move more bytes, so they
// have to gain one cycle in so many.
constexpr int64_t kMostBands = 8, kLeastGain = 256;

/// With blocks outside the input is read again for each block, else a block's weights for each
/// band.
bool readsLessOutside(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const int64_t bands = ceilDiv(layer.ownRows(), plan.band);
  const int64_t pixels =
      plan.thin ? layer.out.height * layer.out.width : layer.in.height * layer.in.width;
  return pixels * layer.in.channels < (bands - 1) * reductionOf(layer, plan, machine).bytes;
}

/// Where the accumulators keep bands small, inputs of some of them that are loaded together share
/// more rows.
template <typename Consider>
void considerTogether(const Layer& layer, Plan plan, const isa::Machine& machine,
                      Consider consider) {
  if (!plan.interleave && !plan.neighbours)
    return;
  const int64_t bands = ceilDiv(layer.ownRows(), plan.band);
  for (plan.together = 2; plan.together <= std::min(bands, kMostBands); plan.together *= 2)
    if (convMisfit(layer, plan, machine).empty())
      consider(plan);
}

/// Bands as large as can be, or smaller ones, of which less overlaps with nothing: `fewest` bands
/// and up to some times as many. Cores that share a layer have enough to do with the DRAM: as few
/// as can be.
Plan bestBand(const Layer& layer, Plan plan, int64_t unit, int64_t fewest,
              const isa::Machine& machine) {
  const int64_t units = layer.ownRows() / unit;
  Plan best;
  int64_t least = std::numeric_limits<int64_t>::max();
  auto consider = [&](const Plan& candidate) {
    const int64_t cycles = convCycles(layer, candidate, machine);
    if (cycles < least - least / kLeastGain)
      best = candidate, least = cycles;
  };
  const int64_t most = layer.isPart() ? fewest : std::min(units, fewest * kMostBands);
  for (int64_t bands = fewest; bands <= most; ++bands) {
    plan.band = unit * ceilDiv(units, bands);
    plan.blocks_outside = false;
    if (bands > fewest && !convMisfit(layer, plan, machine).empty())
      break;
    Plan outside = plan;
    outside.blocks_outside = bands > 1 && reductionOf(layer, plan, machine).one_group(plan);
    const bool less = outside.blocks_outside && readsLessOutside(layer, plan, machine);
    consider(less ? outside : plan);
    consider(less ? plan : outside);
    considerTogether(layer, plan, machine, consider);
  }
  return best;
}

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
  const int64_t unit = layer.pooling ? layer.pooling->window.stride_h : 1, // bands are made of
      units = layer.ownRows() / unit;
  auto fits = [&](int64_t count) {
    plan.band = unit * count;
    return convMisfit(layer, plan, machine).empty();
  };
  const int64_t largest = largestBand(units, fits);
  if (largest == 0) {
    plan.band = unit;
    return convMisfit(layer, plan, machine);
  }
  return bestBand(layer, plan, unit, ceilDiv(units, largest), machine);
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
