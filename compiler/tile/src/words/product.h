#pragma once
// The code of matrix products and convolutions over words, as their plan says.

#include "words/concat.h"
#include "words/epilogue.h"
#include "words/product_plan.h"
#include "words/steps.h"
#include "words/window_box.h"

namespace npuforge::tile {

/// A product as an operation of the graph has it.
struct ProductOperands {
  Product product;
  mlir::Value left, right, result;
  std::string element; ///< of what the array multiplies: f32, f16, bf16, i8
  /// Of a part: what it begins with.
  int64_t first_slice = 0, first_output = 0;
  Tile first_result{0, 0, 0, 0};
};

/// How far products can be cut: slices, or results along the outermost axis of several; blocks of
/// outputs.
Splits splitsOfProduct(mlir::Operation& op, const isa::Machine& machine);
/// From here on they are those of a part. Tiles become no larger, so what fitted fits.
void cutProduct(ProductOperands& operands, ProductPlan& plan, const Part& part,
                const isa::Machine& machine);

/// Of contract and convolve. Emits an error and fails on what the back end does not know.
mlir::FailureOr<ProductOperands> readProduct(mlir::Operation& op);

/// Why the product cannot be compiled although its precision asks for narrow operands, or "".
std::string unmetPrecision(mlir::Operation& op);

mlir::Attribute toAttribute(mlir::MLIRContext* context, const ProductPlan& plan);
mlir::FailureOr<ProductPlan> readProductPlan(mlir::Operation& op);

/// Loops over slices, tiles of pixels, panels of outputs, chunks of channels, taps, and parts of a
/// tap's matrix. Each nesting level has a coordinate; what is loaded next is found by counting the
/// coordinates on, so that the units overlap across all loops.
class ProductCode : public LayerCode {
public:
  /// `epilogue` may be null; else it outlives this, and `operands` has its needs and result.
  ProductCode(Emit& emit, Session& session, ProductOperands operands, const ProductPlan& plan,
              const isa::Spec& spec, const Epilogue* epilogue = nullptr);
  void begin() override;
  void beginTurn() override;
  void run() override;
  Weights weightLoads() const override;
  void keepWeights(int64_t address) override;

private:
  using Value = mlir::Value;
  enum Role { kSlice, kBatch, kZ, kY, kX, kPanel, kChunk, kTapZ, kTapY, kTapX, kPart, kRoles };
  using Coordinates = std::array<Value, kRoles>;
  struct Nest {
    Role role;
    int64_t count;
  };

  void prologue();
  void beginEpilogue();
  void nest(size_t depth, Coordinates at);
  void beginBox(const Coordinates& at);
  void beginWeights(const Coordinates& at);
  void endTask(const Coordinates& at);
  void multiplyPart(const Coordinates& at);
  void multiplyTile(const Coordinates& at, Value index, Value rows);
  void sumRows(const Coordinates& at, Value src, Value count, Value accumulate);
  Value rowSums(const Coordinates& at); ///< in the accumulators, of the box that the task reads
  void loadOnes();
  void loadBox(const Coordinates& at, Value counter);
  void loadWeights(const Coordinates& at, Value counter);
  void copyWeights(const Coordinates& at, Value pad_at);
  void copyPart(const MatrixPart& part, const Coordinates& at, Value first_row, Value pad_at);
  void keepGroups(size_t depth, Coordinates at);
  int64_t groupBytes() const;
  Value weightsAt(Value counter); ///< in the scratchpad, of a group
  void loadOperands(const Coordinates& at);
  /// Are operands loaded behind the last weights? The next layer's first loads come behind them,
  /// since the vector unit waits for both in the order in which they are made.
  bool operandsFollow() const { return !operands.empty() && task_depth > weights_depth; }
  void drain(const Coordinates& at, Value slot);
  /// Where a tensor of the results' shape lies in DRAM and in the scratchpad, a tile of it.
  Copy tileOf(const Coordinates& at, Value pad, Value pad_at, int64_t pad_pixel, Value dram,
              int64_t element, int64_t slice_step);
  Copy columnOf(const Coordinates& at, Value pad_at, Value dram);
  void addPixels(Copy& copy, const Coordinates& at, int64_t pad_pixel, int64_t stride);

  /// Some blocks of columns of a tile's results: `first` and those behind it.
  struct Blocks {
    Value first, count;
  };
  Value epilogueRows(const Coordinates& at, const Blocks& blocks, Value slot, int64_t value,
                     const MapValue& made);
  Value operandSlot(const Coordinates& at);

  /// Turns of the outermost `depth` levels before this one, and the coordinates of the one after.
  Value counter(const Coordinates& at, size_t depth);
  int64_t turns(size_t depth) const;
  Coordinates following(Coordinates at, size_t depth);
  Coordinates first();

  Value sliceOf(const Coordinates& at);    ///< of the whole product
  Value outputOf(const Coordinates& at);   ///< the first one of this panel, of the whole slice
  Value channelsOf(const Coordinates& at); ///< of this chunk
  Value rowsOf(const Coordinates& at);     ///< of the matrix in this part
  Value outputsOf(const Coordinates& at);  ///< of this panel
  Value blocksOf(const Coordinates& at);   ///< of columns
  Value resultsOf(const Coordinates& at, size_t axis);
  Value ceilDivide(Value value, int64_t by); ///< by a power of two
  /// One level over the pixels of a tile and the row of ones behind them.
  llvm::SmallVector<Level> withOnes(const Coordinates& at, int64_t stride);
  /// Levels over the results of a tile; strides of one step along each axis.
  llvm::SmallVector<Level> resultLevels(const Coordinates& at, const Tile& strides);
  Tile resultStrides(int64_t pixel) const; ///< of results that lie without gaps

  Emit& e;
  Session& s;
  const ProductOperands o;
  const Product& p;
  const ProductPlan plan;
  const ProductSizes z;
  const ProductRoom room;
  const WordMoves moves;
  WindowBox box;
  const Epilogue* const epilogue;
  std::optional<Steps> steps; ///< of the epilogue
  EpilogueOperands operands;
  const int64_t box_bytes; ///< from slot to slot
  const int64_t rows, cols, first_weights;
  llvm::SmallVector<Nest> levels;
  std::vector<MatrixPart> parts; ///< of a matrix that is a concatenation, else none
  bool begun = false;
  std::optional<int64_t> kept; ///< where all weights stay in the scratchpad, groups in their order
  size_t box_depth, weights_depth, task_depth;
  Value ones; ///< a pixel of them, in DRAM
  Value left, result, padding, boxes, weights, results, accumulators, between;
  Value box_slot, weight_slot, accumulator; ///< of the code that is being made
};

} // namespace npuforge::tile
