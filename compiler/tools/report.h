#pragma once
// What npuc tells about a network: its ends, its layers, what they became.

#include <cstdint>
#include <string>
#include <vector>

#include <mlir/IR/BuiltinOps.h>
#include <nlohmann/json.hpp>

#include "npuforge/assembler/program.h"

namespace npuforge::tools {

struct LayerRow {
  std::string name, operation,
      shape; ///< ONNX node, graph operation, shape of its result on the device
  int64_t macs = 0, parameter_bytes = 0, instructions = 0;
  std::string fused_with; ///< the first operator of its layer, which has the instructions of all
};

/// Of the program file; zero if none is made.
struct Sizes {
  int64_t instructions = 0, constant_bytes = 0, activation_bytes = 0;
};

struct Report {
  Sizes sizes;
  std::vector<assembler::ResourceBound> bounds; ///< whatever the schedule
  std::vector<std::string> interface;           ///< a line for each input and output
  std::vector<LayerRow> layers;
};

/// From the lowered graph, before the back end consumes it.
Report describe(mlir::ModuleOp module, const isa::Machine& machine);

/// Adds the sizes, and each layer's number of instructions.
void add_program(Report& report, const assembler::Program& program);

void print(const Report& report);
nlohmann::json to_json(const Report& report);

} // namespace npuforge::tools
