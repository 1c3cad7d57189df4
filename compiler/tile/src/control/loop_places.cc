#include "control/loop_places.h"

#include "words/rows.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

constexpr int64_t kAlignment = 64; // of a tensor in DRAM

SmallVector<Value> resultsOf(func::FuncOp body) {
  return SmallVector<Value>(
      cast<func::ReturnOp>(body.getBody().front().getTerminator()).getOperands());
}

} // namespace

Value behindReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>())
    value = reshape.getOperand();
  return value;
}

bool MadeValues::take(Value value) {
  Value root = behindReshapes(value);
  Operation* op = root.getDefiningOp();
  return op && op->getBlock() == block_ && !isConstant(root) && taken_.insert(root).second;
}

int64_t bytesOf(Value value) {
  return elementsOf(value) * elementBytes(value);
}

LoopParts::LoopParts(graph::LoopOp op, func::FuncOp body)
    : carried(op.getCarried().size()), scanned(op.getScanned().size()),
      collected(op.getResults().size() - carried), arguments(body.getArguments()),
      results(resultsOf(body)), first_result(op.getCondition() ? 1 : 0) {}

LoopPlaces::LoopPlaces(graph::LoopOp op, func::FuncOp body)
    : parts_(op, body), most_(op.getMost()) {
  MadeValues made(body);
  for (size_t i = 0; i < parts_.collected; ++i)
    collected.push_back({op.getBackwards()[parts_.scanned + i], false, false});
  for (size_t i = 0; i < parts_.carried; ++i) {
    Value out = behindReshapes(parts_.carriedOut(i));
    if (out == parts_.carriedIn(i)) {
      carried.push_back({CarriedPlace::Still});
      continue;
    }
    CarriedPlace place{CarriedPlace::Pair, 0, made.take(out)};
    for (size_t k = 0; k < parts_.collected && place.form == CarriedPlace::Pair; ++k)
      if (place.made && !collected[k].carried && behindReshapes(parts_.piece(k)) == out) {
        place.form = CarriedPlace::Stack, place.collected = k;
        collected[k].carried = collected[k].made = true;
      }
    carried.push_back(place);
  }
  for (size_t i = 0; i < parts_.collected; ++i)
    collected[i].made = collected[i].made || made.take(parts_.piece(i));
}

int64_t LoopPlaces::step(size_t i) const {
  return ceilDiv(bytesOf(parts_.carriedIn(i)), kAlignment) * kAlignment;
}

int64_t LoopPlaces::carriedBytes(size_t i) const {
  switch (carried[i].form) {
  case CarriedPlace::Still:
    return bytesOf(parts_.carriedIn(i));
  case CarriedPlace::Pair:
    return 2 * step(i);
  case CarriedPlace::Stack:
    return 0;
  }
  return 0;
}

int64_t LoopPlaces::collectedBytes(size_t i) const {
  return (most_ + collected[i].carried) * bytesOf(parts_.piece(i));
}

int64_t LoopPlaces::collectedAt(size_t i) const {
  return collected[i].carried && !collected[i].backwards ? bytesOf(parts_.piece(i)) : 0;
}

Value LoopPlaces::piece(Emit& emit, size_t i, Value turn) const {
  Value number = collected[i].backwards ? emit.sub(emit.constant(most_ - 1), turn) : turn;
  return emit.add(emit.mul(number, bytesOf(parts_.piece(i))), collectedAt(i));
}

Value LoopPlaces::in(Emit& emit, size_t i, Value turn) const {
  switch (carried[i].form) {
  case CarriedPlace::Still:
    return emit.constant(0);
  case CarriedPlace::Pair:
    return emit.mul(emit.parity(turn), step(i));
  case CarriedPlace::Stack: { // what the turn before has collected
    const size_t k = carried[i].collected;
    const int64_t bytes = bytesOf(parts_.piece(k));
    return emit.add(piece(emit, k, turn), collected[k].backwards ? bytes : -bytes);
  }
  }
  return {};
}

Value LoopPlaces::out(Emit& emit, size_t i, Value turn) const {
  switch (carried[i].form) {
  case CarriedPlace::Still:
    return emit.constant(0);
  case CarriedPlace::Pair:
    return emit.sub(emit.constant(step(i)), emit.mul(emit.parity(turn), step(i)));
  case CarriedPlace::Stack:
    return piece(emit, carried[i].collected, turn);
  }
  return {};
}

} // namespace npuforge::tile
