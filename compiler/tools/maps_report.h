#pragma once
// What npuc tells about a network's maps: the instructions that it chose and what they cost.

#include <mlir/IR/BuiltinOps.h>
#include <nlohmann/json.hpp>

#include "npuforge/compiler/tile/maps.h"

namespace npuforge::tools {

using Maps = std::vector<std::pair<std::string, tile::MapPlan>>;

/// A line for each map: its instructions and their cycles, and those of the next best choice.
void print(const Maps& maps);

/// All of it: for each map its layer, the rows and cycles of the whole layer, and the chain: each
/// step's instruction, the values it reads and writes, the numbers it is given (bits, one or one
/// for each channel).
nlohmann::json to_json(const Maps& maps);

} // namespace npuforge::tools
