#pragma once
// How a map's plan is made.

#include <functional>
#include <set>
#include <variant>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/cover.h"
#include "npuforge/compiler/tile/maps.h"

#include "layers.h"
#include "plan/plan.h"

namespace npuforge::tile {

/// What the map's channels have in common: blocks of channels are tasks of their own when operands
/// have one value or one row for a whole channel.
bool hasChannelOperands(const Layer& layer);

/// Rows of one run of tiles: of a block of channels where blocks are tasks of their own, else of
/// all.
int64_t mapRows(const Layer& layer, const isa::Machine& machine);

/// Both plans of a map, or the reason why there is none. `fast_math`: rewrites that may change the
/// last bits of f32 compete with the others; else they are tried where nothing else covers the map.
std::variant<std::pair<Plan, MapPlan>, std::string> makeMapPlan(const Layer& layer,
                                                                const isa::Spec& spec,
                                                                const match::Patterns& patterns,
                                                                bool fast_math);

/// Both plans of a convolution whose last step is a map, or the reason why there are none. `plain`:
/// its input is row-major.
std::variant<std::pair<Plan, MapPlan>, std::string> makeMappedPlan(const Layer& conv, bool plain,
                                                                   const isa::Spec& spec,
                                                                   const match::Patterns& patterns,
                                                                   bool fast_math);

/// Rows of a tile for which the cycles of plans are given.
int64_t nominalRows();

/// The instructions of a map over words, or of a change between words and blocks, whose places are
/// still to be found, or why there are none. `accumulated`: operands whose rows lie in the
/// accumulator already. The result's rows lie in `space`.
std::variant<MapPlan, std::string> coverMap(mlir::Operation& map, const isa::Spec& spec,
                                            const match::Patterns& patterns, bool fast_math,
                                            const std::set<int>& accumulated = {},
                                            isa::Space space = isa::Space::Scratchpad);

/// Rows of a tile, and of the smallest one.
struct TileRows {
  int64_t rows, fewest;
};

/// Gives every value its place and every step its waits. `choose` is told how many rows there is
/// room for, and says how many a tile has. Returns why there is no place, or "".
std::string placeMap(MapPlan& plan, const isa::Spec& spec,
                     const std::function<TileRows(int64_t room)>& choose);

/// The same for a plan whose inputs and result have places already: what lies between them goes to
/// the accumulator's rows from `first_row` on, which is the first one of a bank.
std::string placeBetween(MapPlan& plan, const isa::Spec& spec, int64_t first_row,
                         const std::function<TileRows(int64_t room)>& choose);

} // namespace npuforge::tile
