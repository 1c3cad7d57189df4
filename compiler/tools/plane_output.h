#pragma once
// npuc --emit=plane: which core computes what when, as predicted.

#include <string>
#include <vector>

#include <mlir/IR/BuiltinOps.h>

#include "npuforge/assembler/plane_bars.h"

namespace npuforge::tools {

/// Of tile operations: the tasks of all cores, in the order in which each core runs them. Throws
/// std::runtime_error where nothing has been placed: there is one core, or --placement one, or
/// control flow.
std::vector<assembler::PlaneBar> plane_of(mlir::ModuleOp module);

/// As text; as a picture where the file's name ends in .svg, as data where it ends in .json.
std::string plane_document(const std::vector<assembler::PlaneBar>& bars, const std::string& file,
                           const std::string& title);

} // namespace npuforge::tools
