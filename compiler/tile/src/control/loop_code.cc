#include "control/loop_code.h"

#include <array>
#include <limits>

#include "npuforge/compiler/graph/build.h"

#include "words/rows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// All layers' codes of a body and of the bodies in it.
void collectCodes(Flow& flow, SmallVector<LayerCode*>& codes) {
  for (Step& step : flow.steps) {
    if (step.code)
      codes.push_back(step.code.get());
    for (Flow& body : step.bodies)
      collectCodes(body, codes);
  }
}

/// What the last layer of a turn begins: the first one of the next turn.
class NextTurn : public LayerCode {
public:
  explicit NextTurn(LayerCode& first) : first_(first) {}
  void begin() override {
    if (!std::exchange(begun_, true))
      first_.beginTurn();
  }
  void run() override {}

private:
  LayerCode& first_;
  bool begun_ = false;
};

/// Constant and not zero.
bool isTrue(Value condition) {
  auto constant = graph::constantValue(condition);
  return constant && graph::integers(constant).front() != 0;
}

} // namespace

void defineLoop(Session& session, const Lives& lives, Step& step, graph::LoopOp op,
                const isa::Machine& machine) {
  const LoopParts parts(op, step.bodies[0].function);
  const LoopPlaces places(op, step.bodies[0].function);
  const int64_t row = machine.accumulator_row_bytes();
  auto reserve = [&](const char* what, int64_t bytes, int64_t last) {
    // Layers read to the end of the last row.
    Tensor tensor = session.reserve(step.name + "." + what, (ceilDiv(bytes, row) + 1) * row);
    session.setLife(tensor, step.first, std::max(step.last, last));
    step.places.push_back(tensor);
  };
  auto result = [&](size_t i) { return op.getResults()[i]; };
  reserve("turn", 4, step.last);
  for (size_t i = 0; i < parts.carried; ++i)
    reserve("carried", places.carriedBytes(i), lives.lastRead(result(i)));
  for (size_t k = 0; k < parts.collected; ++k) {
    int64_t last = lives.lastRead(result(parts.carried + k));
    for (size_t i = 0; i < parts.carried; ++i)
      if (places.carried[i].form == CarriedPlace::Stack && places.carried[i].collected == k)
        last = std::max(last, lives.lastRead(result(i)));
    reserve("collected", places.collectedBytes(k), last);
  }
  if (!op.getTrips() && !op.getCondition())
    return; // then the places of the results are known, too
  for (size_t i = 0; i < parts.carried; ++i) {
    Tensor tensor = session.reserve(step.name + ".result", wordsBytes(result(i), machine));
    session.setLife(tensor, step.first, std::max(step.last, lives.lastRead(result(i))));
    session.defineAll(result(i), tensor);
  }
}

const Tensor& LoopWriter::collectedData(size_t k) const {
  return step.places[1 + parts->carried + k];
}

const Tensor& LoopWriter::dataOf(size_t carried) const {
  const CarriedPlace& place = places->carried[carried];
  return place.form == CarriedPlace::Stack ? collectedData(place.collected) : carriedData(carried);
}

Tensor LoopWriter::inOf(size_t i, Value turn) const {
  return tile::inside(
      dataOf(i), [p = *places, i, turn](Emit& emit) { return p.in(emit, i, turn); },
      bytesOf(parts->carriedIn(i)));
}

Tensor LoopWriter::outOf(size_t i, Value turn) const {
  return tile::inside(
      dataOf(i), [p = *places, i, turn](Emit& emit) { return p.out(emit, i, turn); },
      bytesOf(parts->carriedIn(i)));
}

Tensor LoopWriter::pieceOf(size_t k, Value turn) const {
  return tile::inside(
      collectedData(k), [p = *places, k, turn](Emit& emit) { return p.piece(emit, k, turn); },
      bytesOf(parts->piece(k)));
}

void LoopWriter::run(graph::LoopOp loop) {
  op = loop;
  func::FuncOp function = step.bodies[0].function;
  const LoopParts own_parts(op, function);
  const LoopPlaces own_places(op, function);
  parts = &own_parts, places = &own_places;
  begin();
  Value entry;
  if (op.getCondition() && !isTrue(op.getCondition()))
    entry = decision(op.getCondition(), "whether to begin");
  Value turns = turnsOf();
  settle(e);
  const bool settles = !keepWeights() && mustSettle();
  const bool asks = s.host_control && (op.getTrips() || op.getCondition());
  LayerCode* const first = settles || keeps || asks ? nullptr : firstAhead();
  if (first)
    layer("weights", {}, [&] { first->beginTurn(); });
  auto repeat =
      RepeatOp::create(e.builder, e.location, e.builder.getIndexType(), step.name, turns, entry);
  Value turn = repeat.getBody().emplaceBlock().addArgument(e.builder.getIndexType(), e.location);
  inside(repeat.getBody(), [&] {
    defineTurn(turn);
    countTurn(turn);
    turnWith(first);
    next(turn);
    if (settles)
      settle(e);
    if (asks && !op.getCondition())
      askHost("next turn");
    if (op.getCondition())
      LeaveOp::create(e.builder, e.location, decision(parts->condition(), "whether to go on"));
  });
  if (first) { // loaded for a turn that is not
    e.await("weights", "load");
    e.signal("weights", "load");
  }
  if (keeps) { // others take the place of the weights
    e.signal("weights", "load");
    e.await("load", "weights");
  }
  settle(e);
  defineResults(repeat.getDone());
}

/// The body's first layer, if it has weights to load for the next turn while this one computes.
LayerCode* LoopWriter::firstAhead() const {
  const std::vector<Step>& steps = step.bodies[0].steps;
  LayerCode* first = steps.empty() ? nullptr : steps.front().code.get();
  return first && first->weightLoads().bytes > 0 ? first : nullptr;
}

/// `first`: what the turn begins for the next one; null: nothing.
void LoopWriter::turnWith(LayerCode* first) {
  if (!first)
    return body(step.bodies[0], nullptr);
  NextTurn ahead(*first);
  body(step.bodies[0], &ahead);
  ahead.begin(); // where the last layer did not
}

Value LoopWriter::turnsOf() {
  if (op.getTrips())
    return decision(op.getTrips(), "how many turns");
  if (op.getMost() <= std::numeric_limits<int32_t>::max())
    return e.constant(op.getMost());
  return {};
}

/// Weights that all fit into their slots are loaded once. All or none: whose weights do not stay
/// takes the slots by turns.
bool LoopWriter::keepWeights() {
  SmallVector<LayerCode*> codes;
  collectCodes(step.bodies[0], codes);
  std::array<int64_t, 2> used{};
  SmallVector<std::pair<LayerCode*, int64_t>> kept;
  for (LayerCode* code : codes) {
    const LayerCode::Weights weights = code->weightLoads();
    if (weights.groups == 0)
      continue;
    size_t slot = 0;
    while (slot < 2 && used[slot] + weights.bytes > e.map.weights[slot].bytes)
      ++slot;
    if (weights.bytes == 0 || slot == 2)
      return false;
    kept.push_back({code, e.map.weights[slot].address + used[slot]});
    used[slot] += weights.bytes;
  }
  keeps = !kept.empty();
  if (keeps)
    layer("weights", {}, [&] {
      for (auto [code, address] : kept)
        code->keepWeights(address);
      e.signal("load", "weights");
      e.await("weights", "load");
    });
  return true;
}

/// Do the slots of weights of one turn end where the next turn's begin?
bool LoopWriter::mustSettle() const {
  SmallVector<LayerCode*> codes;
  collectCodes(step.bodies[0], codes);
  int64_t groups = 0;
  for (const LayerCode* code : codes)
    groups += code->weightLoads().groups;
  const bool straight =
      llvm::all_of(step.bodies[0].steps, [](const Step& inner) { return inner.isLayer(); });
  return groups % 2 != 0 || !straight;
}

/// What the first turn begins with.
void LoopWriter::begin() {
  SmallVector<Transfer> copies;
  for (size_t i = 0; i < parts->carried; ++i)
    add(copies, s.tensor(op.getCarried()[i]), inOf(i, e.constant(0)), bytesOf(op.getCarried()[i]));
  layer("begin", copies);
}

/// Where the turn's values lie.
void LoopWriter::defineTurn(Value turn) {
  s.defineAll(parts->turn(), turnData());
  for (size_t i = 0; i < parts->carried; ++i) {
    s.defineAll(parts->carriedIn(i), inOf(i, turn));
    if (places->carried[i].made)
      s.defineAll(behindReshapes(parts->carriedOut(i)), outOf(i, turn));
  }
  for (size_t k = 0; k < parts->collected; ++k)
    if (places->collected[k].made && !places->collected[k].carried)
      s.defineAll(behindReshapes(parts->piece(k)), pieceOf(k, turn));
  for (size_t i = 0; i < parts->scanned; ++i) {
    const int64_t bytes = bytesOf(parts->slice(i)), most = op.getMost();
    const bool backwards = op.getBackwards()[i];
    auto at = [bytes, most, backwards, turn](Emit& emit) {
      return emit.mul(backwards ? emit.sub(emit.constant(most - 1), turn) : turn, bytes);
    };
    s.defineAll(parts->slice(i), tile::inside(s.tensor(op.getScanned()[i]), at, bytes));
  }
  for (auto [index, value] : llvm::enumerate(op.getInputs()))
    s.defineAll(parts->input(index), s.tensor(value));
}

/// The turn's number as a tensor, if the body reads it.
void LoopWriter::countTurn(Value turn) {
  if (!parts->turn().use_empty())
    layer("count", {}, [&] { writeScalar(e, s, turn, turnData()); });
}

/// Copies what the body has not written where the next turn and the loop's readers find it.
void LoopWriter::next(Value turn) {
  SmallVector<Transfer> copies;
  for (size_t k = 0; k < parts->collected; ++k)
    if (!places->collected[k].made)
      add(copies, s.tensor(parts->piece(k)), pieceOf(k, turn), bytesOf(parts->piece(k)));
  for (size_t i = 0; i < parts->carried; ++i)
    if (places->carried[i].form != CarriedPlace::Still && !places->carried[i].made)
      add(copies, s.tensor(parts->carriedOut(i)), outOf(i, turn), bytesOf(parts->carriedOut(i)));
  layer("next", copies);
}

/// The results lie where the turn behind the last one would read them, and are copied to where they
/// have to be.
void LoopWriter::defineResults(Value done) {
  const bool counted = !op.getTrips() && !op.getCondition();
  Value turns = counted ? e.constant(op.getMost()) : done;
  SmallVector<Transfer> copies;
  auto define = [&](Value result, const Tensor& tensor) {
    if (s.knows(result))
      add(copies, tensor, s.tensor(result), bytesOf(result));
    else
      s.defineAll(result, tensor);
  };
  for (size_t i = 0; i < parts->carried; ++i)
    define(op.getResults()[i], inOf(i, turns));
  for (size_t k = 0; k < parts->collected; ++k) {
    Value result = op.getResults()[parts->carried + k];
    auto at = [first = places->collectedAt(k)](Emit& emit) { return emit.constant(first); };
    define(result, tile::inside(collectedData(k), at, bytesOf(result)));
  }
  layer("results", copies);
}

} // namespace npuforge::tile
