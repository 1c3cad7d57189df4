#pragma once
// Pooling and depthwise convolution over words: what an operation of the graph asks for.

#include "windows_plan.h"
#include "words_reductions.h"

namespace npuforge::tile {

/// A layer as an operation of the graph has it.
struct WindowsOperands {
  Windows windows;
  mlir::Value input, weights, result; ///< weights may be null
  RowFunction function;
  isa::Type type;                    ///< of results
  isa::Type loaded = isa::Type::F32; ///< of operands: F16 or BF16 where they are narrow
};

std::unique_ptr<LayerCode> makeWindows(Emit& emit, Session& session,
                                       const WindowsOperands& operands, const WindowsPlan& plan,
                                       const isa::Spec& spec, RowReduction reduction);

} // namespace npuforge::tile
