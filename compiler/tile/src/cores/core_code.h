#pragma once
// The program of one core: its layers and control flow, in order.

#include "flow.h"

namespace npuforge::tile {

class CoreCode {
public:
  /// Of core `core`; `tensors` knows all that the flow reads and writes.
  CoreCode(Emit& emit, Tensors& tensors, const isa::Spec& spec, int core)
      : e_(emit), spec_(spec), core_(core), session_(tensors, spec.machine) {}

  /// Makes the code at the emitter's place. `host_control`: see host_control.h.
  mlir::LogicalResult write(Flow& flow, bool host_control);

private:
  mlir::LogicalResult makeCodes(Flow& flow);
  mlir::LogicalResult writeFlow(Flow& flow, const Flow& main, LayerCode* behind = nullptr);
  mlir::LogicalResult makeLayer(Step& step, bool of_network);
  mlir::DictionaryAttr describeValue(mlir::Operation& root);
  void makeCredits(mlir::Operation* before);

  Emit& e_;
  const isa::Spec& spec_;
  const int core_;
  Session session_;
};

} // namespace npuforge::tile
