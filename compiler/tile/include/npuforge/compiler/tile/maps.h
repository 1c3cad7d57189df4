#pragma once
// What a map became: which instructions compute it, at what cost, and where their rows lie. Written
// by tile-plan as the attribute `tile.cover`, which tile.layer keeps for reports.

#include <string>
#include <vector>

#include "mlir/IR/BuiltinOps.h"

namespace npuforge::tile {

inline constexpr llvm::StringLiteral kCoverAttr = "tile.cover";

/// Rows of one value.
struct MapValue {
  std::string space;
  int64_t element_bytes;  ///< of an element in the scratchpad; the accumulator has one row for each
  int64_t input = -1;     ///< operand that it is
  bool is_result = false; ///< lies in the output slots
  int64_t address = 0;
  int64_t slot = 0;       ///< from one slot to the other; 0: there is one
  bool is_row = false;    ///< the same for all rows of the tile's matrix (a row of channels)
  bool is_column = false; ///< the same for all of its columns: one row for all blocks of lanes
};

struct MapOperand {
  std::string name;
  int64_t value = -1;        ///< rows; -1: a number
  std::vector<int64_t> bits; ///< a number's bits: one, or one for each channel
  bool is_lane = false;      ///< a number in a lane register, else in the word
};

struct MapStep {
  std::string instruction, destination;
  int64_t result;
  std::vector<MapOperand> operands;
  int64_t cycles;
  bool waits = false; ///< for the step before to have written its rows
};

struct MapPlan {
  std::vector<MapValue> values;
  std::vector<MapStep> steps;
  int64_t layer_rows = 0;               ///< of the whole layer
  int64_t rows = 0;                     ///< for which cycles are given
  int64_t cycles = 0;                   ///< occupancy of the vector unit
  bool inexact = false;                 ///< rewrites that change the last bits of f32 were needed
  std::vector<std::string> alternative; ///< the next best instructions; empty: there are none
  int64_t alternative_cycles = 0;
};

/// Of tiles that may be shorter than those that the plan was made for.
inline void waitAlways(MapPlan& plan) {
  for (MapStep& step : plan.steps)
    step.waits = true;
}

mlir::Attribute toAttribute(mlir::MLIRContext* context, const MapPlan& plan);
mlir::FailureOr<MapPlan> readMapPlan(mlir::Operation& op);

/// The maps of a module behind tile-generate, in the order of the program, with their layers'
/// names.
std::vector<std::pair<std::string, MapPlan>> mapsOf(mlir::ModuleOp module);

} // namespace npuforge::tile
