#pragma once
// The chains of vector instructions as npuc --maps-json writes them.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "npuforge/isa/propose.h"

namespace npuforge::isa {

/// A list of maps `{"layer", "rows", "steps": [{"instruction", "result", "operands": {NAME:
/// {"value": V} or {"bits": [..]}}}]}`; values are numbered within their map. Throws
/// std::runtime_error if an instruction or operand is not the spec's.
std::vector<Chain> read_chains(const nlohmann::json& maps, const Spec& spec,
                               const std::string& model);

} // namespace npuforge::isa
