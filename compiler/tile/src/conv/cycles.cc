#include "conv/cycles.h"

#include "mlir/IR/OpDefinition.h"
#include "plan/plan_check.h"

namespace npuforge::tile {

namespace {

// A task's cycles beyond its rows, for the array and, between reads and writes, for the DRAM.
constexpr int64_t kTaskCycles = 8, kTaskBeats = 64;
constexpr int64_t kPlainTaskCycles = 48; // their loads are many instructions
constexpr int64_t kParts = 8;            // in which a band comes

/// Cores among which the DRAM is divided.
int64_t sharing(const Layer& layer, const isa::Machine& machine) {
  return layer.isPart() ? machine.cores : 1;
}

/// Of DRAM in a cycle, at least one.
int64_t beatBytes(const Layer& layer, const isa::Machine& machine) {
  return std::max<int64_t>(machine.dram.beat_bytes / sharing(layer, machine), 1);
}

int64_t blocksOf(const Layer& layer, const isa::Machine& machine) {
  return ceilDiv(layer.out.channels, machine.array.cols);
}

/// The rows of each band stream through the array for each tile of the weights, while the next one
/// is preloaded.
int64_t arrayCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Reduction r = reductionOf(layer, plan, machine);
  const int64_t neighbours = plan.neighbours ? neighboursOf(layer, machine).count : 1;
  auto rows = [&](int64_t band) {
    return std::max<int64_t>(band * layer.out.width / neighbours, machine.array.rows);
  };
  const int64_t bands = ceilDiv(layer.ownRows(), plan.band),
                last = layer.ownRows() - (bands - 1) * plan.band,
                tiles = blocksOf(layer, machine) * r.outer * r.inner * r.taps;
  return ((bands - 1) * rows(plan.band) + rows(last)) * tiles;
}

/// From a convolution's last sums to its last results in DRAM.
int64_t endCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const int64_t cols = machine.array.cols, sums = layer.sum ? 2 : 1,
                last = layer.ownRows() - (ceilDiv(layer.ownRows(), plan.band) - 1) * plan.band;
  return last * layer.out.width *
         (sums * ceilDiv(cols, machine.vector.lanes) + cols / beatBytes(layer, machine));
}

int64_t plainCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const int64_t load = shortRunBeats(layer, plan, machine) * sharing(layer, machine),
                blocks = blocksOf(layer, machine), bands = ceilDiv(layer.ownRows(), plan.band),
                loads =
                    convFootprint(layer, plan, machine).loads * (plan.blocks_outside ? blocks : 1);
  return load + std::max(arrayCycles(layer, plan, machine), load * loads) +
         bands * blocks * kPlainTaskCycles + endCycles(layer, plan, machine);
}

/// Does the layer behind load the first results while the last ones are made?
bool endIsHidden(const Layer& layer, const Plan& plan, const Footprint& f,
                 const isa::Machine& machine) {
  return !plan.blocks_outside && !layer.pooling && blocksOf(layer, machine) > 1 &&
         f.bytes <= MemoryMap(machine).input.bytes / 2 &&
         llvm::none_of(layer.root->getUsers(), [](mlir::Operation* user) {
           return user->hasTrait<mlir::OpTrait::IsTerminator>();
         });
}

/// What a convolution of blocks moves, in bytes.
struct Traffic {
  int64_t results, weights, inputs;
  bool resident; ///< the weights of all blocks
};
Traffic trafficOf(const Layer& layer, const Plan& plan, const Reduction& r, const Footprint& f,
                  const isa::Machine& machine) {
  const int64_t blocks = blocksOf(layer, machine), row = machine.array.cols * layer.out.width;
  const bool once = plan.blocks_outside || f.bands == 1,
             resident = !once && r.one_group(plan) &&
                        blocks * r.bytes <= MemoryMap(machine).weights[0].bytes;
  return {layer.average ? blocks * machine.array.cols
                        : blocks * layer.ownRows() * row * (layer.sum ? 2 : 1),
          blocks * r.bytes * (once || resident ? 1 : f.bands),
          f.bytes * f.bands * (plan.blocks_outside ? blocks : 1), resident};
}

/// Of the array, and of the DRAM.
struct Busy {
  int64_t array, dram;
};
Busy busyOf(const Layer& layer, const Plan& plan, const Traffic& t, const Footprint& f,
            const isa::Machine& machine) {
  const int64_t tasks = f.bands * blocksOf(layer, machine);
  return {arrayCycles(layer, plan, machine) + tasks * kTaskCycles,
          (t.results + t.weights + t.inputs) / beatBytes(layer, machine) + tasks * kTaskBeats};
}

int64_t blockedCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Reduction r = reductionOf(layer, plan, machine);
  const Footprint f = convFootprint(layer, plan, machine);
  const Traffic t = trafficOf(layer, plan, r, f, machine);
  const bool early = r.one_group(plan) && !plan.blocks_outside && !plan.roll_rows;
  const int64_t first_inputs = f.bytes / (early ? std::min(f.planes, kParts) : 1),
                first_weights = t.resident ? t.weights : plan.chunk * r.step_bytes,
                begin = (first_inputs + first_weights) / beatBytes(layer, machine);
  const auto [array, dram] = busyOf(layer, plan, t, f, machine);
  const int64_t vector = blocksOf(layer, machine) * layer.ownRows() * layer.out.width *
                         (layer.sum || layer.average ? 2 : 1) *
                         ceilDiv(machine.array.cols, machine.vector.lanes);
  return std::max({array, vector, dram}) + begin +
         (endIsHidden(layer, plan, f, machine) ? 0 : endCycles(layer, plan, machine));
}

} // namespace

int64_t shortRunBeats(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Footprint f = convFootprint(layer, plan, machine);
  auto beats = [&](int64_t bytes) { // a hundredth of, for a run: some lie across two
    return 100 * (machine.dram.beat_bytes + bytes - 1) / machine.dram.beat_bytes;
  };
  if (plan.interleave)
    return f.rows * layer.in.width * layer.in.channels;
  if (plan.unfold) // a run for each kernel row of each channel
    return plan.band * layer.out.width * layer.in.channels * layer.window.kernel_h *
           beats(layer.window.kernel_w) / 100;
  if (plan.neighbours) { // a run for each channel and row of each group
    const Neighbours n = neighboursOf(layer, machine);
    return f.rows * n.rows * f.pitch / f.pixel * layer.in.channels * beats(n.segment) / 100;
  }
  return 0;
}

bool hasDramToSpare(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Reduction r = reductionOf(layer, plan, machine);
  const Footprint f = convFootprint(layer, plan, machine);
  const auto [array, dram] = busyOf(layer, plan, trafficOf(layer, plan, r, f, machine), f, machine);
  return dram < array;
}

int64_t convCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  return plan.plain ? plainCycles(layer, plan, machine) : blockedCycles(layer, plan, machine);
}

} // namespace npuforge::tile
