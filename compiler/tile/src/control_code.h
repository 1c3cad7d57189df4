#pragma once
// The code of control flow: tensors at fixed places, which bodies read and write, and branches
// around the bodies' layers. Around each branch and between a loop's turns all units have done what
// stands before (see settle), so every way into a body leaves slots and tokens the same.

#include "flow.h"
#include "transfer.h"

namespace npuforge::tile {

/// Gives the values that the step's bodies and results are made of their places; what lies outside
/// has its place already.
void defineControl(Session& session, const Lives& lives, const Step& step,
                   const isa::Machine& machine);

/// Writes the step. `body` writes a body's steps at the emitter's place.
void writeControl(Emit& emit, Session& session, Step& step, const std::function<void(Flow&)>& body);

} // namespace npuforge::tile
