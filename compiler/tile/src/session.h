#pragma once
// What the code of one layer needs to know about the rest of its core's program: where tensors are,
// and how many tiles used the slots that keep their place over the whole network.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "emit.h"
#include "plan/plan.h"
#include "tensors.h"

namespace npuforge::tile {

/// The code of one layer. All layers' codes exist before the first one runs, in the network's
/// order.
class LayerCode {
public:
  virtual ~LayerCode() = default;
  /// Makes the loads that need nothing of the layer before, so that they run while it computes.
  virtual void begin() {}
  virtual void run() = 0;
  /// In a loop, of layers whose weights are constant: begin() for the first turn or the next one.
  virtual void beginTurn() {}

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

/// The program of one core.
class Session {
public:
  Session(Tensors& tensors, const isa::Machine& machine) : tensors_(tensors), machine_(machine) {}

  /// Of Tensors, which all cores share.
  void setLife(const Tensor& tensor, int64_t first, int64_t last) {
    tensors_.setLife(tensor, first, last);
  }
  Tensor reserve(const std::string& name, int64_t bytes) { return tensors_.reserve(name, bytes); }
  Tensor constant(const std::string& name, llvm::ArrayRef<int8_t> bytes) {
    return tensors_.constant(name, bytes);
  }
  Tensor constant(const std::string& name, mlir::DenseElementsAttr value, int64_t bytes) {
    return tensors_.constant(name, value, bytes);
  }
  mlir::Value dram(Emit& emit, const Tensor& tensor) { return tensors_.dram(emit, tensor); }
  Tensor& tensor(mlir::Value value) { return tensors_.of(value); }
  bool knows(mlir::Value value) const { return tensors_.knows(value); }
  void define(mlir::Value value, Tensor tensor) { tensors_.define(value, std::move(tensor)); }
  void defineAll(mlir::Value value, const Tensor& tensor) { tensors_.defineAll(value, tensor); }
  int64_t blockedBytes(Shape shape) const {
    return ceilDiv(shape.channels, machine_.array.cols) * shape.height * shape.width *
           machine_.array.cols;
  }

  /// `unit` waits for credits that `from` gives back; two are there when the program starts.
  void awaitCredit(Emit& emit, llvm::StringRef unit, llvm::StringRef from);
  const std::set<std::pair<std::string, std::string>>& credits() const { return credits_; }

  /// The layer that runs reads what these cores make, which each say so by an event of their
  /// number.
  void expect(llvm::ArrayRef<int> cores) { expected_.assign(cores.begin(), cores.end()); }
  bool expects() const { return !expected_.empty(); }
  /// From here on results of other cores are read.
  void awaitOthers(Emit& emit);
  /// From here on the results of the layer before are read, and those of other cores.
  void awaitLayerBefore(Emit& emit);
  /// From here on the vector unit writes where loads will: padding.
  void beforeFill(Emit& emit) const;
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

  /// Weights that stay in the stripes as of the layer whose code was made last. `bytes` of each
  /// stripe are `data`'s from here on; are they that already?
  void keepWeights(int64_t at, int64_t bytes, const std::string& data);
  bool hasWeights(int64_t at, const std::string& data) const;
  void dropWeights() { kept_.clear(); }

  int64_t weight_groups = 0, param_groups = 0; ///< of all layers whose code exists
  int64_t input_groups = 0;                    ///< of those layers of which two may be at work
  bool first_layer = true;
  bool stores_inputs = false; ///< the layer before may store from where it loaded to
  LayerCode* next = nullptr;  ///< the layer behind the one that runs

private:
  Tensors& tensors_;
  const isa::Machine& machine_;
  std::set<std::pair<std::string, std::string>> credits_;
  llvm::SmallVector<int> expected_;
  std::optional<Overlap> overlap_;
  struct Kept {
    int64_t bytes;
    std::string data;
  };
  std::map<int64_t, Kept> kept_; ///< by place
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
