#include "words/product_plan.h"

#include <algorithm>
#include <optional>

#include "sizes.h"

namespace npuforge::tile {

namespace {

constexpr int64_t kWord = 4; // bytes

} // namespace

ProductSizes::ProductSizes(const Product& p, const ProductPlan& plan, const isa::Machine& machine) {
  const int64_t cols = machine.array.cols;
  const int64_t ones = p.epilogue.sums ? 1 : 0; // a row of them
  pixels = product(plan.tile) + ones;
  panel_columns = alignUp(plan.panel, cols);
  tiles = 1, taps = 1;
  for (size_t i = 0; i < p.axes.size(); ++i) {
    tiles *= tilesOf(p.axes[i], plan.tile[i]);
    taps *= p.axes[i].kernel;
  }
  panels = ceilDiv(p.outputs, plan.panel);
  chunks = ceilDiv(p.channels, plan.channels);
  const int64_t merged_taps = plan.merged ? p.axes.back().kernel : 1;
  taps /= merged_taps;
  run = plan.channels * merged_taps;
  parts = ceilDiv(run, plan.rows);
  pixel_bytes = plan.channels * p.element;
  // A row of the array reads array.rows elements, also at the end of the last pixel.
  box_bytes = (boxPixels(p.axes, plan.tile) + ones) * pixel_bytes + machine.array.rows * p.element;
  weight_pitch = panel_columns * p.element;
  result_pixel = panel_columns * p.epilogue.result_bytes;
  operand_pixel = panel_columns * kWord;
  operand_bytes = (p.epilogue.tiles * pixels + p.epilogue.rows) * operand_pixel +
                  p.epilogue.columns * pixels * cols * kWord;
  result_bytes = pixels * result_pixel;
  accumulator_rows = pixels * (panel_columns / cols);
  sum_rows = p.epilogue.row_sums ? pixels : 0;
}

ProductRoom::ProductRoom(const isa::Machine& machine, const EpilogueNeeds& epilogue) {
  const MemoryMap map(machine);
  const int64_t row = machine.accumulator_row_bytes();
  const int64_t ones = epilogue.row_sums ? row : 0; // behind both slots
  inputs = (map.input.bytes - ones) / 2 / row * row;
  weights = map.weights[0].bytes;
  results = map.outputs[0].bytes;
  accumulators = map.accumulators[0].bytes;
  accumulator_pitch = map.accumulators[1].address;
  if (epilogue.between)
    accumulators = accumulator_pitch /= 2;
  most_rows = std::min(accumulators, epilogue.most_rows);
}

ProductCost productCost(const Product& p, const ProductPlan& plan, const isa::Machine& machine) {
  const ProductSizes s(p, plan, machine);
  const int64_t rows = machine.array.rows, cols = machine.array.cols,
                beat = machine.dram.beat_bytes;
  // Rows of the scratchpad. Elements of fewer bytes are copied one by one.
  const int64_t row_beats = ceilDiv(rows * p.element, cols), column_beats = p.element;
  const int64_t per_cycle = p.element == p.stored ? beat / p.element : 1;
  const int64_t blocks = s.panel_columns / cols;
  const int64_t last = p.channels - (s.chunks - 1) * plan.channels;
  const int64_t merged_taps = s.run / plan.channels;
  // Weight tiles of one block of columns, partial ones at the end of each run.
  const int64_t steps =
      s.taps * ((s.chunks - 1) * ceilDiv(s.run, rows) + ceilDiv(last * merged_taps, rows));
  const int64_t multiply = steps * blocks * std::max(row_beats * s.pixels, column_beats * rows);
  const int64_t box = ceilDiv(s.box_bytes / p.element, per_cycle) * s.chunks;
  const int64_t weights = s.taps * p.channels * merged_taps * ceilDiv(plan.panel, per_cycle);
  const int64_t drain = s.pixels * (blocks * p.epilogue.cycles + p.epilogue.cycles_of_pixel) +
                        blocks * p.epilogue.cycles_of_block + p.epilogue.overhead;
  const int64_t runs = s.panels > 1 ? 2 : 0; // cycles that a pixel costs where it is a run
  const int64_t store = s.pixels * (ceilDiv(plan.panel * p.epilogue.result_bytes, beat) + runs);
  // A column's elements come one by one, once for each lane.
  const int64_t operands =
      (p.epilogue.tiles * s.pixels + p.epilogue.rows) * (ceilDiv(plan.panel * kWord, beat) + runs) +
      p.epilogue.columns * s.pixels * cols;
  const int64_t tasks = s.tiles * s.panels;
  const int64_t boxes = s.keepsBox(plan) ? s.tiles : tasks;
  const int64_t sums = p.epilogue.row_sums ? boxes * multiply / blocks : 0;
  const int64_t matrices = plan.order == ProductOrder::TilesInside ? s.panels : tasks;
  const int64_t loads = boxes * box + matrices * weights + tasks * operands;
  const int64_t busiest = std::max({tasks * multiply + sums, loads, tasks * drain, tasks * store});
  const int64_t alone = box / s.chunks + weights / (s.chunks * s.taps * s.parts) + drain + store;
  return {p.slices * busiest + alone, p.slices * loads};
}

namespace {

class Planner {
public:
  Planner(const Product& product, const isa::Machine& machine)
      : p_(product), machine_(machine), room_(machine, product.epilogue) {}

  std::variant<ProductPlan, std::string> run() {
    ProductPlan plan;
    plan.panel = 0;
    std::optional<ProductPlan> best;
    // Sizes only grow, and what is large first leaves no room for others: so from several panels.
    for (int64_t panel = machine_.array.cols; plan.panel < p_.outputs; panel *= 2) {
      plan.panel = std::min(p_.outputs, panel);
      auto grown = complete(plan);
      if (!grown)
        break;
      while (auto next = grow(*grown))
        grown = next;
      if (!best || cycles(*grown) < cycles(*best))
        best = grown;
    }
    if (!best)
      return "one pixel of results needs the inputs of " +
             std::to_string(boxPixels(p_.axes, plan.tile)) + " pixels, more than the " +
             std::to_string(room_.inputs) + " bytes of scratchpad that a tile has";
    return *best;
  }

private:
  /// The best way to grow one size; none if nothing saves cycles.
  std::optional<ProductPlan> grow(const ProductPlan& plan) const {
    std::optional<ProductPlan> best;
    double most = 0;
    for (const ProductPlan& candidate : candidates(plan)) {
      auto complete_plan = complete(candidate);
      if (!complete_plan)
        continue;
      const int64_t saved = cycles(plan) - cycles(*complete_plan);
      const double taken = std::max<double>(1, footprint(*complete_plan) - footprint(plan));
      const double gain = static_cast<double>(saved) / taken;
      if (saved > 0 && gain > most)
        most = gain, best = complete_plan;
    }
    return best;
  }

  /// Each size enlarged: to the next even division, and to twice as much.
  std::vector<ProductPlan> candidates(const ProductPlan& plan) const {
    std::vector<ProductPlan> list;
    for (size_t axis = 0; axis < plan.tile.size(); ++axis)
      for (int64_t size : largerSizes(plan.tile[axis], p_.axes[axis].out)) {
        list.push_back(plan);
        list.back().tile[axis] = size;
      }
    for (int64_t size : largerSizes(plan.panel, p_.outputs)) {
      list.push_back(plan);
      list.back().panel = std::min(alignUp(size, machine_.array.cols), p_.outputs);
    }
    return list;
  }

  /// Chooses what follows from tile and panel; none if they do not fit.
  std::optional<ProductPlan> complete(ProductPlan plan) const {
    const int64_t rows = machine_.array.rows;
    const ProductSizes outline(p_, plan, machine_);
    if (outline.accumulator_rows > room_.most_rows ||
        outline.accumulator_rows + outline.sum_rows > room_.accumulators ||
        outline.result_bytes > room_.results)
      return {};
    const int64_t pixels = boxPixels(p_.axes, plan.tile) + (p_.epilogue.sums ? 1 : 0);
    const int64_t most =
        ((room_.inputs - outline.operand_bytes) / p_.element - rows) / pixels; // channels
    if (most < 1)
      return {};
    const int64_t most_rows = room_.weights / outline.weight_pitch / rows * rows;
    if (most_rows < rows)
      return {};
    plan.channels = p_.channels;
    if (most < p_.channels) { // chunks whose runs are loaded at once, so that each has one part
      const int64_t aligned = std::min(most, most_rows) / rows * rows;
      if (aligned == 0)
        return {};
      plan.channels = alignUp(evenParts(p_.channels, aligned), rows);
    }
    const WindowAxis& x = p_.axes.back();
    plan.merged = plan.channels == p_.channels && p_.left_pitch == p_.channels && x.kernel > 1 &&
                  x.dilation == 1;
    const int64_t run = plan.channels * (plan.merged ? x.kernel : 1);
    plan.rows = run <= most_rows ? run : alignUp(evenParts(run, most_rows), rows);
    plan.order = ProductOrder::PanelsInside;
    const ProductSizes sizes(p_, plan, machine_);
    if (sizes.chunks * sizes.taps * sizes.parts == 1) {
      ProductPlan other = plan;
      other.order = ProductOrder::TilesInside;
      if (cycles(other) < cycles(plan))
        return other;
    }
    return plan;
  }

  /// Loads count a little also where they take no longer than the array: a unit that is nearly as
  /// busy as another delays it.
  int64_t cycles(const ProductPlan& plan) const {
    const ProductCost cost = productCost(p_, plan, machine_);
    return cost.cycles + cost.loads / 8;
  }

  double footprint(const ProductPlan& plan) const {
    const ProductSizes sizes(p_, plan, machine_);
    return static_cast<double>(sizes.box_bytes + plan.rows * sizes.weight_pitch +
                               sizes.result_bytes);
  }

  const Product& p_;
  const isa::Machine& machine_;
  const ProductRoom room_;
};

} // namespace

std::variant<ProductPlan, std::string> planProduct(const Product& product,
                                                   const isa::Machine& machine) {
  return Planner(product, machine).run();
}

} // namespace npuforge::tile
