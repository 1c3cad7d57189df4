#include "words/windows_plan.h"

#include <algorithm>
#include <optional>

#include "sizes.h"

namespace npuforge::tile {

namespace {

constexpr int64_t kWord = 4;  // bytes; a row of words takes as many rows of the scratchpad
constexpr int64_t kWait = 12; // cycles until a step may read what the one before has made

} // namespace

WindowsSizes::WindowsSizes(const Windows& w, const WindowsPlan& plan, const isa::Machine& machine) {
  blocks = ceilDiv(plan.channels, machine.array.cols);
  const int64_t channels = blocks * machine.array.cols;
  result_pixel = channels * w.epilogue.result_bytes;
  operand_pixel = channels * kWord;
  pixel_bytes = channels * w.element;
  inputs = boxPixels(w.axes, plan.tile);
  results = product(plan.tile);
  taps = 1;
  made.fill(0);
  rows = inputs;
  Tile left; // pixels along each axis
  for (size_t axis = 0; axis < left.size(); ++axis)
    left[axis] = w.axes[axis].extent(plan.tile[axis]);
  for (size_t i = 0; i < made.size(); ++i) {
    const size_t axis = made.size() - 1 - i;
    taps *= w.axes[axis].kernel;
    left[axis] = plan.tile[axis];
    if (w.weighted || w.axes[axis].kernel == 1)
      continue;
    made[i] = product(left);
    rows += made[i];
  }
  if (w.weighted)
    rows += results;
  box_bytes = inputs * pixel_bytes;
  result_bytes = results * result_pixel;
  weight_bytes = w.weighted ? taps * pixel_bytes : 0;
  operand_bytes = (w.epilogue.tiles * results + w.epilogue.rows) * operand_pixel;
}

int64_t windowsCycles(const Windows& w, const WindowsPlan& plan, const isa::Machine& machine) {
  const WindowsSizes s(w, plan, machine);
  int64_t tasks = ceilDiv(w.channels, plan.channels);
  for (size_t axis = 0; axis < plan.tile.size(); ++axis)
    tasks *= tilesOf(w.axes[axis], plan.tile[axis]);
  int64_t steps =
      w.element * s.inputs + w.epilogue.cycles * s.results + w.epilogue.overhead + 2 * kWait;
  for (size_t i = 0; i < s.made.size(); ++i)
    steps += s.made[i] * w.axes[s.made.size() - 1 - i].kernel + (s.made[i] ? kWait : 0);
  if (w.weighted)
    steps += s.results * s.taps + w.element * s.taps;
  const int64_t beat = machine.dram.beat_bytes;
  // A run for each pixel unless all channels are loaded.
  const int64_t extra = plan.channels == w.channels ? 0 : 1;
  const int64_t operand_runs = w.epilogue.tiles * s.results + w.epilogue.rows;
  const int64_t load = ceilDiv(s.slotBytes(), beat) + extra * (s.inputs + operand_runs);
  const int64_t store = ceilDiv(s.result_bytes, beat) + 2 * extra * s.results;
  return tasks * std::max({steps * s.blocks, load, store}) + load + store;
}

namespace {

class Planner {
public:
  Planner(const Windows& windows, const isa::Machine& machine) : w_(windows), machine_(machine) {
    const MemoryMap map(machine);
    const int64_t row = machine.accumulator_row_bytes();
    box_ = map.input.bytes / 2 / row * row;
    results_ = map.outputs[0].bytes;
    // Weights lie in a bank of their own, the last one.
    rows_ = windows.weighted ? machine.accumulator_rows() - machine.accumulator_bank_rows()
                             : map.idle_accumulator;
    if (windows.epilogue.between)
      rows_ = std::min(rows_, firstBetween(machine));
  }

  std::variant<WindowsPlan, std::string> run() const {
    WindowsPlan plan;
    plan.channels = std::min<int64_t>(w_.channels, machine_.array.cols);
    const WindowsSizes sizes(w_, plan, machine_);
    if (w_.weighted && sizes.taps >= machine_.accumulator_bank_rows())
      return "its kernel has " + std::to_string(sizes.taps) +
             " taps; the weights of a block of channels must fit a bank of the accumulator";
    if (!fits(plan))
      return "a window of " + std::to_string(sizes.inputs) + " pixels needs " +
             std::to_string(sizes.rows) + " rows of the accumulator and " +
             std::to_string(sizes.slotBytes()) + " bytes of the scratchpad; a tile has " +
             std::to_string(rows_) + " and " + std::to_string(box_);
    while (auto grown = grow(plan))
      plan = *grown;
    return plan;
  }

private:
  /// Reductions have one generator level for taps and the others for pixels.
  bool fits(const WindowsPlan& plan) const {
    const WindowsSizes s(w_, plan, machine_);
    int64_t long_axes = 0;
    for (size_t axis = 0; axis < plan.tile.size(); ++axis)
      long_axes += w_.axes[axis].extent(plan.tile[axis]) > 1;
    return s.rows <= rows_ && s.results <= w_.epilogue.most_rows && s.slotBytes() <= box_ &&
           s.result_bytes <= results_ && (w_.weighted || long_axes < machine_.sequencer.levels);
  }

  std::optional<WindowsPlan> grow(const WindowsPlan& plan) const {
    std::optional<WindowsPlan> best;
    double most = 0;
    auto consider = [&](const WindowsPlan& candidate) {
      if (!fits(candidate))
        return;
      const auto saved = static_cast<double>(cycles(plan) - cycles(candidate));
      const double gain = saved / std::max<double>(1, bytes(candidate) - bytes(plan));
      if (gain > most)
        most = gain, best = candidate;
    };
    for (size_t axis = 0; axis < plan.tile.size(); ++axis)
      for (int64_t size : largerSizes(plan.tile[axis], w_.axes[axis].out)) {
        WindowsPlan candidate = plan;
        candidate.tile[axis] = size;
        consider(candidate);
      }
    for (int64_t size : largerSizes(plan.channels, w_.channels)) {
      WindowsPlan candidate = plan;
      candidate.channels = std::min(alignUp(size, machine_.array.cols), w_.channels);
      consider(candidate);
    }
    return best;
  }

  int64_t cycles(const WindowsPlan& plan) const { return windowsCycles(w_, plan, machine_); }
  double bytes(const WindowsPlan& plan) const {
    const WindowsSizes s(w_, plan, machine_);
    return static_cast<double>(s.box_bytes + s.result_bytes);
  }

  const Windows& w_;
  const isa::Machine& machine_;
  int64_t box_, results_, rows_;
};

} // namespace

std::variant<WindowsPlan, std::string> planWindows(const Windows& windows,
                                                   const isa::Machine& machine) {
  return Planner(windows, machine).run();
}

} // namespace npuforge::tile
