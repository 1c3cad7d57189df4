#pragma once

#include <memory>

#include "mlir/Pass/Pass.h"

namespace npuforge::tile {

/// `tile-hoist`: what is the same in all turns of a loop is computed before it.
std::unique_ptr<mlir::Pass> createHoistPass();
void registerHoistPass();

} // namespace npuforge::tile
