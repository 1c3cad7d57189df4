#pragma once
// A spec as JSON for other programs.

#include <nlohmann/json.hpp>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

nlohmann::json spec_json(const Spec& spec);
nlohmann::json instruction_json(const Spec& spec, const Instruction& instruction);

} // namespace npuforge::isa
