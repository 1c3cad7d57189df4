#pragma once
// Matrix products and convolutions over words: one description for both, and the sizes of their
// tiles. Pure functions of shapes and of the machine.
//
// A convolution multiplies, for each tap of its kernel, the pixels that the tap sees with that
// tap's matrix [channels][outputs]; a matrix product is one of a single tap over a row of pixels.

#include <string>
#include <variant>

#include "npuforge/compiler/tile/memory_map.h"

#include "blocks/epilogue_needs.h"
#include "words/window.h"

namespace npuforge::tile {

/// Steps and pitches in elements.
struct Product {
  Axes axes;
  int64_t element = 4;               ///< bytes of what the array multiplies; sums are words
  int64_t stored = 4;                ///< bytes from one operand's element to the next in DRAM
  int64_t channels = 1, outputs = 1; ///< of one slice
  /// Independent products one behind the other: batches of both operands, or groups.
  int64_t slices = 1;
  int64_t left_step = 0, right_step = 0, result_step = 0; ///< from slice to slice
  int64_t left_pitch = 1, right_pitch = 1,
          result_pitch = 1; ///< from pixel (right: row of the matrix) to pixel
  /// From slice to slice of a tensor that has one element for each output of all groups.
  int64_t output_step = 0;
  EpilogueNeeds epilogue;
};

enum class ProductOrder {
  PanelsInside, ///< tiles of pixels outside; the panels of outputs read one box of inputs, if it
                ///< has all channels
  TilesInside,  ///< panels outside: the weights of a panel stay while all pixels pass
};

struct ProductPlan {
  Tile tile{1, 1, 1, 1};
  int64_t panel = 1;    ///< outputs of a tile
  int64_t channels = 1; ///< of the inputs that are in the scratchpad at once
  int64_t rows = 1;     ///< of the matrix that are loaded at once
  bool merged = false;  ///< the taps of a kernel's innermost row are one run of channels
  ProductOrder order = ProductOrder::PanelsInside;
};

/// Sizes that follow from a plan.
struct ProductSizes {
  ProductSizes(const Product& product, const ProductPlan& plan, const isa::Machine& machine);
  int64_t pixels;           ///< results of a full tile in one column, with the sums
  int64_t panel_columns;    ///< panel, rounded up to whole blocks of columns
  int64_t tiles, panels;    ///< of a slice
  int64_t chunks;           ///< of channels
  int64_t taps;             ///< runs of a chunk: taps of the kernel, or its rows when merged
  int64_t run;              ///< rows of the matrix for one tap and a full chunk
  int64_t parts;            ///< of a run
  int64_t pixel_bytes;      ///< from pixel to pixel in the scratchpad
  int64_t box_bytes;        ///< inputs under a full tile, with what reading to a row's end takes
  int64_t weight_pitch;     ///< bytes from row to row of the matrix in the scratchpad
  int64_t result_pixel;     ///< bytes from pixel to pixel of a tile's results in the scratchpad
  int64_t result_bytes;     ///< of a tile in the scratchpad
  int64_t accumulator_rows; ///< of a tile's results
  int64_t sum_rows;         ///< behind them, of the sums of the left operand's rows
  int64_t operand_pixel;    ///< bytes from pixel to pixel of an epilogue's operand
  int64_t operand_bytes;    ///< of all operands of a tile's epilogue
  bool keepsBox(const ProductPlan& plan) const {
    return chunks == 1 && plan.order == ProductOrder::PanelsInside;
  }
};

/// What of the machine's memories one tile may use.
struct ProductRoom {
  ProductRoom(const isa::Machine& machine, const EpilogueNeeds& epilogue);
  int64_t inputs, weights, results; ///< bytes; inputs: of a box and an epilogue's operands
  int64_t accumulators;             ///< rows of a slot
  int64_t most_rows;                ///< of results
  int64_t accumulator_pitch;        ///< rows from slot to slot
};

struct ProductCost {
  int64_t cycles; ///< of the whole product, by its slowest unit, and of what nothing overlaps
  int64_t loads;  ///< cycles of the load unit in them
};
ProductCost productCost(const Product& product, const ProductPlan& plan,
                        const isa::Machine& machine);

/// Grows the smallest tile, aligned to the array, by what saves most cycles for each byte it takes,
/// until nothing does: the way in which Roller (OSDI 2022) builds tiles instead of searching them.
/// Or the reason why not even the smallest one fits.
std::variant<ProductPlan, std::string> planProduct(const Product& product,
                                                   const isa::Machine& machine);

} // namespace npuforge::tile
