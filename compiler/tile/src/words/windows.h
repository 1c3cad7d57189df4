#pragma once
// Pooling and depthwise convolution over words: what an operation of the graph asks for, and the
// code: pixels of a tile go into accumulator rows, channels in the lanes; reductions of the vector
// unit make the results.

#include "words/epilogue.h"
#include "words/reductions.h"
#include "words/steps.h"
#include "words/window_box.h"
#include "words/windows_plan.h"

namespace npuforge::tile {

/// A layer as an operation of the graph has it.
struct WindowsOperands {
  Windows windows;
  mlir::Value input, weights, result; ///< weights may be null
  RowFunction function;
  isa::Type type;                    ///< of results
  isa::Type loaded = isa::Type::F32; ///< of operands: F16 or BF16 where they are narrow
  Tile first_result{0, 0, 0, 0};     ///< what a part begins with
};

/// How far windows can be cut: results along the outermost axis of several.
Splits splitsOfWindows(mlir::Operation& op, const isa::Machine& machine);
/// From here on they are those of a part. Tiles become no larger, so what fitted fits.
void cutWindows(WindowsOperands& operands, WindowsPlan& plan, const Part& part);

/// Is it a pooling or a depthwise convolution that the vector unit computes?
bool isWindows(mlir::Operation& op);
WindowsOperands readWindows(mlir::Operation& op);

mlir::Attribute toAttribute(mlir::MLIRContext* context, const WindowsPlan& plan);
/// Fails with an error.
mlir::FailureOr<WindowsPlan> readWindowsPlan(mlir::Operation& op);

class WindowsCode : public LayerCode {
public:
  /// `epilogue` may be null; else it outlives this, and `operands` has its needs and result.
  WindowsCode(Emit& emit, Session& session, const WindowsOperands& operands,
              const WindowsPlan& plan, const isa::Spec& spec, RowReduction reduction,
              const Epilogue* epilogue = nullptr);
  void run() override;

private:
  using Value = mlir::Value;
  /// One tile of pixels of some channels.
  struct Task {
    WindowBox::Indices at;
    Value chunk, counter; ///< which channels; number of the task
    Value channels;       ///< of the chunk
    Value slot, out;      ///< offsets of inputs and of results
  };

  void prologue();
  Tensor makePadding();
  void loops(size_t axis, WindowBox::Indices at, Value chunk, Value counter);
  void task(Task t);
  void load(const Task& t);
  void store(const Task& t);
  /// The elements of a task in a tensor of the results' shape, of `element` bytes each.
  Copy tileOf(const Task& t, Value pad, Value pad_at, int64_t pad_pixel, Value dram,
              int64_t element);

  // The computation: windows_reduce.cc.

  void wait();
  Value rowsAt(int64_t base, llvm::ArrayRef<Level> levels);
  Value compact(int64_t base, int64_t count) { return rowsAt(base, {e.level(count, 1)}); }
  void loadRows(Value from, int64_t to, int64_t count);
  /// The results, which lie in the accumulator, go into the scratchpad.
  void storeRows(const Task& t, Value block, llvm::ArrayRef<Level> levels, int64_t base);
  Value epilogueRows(const Task& t, Value block, Value made, const MapValue& value, bool single);

  /// Pixels along an axis and rows from one to the next.
  struct Line {
    int64_t count, stride;
  };
  using Lines = std::array<Line, 4>;
  static Lines compactLines(const Lines& lines);
  Lines boxLines() const;
  llvm::SmallVector<Level> levelsOf(const Lines& lines);
  void reduceBlock(const Task& t, Value block);
  void multiplyBlock(const Task& t, Value block);
  void multiplyRows(llvm::ArrayRef<std::array<int64_t, 3>> outside, Value input_row,
                    Value result_row, llvm::ArrayRef<Level> src, llvm::ArrayRef<Level> taps,
                    llvm::ArrayRef<Level> dst, int64_t levels, int64_t weight_rows);

  Emit& e;
  Session& s;
  const WindowsOperands o;
  const Windows& w;
  const WindowsPlan plan;
  const WindowsSizes z;
  const WordMoves moves;
  const RowReduction reduction;
  WindowBox box;
  const Epilogue* const epilogue;
  std::optional<Steps> steps; ///< of the epilogue
  EpilogueOperands operands;
  const int64_t cols, chunks;
  Value boxes, results, accumulators, input, result, matrix, padding;
};

} // namespace npuforge::tile
