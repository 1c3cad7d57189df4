#pragma once
// What gather and scatter share: rows of a table whose numbers only the device knows.

#include "words/words.h"

namespace npuforge::tile {

/// Tasks of a load and a store alone have four slots: a load waits for a credit of the vector unit,
/// which gives it when the store four tasks before is complete.
inline constexpr int64_t kRowSlots = 4;
void relayTask(Emit& emit, Session& session, const std::function<void()>& load,
               const std::function<void()>& store);

int64_t elementsOf(mlir::Value tensor);
/// Words of a row.
int64_t rowWidth(mlir::Value table);
/// Brings rows[first], .. into the buffer; the sequencer may load them from then on.
void loadNumbers(Emit& emit, mlir::Value numbers, mlir::Value rows, mlir::Value first,
                 mlir::Value count);
/// Can the sequencer load words of the scratchpad?
bool readsScalars(const isa::Spec& spec);

} // namespace npuforge::tile
