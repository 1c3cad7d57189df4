// The instructions of a chain: those of its maps and reductions, one after the other, over values
// in the accumulator.
#include <array>

#include <llvm/Support/FormatVariadic.h>

#include "maps/map_plan.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Parser/Parser.h"
#include "words/chain.h"
#include "words/reduce.h"
#include "words/window.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

constexpr int64_t kNoValue = -1;

/// An instruction that combines the lanes of each row and gives all of them the result; the lane
/// register `scale`, if it has one, must hold 1.
struct LaneReduction {
  const isa::Instruction* instruction;
  std::string destination, source, scale;
};

const isa::Operand* streamOf(const isa::Instruction& what, isa::Access access) {
  for (const isa::Operand& operand : what.operands)
    if (operand.kind == isa::OperandKind::Stream && operand.access == access)
      return &operand;
  return nullptr;
}

std::optional<LaneReduction> findLaneReduction(const isa::Spec& spec, StringRef kind) {
  const std::string function = "lane_" + kind.str();
  for (const isa::Instruction& what : spec.instructions) {
    const isa::Operand* to = streamOf(what, isa::Access::Write);
    const isa::Operand* from = streamOf(what, isa::Access::Read);
    auto isRow = [](const isa::Operand* operand) {
      return operand && operand->space == isa::Space::Accumulator &&
             operand->type == isa::Type::F32;
    };
    if (what.action != isa::Action::Map || !what.result || !isRow(to) || !isRow(from))
      continue;
    const isa::Expr* result = what.result.get();
    LaneReduction found{&what, to->name, from->name, ""};
    if (result->kind == isa::ExprKind::Binary && result->text == "*" &&
        result->args[1]->kind == isa::ExprKind::Name) {
      const isa::Operand* scale = what.find(result->args[1]->text);
      if (!scale || scale->kind != isa::OperandKind::Lane)
        continue;
      found.scale = scale->name;
      result = result->args[0].get();
    }
    if (result->kind == isa::ExprKind::Call && result->text == function &&
        result->args[0]->kind == isa::ExprKind::Name && result->args[0]->text == from->name)
      return found;
  }
  return {};
}

class Planner {
public:
  Planner(const Chain& chain, const isa::Spec& spec, const match::Patterns& patterns,
          bool fast_math)
      : chain(chain), spec(spec), patterns(patterns), fast_math(fast_math),
        blocks(ceilDiv(chain.length, spec.machine.array.cols)) {}

  std::variant<ChainPlan, std::string> run() {
    loadShared();
    for (Operation* member : chain.members) {
      auto map = dyn_cast<graph::MapOp>(member);
      if (std::string reason = map ? addMap(map) : addReduction(cast<graph::ReduceOp>(member));
          !reason.empty())
        return reason;
    }
    ChainPlan result;
    bool fits = true;
    const std::string reason = placeMap(plan, spec, [&](int64_t room) {
      const int64_t most = std::min(room / blocks, chain.rows);
      fits = most > 0;
      result.rows = evenParts(chain.rows, std::max<int64_t>(most, 1));
      const int64_t fewest = chain.rows - (ceilDiv(chain.rows, result.rows) - 1) * result.rows;
      return TileRows{result.rows * blocks, fewest * blocks};
    });
    if (!reason.empty())
      return reason;
    if (!fits)
      return "a row of " + std::to_string(chain.length) +
             " elements and what is made of it do not "
             "fit the accumulator";
    for (const MapStep& step : plan.steps)
      plan.cycles += step.cycles;
    plan.layer_rows = chain.rows * blocks;
    result.steps = std::move(plan);
    return result;
  }

private:
  int64_t add(MapValue value) {
    plan.values.push_back(std::move(value));
    return static_cast<int64_t>(plan.values.size()) - 1;
  }
  int64_t addRows(bool is_column) {
    MapValue value{isa::name(isa::Space::Accumulator), 4};
    value.is_column = is_column;
    return add(std::move(value));
  }

  int64_t cyclesOf(const isa::Instruction& what) const {
    return match::occupancy(spec, what, plan.rows);
  }

  /// An input in the scratchpad, once for all who read it there.
  int64_t loaded(Value input, Lie lie) {
    return loadedNumber(llvm::find(chain.inputs, input) - chain.inputs.begin(), lie);
  }
  int64_t loadedNumber(int64_t number, Lie lie) {
    for (auto [index, value] : llvm::enumerate(plan.values))
      if (value.input == number && Lie{value.is_row, value.is_column} == lie)
        return static_cast<int64_t>(index);
    const bool is_mask = number == static_cast<int64_t>(chain.inputs.size());
    MapValue value{isa::name(isa::Space::Scratchpad),
                   is_mask ? 4 : elementBytes(chain.inputs[number]), number};
    value.is_row = lie.is_row, value.is_column = lie.is_column;
    return add(std::move(value));
  }

  /// Whole matrices that a reduction reads, or more than one member, go to the accumulator once.
  void loadShared() {
    plan.rows = nominalRows();
    const WordMoves moves(spec);
    for (Value input : chain.inputs) {
      if (lieOf(input, chain) != Lie{} || !moves.load || !isWords(input))
        continue;
      int readers = 0;
      for (Operation* member : chain.members)
        readers += llvm::is_contained(member->getOperands(), input)
                       ? mlir::isa<graph::ReduceOp>(member) ? 2 : 1
                       : 0;
      if (readers < 2)
        continue;
      const int64_t from = loaded(input, {});
      MapStep step{moves.load->mnemonic,
                   streamOf(*moves.load, isa::Access::Write)->name,
                   0,
                   {},
                   cyclesOf(*moves.load)};
      step.operands.push_back({streamOf(*moves.load, isa::Access::Read)->name, from, {}});
      rows[input] = step.result = addRows(false);
      plan.steps.push_back(std::move(step));
    }
  }

  int64_t rowsOf(Value value) const {
    for (Value made : {value, unshaped(value)})
      if (auto known = rows.find(made); known != rows.end())
        return known->second;
    return kNoValue;
  }

  std::string addMap(graph::MapOp map) {
    std::set<int> accumulated;
    for (auto [index, operand] : llvm::enumerate(map.getInputs()))
      if (rowsOf(operand) != kNoValue)
        accumulated.insert(static_cast<int>(index));
    const bool is_last = map == chain.last();
    auto cover = coverMap(*map, spec, patterns, fast_math, accumulated,
                          is_last ? isa::Space::Scratchpad : isa::Space::Accumulator);
    if (auto* reason = std::get_if<std::string>(&cover))
      return *reason;
    const auto& own = std::get<MapPlan>(cover);
    plan.inexact |= own.inexact;
    std::vector<int64_t> inputs;
    for (const MapValue& value : own.values)
      inputs.push_back(value.input < 0 ? kNoValue : operandOf(map, value.input));
    rows[map.getResult()] = append(own, inputs, lieOf(map.getResult(), chain)->is_column, is_last);
    return "";
  }

  int64_t operandOf(graph::MapOp map, int64_t index) {
    Value operand = map.getInputs()[index];
    const int64_t known = rowsOf(operand);
    return known != kNoValue ? known : loaded(operand, *lieOf(operand, map, chain));
  }

  /// The steps of a cover; `numbers`: of its values that are made already. Returns the result.
  int64_t append(const MapPlan& own, std::vector<int64_t> numbers, bool is_column, bool is_last) {
    for (MapStep step : own.steps) {
      MapValue made = own.values[step.result];
      made.is_row = made.is_column = true;
      for (MapOperand& operand : step.operands)
        if (operand.value >= 0) {
          operand.value = numbers[operand.value];
          made.is_row &= plan.values[operand.value].is_row;
          made.is_column &= plan.values[operand.value].is_column;
        }
      if (step.result == own.steps.back().result)
        made.is_row = false, made.is_column = is_column;
      made.is_result &= is_last;
      step.result = numbers[step.result] = add(made);
      plan.steps.push_back(std::move(step));
    }
    return plan.steps.back().result;
  }

  /// The neutral element in the lanes behind the row's end. Machines select by integers or floats.
  std::string mask(graph::ReduceOp reduce, int64_t& of) {
    if (chain.length % spec.machine.array.cols == 0)
      return "";
    std::variant<MapPlan, std::string> cover = "";
    for (const auto& [type, compare, zero] :
         {std::array{"i32", "arith.cmpi ne", "0"}, std::array{"f32", "arith.cmpf une", "0.0"}})
      if (!std::holds_alternative<MapPlan>(cover))
        cover = coverMask(reduce, type, compare, zero);
    if (auto* why = std::get_if<std::string>(&cover))
      return *why;
    const auto& own = std::get<MapPlan>(cover);
    std::vector<int64_t> inputs;
    for (const MapValue& value : own.values)
      inputs.push_back(value.input < 0    ? kNoValue
                       : value.input == 0 ? of
                                          : loadedNumber(chain.inputs.size(), {true, false}));
    of = append(own, inputs, false, false);
    return "";
  }

  std::variant<MapPlan, std::string> coverMask(graph::ReduceOp reduce, StringRef type,
                                               StringRef compare, StringRef zero) {
    const auto neutral = cast<FloatAttr>(neutralElement(reduce)).getValue().bitcastToAPInt();
    const std::string text = llvm::formatv(
        "func.func @masked(%x: tensor<1xf32>, %m: tensor<1x{0}>) -> tensor<1xf32> {{\n"
        "  %r = graph.map %x, %m : (tensor<1xf32>, tensor<1x{0}>) -> tensor<1xf32> {{\n"
        "  ^bb0(%e: f32, %i: {0}):\n"
        "    %zero = arith.constant {1} : {0}\n"
        "    %neutral = arith.constant {2} : f32\n"
        "    %inside = {3}, %i, %zero : {0}\n"
        "    %s = arith.select %inside, %e, %neutral : f32\n"
        "    graph.yield %s : f32\n  }\n  return %r : tensor<1xf32>\n}\n",
        type, zero, "0x" + llvm::utohexstr(neutral.getZExtValue(), false, 8), compare);
    OwningOpRef<ModuleOp> scratch = parseSourceString<ModuleOp>(text, reduce.getContext());
    std::variant<MapPlan, std::string> cover;
    scratch->walk([&](graph::MapOp map) {
      cover = coverMap(*map, spec, patterns, fast_math, {0}, isa::Space::Accumulator);
    });
    return cover;
  }

  std::string addReduction(graph::ReduceOp reduce) {
    auto groups = reductionOf(reduce, spec);
    auto lanes = findLaneReduction(spec, reduce.getKind());
    int64_t from = rowsOf(reduce.getInput());
    if (!groups || !lanes || from == kNoValue)
      return "no instruction of " + spec.machine.name + " reduces rows and lanes of f32 by " +
             reduce.getKind().str();
    if (std::string reason = mask(reduce, from); !reason.empty())
      return reason;
    if (blocks > 1) {
      const isa::Instruction& what = *groups->instruction;
      MapStep step{what.mnemonic, groups->destination, 0, {}, cyclesOf(what)};
      step.operands.push_back({groups->first, from, {}});
      for (const auto& [name, bits] : groups->lanes)
        step.operands.push_back({name, kNoValue, {static_cast<int64_t>(bits)}, true});
      for (const auto& [name, bits] : groups->values)
        step.operands.push_back({name, kNoValue, {static_cast<int64_t>(bits)}});
      step.operands.push_back({what.operands[what.levels].name, kNoValue, {1}});
      from = step.result = addRows(true);
      plan.steps.push_back(std::move(step));
    }
    MapStep step{lanes->instruction->mnemonic,
                 lanes->destination,
                 0,
                 {},
                 cyclesOf(*lanes->instruction) / blocks};
    step.operands.push_back({lanes->source, from, {}});
    if (!lanes->scale.empty())
      step.operands.push_back({lanes->scale, kNoValue, {0x3f800000}, true});
    rows[reduce.getResult()] = step.result = addRows(true);
    plan.steps.push_back(std::move(step));
    return "";
  }

  const Chain& chain;
  const isa::Spec& spec;
  const match::Patterns& patterns;
  const bool fast_math;
  const int64_t blocks; ///< of lanes of a row
  MapPlan plan;
  llvm::DenseMap<Value, int64_t> rows; ///< in the accumulator
};

} // namespace

std::variant<ChainPlan, std::string> planChain(const Chain& chain, const isa::Spec& spec,
                                               const match::Patterns& patterns, bool fast_math) {
  return Planner(chain, spec, patterns, fast_math).run();
}

} // namespace npuforge::tile
