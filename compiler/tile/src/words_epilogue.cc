// Which maps can be epilogues, and their plans.
#include "words_epilogue.h"

#include "map_plan.h"
#include "mlir/IR/TypeUtilities.h"
#include "words_box.h"

namespace npuforge::tile {

using namespace mlir;

std::unique_ptr<LayerCode> makeEpilogue(Emit& emit, Session& session, Operation& op,
                                        const isa::Spec& spec);

namespace {

constexpr int64_t kWait = 12; // cycles until a step may read what the one before has made

ArrayRef<int64_t> extentsOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

bool handles(Operation& op) {
  return op.hasAttr(kProductAttr);
}

/// The place of an operand beside a product's results; none if it is broadcast in another way.
std::optional<Beside> besideOf(Value operand, Value result, const Product& p) {
  const SmallVector<SmallVector<int64_t>> shapes{SmallVector<int64_t>(extentsOf(operand)),
                                                 SmallVector<int64_t>(extentsOf(result))};
  const Box box = makeBox(extentsOf(result), shapes);
  const auto &own = box.strides[0], &dense = box.strides[1];
  if (box.isNumber(0))
    return Beside::Number;
  if (own == dense)
    return Beside::Tile;
  size_t d = 0;
  while (d < box.rank() && own[d] == 0)
    ++d;
  int64_t inside = 1;
  for (size_t i = d; i < box.rank(); ++i) {
    if (own[i] != dense[i])
      return {};
    inside *= box.extents[i];
  }
  if (inside == p.result_pitch)
    return Beside::Row;
  // Slices that are groups of outputs lie side by side, those of batches one behind the other.
  const bool behind = p.slices > 1 && p.output_step() == 0;
  return behind && inside == p.result_step ? std::optional(Beside::Slice) : std::nullopt;
}

std::string place(graph::MapOp map, int64_t product, const Product& p,
                  SmallVectorImpl<Beside>& operands) {
  for (auto [index, operand] : llvm::enumerate(map.getInputs())) {
    std::optional<Beside> beside = besideOf(operand, map.getResult(), p);
    if (!beside)
      return "operand " + std::to_string(index) +
             " is neither of the results' shape nor one row for all pixels";
    operands.push_back(static_cast<int64_t>(index) == product ? Beside::Product : *beside);
  }
  return "";
}

/// Finds what is one row for all of a tile; why the cover is no epilogue, or "".
std::string markRows(MapPlan& plan, ArrayRef<Beside> operands) {
  bool reads_product = false;
  for (MapValue& value : plan.values) {
    if (value.input < 0)
      continue;
    const Beside beside = operands[value.input];
    value.is_row = beside != Beside::Product && !isTile(beside);
    reads_product |= beside == Beside::Product;
  }
  if (!reads_product)
    return "it does not depend on the product";
  for (const MapStep& step : plan.steps) {
    MapValue& made = plan.values[step.result];
    if (!made.is_result && made.space == isa::name(isa::Space::Scratchpad))
      return "its steps need rows of the scratchpad in between";
    made.is_row = !made.is_result && llvm::all_of(step.operands, [&](const MapOperand& operand) {
      return operand.value < 0 || plan.values[operand.value].is_row;
    });
  }
  return "";
}

/// Rows of the smallest tile of a plan.
int64_t fewestRows(const Product& p, const ProductPlan& plan) {
  int64_t rows = 1;
  for (size_t axis = 0; axis < p.axes.size(); ++axis)
    rows *= p.axes[axis].out - (tilesOf(p.axes[axis], plan.tile[axis]) - 1) * plan.tile[axis];
  return rows;
}

} // namespace

Operation* productBehind(Value value, std::string& reason) {
  bool one_reader = value.hasOneUse();
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>()) {
    value = reshape.getInput();
    one_reader &= value.hasOneUse();
  }
  Operation* op = value.getDefiningOp();
  if (!op || !mlir::isa<graph::ContractOp, graph::ConvolveOp>(op))
    return nullptr;
  if (wordsKind(*op) != &kWordsProduct)
    reason = "the vector unit computes '" + graph::nodeName(op->getLoc()) + "'";
  else if (!one_reader)
    reason = "the result of '" + graph::nodeName(op->getLoc()) + "' has other readers";
  else
    return op;
  return nullptr;
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
    if (beside == Beside::Product)
      continue;
    needs.tiles += isTile(beside);
    needs.rows += !isTile(beside);
  }
  int64_t cycles = 0;
  for (const MapStep& step : epilogue.plan.steps)
    if (!epilogue.plan.values[step.result].is_row)
      cycles += step.cycles;
  needs.cycles = ceilDiv(cycles, epilogue.plan.rows);
  needs.overhead = kWait * static_cast<int64_t>(epilogue.plan.steps.size());
  return needs;
}

std::variant<FusedPlan, std::string> planEpilogue(graph::MapOp map, int64_t product,
                                                  const isa::Spec& spec,
                                                  const match::Patterns& patterns, bool fast_math) {
  std::string reason;
  Operation* op = productBehind(map.getInputs()[product], reason);
  FailureOr<ProductOperands> operands = op ? readProduct(*op) : FailureOr<ProductOperands>();
  if (failed(operands))
    return reason.empty() ? "no product makes its operand" : reason;
  Epilogue epilogue{map, {}, {}};
  Product& p = operands->product;
  if (reason = place(map, product, p, epilogue.operands); !reason.empty())
    return reason;
  auto cover = coverMap(*map, spec, patterns, fast_math, {static_cast<int>(product)});
  if (auto* why = std::get_if<std::string>(&cover))
    return *why;
  MapPlan& plan = epilogue.plan = std::get<MapPlan>(std::move(cover));
  if (reason = markRows(plan, epilogue.operands); !reason.empty())
    return reason;
  p.epilogue = needsOf(epilogue);
  const ProductRoom room(spec.machine, p.epilogue);
  if (p.epilogue.between && room.accumulator_pitch % spec.machine.accumulator_bank_rows() != 0)
    return "its values find no banks of the accumulator beside the product's";
  std::variant<ProductPlan, std::string> planned;
  reason = placeBetween(plan, spec, room.first_between, [&](int64_t rows) {
    p.epilogue.most_rows = rows;
    planned = planProduct(p, spec.machine);
    const auto* found = std::get_if<ProductPlan>(&planned);
    if (!found)
      return TileRows{rows, 1};
    return TileRows{ProductSizes(p, *found, spec.machine).accumulator_rows, fewestRows(p, *found)};
  });
  if (!reason.empty())
    return reason;
  if (auto* why = std::get_if<std::string>(&planned))
    return *why;
  plan.layer_rows =
      ceilDiv(cast<ShapedType>(map.getType()).getNumElements(), spec.machine.array.cols);
  return FusedPlan{std::get<ProductPlan>(planned), plan};
}

Operation* fusedProduct(graph::MapOp map) {
  auto product = map->getAttrOfType<IntegerAttr>(kProductAttr);
  if (!product || product.getInt() < 0 ||
      product.getInt() >= static_cast<int64_t>(map.getInputs().size()))
    return nullptr;
  Value value = map.getInputs()[product.getInt()];
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getInput();
  Operation* op = value.getDefiningOp();
  return op && op->hasAttr(kFusedAttr) ? op : nullptr;
}

FailureOr<Epilogue> readEpilogue(graph::MapOp map) {
  Operation* product = fusedProduct(map);
  if (!product)
    return map.emitError() << "has a " << kProductAttr << " that no product with " << kFusedAttr
                           << " makes",
           failure();
  FailureOr<ProductOperands> operands = readProduct(*product);
  FailureOr<MapPlan> plan = readMapPlan(*map);
  if (failed(operands) || failed(plan))
    return failure();
  Epilogue epilogue{map, {}, std::move(*plan)};
  const int64_t number = map->getAttrOfType<IntegerAttr>(kProductAttr).getInt();
  if (std::string reason = place(map, number, operands->product, epilogue.operands);
      !reason.empty())
    return map.emitError() << reason, failure();
  return epilogue;
}

namespace {

/// tile-fuse has planned it.
std::string plan(Operation& op, const isa::Spec&, const match::Patterns&, bool) {
  return op.hasAttr(kPlanAttr) && op.hasAttr(kCoverAttr) ? "" : "tile-fuse has not planned it";
}

} // namespace

const WordsKind kWordsEpilogue{handles, plan, makeEpilogue};

} // namespace npuforge::tile
