#pragma once
// The code of a layer, whatever its kind.

#include "session.h"

namespace npuforge::tile {

/// Null, with an error, where the plan is wrong, which may come from elsewhere than tile-plan, or
/// the machine lacks something. `layer` and `plan` must outlive the code.
std::unique_ptr<LayerCode> makeCode(Emit& emit, Session& session, const Layer& layer,
                                    const Plan& plan, const isa::Spec& spec);

} // namespace npuforge::tile
