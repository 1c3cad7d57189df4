#pragma once
// The code of control flow: branches and loops around the bodies' layers, and the copies between
// them. Values that a body makes are written where they are read behind it, if that can be.
//
// Between layers one signal from store to load is under way, in bodies, too: so every way into a
// body leaves tokens the same. Slots of weights are taken by turns as the code has them; where
// control flow may leave another turn than the code says, all units settle (see settle).

#include "flow.h"
#include "transfer.h"

namespace npuforge::tile {

/// Reserves the data of the values that the step makes; what lies outside has its place already.
void defineControl(Session& session, const Lives& lives, Step& step, const isa::Machine& machine);

/// Writes a body's steps at the emitter's place; the last one begins what is behind, if that is not
/// null.
using WriteBody = std::function<void(Flow&, LayerCode* behind)>;
void writeControl(Emit& emit, Session& session, Step& step, const WriteBody& body);

/// Notes which values decide about the control flow of this body.
void noteDeciding(Session& session, const Flow& flow);
/// Behind a layer whose result decides about control flow: loads it.
void loadDecision(Emit& emit, Session& session, mlir::Operation& root, const LayerCode& code);

} // namespace npuforge::tile
