#pragma once
// A program in the simulator beside the reference interpreter on the graph as it was imported:
// which layer's result is the first that differs.
//
// A layer's result is looked at in DRAM when a later layer's first store has completed: stores
// complete in order, and a result's place is not used again before its last reader has run. Values
// that never leave the chip have no row. Quantised values go on as the device has them, so that
// each layer is compared on identical inputs.

#include <cstdint>
#include <string>
#include <vector>

#include <mlir/IR/BuiltinOps.h>
#include <nlohmann/json.hpp>

#include "npuforge/assembler/program.h"
#include "npuforge/compiler/verify/tensors.h"
#include "npuforge/compiler/verify/tolerances.h"

namespace npuforge::verify {

/// A value that a layer of the program stores (tile's layer_value.h).
struct LayerValue {
  size_t layer = 0; ///< in Program::layers; their number for the network's outputs
  std::string name;
  std::vector<int64_t> order; ///< NetworkValue's
  assembler::Port place;      ///< its type is the network's, known when the reference is
};

/// Of a module of the npu dialect, in the order of execution; of values that several layers store,
/// the last.
std::vector<LayerValue> layer_values(mlir::ModuleOp module, const assembler::Program& program);

/// One compared value.
struct Row {
  std::string node, value, type;
  std::vector<int64_t> shape; ///< the network's
  int64_t elements = 0;
  std::optional<Worst> worst; ///< none: all equal
  bool differs() const { return worst && !worst->allowed; }
};

struct Question {
  mlir::ModuleOp imported; ///< before any pass
  const assembler::Program& program;
  const std::vector<LayerValue>& values;
  const isa::Spec& spec;
  const Tolerances& tolerances;
  std::string precision = "f32"; ///< the narrowest in which a layer was computed
};

/// Rows in the order of execution, the outputs last. Throws SimulationError, InterpreterError.
std::vector<Row> compare(const Question& question, const std::vector<Tensor>& inputs);

/// The first that differs; none if all are near.
const Row* first_difference(const std::vector<Row>& rows);

/// "node 'conv2' (value 'y', f32 1x4x8x8): element [0, 1, 2, 3] is 2.5 instead of 1, ..."
std::string describe(const Row& row);
/// A table of all rows.
void print(const std::vector<Row>& rows);
nlohmann::json to_json(const std::vector<Row>& rows);

} // namespace npuforge::verify
