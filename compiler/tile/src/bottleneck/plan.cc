// How an inverted bottleneck is cut into bands, and whether that is faster than three layers.
#include "bottleneck/plan.h"

#include <limits>
#include <optional>

#include "conv/cycles.h"
#include "plan/plan_check.h"

namespace npuforge::tile {

namespace {

// Cycles beyond those of rows: from the array's last row to the vector unit's first one, from an
// instruction to the next, of a step and of a band.
constexpr int64_t kArrayLatency = 40, kVectorLatency = 10, kStepCycles = 25, kBandCycles = 150;
constexpr int64_t kMostPieces = 8;
constexpr int64_t kLaneRegisters = 15; // the last one is for instructions that do nothing

/// Lays out the accumulators: the projection's sums first, then the array's share of the depthwise
/// convolution, then the expansion's pieces, two at a time when there are several.
bool placeAccumulators(BottleneckTiles& t, int64_t sums, int64_t share, int64_t width,
                       const isa::Machine& machine) {
  const int64_t total = machine.accumulator_rows() - 1, // the very last row is the idle one
      bank = machine.accumulator_bank_rows();
  // Without an expansion the array adds to the sums while its share is read.
  const bool alone = width == 0 && alignUp(sums, bank) + share <= total;
  t.share = alone ? alignUp(sums, bank) : sums;
  t.share_alone = width > 0 || alone || sums % bank == 0;
  auto place = [&](int64_t pieces, bool apart) {
    t.piece = ceilDiv(t.rows, pieces), t.pieces = ceilDiv(t.rows, t.piece), t.apart = apart;
    const int64_t begin = apart ? alignUp(t.share + share, bank) : t.share + share,
                  size = t.piece * width, next = apart ? bank : size;
    t.expand[0] = begin, t.expand[1] = begin + next;
    return (t.pieces == 1 || size <= next) && t.expand[t.pieces == 1 ? 0 : 1] + size <= total;
  };
  for (bool apart : {true, false})
    for (int64_t pieces = 1; pieces <= std::min(kMostPieces, t.rows); ++pieces)
      if (place(pieces, apart))
        return true;
  return false;
}

class Bands {
public:
  Bands(const Layer& layer, const isa::Machine& machine)
      : layer_(layer), w_(depthwiseOf(layer).window), machine_(machine), map_(machine),
        places_(machine), cols_(machine.array.cols), width_(layer.in.width),
        pixels_(layer.out.width), taps_(w_.kernel_h * w_.kernel_w), expands_(expansionOf(layer)),
        passes_(ceilDiv(cols_, machine.vector.lanes)) {}

  bool fits(const Plan& plan) const {
    const BottleneckTiles t = bottleneckTiles(layer_, plan, machine_);
    const int64_t last = layer_.out.height - (t.bands - 1) * plan.band;
    const int64_t slots = t.bands == 1 ? 1 : 2;
    return t.pieces > 0 && slots * t.in_bytes <= places_.input.bytes &&
           2 * t.lower * t.pitch <= places_.lower.bytes &&
           2 * t.upper * t.pitch <= places_.upper.bytes &&
           BottleneckPlaces::kDenseSlots * t.dense_bytes + t.out_blocks * 12 * cols_ <=
               places_.dense.bytes &&
           plan.band * pixels_ * cols_ <= map_.outputs[0].bytes &&
           t.weight_bytes <= map_.weights[0].bytes && t.param_bytes <= map_.params[0].bytes &&
           plan.array_rows < last && edgesAreAlone(plan, t);
  }

  int64_t cycles(const Plan& plan) const {
    const BottleneckTiles t = bottleneckTiles(layer_, plan, machine_);
    const int64_t beat = machine_.dram.beat_bytes;
    const int64_t second = expands_ ? 0 : t.in_bytes / t.hidden_blocks;
    const int64_t loads = (t.weight_bytes + t.param_bytes + rowBytes(t) + second) / beat,
                  compute = expands_ ? stepCycles(plan, t) : shortStepCycles(plan, t);
    const int64_t step = std::max(compute, loads + kStepCycles);
    const int64_t finish = passes_ * t.out_blocks * plan.band * pixels_ * (layer_.sum ? 2 : 1);
    return (t.in_bytes + rowBytes(t)) / beat + kBandCycles +
           t.bands * (t.hidden_blocks * step + finish + kBandCycles);
  }

private:
  /// Of a block of hidden channels that is loaded.
  int64_t rowBytes(const BottleneckTiles& t) const {
    return expands_ ? 0 : (t.upper + t.lower) * width_ * cols_;
  }

  /// Without an expansion: both units begin together, and the array's share is requantised.
  int64_t shortStepCycles(const Plan& plan, const BottleneckTiles& t) const {
    const int64_t share = taps_ * plan.array_rows * pixels_,
                  filter = passes_ * taps_ * (plan.band - plan.array_rows) * pixels_,
                  project = t.out_blocks * plan.band * pixels_;
    const int64_t ready = share + (t.share_alone ? 0 : project) + kArrayLatency;
    const int64_t vector =
        std::max(filter, share ? ready : 0) + passes_ * plan.array_rows * pixels_ + kVectorLatency;
    return std::max(vector, share + project + kArrayLatency) + kStepCycles;
  }

  /// What a step takes when many follow each other: both units go through their instructions, in
  /// the order of BottleneckCode, each waiting for what it needs of the other.
  int64_t stepCycles(const Plan& plan, const BottleneckTiles& t) const {
    constexpr int kSteps = 4;
    const int64_t share = taps_ * plan.array_rows * pixels_,
                  filter = passes_ * taps_ * (plan.band - plan.array_rows) * pixels_;
    int64_t array = 0, vector = 0, before_last = 0;
    for (int step = 0; step < kSteps; ++step) {
      before_last = vector;
      array = std::max(array, vector + kVectorLatency) + share; // the hidden block is there
      vector += filter + kVectorLatency;
      if (share)
        vector = std::max(vector, array + kArrayLatency) + passes_ * plan.array_rows * pixels_;
      expand(plan, t, array, vector);
      array += kStepCycles;
    }
    return vector - before_last;
  }

  /// The pieces of a step; the projection comes before those for which there is no room at first.
  void expand(const Plan& plan, const BottleneckTiles& t, int64_t& array, int64_t& vector) const {
    const int64_t twice = plan.array_rows ? std::max<int64_t>(0, t.upper + t.lower - t.rows) : 0;
    const int64_t requant = passes_ * (t.rows + twice) * width_ / t.pieces,
                  multiply = t.in_blocks * t.rows * width_ / t.pieces;
    // Adding to the sums of one piece and reading those of another take turns in one bank.
    const bool turns = !t.apart && t.in_blocks > 1;
    int64_t read = 0,
            read_before = 0; // when the sums of the last piece have been, of the one before
    for (int64_t piece = 0; piece < std::max(t.pieces, kPiecesAtOnce + 1); ++piece) {
      if (piece == kPiecesAtOnce)
        array += t.out_blocks * plan.band * pixels_;
      if (piece >= t.pieces)
        continue;
      array = std::max(array, turns ? read : read_before) + multiply;
      vector = std::max(vector, array + kArrayLatency) + requant + kVectorLatency;
      read_before = read, read = vector;
    }
  }

  /// Only the first band reaches above the input and only the last one below it.
  bool edgesAreAlone(const Plan& plan, const BottleneckTiles& t) const {
    if (t.bands == 1)
      return true;
    if (!expands_) // the next band's operand of the sum comes when this one's has been added
      return !layer_.sum || t.hidden_blocks >= 3;
    const int64_t before_last = (t.bands - 2) * plan.band * w_.stride_h - w_.top;
    return plan.band * w_.stride_h >= w_.top && t.hidden_blocks >= 3 &&
           before_last + inputRows(w_, plan.band) <= layer_.in.height;
  }

  const Layer& layer_;
  const Window& w_;
  const isa::Machine& machine_;
  const MemoryMap map_;
  const BottleneckPlaces places_;
  const int64_t cols_, width_, pixels_, taps_;
  const bool expands_;
  const int64_t passes_;
};

/// Why the bottleneck is not one layer on the machine, whatever its plan, or "".
std::string unfitFor(const Layer& layer, const isa::Machine& machine) {
  if (machine.scratchpad.banks % 8 != 0)
    return "there are too few banks of scratchpad";
  if (machine.array.rows < machine.array.cols)
    return "the array has fewer rows than columns";
  if (machine.vector.lane_registers < kLaneRegisters)
    return "there are too few lane registers";
  return checkWindow(depthwiseOf(layer).window);
}

/// Of a 1x1 convolution as a layer of its own, whose input is `in`; nothing if it does not fit.
std::optional<int64_t> pointwiseCycles(const Layer& conv, const Shape& in,
                                       const isa::Machine& machine) {
  Layer apart = conv;
  apart.kind = Kind::Conv, apart.in = in, apart.before.clear();
  auto plan = planConv(apart, false, machine);
  const Plan* own = std::get_if<Plan>(&plan);
  return own ? std::optional(convCycles(apart, *own, machine)) : std::nullopt;
}

/// Of the layers, one after the other; nothing if one does not fit.
std::optional<int64_t> cyclesApart(const Layer& layer, const isa::Machine& machine) {
  const Layer& depthwise = depthwiseOf(layer);
  const Layer* expansion = expansionOf(layer);
  auto plan = planDepthwise(depthwise, machine);
  const Plan* apart = std::get_if<Plan>(&plan);
  const auto expand = expansion ? pointwiseCycles(*expansion, layer.in, machine) : 0,
             project = pointwiseCycles(layer, depthwise.out, machine);
  if (!apart || !expand || !project)
    return {};
  return *expand + depthwiseCycles(depthwise, *apart, machine) + *project;
}

} // namespace

BottleneckPlaces::BottleneckPlaces(const isa::Machine& machine) {
  const int64_t eighth = machine.scratchpad.bytes / 8;
  input = {4 * eighth, eighth}, upper = {5 * eighth, eighth}, lower = {6 * eighth, eighth};
  dense = {7 * eighth, eighth - 2 * machine.row_bytes()};
}

BottleneckTiles bottleneckTiles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  const Layer& depthwise = depthwiseOf(layer);
  const Window& w = depthwise.window;
  const int64_t cols = machine.array.cols, share = plan.array_rows;
  BottleneckTiles t{};
  const bool expands = expansionOf(layer);
  t.in_blocks = expands ? ceilDiv(layer.in.channels, cols) : 0;
  t.hidden_blocks = ceilDiv(depthwise.in.channels, cols);
  t.out_blocks = ceilDiv(layer.out.channels, cols);
  t.bands = ceilDiv(layer.out.height, plan.band);
  const bool whole = t.bands == 1;
  t.first_row = whole ? w.top : 0;
  t.rows = whole ? layer.in.height : inputRows(w, plan.band);
  if (expands)
    t.in_row = layer.in.width * cols, t.in_plane = t.rows * t.in_row;
  else if (layer.sum)
    t.in_plane = plan.band * layer.out.width * cols;
  t.in_bytes = (expands ? t.in_blocks : t.out_blocks) * t.in_plane;
  t.pitch = reduceFootprint(depthwise, plan, machine).pitch;
  t.upper = share ? inputRows(w, share) : 0;
  t.lower_first = share * w.stride_h;
  t.lower = inputRows(w, plan.band - share);
  if (expands) // makes rows that no result needs, too
    t.lower = std::max(t.lower, t.first_row + t.rows - t.lower_first);
  t.dense_bytes = plan.band * layer.out.width * cols;
  if (!placeAccumulators(t, t.out_blocks * plan.band * layer.out.width, share * layer.out.width,
                         expands ? layer.in.width : 0, machine))
    t.pieces = 0;
  const int64_t taps = w.kernel_h * w.kernel_w;
  t.diagonal_bytes = share ? diagonalBytes(depthwise, machine) : 0;
  t.weight_bytes = t.diagonal_bytes + (t.in_blocks + t.out_blocks) * cols * cols;
  t.filter_params = expands ? 12 * cols : 0;
  t.param_bytes = t.filter_params + (12 + taps) * cols;
  return t;
}

std::string checkBottleneck(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  for (const std::string& wrong : {unfitFor(layer, machine), checkShares(layer, plan)})
    if (!wrong.empty())
      return wrong;
  return Bands(layer, machine).fits(plan) ? ""
                                          : "a band of " + std::to_string(plan.band) + " rows, " +
                                                std::to_string(plan.array_rows) +
                                                " of them the array's, does not fit the memories";
}

std::variant<Plan, std::string> bestBottleneck(const Layer& layer, const isa::Machine& machine) {
  if (std::string wrong = unfitFor(layer, machine); !wrong.empty())
    return wrong;
  const Bands bands(layer, machine);
  Plan best;
  int64_t least = std::numeric_limits<int64_t>::max();
  for (int64_t count = 1; count <= layer.out.height; ++count) {
    Plan plan;
    plan.band = ceilDiv(layer.out.height, count);
    for (; plan.array_rows < plan.band; ++plan.array_rows)
      if (bands.fits(plan) && bands.cycles(plan) < least)
        best = plan, least = bands.cycles(plan);
  }
  if (least == std::numeric_limits<int64_t>::max())
    return "no band of rows fits the memories";
  return best;
}

std::variant<BottleneckPlan, std::string> planBottleneck(const Layer& layer,
                                                         const isa::Machine& machine) {
  auto best = bestBottleneck(layer, machine);
  if (auto* reason = std::get_if<std::string>(&best))
    return *reason;
  const Plan& plan = std::get<Plan>(best);
  const int64_t least = Bands(layer, machine).cycles(plan),
                apart = cyclesApart(layer, machine).value_or(std::numeric_limits<int64_t>::max());
  if (least > apart) // as long as apart: then less is moved
    return std::to_string(least) + " cycles, apart " + std::to_string(apart);
  return BottleneckPlan{plan, apart - least};
}

} // namespace npuforge::tile
