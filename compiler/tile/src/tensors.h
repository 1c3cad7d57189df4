#pragma once
// The network's tensors in DRAM: where each value lies. All cores share them.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "emit.h"

namespace npuforge::tile {

/// A tensor in DRAM.
struct Tensor {
  std::string symbol; ///< of its tile.data
  int64_t bytes;
  bool plain; ///< row-major, not blocked
  /// Where in the data it begins, in bytes, if not at its beginning: in a loop another turn may
  /// have another place. Called where it is read or written.
  std::function<mlir::Value(Emit&)> at = nullptr;
  int64_t pixel = 0; ///< bytes from pixel to pixel of rows of all channels; 0: it lies in blocks
};
/// A tensor inside another one, `offset` bytes behind its beginning.
Tensor inside(const Tensor& whole, std::function<mlir::Value(Emit&)> offset, int64_t bytes);

class Tensors {
public:
  explicit Tensors(mlir::OpBuilder& module_builder) : builder_(module_builder) {}

  /// Gives constants and then everything else its address, and the buffers made by dram() as well.
  /// Tensors with a life share places with those that live at other times.
  void assignAddresses(mlir::Operation* module);
  /// The layers, counted from 0, that write the tensor first and read it last.
  void setLife(const Tensor& tensor, int64_t first, int64_t last) {
    lives_[tensor.symbol] = {first, last};
  }
  /// From here on nothing shares places: cores that nothing orders would use them.
  void keepApart() { lives_.clear(); }

  /// Zeros in DRAM.
  Tensor reserve(const std::string& name, int64_t bytes);
  /// Constants in DRAM.
  Tensor constant(const std::string& name, llvm::ArrayRef<int8_t> bytes);
  /// The elements of `value` as they are, zeros behind them. Nothing is copied.
  Tensor constant(const std::string& name, mlir::DenseElementsAttr value, int64_t bytes);
  /// The tensor of a graph value, with its buffer made at the emitter's place.
  mlir::Value dram(Emit& emit, const Tensor& tensor);

  Tensor& of(mlir::Value value) { return tensors_.at(value); }
  bool knows(mlir::Value value) const { return tensors_.count(value); }
  void define(mlir::Value value, Tensor tensor) { tensors_[value] = std::move(tensor); }
  /// The same for all reshapes of the value: of words, they are the same bytes. What views its rows
  /// as blocks has them, too.
  void defineAll(mlir::Value value, const Tensor& tensor);

private:
  Tensor place(const std::string& name, int64_t bytes, mlir::ElementsAttr value);

  mlir::OpBuilder& builder_;
  llvm::DenseMap<mlir::Value, Tensor> tensors_;
  /// Parts of a layer on several cores have weights in common.
  llvm::DenseMap<std::pair<mlir::Attribute, int64_t>, Tensor> constants_;
  std::set<std::string> symbols_;
  std::map<std::string, std::pair<int64_t, int64_t>> lives_;
};

} // namespace npuforge::tile
