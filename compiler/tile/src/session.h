#pragma once
// What the code of one layer needs to know about the rest of the program: where tensors are, what
// DRAM is free, and how many tiles used the slots that keep their place over the whole network.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "emit.h"
#include "plan.h"

namespace npuforge::tile {

/// A tensor in DRAM.
struct Tensor {
  std::string symbol; ///< of its tile.data
  int64_t bytes;
  bool plain; ///< row-major, not blocked
  /// Where in the data it begins, in bytes, if not at its beginning: in a loop another turn may
  /// have another place. Called where it is read or written.
  std::function<mlir::Value(Emit&)> at = nullptr;
};
/// A tensor inside another one, `offset` bytes behind its beginning.
Tensor inside(const Tensor& whole, std::function<mlir::Value(Emit&)> offset, int64_t bytes);

/// The code of one layer. All layers' codes exist before the first one runs, in the network's
/// order.
class LayerCode {
public:
  virtual ~LayerCode() = default;
  /// Makes the loads that need nothing of the layer before, so that they run while it computes.
  virtual void begin() {}
  virtual void run() = 0;

  /// The weights that it loads into their slots: how many times in one run; and how many bytes
  /// where they are constant and one time is all, so that they may stay (0: they may not).
  struct Weights {
    int64_t groups = 0, bytes = 0;
  };
  virtual Weights weightLoads() const { return {}; }
  /// Loads the weights to this place of the scratchpad, where they stay for all later runs.
  virtual void keepWeights(int64_t /*address*/) {}
  /// The place in the scratchpad where the vector unit leaves the first word of the result, until
  /// the next layer runs; none where it does not.
  virtual std::optional<int64_t> resultLeft() const { return {}; }
};

/// The layer that ran last, when the next one may begin while it computes its last results.
struct Overlap {
  mlir::Value result;
  int64_t
      blocks; ///< of the result, for whose last stores the stores have given a token of their own
  bool has_seconds; ///< behind its input bands lie operands that it still reads
};

class Session {
public:
  Session(mlir::OpBuilder& module_builder, const isa::Machine& machine)
      : builder_(module_builder), machine_(machine) {}

  /// Gives constants and then everything else its address, and the buffers made by dram() as well.
  /// Tensors with a life share places with those that live at other times.
  void assignAddresses(mlir::Operation* module);
  /// The layers, counted from 0, that write the tensor first and read it last.
  void setLife(const Tensor& tensor, int64_t first, int64_t last) {
    lives_[tensor.symbol] = {first, last};
  }

  /// Zeros in DRAM.
  Tensor reserve(const std::string& name, int64_t bytes);
  /// Constants in DRAM.
  Tensor constant(const std::string& name, llvm::ArrayRef<int8_t> bytes);
  /// The elements of `value` as they are, zeros behind them. Nothing is copied.
  Tensor constant(const std::string& name, mlir::DenseElementsAttr value, int64_t bytes);
  /// The tensor of a graph value, with its buffer made at the emitter's place.
  mlir::Value dram(Emit& emit, const Tensor& tensor);

  Tensor& tensor(mlir::Value value) { return tensors_.at(value); }
  bool knows(mlir::Value value) const { return tensors_.count(value); }
  void define(mlir::Value value, Tensor tensor) { tensors_[value] = std::move(tensor); }
  /// The same for all reshapes of the value: of words, they are the same bytes.
  void defineAll(mlir::Value value, const Tensor& tensor);
  int64_t blockedBytes(Shape shape) const {
    return ceilDiv(shape.channels, machine_.array.cols) * shape.height * shape.width *
           machine_.array.cols;
  }

  /// `unit` waits for credits that `from` gives back; two are there when the program starts.
  void awaitCredit(Emit& emit, llvm::StringRef unit, llvm::StringRef from);
  const std::set<std::pair<std::string, std::string>>& credits() const { return credits_; }

  /// From here on the results of the layer before are read.
  void awaitLayerBefore(Emit& emit);
  /// The layer before has given the token of Overlap as well.
  void setOverlap(Overlap overlap) { overlap_ = overlap; }
  const std::optional<Overlap>& overlap() const { return overlap_; }
  /// From here on all but the last blocks of the result of the layer before are read.
  void awaitOverlap(Emit& emit);
  /// In task `index` of `count`: loads what the next one reads; in the last one, what the next
  /// layer's first one reads besides activations.
  void onwards(Emit& emit, mlir::Value index, int64_t count,
               const std::function<void()>& load_next) const;
  /// The second half of it: in the last task, when a layer has made all its loads.
  void beginNext(Emit& emit, mlir::Value index, int64_t count) const;
  /// Called when a layer has made all its loads of weights and parameters.
  void beginNext() const {
    if (next)
      next->begin();
  }

  /// Numbers that decide about control flow, as soon as the layer that makes them has run.
  llvm::DenseSet<mlir::Value> deciding;
  llvm::DenseMap<mlir::Value, mlir::Value> decided;
  bool host_control = false; ///< the host decides, see host_control.h

  int64_t weight_groups = 0, param_groups = 0; ///< of all layers whose code exists
  int64_t input_groups = 0;                    ///< of those layers of which two may be at work
  bool first_layer = true;
  LayerCode* next = nullptr; ///< the layer behind the one that runs

private:
  Tensor place(const std::string& name, int64_t bytes, mlir::ElementsAttr value);

  mlir::OpBuilder& builder_;
  const isa::Machine& machine_;
  llvm::DenseMap<mlir::Value, Tensor> tensors_;
  std::set<std::pair<std::string, std::string>> credits_;
  std::set<std::string> symbols_;
  std::map<std::string, std::pair<int64_t, int64_t>> lives_;
  std::optional<Overlap> overlap_;
};

std::unique_ptr<LayerCode> makeConv(Emit& emit, Session& session, const Layer& layer,
                                    const Plan& plan);
std::unique_ptr<LayerCode> makeBottleneck(Emit& emit, Session& session, const Layer& layer,
                                          const Plan& plan);
std::unique_ptr<LayerCode> makeDepthwise(Emit& emit, Session& session, const Layer& layer,
                                         const Plan& plan);
/// Pooling. Null, with an error, for what the vector unit cannot do in
/// one instruction a tile.
std::unique_ptr<LayerCode> makeReduce(Emit& emit, Session& session, const Layer& layer,
                                      const Plan& plan);
std::unique_ptr<LayerCode> makeElementwise(Emit& emit, Session& session, const Layer& layer,
                                           const Plan& plan);

/// Null, with an error, when the steps need more lane registers than there are.
std::unique_ptr<LayerCode> makeMap(Emit& emit, Session& session, const Layer& layer,
                                   const Plan& plan);

/// Appends little-endian i32 values, one for each of the block's `cols` channels; zero beyond the
/// last channel.
void appendLanes(std::vector<int8_t>& bytes, const std::vector<int32_t>& values, int64_t block,
                 int64_t cols);

} // namespace npuforge::tile
