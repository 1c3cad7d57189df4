#include "maps/map_plan.h"

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/equivalences.h"
#include "npuforge/compiler/match/semantics.h"

#include "blocks/epilogue_needs.h"
#include "mlir/IR/TypeUtilities.h"
#include "plan/plan_check.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

constexpr int64_t kNominalRows = 256; // of a tile, where instructions are compared

bool isChannel(Value operand) {
  const Shape shape = shapeOf(operand);
  return shape.height * shape.width == 1;
}

/// Which words a body reads and makes as f32 whose bits they are. Machines may move only those.
enum class Words { AsTheyAre, AsFloats };

match::Dag::Class bitsAs(match::Dag& dag, Type type, match::Dag::Class value) {
  return dag.type(value) == type ? value : dag.make("arith.bitcast", type, {value});
}

/// The map's body as a DAG; a constant of one value (`channels`: or one a channel) is one there,
/// other operands are leaves.
match::Dag::Class readBody(Operation& map, match::Dag& dag, bool channels,
                           Words words = Words::AsTheyAre) {
  auto type = [&](Type element) -> Type {
    const bool changes = words == Words::AsFloats && element.isInteger(32);
    return changes ? Float32Type::get(map.getContext()) : element;
  };
  std::vector<match::Dag::Class> arguments;
  for (auto [index, argument] : llvm::enumerate(map.getRegion(0).getArguments())) {
    // What a map over words reads twice are the same rows.
    const auto first = llvm::find(map.getOperands(), map.getOperand(index)).getIndex();
    if (!channels && first < static_cast<ptrdiff_t>(index)) {
      arguments.push_back(arguments[first]);
      continue;
    }
    auto constant = map.getOperand(index).getDefiningOp<graph::ConstantOp>();
    auto value = constant ? cast<DenseElementsAttr>(constant.getValue()) : DenseElementsAttr();
    const bool is_number = constant && (channels ? argument.getType().isF32() : value.isSplat());
    if (!is_number) {
      arguments.push_back(bitsAs(dag, argument.getType(),
                                 dag.leaf(type(argument.getType()), static_cast<int>(index))));
      continue;
    }
    std::vector<uint64_t> bits;
    if (!channels && argument.getType().isInteger())
      bits.push_back(value.getSplatValue<APInt>().getZExtValue());
    else if (!channels)
      bits.push_back(value.getSplatValue<APFloat>().bitcastToAPInt().getZExtValue());
    else
      for (const APFloat& element : value.getValues<APFloat>())
        bits.push_back(element.bitcastToAPInt().getZExtValue());
    arguments.push_back(dag.constant(argument.getType(), std::move(bits)));
  }
  const auto result = match::readBlock(map.getRegion(0).front(), arguments, dag).front();
  return bitsAs(dag, type(dag.type(result)), result);
}

/// Names an operation that no instruction computes, for the error message.
std::string uncovered(Operation& map, const match::Patterns& patterns, const isa::Spec& spec) {
  for (Operation& op : map.getRegion(0).front().without_terminator()) {
    const std::string name = op.getName().getStringRef().str();
    auto computes = [&](const match::Pattern& pattern) {
      for (int c = 0; c < pattern.dag.classes(); ++c)
        for (const match::Node& node : pattern.dag.nodes(c))
          if (node.op == name)
            return true;
      return false;
    };
    const bool divides = name == "arith.divf" || name == "arith.constant" || name == "arith.cmpf" ||
                         name == "arith.subf" || name == "arith.addf" || name == "arith.negf" ||
                         name == "math.roundeven";
    if (!divides && llvm::none_of(patterns.maps, computes))
      return "no map of " + spec.machine.name + " computes " + name;
  }
  return "no sequence of the maps of " + spec.machine.name + " computes it";
}

MapPlan toPlan(const match::Cover& cover) {
  MapPlan plan;
  for (const match::RowValue& value : cover.values)
    plan.values.push_back(
        {isa::name(value.space), value.type.getIntOrFloatBitWidth() / 8, value.input});
  for (const match::Step& step : cover.steps) {
    MapStep next{step.instruction->mnemonic, step.destination, step.result, {}, step.cycles};
    for (const match::StepOperand& operand : step.operands)
      next.operands.push_back({operand.name,
                               operand.value,
                               {operand.bits.begin(), operand.bits.end()},
                               operand.kind == isa::OperandKind::Lane});
    plan.steps.push_back(std::move(next));
  }
  plan.values[cover.steps.back().result].is_result = true;
  plan.cycles = cover.cycles;
  return plan;
}

std::variant<MapPlan, std::string> coverBody(Operation& map, const isa::Spec& spec,
                                             const match::Patterns& patterns, bool fast_math,
                                             bool channels, const std::set<int>& accumulated = {},
                                             isa::Space space = isa::Space::Scratchpad) {
  using enum match::Freedom;
  struct Attempt {
    match::Freedom freedom;
    bool ignores_domains;
  };
  // Words may have any value: what declares a domain is taken where nothing else is found. Maps of
  // quantised tensors multiply by the reciprocals of scales, as the rescaling of convolutions does.
  static constexpr Attempt kAttempts[] = {
      {kExact, false}, {kReciprocals, false}, {kInexact, false}, {kInexact, true}};
  const match::Freedom usual = fast_math ? kInexact : channels ? kReciprocals : kExact;
  std::vector<match::Cover> covers;
  bool inexact = false;
  auto attempt = [&](const Attempt& how, Words words) {
    if (!covers.empty() || (how.ignores_domains && channels) || how.freedom < usual)
      return;
    match::Dag dag;
    dag.ignores_domains = how.ignores_domains;
    const match::Dag::Class root = readBody(map, dag, channels, words);
    match::addEquivalences(dag, how.freedom);
    covers = match::findCovers(spec, patterns.maps, dag, root, kNominalRows, accumulated, space);
    inexact = fast_math || how.freedom > usual;
  };
  for (const Attempt& how : kAttempts) {
    attempt(how, Words::AsTheyAre);
    if (!channels)
      attempt(how, Words::AsFloats);
  }
  if (covers.empty())
    return uncovered(map, patterns, spec);
  MapPlan plan = toPlan(covers[0]);
  plan.rows = kNominalRows, plan.inexact = inexact;
  if (covers.size() > 1) {
    for (const match::Step& step : covers[1].steps)
      plan.alternative.push_back(step.instruction->mnemonic);
    plan.alternative_cycles = covers[1].cycles;
  }
  return plan;
}

/// An operand as it is, by way of the accumulator.
std::variant<MapPlan, std::string> copyOf(int64_t operand, const isa::Spec& spec) {
  const WordMoves moves(spec);
  if (!moves.load || !moves.store)
    return "no map of " + spec.machine.name + " moves rows of words to and from the accumulator";
  MapPlan plan;
  plan.values = {{isa::name(isa::Space::Scratchpad), 4, operand},
                 {isa::name(isa::Space::Accumulator), 4},
                 {isa::name(isa::Space::Scratchpad), 4}};
  plan.values[2].is_result = true;
  for (const isa::Instruction* what : {moves.load, moves.store}) {
    const auto at = static_cast<int64_t>(plan.steps.size());
    MapStep step{what->mnemonic, {}, at + 1, {}, match::occupancy(spec, *what, kNominalRows)};
    for (const isa::Operand& stream : what->operands)
      if (stream.kind == isa::OperandKind::Stream && stream.access == isa::Access::Write)
        step.destination = stream.name;
      else if (stream.kind == isa::OperandKind::Stream)
        step.operands.push_back({stream.name, at, {}});
    plan.cycles += step.cycles;
    plan.steps.push_back(std::move(step));
  }
  plan.rows = kNominalRows;
  return plan;
}

} // namespace

int64_t nominalRows() {
  return kNominalRows;
}

std::variant<MapPlan, std::string> coverMap(Operation& map, const isa::Spec& spec,
                                            const match::Patterns& patterns, bool fast_math,
                                            const std::set<int>& accumulated, isa::Space space) {
  try {
    match::Dag dag;
    const match::Node* operand = dag.leafOf(readBody(map, dag, false));
    if (operand && (!accumulated.empty() || space != isa::Space::Scratchpad))
      return "it only copies an operand";
    if (operand)
      return copyOf(operand->leaf, spec);
    return coverBody(map, spec, patterns, fast_math, false, accumulated, space);
  } catch (const match::NoRegion& reason) {
    return reason.what();
  }
}

bool hasChannelOperands(const Layer& layer) {
  const bool pixels = layer.in_view.height * layer.in.width > 1;
  return llvm::any_of(layer.operands, [&](Value operand) {
    return getElementTypeOrSelf(operand.getType()).isF32() || (pixels && isChannel(operand));
  });
}

int64_t mapRows(const Layer& layer, const isa::Machine& machine) {
  const bool apart = blocksApart(layer) || hasChannelOperands(layer);
  return layer.in.height * layer.in.width *
         (apart ? 1 : ceilDiv(layer.in.channels, machine.array.cols));
}

std::variant<std::pair<Plan, MapPlan>, std::string> makeMapPlan(const Layer& layer,
                                                                const isa::Spec& spec,
                                                                const match::Patterns& patterns,
                                                                bool fast_math) {
  auto cover = coverBody(*layer.root, spec, patterns, fast_math, true);
  if (auto* reason = std::get_if<std::string>(&cover))
    return *reason;
  MapPlan plan = std::get<MapPlan>(std::move(cover));
  const int64_t blocks = ceilDiv(layer.in.channels, spec.machine.array.cols);
  const int64_t rows = mapRows(layer, spec.machine);
  plan.layer_rows = layer.in.height * layer.in.width * blocks;
  Plan tiles;
  auto choose = [&](int64_t room) {
    tiles.band = ceilDiv(rows, ceilDiv(rows, room));
    return TileRows{tiles.band, rows - (ceilDiv(rows, tiles.band) - 1) * tiles.band};
  };
  if (std::string reason = placeMap(plan, spec, choose); !reason.empty())
    return reason;
  return std::pair(tiles, plan);
}

std::variant<std::pair<Plan, MapPlan>, std::string> makeMappedPlan(const Layer& conv, bool plain,
                                                                   const isa::Spec& spec,
                                                                   const match::Patterns& patterns,
                                                                   bool fast_math) {
  auto cover = coverBody(*conv.root, spec, patterns, fast_math, true);
  if (auto* reason = std::get_if<std::string>(&cover))
    return *reason;
  MapPlan plan = std::get<MapPlan>(std::move(cover));
  const int64_t between = firstBetween(spec.machine);
  if (between / 2 % spec.machine.accumulator_bank_rows() != 0)
    return "its values find no banks of the accumulator beside the results";
  plan.layer_rows =
      conv.out.height * conv.out.width * ceilDiv(conv.out.channels, spec.machine.array.cols);
  std::variant<Plan, std::string> tiles;
  const std::string reason = placeBetween(plan, spec, between, [&](int64_t rows) {
    Layer layer = conv;
    layer.most_rows = rows;
    tiles = makePlan(layer, plain, spec.machine);
    const auto* found = std::get_if<Plan>(&tiles);
    const int64_t bands = found ? ceilDiv(conv.out.height, found->band) : 1;
    return found ? TileRows{found->band * conv.out.width,
                            (conv.out.height - (bands - 1) * found->band) * conv.out.width}
                 : TileRows{rows, 1};
  });
  if (!reason.empty())
    return reason;
  if (auto* why = std::get_if<std::string>(&tiles))
    return *why;
  return std::pair(std::get<Plan>(tiles), plan);
}

} // namespace npuforge::tile
