#pragma once
// The code of a loop: where its values lie (loop_places.h), weights that stay in the scratchpad for
// all turns, and what is copied before, in and behind the turns.

#include "control/control_writer.h"
#include "control/loop_places.h"

namespace npuforge::tile {

/// Reserves the data of a loop's values: Step::places has the turn's number, the carried values,
/// the collected ones, in this order.
void defineLoop(Session& session, const Lives& lives, Step& step, graph::LoopOp op,
                const isa::Machine& machine);

class LoopWriter : ControlWriter {
public:
  using ControlWriter::ControlWriter;
  void run(graph::LoopOp op);

private:
  /// Data of the step.
  const Tensor& turnData() const { return step.places[0]; }
  const Tensor& carriedData(size_t i) const { return step.places[1 + i]; }
  const Tensor& collectedData(size_t k) const;
  const Tensor& dataOf(size_t carried) const;
  Tensor inOf(size_t carried, Value turn) const;
  Tensor outOf(size_t carried, Value turn) const;
  Tensor pieceOf(size_t collected, Value turn) const;

  bool keepWeights();
  bool mustSettle() const;
  LayerCode* firstAhead() const;
  void turnWith(LayerCode* first);
  void begin();
  void defineTurn(Value turn);
  void countTurn(Value turn);
  void next(Value turn);
  void defineResults(Value done);
  Value turnsOf();

  graph::LoopOp op;
  const LoopParts* parts = nullptr;
  const LoopPlaces* places = nullptr;
  bool keeps = false; ///< some weights stay in the scratchpad
};

} // namespace npuforge::tile
