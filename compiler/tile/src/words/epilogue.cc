// Which maps can be epilogues, and their plans.
#include "words/epilogue.h"

#include "maps/map_plan.h"
#include "mlir/IR/TypeUtilities.h"
#include "words/box.h"
#include "words/chain.h"
#include "words/producers.h"
#include "words/product.h"
#include "words/windows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

constexpr int64_t kWait = 12; // cycles until a step may read what the one before has made

ArrayRef<int64_t> extentsOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

bool handles(Operation& op) {
  return op.hasAttr(kProducerAttr);
}

/// Does a dimension of the results go beyond one of these?
bool straddles(const Box& box, size_t d, int64_t pitch) {
  const int64_t dense = box.strides[1][d];
  return dense < pitch && dense * box.extents[d] > pitch;
}

/// One element for each pixel, of all slices?
bool isColumn(const Box& box, const ResultPitches& pitches) {
  for (size_t d = 0; d < box.rank(); ++d) {
    const int64_t dense = box.strides[1][d];
    if (straddles(box, d, pitches.pixel) ||
        box.strides[0][d] != (dense < pitches.pixel ? 0 : dense / pitches.pixel))
      return false;
  }
  return true;
}

/// One row for each slice?
bool isSliceRow(const Box& box, const ResultPitches& pitches) {
  if (pitches.slice == 0)
    return false;
  for (size_t d = 0; d < box.rank(); ++d) {
    const int64_t dense = box.strides[1][d];
    const int64_t of_slices = dense < pitches.slice ? 0 : dense / pitches.slice * pitches.pixel;
    if (straddles(box, d, pitches.pixel) || straddles(box, d, pitches.slice) ||
        box.strides[0][d] != (dense < pitches.pixel ? dense : of_slices))
      return false;
  }
  return true;
}

/// The place of an operand beside a producer's results; none if it is broadcast in another way.
std::optional<Beside> besideOf(Value operand, Value result, const ResultPitches& pitches) {
  const SmallVector<SmallVector<int64_t>> shapes{SmallVector<int64_t>(extentsOf(operand)),
                                                 SmallVector<int64_t>(extentsOf(result))};
  const Box box = makeBox(extentsOf(result), shapes);
  const auto &own = box.strides[0], &dense = box.strides[1];
  if (box.isNumber(0))
    return Beside::Number;
  if (own == dense)
    return Beside::Tile;
  if (isColumn(box, pitches))
    return Beside::Column;
  if (isSliceRow(box, pitches))
    return Beside::SliceRow;
  size_t d = 0;
  while (d < box.rank() && own[d] == 0)
    ++d;
  int64_t inside = 1;
  for (size_t i = d; i < box.rank(); ++i) {
    if (own[i] != dense[i])
      return {};
    inside *= box.extents[i];
  }
  if (inside == pitches.pixel)
    return Beside::Row;
  return inside == pitches.slice ? std::optional(Beside::Slice) : std::nullopt;
}

using MakesSums = llvm::function_ref<bool(Operation& sums)>;

/// `number`: of the operand that the producer makes; `makes`: does it make these sums of rows, too?
std::string place(graph::MapOp map, int64_t number, Operation& producer, MakesSums makes,
                  SmallVectorImpl<Beside>& operands) {
  FailureOr<ResultPitches> pitches = pitchesOf(producer);
  if (failed(pitches))
    return "the shape of '" + graph::nodeName(producer.getLoc()) + "' is not known";
  for (auto [index, operand] : llvm::enumerate(map.getInputs())) {
    if (static_cast<int64_t>(index) != number && sumsFor(producer, operand)) {
      operands.push_back(Beside::Sums);
      continue;
    }
    if (isNarrow(operand))
      return "operand " + std::to_string(index) + " is of bytes";
    std::optional<Beside> beside = besideOf(operand, map.getResult(), *pitches);
    if (beside == Beside::Column && static_cast<int64_t>(index) != number)
      if (Operation* sums = rowSumsFor(producer, operand); sums && makes(*sums))
        beside = Beside::RowSums;
    if (!beside || (beside == Beside::Column && isWindows(producer)))
      return "operand " + std::to_string(index) +
             " is neither of the results' shape nor one row for all pixels";
    operands.push_back(static_cast<int64_t>(index) == number ? Beside::Results : *beside);
  }
  return "";
}

/// Is it in the accumulator when the epilogue begins?
bool liesAccumulated(Beside beside) {
  return beside == Beside::Results || beside == Beside::Sums || beside == Beside::RowSums;
}

/// Finds what is one row for all of a tile; why the cover is no epilogue, or "".
std::string markRows(MapPlan& plan, ArrayRef<Beside> operands) {
  bool reads_results = false;
  for (MapValue& value : plan.values) {
    if (value.input < 0)
      continue;
    const Beside beside = operands[value.input];
    value.is_column = beside == Beside::Column || beside == Beside::RowSums;
    value.is_row = beside != Beside::Results && !isTile(beside) && !value.is_column;
    reads_results |= beside == Beside::Results;
  }
  if (!reads_results)
    return "it does not depend on the results";
  for (const MapStep& step : plan.steps) {
    MapValue& made = plan.values[step.result];
    auto isLoaded = [&](const MapOperand& operand) {
      return operand.value >= 0 && plan.values[operand.value].input >= 0 &&
             !liesAccumulated(operands[plan.values[operand.value].input]);
    };
    auto isAccumulated = [&](const MapOperand& operand) {
      return operand.value >= 0 && plan.values[operand.value].input >= 0 && !isLoaded(operand);
    };
    if (llvm::count_if(step.operands, isAccumulated) > 1)
      return "a step reads results and sums at once, which lie in one bank";
    if (llvm::count_if(step.operands, isLoaded) > 1)
      return "two of its operands would have to lie in different banks of the scratchpad";
    if (!made.is_result && made.space == isa::name(isa::Space::Scratchpad))
      return "its steps need rows of the scratchpad in between";
    auto allOperands = [&](bool MapValue::* same) {
      return !made.is_result && llvm::all_of(step.operands, [&](const MapOperand& operand) {
        return operand.value < 0 || plan.values[operand.value].*same;
      });
    };
    made.is_row = allOperands(&MapValue::is_row);
    made.is_column = !made.is_row && allOperands(&MapValue::is_column);
  }
  return "";
}

/// A constant whose elements are all 1, of integers.
bool isOnes(Value value) {
  auto constant = unshaped(value).getDefiningOp<graph::ConstantOp>();
  auto elements = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : DenseElementsAttr();
  return elements && elements.isSplat() && mlir::isa<IntegerType>(elements.getElementType()) &&
         elements.getSplatValue<APInt>().isOne();
}

} // namespace

namespace {

/// The product that makes a value, or what it is a reshape of, if nobody else reads it.
graph::ContractOp onlyProduct(Value value) {
  bool one_reader = value.hasOneUse();
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>()) {
    value = reshape.getInput();
    one_reader &= value.hasOneUse();
  }
  return one_reader ? value.getDefiningOp<graph::ContractOp>() : graph::ContractOp();
}

bool hasFewRows(graph::ContractOp product) {
  return 2 * extentsOf(product.getLhs())[1] <= extentsOf(product.getRhs())[1];
}

} // namespace

Operation* sumsFor(Operation& producer, Value value) {
  auto product = dyn_cast<graph::ContractOp>(producer);
  graph::ContractOp sums = onlyProduct(value);
  if (!product || !sums || sums == product || !isOnes(sums.getLhs()))
    return nullptr;
  const bool same = sums.getRhs() == product.getRhs() && extentsOf(sums.getResult())[1] == 1;
  return same && !isOnes(product.getLhs()) ? sums.getOperation() : nullptr;
}

Operation* rowSumsFor(Operation& producer, Value value) {
  auto product = dyn_cast<graph::ContractOp>(producer);
  graph::ContractOp sums = onlyProduct(value);
  if (!product || !sums || sums == product || !isOnes(sums.getRhs()))
    return nullptr;
  const bool same = unshaped(sums.getLhs()) == unshaped(product.getLhs()) &&
                    extentsOf(sums.getLhs())[2] == extentsOf(product.getLhs())[2] &&
                    extentsOf(sums.getResult())[2] == 1;
  // Of few rows the array is busy with the blocks of columns.
  return same && !hasFewRows(product) && !isOnes(product.getRhs()) ? sums.getOperation() : nullptr;
}

Operation* producerBehind(Value value, std::string& reason) {
  bool one_reader = value.hasOneUse();
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>()) {
    value = reshape.getInput();
    one_reader &= value.hasOneUse();
  }
  Operation* op = value.getDefiningOp();
  const WordsKind* kind = op ? wordsKind(*op) : nullptr;
  if (kind != &kWordsProduct && kind != &kWordsWindows)
    return nullptr;
  if (!one_reader)
    reason = "the result of '" + graph::nodeName(op->getLoc()) + "' has other readers";
  return one_reader ? op : nullptr;
}

EpilogueNeeds needsOf(const Epilogue& epilogue) {
  EpilogueNeeds needs;
  SmallVector<bool> loaded(epilogue.operands.size(), false);
  for (const MapValue& value : epilogue.plan.values) {
    if (value.is_result)
      needs.result_bytes = value.element_bytes;
    needs.between |= !value.is_result && value.input < 0;
    if (value.input < 0 || std::exchange(loaded[value.input], true))
      continue;
    const Beside beside = epilogue.operands[value.input];
    needs.sums |= beside == Beside::Sums;
    needs.row_sums |= beside == Beside::RowSums;
    if (liesAccumulated(beside))
      continue;
    needs.columns += beside == Beside::Column;
    needs.tiles += isTile(beside) && beside != Beside::Column;
    needs.rows += !isTile(beside);
  }
  int64_t cycles = 0, of_pixel = 0, of_block = 0;
  for (const MapStep& step : epilogue.plan.steps) {
    const MapValue& made = epilogue.plan.values[step.result];
    (made.is_row ? of_block : made.is_column ? of_pixel : cycles) += step.cycles;
  }
  needs.cycles = ceilDiv(cycles, epilogue.plan.rows);
  needs.cycles_of_pixel = ceilDiv(of_pixel, epilogue.plan.rows);
  needs.cycles_of_block = ceilDiv(of_block, epilogue.plan.rows);
  needs.overhead = kWait * static_cast<int64_t>(epilogue.plan.steps.size());
  return needs;
}

namespace {

/// Finds the epilogue's steps, and plans them and their producer. Returns why it is none, or "".
std::string planSteps(Epilogue& epilogue, Operation& producer, mlir::Attribute& made,
                      const isa::Spec& spec, const match::Patterns& patterns, bool fast_math) {
  std::set<int> accumulated;
  for (auto [index, beside] : llvm::enumerate(epilogue.operands))
    if (liesAccumulated(beside))
      accumulated.insert(static_cast<int>(index));
  auto cover = coverMap(*epilogue.map, spec, patterns, fast_math, accumulated);
  if (auto* why = std::get_if<std::string>(&cover))
    return *why;
  MapPlan& plan = epilogue.plan = std::get<MapPlan>(std::move(cover));
  if (std::string reason = markRows(plan, epilogue.operands); !reason.empty())
    return reason;
  EpilogueNeeds needs = needsOf(epilogue);
  const int64_t first = firstBetween(spec.machine);
  if (needs.between && first / 2 % spec.machine.accumulator_bank_rows() != 0)
    return "its values find no banks of the accumulator beside the results";
  std::variant<ProducerPlan, std::string> planned;
  std::string reason = placeBetween(plan, spec, first, [&](int64_t rows) {
    needs.most_rows = rows;
    planned = planProducer(producer, needs, spec.machine);
    const auto* found = std::get_if<ProducerPlan>(&planned);
    return found ? TileRows{found->rows, found->fewest_rows} : TileRows{rows, 1};
  });
  if (!reason.empty())
    return reason;
  if (auto* why = std::get_if<std::string>(&planned))
    return *why;
  plan.layer_rows =
      ceilDiv(cast<ShapedType>(epilogue.map.getType()).getNumElements(), spec.machine.array.cols);
  made = std::get<ProducerPlan>(planned).plan;
  return "";
}

} // namespace

std::variant<FusedPlan, std::string> planEpilogue(graph::MapOp map, int64_t operand,
                                                  const isa::Spec& spec,
                                                  const match::Patterns& patterns, bool fast_math) {
  std::string reason;
  Operation* producer = producerBehind(map.getInputs()[operand], reason);
  if (!producer)
    return reason.empty() ? "no layer leaves its operand in the accumulator" : reason;
  for (const bool row_sums : {true, false}) {
    Epilogue epilogue{map, {}, {}};
    FusedPlan fused;
    fused.parts = {producer};
    auto makes = [&](Operation& sums) {
      if (row_sums)
        fused.parts.push_back(&sums);
      return row_sums;
    };
    if (reason = place(map, operand, *producer, makes, epilogue.operands); !reason.empty())
      return reason;
    const bool has_row_sums = llvm::is_contained(epilogue.operands, Beside::RowSums);
    reason = planSteps(epilogue, *producer, fused.producer, spec, patterns, fast_math);
    if (reason.empty()) {
      for (Value value : map.getInputs())
        if (Operation* sums = sumsFor(*producer, value))
          fused.parts.push_back(sums);
      fused.map = std::move(epilogue.plan);
      return fused;
    }
    if (!has_row_sums)
      break;
  }
  return reason;
}

Operation* fusedProducer(graph::MapOp map) {
  auto number = map->getAttrOfType<IntegerAttr>(kProducerAttr);
  if (!number || number.getInt() < 0 ||
      number.getInt() >= static_cast<int64_t>(map.getInputs().size()))
    return nullptr;
  Value value = map.getInputs()[number.getInt()];
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getInput();
  Operation* op = value.getDefiningOp();
  return op && op->hasAttr(kFusedAttr) ? op : nullptr;
}

FailureOr<Epilogue> readEpilogue(graph::MapOp map) {
  Operation* producer = fusedProducer(map);
  if (!producer)
    return map.emitError() << "has a " << kProducerAttr << " that no operation with " << kFusedAttr
                           << " makes",
           failure();
  FailureOr<MapPlan> plan = readMapPlan(*map);
  if (failed(plan))
    return failure();
  Epilogue epilogue{map, {}, std::move(*plan)};
  const int64_t number = map->getAttrOfType<IntegerAttr>(kProducerAttr).getInt();
  auto makes = [](Operation& sums) { return sums.hasAttr(kFusedAttr); };
  if (std::string reason = place(map, number, *producer, makes, epilogue.operands); !reason.empty())
    return map.emitError() << reason, failure();
  return epilogue;
}

EpilogueOperands::EpilogueOperands(const Epilogue* epilogue, int64_t pixels, int64_t pixel_bytes,
                                   int64_t row_bytes)
    : epilogue(epilogue) {
  if (!epilogue)
    return;
  int64_t at = 0;
  for (const MapValue& value : epilogue->plan.values) {
    if (value.input < 0 || liesAccumulated(epilogue->operands[value.input]) ||
        !places.emplace(value.input, at).second)
      continue;
    const Beside beside = epilogue->operands[value.input];
    at += (beside == Beside::Column ? row_bytes : pixel_bytes) * (isTile(beside) ? pixels : 1);
  }
}

void EpilogueOperands::begin(Emit& e, Session& s) {
  for (const auto& [number, at] : places) {
    graph::MapOp map = epilogue->map;
    drams[number] = s.dram(e, s.tensor(map.getInputs()[number]));
  }
}

void EpilogueOperands::load(Emit& e, const std::function<Copy(Beside, Value, int64_t)>& copy) {
  for (const auto& [number, at] : places)
    copyIn(e, copy(epilogue->operands[number], drams.at(number), at));
}

namespace {

/// tile-fuse has planned it.
std::string plan(Operation& op, const isa::Spec&, const match::Patterns&, bool) {
  return op.hasAttr(kPlanAttr) && op.hasAttr(kCoverAttr) ? "" : "tile-fuse has not planned it";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op, const isa::Spec& spec,
                                const Part& part) {
  auto map = cast<graph::MapOp>(op);
  FailureOr<Epilogue> epilogue = readEpilogue(map);
  if (failed(epilogue))
    return nullptr;
  const bool windows = isWindows(*fusedProducer(map));
  return (windows ? makeWindowsEpilogue : makeProductEpilogue)(emit, session, std::move(*epilogue),
                                                               spec, part);
}

Splits splits(Operation& op, const isa::Machine& machine) {
  Operation& producer = *fusedProducer(cast<graph::MapOp>(op));
  return (isWindows(producer) ? splitsOfWindows : splitsOfProduct)(producer, machine);
}

} // namespace

const WordsKind kWordsEpilogue{handles, plan, make, splits};

} // namespace npuforge::tile
