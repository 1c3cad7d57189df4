#pragma once
// Pooling and depthwise convolution over words: each channel for itself, channels in the lanes. One
// description for both, and the sizes of their tiles. Pure functions of shapes and of the machine.

#include <string>
#include <variant>

#include "npuforge/compiler/tile/memory_map.h"

#include "blocks/epilogue_needs.h"
#include "words/window.h"

namespace npuforge::tile {

struct Windows {
  Axes axes;
  int64_t channels = 1;
  int64_t element = 4; ///< bytes of an element of what is read; results are words
  /// Depthwise: each tap has a weight, so that a result needs all its taps at once. Else one axis
  /// is reduced after the other.
  bool weighted = false;
  EpilogueNeeds epilogue;
};

struct WindowsPlan {
  Tile tile{1, 1, 1, 1};
  int64_t channels = 1; ///< of a task
};

/// Rows of the accumulator that one block of channels takes: those loaded, then those that each
/// step makes. Inputs of one step and of the next do not share rows.
struct WindowsSizes {
  WindowsSizes(const Windows& windows, const WindowsPlan& plan, const isa::Machine& machine);
  int64_t blocks;        ///< of channels of a task
  int64_t pixel_bytes;   ///< from pixel to pixel of what is read, in the scratchpad
  int64_t result_pixel;  ///< of results
  int64_t operand_pixel; ///< of an epilogue's operands
  int64_t inputs;        ///< pixels loaded
  int64_t results;       ///< pixels made
  int64_t taps;
  std::array<int64_t, 4> made; ///< rows behind the reduction of each axis, innermost first; 0: none
  int64_t rows;                ///< of all of these
  int64_t box_bytes, result_bytes, weight_bytes;
  int64_t operand_bytes; ///< of all operands of a tile's epilogue
  int64_t slotBytes() const { return box_bytes + weight_bytes + operand_bytes; }
};

/// Of the whole layer.
int64_t windowsCycles(const Windows& windows, const WindowsPlan& plan, const isa::Machine& machine);

/// Grown as those of products (product_plan.h); or why nothing fits.
std::variant<WindowsPlan, std::string> planWindows(const Windows& windows,
                                                   const isa::Machine& machine);

} // namespace npuforge::tile
