#pragma once
// Parts of layers: what one task computes of a layer's result, so that several cores can share the
// layer. A part is a layer of its own, with extents of its own, whose tensors lie inside those of
// the whole one (Layer::View): it is planned, proved and made into code as any layer is.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "npuforge/isa/spec.h"

#include "layers.h"

namespace npuforge::tile {

struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

/// Rows and blocks of a layer's result that a task computes.
struct Part {
  std::optional<Range> rows;   ///< none: all. Of layers over words see Splits
  std::optional<Range> blocks; ///< of as many channels as the array has columns; none: all
  bool whole() const { return !rows && !blocks; }
  bool operator==(const Part&) const = default;
};

/// How far a layer can be cut: its units along both axes, any ranges of which are a part; 1 where
/// it cannot be cut. Of layers of integers `rows` are the result's rows and `blocks` its blocks of
/// channels. Of layers over words `rows` are the steps of the result's outermost tiles' dimension,
/// `blocks` the panels of a product's columns.
struct Splits {
  int64_t rows = 1, blocks = 1;
};
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
  mlir::Attribute plan; ///< of the part; null: the layer's own
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
