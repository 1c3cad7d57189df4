#pragma once
// Where a network's operators are placed on a machine of several cores.

#include <memory>

#include "npuforge/isa/spec.h"

#include "llvm/ADT/StringRef.h"
#include "mlir/Pass/Pass.h"

namespace npuforge::tile {

/// The module's attribute: "plane" (without it, too): tasks over cores and time; to compare with,
/// "one": all on one core, or "turns": one operator after the other, each on all cores if that is
/// faster, then a barrier.
inline constexpr llvm::StringLiteral kPlacementAttr = "tile.placement";
inline constexpr llvm::StringLiteral kOnPlane = "plane", kOnOne = "one", kInTurns = "turns";

/// In the names of parts, between the layer's name and the number of the core.
inline constexpr char kPartMark = '@';

/// On the last operation of a layer: when each of its tasks is expected to begin and to end,
/// [begin, end, begin, end, ..] in cycles, in the order of tile.tasks.
inline constexpr llvm::StringLiteral kPredictedAttr = "tile.predicted";

/// `tile-place`: writes the attribute `tile.tasks`, which says which core computes which part of
/// each layer, unless it is there already: written by hand, or by a search.
std::unique_ptr<mlir::Pass> createPlacePass(const isa::Spec& spec);
void registerPlacePass();

/// `tile-keep`: writes into tasks' plans which weights stay in a core's scratchpad, and where,
/// because a later task of that core uses them again. Not where operators take turns.
std::unique_ptr<mlir::Pass> createKeepPass(const isa::Spec& spec);
void registerKeepPass();

} // namespace npuforge::tile
