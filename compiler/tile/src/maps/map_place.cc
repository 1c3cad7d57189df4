// Where the rows of a map's values lie. Streams that one instruction reads lie in different banks;
// values whose lives do not overlap share a place. Inputs have two slots, the result those of all
// layers' results.
#include <algorithm>
#include <map>
#include <set>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/timing.h"

#include "maps/map_plan.h"

namespace npuforge::tile {
namespace {

/// A bank, or the part of it that a map may use. Addresses: bytes, or rows of the accumulator.
struct Bank {
  std::string space;
  int64_t address, size;
  int64_t used = 0; ///< by each row of a tile
};

void addBanks(std::vector<Bank>& banks, isa::Space space, int64_t begin, int64_t end,
              int64_t bank) {
  for (int64_t at = begin; at < end;) {
    const int64_t next = std::min(end, (at / bank + 1) * bank);
    banks.push_back({isa::name(space), at, next - at});
    at = next;
  }
}

std::vector<Bank> accumulatorBanks(const isa::Machine& machine, int64_t first_row) {
  std::vector<Bank> banks;
  addBanks(banks, isa::Space::Accumulator, first_row, MemoryMap(machine).idle_accumulator,
           machine.accumulator_bank_rows());
  return banks;
}

/// All that a map may use.
std::vector<Bank> banksOf(const isa::Machine& machine) {
  std::vector<Bank> banks;
  const Place input = MemoryMap(machine).input;
  addBanks(banks, isa::Space::Scratchpad, input.address, input.address + input.bytes,
           machine.bank_bytes());
  llvm::append_range(banks, accumulatorBanks(machine, 0));
  return banks;
}

class Placement {
public:
  /// `inputs`: whether they get places, too.
  Placement(MapPlan& plan, const isa::Machine& machine, std::vector<Bank> banks_, bool inputs)
      : plan(plan), cols(machine.array.cols), banks(std::move(banks_)), inputs(inputs),
        results(MemoryMap(machine).outputs[0].bytes), begin(plan.values.size(), -1),
        end(plan.values.size(), -1), bank(plan.values.size(), -1), offset(plan.values.size(), 0) {
    const int last = static_cast<int>(plan.steps.size());
    for (int step = 0; step < last; ++step) {
      begin[plan.steps[step].result] = step;
      for (const MapOperand& operand : plan.steps[step].operands)
        if (operand.value >= 0)
          end[operand.value] = step;
    }
    for (size_t value = 0; value < plan.values.size(); ++value)
      if (plan.values[value].input >= 0)
        begin[value] = -1, end[value] = last; // the next tile's rows come while this one is read
  }

  /// Rows that fit a tile; 0 if two values that must lie in different banks do not.
  int64_t run(std::string& reason) {
    std::vector<int> order;
    for (size_t value = 0; value < plan.values.size(); ++value)
      if (isPlaced(plan.values[value]))
        order.push_back(static_cast<int>(value));
    int stuck = placeAll(order);
    if (stuck >= 0)
      stuck = placeAll(smallestLast(order));
    if (stuck >= 0) {
      reason = "an instruction reads more rows at once than the " + plan.values[stuck].space +
               " has banks";
      return 0;
    }
    int64_t rows = results;
    for (const MapValue& value : plan.values)
      if (value.is_result)
        rows = results / (cols * value.element_bytes);
    for (const Bank& bank : banks)
      if (bank.used > 0)
        rows = std::min(rows, bank.size / bank.used);
    if (rows == 0)
      reason = "one row of its values does not fit";
    return rows;
  }

  void setAddresses(int64_t band) {
    for (size_t i = 0; i < plan.values.size(); ++i) {
      MapValue& value = plan.values[i];
      if (!isPlaced(value))
        continue;
      value.address = banks[bank[i]].address + offset[i] * band;
      value.slot = value.input >= 0 ? size(value) / 2 * band : 0;
    }
  }

private:
  bool isPlaced(const MapValue& value) const {
    return !value.is_result && (inputs || value.input < 0);
  }

  /// Of one row of a tile, both slots.
  int64_t size(const MapValue& value) const {
    const int64_t row =
        value.space == isa::name(isa::Space::Accumulator) ? 1 : cols * value.element_bytes;
    return row * (value.input >= 0 ? 2 : 1);
  }

  bool readTogether(int a, int b) const {
    return llvm::any_of(plan.steps, [&](const MapStep& step) {
      auto reads = [&](int value) {
        return llvm::any_of(step.operands,
                            [&](const MapOperand& operand) { return operand.value == value; });
      };
      return reads(a) && reads(b);
    });
  }

  /// The value that finds no bank; -1 when all do.
  int placeAll(const std::vector<int>& order) {
    std::fill(bank.begin(), bank.end(), -1);
    for (Bank& each : banks)
      each.used = 0;
    for (int value : order)
      if (!place(value))
        return value;
    return -1;
  }

  /// Values whose banks few others restrict come last (Matula and Beck): as many banks as a value
  /// has neighbours among those before it, and one more, are enough.
  std::vector<int> smallestLast(std::vector<int> values) const {
    std::map<int, std::set<int>> neighbours;
    for (const MapStep& step : plan.steps)
      for (const MapOperand& a : step.operands)
        for (const MapOperand& b : step.operands)
          if (a.value >= 0 && b.value >= 0 && a.value != b.value)
            neighbours[static_cast<int>(a.value)].insert(static_cast<int>(b.value));
    std::vector<int> order;
    while (!values.empty()) {
      auto least = std::min_element(values.begin(), values.end(), [&](int a, int b) {
        return neighbours[a].size() < neighbours[b].size();
      });
      for (int other : neighbours[*least])
        neighbours[other].erase(*least);
      order.push_back(*least);
      values.erase(least);
    }
    std::reverse(order.begin(), order.end());
    return order;
  }

  bool liveTogether(int a, int b) const { return begin[a] <= end[b] && begin[b] <= end[a]; }

  /// The lowest place in a bank beside everything that is live at the same time.
  int64_t freeOffset(int value, int in) const {
    int64_t at = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (int other = 0; other < static_cast<int>(bank.size()); ++other) {
        if (bank[other] != in || !liveTogether(value, other))
          continue;
        const int64_t past = offset[other] + size(plan.values[other]);
        if (at < past && offset[other] < at + size(plan.values[value]))
          at = past, moved = true;
      }
    }
    return at;
  }

  bool place(int value) {
    std::set<int> forbidden;
    for (int other = 0; other < static_cast<int>(bank.size()); ++other)
      if (other != value && bank[other] >= 0 && readTogether(value, other))
        forbidden.insert(bank[other]);
    int best = -1;
    int64_t least = 0;
    for (int in = 0; in < static_cast<int>(banks.size()); ++in) {
      if (banks[in].space != plan.values[value].space || forbidden.count(in))
        continue;
      const int64_t used =
          std::max(banks[in].used, freeOffset(value, in) + size(plan.values[value]));
      if (best < 0 || banks[in].size * least > banks[best].size * used)
        best = in, least = used;
    }
    if (best < 0)
      return false;
    offset[value] = freeOffset(value, best);
    bank[value] = best;
    banks[best].used = std::max(banks[best].used, offset[value] + size(plan.values[value]));
    return true;
  }

  MapPlan& plan;
  const int64_t cols;
  std::vector<Bank> banks;
  const bool inputs;
  const int64_t results; ///< bytes of an output slot
  std::vector<int> begin, end, bank;
  std::vector<int64_t> offset;
};

/// Does a step of so few rows take less time than an instruction needs behind its last row? What
/// stands before such a step may then not be complete when the next one begins.
bool isShort(const isa::Spec& spec, const MapStep& step, int64_t rows) {
  const isa::Instruction& instruction = *spec.find(step.instruction);
  const auto sizes = isa::timing_sizes(spec.machine);
  auto cycles = [&](const isa::ExprPtr& expression, int64_t steps) {
    return isa::evaluate(*expression, [&](std::string_view name) {
      for (const auto& [size, value] : sizes)
        if (size == name)
          return value;
      return steps;
    });
  };
  const int64_t busy = cycles(instruction.timing.occupancy, rows);
  const int64_t pace = cycles(instruction.timing.occupancy, 1);
  return busy <= cycles(instruction.timing.latency, rows) - busy + 2 * pace + 8;
}

/// A step that reads what is not complete waits for the step before it, and with that for all.
void setWaits(MapPlan& plan, const isa::Spec& spec, int64_t fewest_rows) {
  std::vector<int> maker(plan.values.size(), -1);
  int complete = 0; // steps before this one
  for (int i = 0; i < static_cast<int>(plan.steps.size()); ++i) {
    MapStep& step = plan.steps[i];
    for (const MapOperand& operand : step.operands) {
      const int made = operand.value >= 0 ? maker[operand.value] : -1;
      auto isShortStep = [&](const MapStep& next) {
        const MapValue& result = plan.values[next.result];
        return isShort(spec, next, result.is_row || result.is_column ? 1 : fewest_rows);
      };
      step.waits |= made >= complete && (made == i - 1 || isShortStep(plan.steps[made + 1]));
    }
    if (step.waits)
      complete = i;
    maker[step.result] = i;
  }
}

} // namespace

namespace {

std::string placeIn(Placement placement, MapPlan& plan, const isa::Spec& spec,
                    const std::function<TileRows(int64_t)>& choose) {
  std::string reason;
  const int64_t room = placement.run(reason);
  if (room == 0)
    return reason;
  const TileRows tile = choose(room);
  placement.setAddresses(tile.rows);
  setWaits(plan, spec, tile.fewest);
  return "";
}

} // namespace

std::string placeMap(MapPlan& plan, const isa::Spec& spec,
                     const std::function<TileRows(int64_t)>& choose) {
  return placeIn({plan, spec.machine, banksOf(spec.machine), true}, plan, spec, choose);
}

std::string placeBetween(MapPlan& plan, const isa::Spec& spec, int64_t first_row,
                         const std::function<TileRows(int64_t)>& choose) {
  return placeIn({plan, spec.machine, accumulatorBanks(spec.machine, first_row), false}, plan, spec,
                 choose);
}

} // namespace npuforge::tile
