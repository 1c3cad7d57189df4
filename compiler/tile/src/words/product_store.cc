// What becomes of a product's results: they go from the accumulators through the scratchpad to
// DRAM, as they are or by the steps of an epilogue.
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "words/product.h"

namespace npuforge::tile {

using namespace mlir;

// The inputs' place ends with two slots of an epilogue's operands.
Value ProductCode::operandSlot(const Coordinates& at) {
  return e.add(e.mul(e.parity(counter(at, task_depth)), z.operand_bytes), 2 * box_bytes);
}

void ProductCode::beginEpilogue() {
  operands.begin(e, s);
  if (p.epilogue.between) {
    const int64_t first = firstBetween(e.machine);
    between = e.buffer("accumulator", {first, e.map.idle_accumulator - first}, "values");
  }
  steps->setLanes();
}

Copy ProductCode::tileOf(const Coordinates& at, Value pad, Value pad_at, int64_t pad_pixel,
                         Value dram, int64_t element, int64_t slice_step) {
  Copy copy{pad, pad_at, dram, e.mul(sliceOf(at), slice_step * element), {}, element};
  copy.dram_at = e.add(copy.dram_at, e.mul(outputOf(at), element));
  addPixels(copy, at, pad_pixel, p.result_pitch * element);
  copy.axes.push_back({outputsOf(at), element, element});
  return copy;
}

/// One element for each pixel of a tile, as often as a row has lanes.
Copy ProductCode::columnOf(const Coordinates& at, Value pad_at, Value dram) {
  const int64_t slice = p.result_step / p.result_pitch; // 0 for groups, which share their pixels
  Copy copy{boxes, pad_at, dram, e.mul(sliceOf(at), slice * 4), {}, 4};
  addPixels(copy, at, cols * 4, 4);
  copy.axes.push_back({e.constant(cols), 0, 4});
  return copy;
}

/// The pixels of a tile, `stride` bytes from one to the next in DRAM.
void ProductCode::addPixels(Copy& copy, const Coordinates& at, int64_t pad_pixel, int64_t stride) {
  const Tile strides = resultStrides(pad_pixel);
  std::array<int64_t, 4> steps_in_dram;
  for (size_t axis = steps_in_dram.size(); axis-- > 0; stride *= p.axes[axis].out)
    steps_in_dram[axis] = stride;
  for (size_t axis = 0; axis < steps_in_dram.size(); ++axis) {
    copy.dram_at =
        e.add(copy.dram_at, e.add(e.mul(at[kBatch + axis], plan.tile[axis] * steps_in_dram[axis]),
                                  o.first_result[axis] * steps_in_dram[axis]));
    copy.axes.push_back({resultsOf(at, axis), steps_in_dram[axis], strides[axis]});
  }
}

/// What the epilogue of this tile reads besides its results.
void ProductCode::loadOperands(const Coordinates& at) {
  if (operands.empty())
    return;
  s.awaitCredit(e, "load", "vector");
  operands.load(e, [&](Beside beside, Value dram, int64_t place) {
    Value to = e.add(operandSlot(at), place);
    if (beside == Beside::Column)
      return columnOf(at, to, dram);
    if (isTile(beside))
      return tileOf(at, boxes, to, z.operand_pixel, dram, 4,
                    beside == Beside::Tile ? p.result_step : 0);
    Copy copy{boxes, to, dram, e.constant(0), {}, 4};
    const bool row = beside != Beside::Number;
    const int64_t slice = beside == Beside::Row ? p.output_step : p.result_pitch;
    if (row)
      copy.dram_at = e.add(e.mul(sliceOf(at), slice * 4), e.mul(outputOf(at), 4));
    copy.axes.push_back({outputsOf(at), row ? 4 : 0, 4});
    return copy;
  });
  e.signal("load", "vector");
  if (operandsFollow())
    s.beginNext(e, counter(at, task_depth), turns(task_depth));
}

void ProductCode::endTask(const Coordinates& at) {
  e.signal("matrix", "vector");
  Value slot =
      e.mul(e.parity(counter(at, task_depth)), e.map.outputs[1].address - e.map.outputs[0].address);
  e.await("vector", "matrix");
  if (!operands.empty())
    e.await("vector", "load");
  s.awaitCredit(e, "vector", "store");
  drain(at, slot);
  if (!operands.empty())
    e.signal("vector", "load");
  e.signal("vector", "matrix");
  e.signal("vector", "store");
  e.await("store", "vector");
  copyOut(
      e, tileOf(at, results, slot, z.result_pixel, result, p.epilogue.result_bytes, p.result_step));
  e.signal("store", "vector");
}

/// All blocks of columns at once where the generators have a level for them.
void ProductCode::drain(const Coordinates& at, Value slot) {
  auto run = [&](const Blocks& blocks) {
    if (!steps) {
      const int64_t pixel = z.result_pixel;
      Value src = e.stream(accumulators, e.add(accumulator, e.mul(blocks.first, z.pixels)), 0,
                           resultLevels(at, resultStrides(1)));
      Value dst = e.stream(results, e.add(slot, e.mul(blocks.first, cols * 4)), 0,
                           resultLevels(at, resultStrides(pixel)));
      return moveRows(e, *moves.store, dst, src);
    }
    steps->run([&](int64_t value, const MapStep& step) {
      return epilogueRows(at, blocks, slot, value, epilogue->plan.values[step.result]);
    });
  };
  const auto levels = llvm::count_if(plan.tile, [](int64_t results) { return results > 1; });
  if (steps && levels < e.machine.sequencer.levels)
    return run({e.constant(0), blocksOf(at)});
  e.loop(blocksOf(at), [&](Value block) { run({block, {}}); });
}

/// The rows of a value in some blocks, for a step that makes `made`: of what is a row one of each
/// block, whatever the tile, of what is a column those of one block.
Value ProductCode::epilogueRows(const Coordinates& at, const Blocks& blocks, Value slot,
                                int64_t index, const MapValue& made) {
  const MapValue& value = epilogue->plan.values[index];
  struct {
    Value buffer, base;
    int64_t pixel, block; ///< from one to the next
  } rows;
  if (value.is_result)
    rows = {results, slot, z.result_pixel, cols * value.element_bytes};
  else if (value.input < 0)
    rows = {between, e.constant(value.address - firstBetween(e.machine)), 1,
            value.is_column ? 0
            : value.is_row  ? 1
                            : z.pixels};
  else if (epilogue->operands[value.input] == Beside::Results)
    rows = {accumulators, accumulator, 1, z.pixels};
  else if (epilogue->operands[value.input] == Beside::RowSums)
    rows = {accumulators, rowSums(at), 1, 0};
  else if (epilogue->operands[value.input] == Beside::Sums)
    rows = {accumulators, e.add(accumulator, resultsOf(at, 3)), 1, z.pixels};
  else
    rows = {boxes, e.add(operandSlot(at), operands.place(value.input)),
            value.is_column ? cols * 4 : z.operand_pixel, value.is_column ? 0 : cols * 4};
  SmallVector<Level> levels;
  if (!made.is_row)
    levels = resultLevels(at, resultStrides(value.is_row ? 0 : rows.pixel));
  Value base = e.add(rows.base, e.mul(blocks.first, rows.block));
  if (!made.is_column && blocks.count && getConstantIntValue(blocks.count) != 1)
    levels.push_back({blocks.count, rows.block, {}, {}});
  return e.stream(rows.buffer, base, 0, levels);
}

namespace {

/// A product and the map behind it.
class EpilogueCode : public LayerCode {
public:
  EpilogueCode(Emit& emit, Session& session, const ProductOperands& operands,
               const ProductPlan& plan, const isa::Spec& spec, Epilogue made)
      : epilogue(std::move(made)), code(emit, session, operands, plan, spec, &epilogue) {}
  void begin() override { code.begin(); }
  void beginTurn() override { code.beginTurn(); }
  void run() override { code.run(); }
  Weights weightLoads() const override { return code.weightLoads(); }
  void keepWeights(int64_t address) override { code.keepWeights(address); }

private:
  const Epilogue epilogue;
  ProductCode code;
};

} // namespace

std::unique_ptr<LayerCode> makeProductEpilogue(Emit& emit, Session& session, Epilogue epilogue,
                                               const isa::Spec& spec, const Part& part) {
  FailureOr<ProductPlan> plan = readProductPlan(*epilogue.map);
  FailureOr<ProductOperands> operands = readProduct(*fusedProducer(epilogue.map));
  if (failed(plan) || failed(operands))
    return nullptr;
  operands->product.epilogue = needsOf(epilogue);
  operands->result = epilogue.map.getResult();
  cutProduct(*operands, *plan, part, spec.machine);
  if (!part.whole())
    waitAlways(epilogue.plan);
  return std::make_unique<EpilogueCode>(emit, session, *operands, *plan, spec, std::move(epilogue));
}

} // namespace npuforge::tile
