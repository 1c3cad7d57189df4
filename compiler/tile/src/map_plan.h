#pragma once
// How a map's plan is made.

#include <variant>

#include "npuforge/compiler/match/cover.h"
#include "npuforge/compiler/tile/maps.h"

#include "layers.h"
#include "plan.h"

namespace npuforge::tile {

/// What the map's channels have in common: blocks of channels are tasks of their own when operands
/// have one value or one row for a whole channel.
bool hasChannelOperands(const Layer& layer);

/// Both plans of a map, or the reason why there is none. `fast_math`: rewrites that may change the
/// last bits of f32 compete with the others; else they are tried where nothing else covers the map.
std::variant<std::pair<Plan, MapPlan>, std::string> makeMapPlan(const Layer& layer,
                                                                const isa::Spec& spec,
                                                                const match::Patterns& patterns,
                                                                bool fast_math);

/// Gives every value its place and every step its waits. Returns the size of a tile in rows, or why
/// there is no place.
std::variant<int64_t, std::string> placeMap(MapPlan& plan, const isa::Spec& spec, int64_t rows);

} // namespace npuforge::tile
