#pragma once
// Parts of layers: what one task computes of a layer's result, so that several cores can share the
// layer. A part is a layer of its own, with extents of its own, whose tensors lie inside those of
// the whole one (Layer::View): it is planned, proved and made into code as any layer is.

#include <string>
#include <variant>
#include <vector>

#include "npuforge/isa/spec.h"

#include "layers.h"

namespace npuforge::tile {

/// Of a layer.
Splits splitsOf(const Layer& layer, const isa::Machine& machine);

/// Parts that are as equal as can be: `rows` ranges of rows, each cut into `blocks` ranges of
/// blocks; fewer where there are fewer units.
std::vector<Part> partsOf(const Layer& layer, int64_t rows, int64_t blocks,
                          const isa::Machine& machine);

/// Why these parts do not cover the layer's result once, or "".
std::string checkParts(const Layer& layer, llvm::ArrayRef<Part> parts, const isa::Machine& machine);

/// The part as a layer. Of the whole it reads what lies under its results: `in_view`, `in` say
/// which rows and blocks of `input`.
Layer partOf(const Layer& layer, const Part& part, const isa::Machine& machine);

/// A task of one core.
struct Task {
  int64_t core = 0;
  Part part;
  mlir::Attribute plan;        ///< of the part; null: the layer's own
  bool shares_weights = false; ///< with all such tasks of the same blocks: see Gang
};

/// On the last operation of a layer: its tasks, together the whole layer. Without it the layer is
/// one task of core 0.
inline constexpr llvm::StringLiteral kTasksAttr = "tile.tasks";
mlir::Attribute toAttribute(mlir::MLIRContext* context, llvm::ArrayRef<Task> tasks);
/// Fails, with errors, where the attribute is not of the form that toAttribute() makes.
mlir::FailureOr<std::vector<Task>> readTasks(mlir::Operation& op);

/// The plan for a part of a layer that has one, or why the part does not fit the machine.
std::variant<mlir::Attribute, std::string> planPart(const Layer& layer, const Part& part,
                                                    const isa::Spec& spec);

} // namespace npuforge::tile
