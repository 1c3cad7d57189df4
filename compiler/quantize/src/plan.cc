#include "plan.h"

#include "npuforge/compiler/graph/build.h"

#include "eligible.h"

namespace npuforge::quantize {
namespace {

using graph::constantValue;
using Kind = Layer::Kind;

bool is_activation(mlir::Operation* op) {
  return llvm::isa<graph::ReluOp, graph::ClipOp>(op);
}

Kind kind_of(mlir::Operation* op) {
  if (llvm::isa<graph::ConvOp, graph::GemmOp, graph::MatMulOp>(op))
    return Kind::kProduct;
  if (llvm::isa<graph::AveragePoolOp, graph::GlobalAveragePoolOp>(op))
    return Kind::kPool;
  if (llvm::isa<graph::AddOp, graph::ReluOp, graph::ClipOp, graph::MapOp>(op))
    return Kind::kElementwise;
  if (llvm::isa<graph::MaxPoolOp, graph::ReshapeOp, graph::FlattenOp, graph::TransposeOp,
                graph::MoveOp>(op))
    return Kind::kSelect;
  return Kind::kFloat;
}

/// The only operation that reads a value; null if there are several.
mlir::Operation* only_user(mlir::Value value) {
  mlir::Operation* user = value.hasOneUse() ? *value.getUsers().begin() : nullptr;
  return user && user->getNumResults() == 1 ? user : nullptr;
}

class Planner {
public:
  std::vector<Layer> run(mlir::func::FuncOp main) {
    for (mlir::Operation& op : main.getBody().front().without_terminator())
      if (!llvm::isa<graph::ConstantOp>(op) && !done_.contains(&op))
        add(op);
    return std::move(layers_);
  }

private:
  void add(mlir::Operation& op) {
    Layer layer{kind_of(&op), {&op}, ""};
    if (layer.kind == Kind::kElementwise) {
      if (mlir::Operation* user = next_in_chain(&op)) { // belongs to a chain that ends later
        chains_[user].push_back(&op);
        return;
      }
      layer = chain(op);
    } else if (layer.kind == Kind::kProduct || layer.kind == Kind::kPool) {
      layer.reason = layer.kind == Kind::kProduct ? why_not_product(&op) : why_not_pool(&op);
      if (layer.reason.empty())
        add_activations(layer);
    } else if (layer.kind == Kind::kSelect) {
      layer.reason = why_not_select(&op);
    } else {
      layer.reason = "graph." + op.getName().stripDialect().str() + " has no form in 8 bits";
    }
    push(std::move(layer));
  }

  void push(Layer layer) {
    if (!layer.reason.empty())
      layer.kind = Kind::kFloat;
    for (mlir::Operation* op : layer.operations)
      done_.insert(op);
    layers_.push_back(std::move(layer));
  }

  static void add_activations(Layer& layer) {
    while (mlir::Operation* user = only_user(layer.result())) {
      if (!is_activation(user))
        return;
      layer.operations.push_back(user);
    }
  }

  /// The element-wise operator that alone reads this one's result.
  static mlir::Operation* next_in_chain(mlir::Operation* op) {
    mlir::Operation* user = only_user(op->getResult(0));
    return user && kind_of(user) == Kind::kElementwise &&
                   user->getResult(0).getType() == op->getResult(0).getType()
               ? user
               : nullptr;
  }

  /// The operator with all that lead to it alone. If one of them has no form in 8 bits, each stands
  /// for itself.
  Layer chain(mlir::Operation& end) {
    llvm::SmallVector<mlir::Operation*> operations;
    collect(&end, operations);
    auto type = llvm::cast<mlir::RankedTensorType>(end.getResult(0).getType());
    std::string reason;
    for (mlir::Operation* op : operations)
      if (std::string why = why_not_elementwise(op, type); !why.empty())
        reason = why;
    if (reason.empty() || operations.size() == 1)
      return {Kind::kElementwise, operations, reason};
    for (mlir::Operation* op : llvm::ArrayRef(operations).drop_back())
      push({Kind::kElementwise, {op}, why_not_elementwise(op, type)});
    return {Kind::kElementwise, {&end}, why_not_elementwise(&end, type)};
  }

  void collect(mlir::Operation* op, llvm::SmallVectorImpl<mlir::Operation*>& operations) {
    for (mlir::Operation* before : chains_[op])
      collect(before, operations);
    operations.push_back(op);
  }

  std::vector<Layer> layers_;
  llvm::DenseSet<mlir::Operation*> done_;
  llvm::DenseMap<mlir::Operation*, llvm::SmallVector<mlir::Operation*>> chains_;
};

} // namespace

llvm::SmallVector<mlir::Value> Layer::inputs() const {
  llvm::SetVector<mlir::Value> values;
  for (mlir::Operation* op : operations)
    for (mlir::Value operand : op->getOperands())
      if (!constantValue(operand) && !llvm::is_contained(operations, operand.getDefiningOp()))
        values.insert(operand);
  return llvm::SmallVector<mlir::Value>(values.getArrayRef());
}

std::string Layer::name() const {
  return graph::nodeName(core()->getLoc());
}

std::string Layer::operation() const {
  return core()->getName().stripDialect().str();
}

std::vector<Layer> plan(mlir::func::FuncOp main) {
  return Planner().run(main);
}

namespace {

/// Does an operation in 8 bits read its result, or the function's end?
bool is_read_in_8_bits(const Layer& layer, const llvm::DenseMap<mlir::Operation*, bool>& computed) {
  return llvm::any_of(layer.result().getUsers(), [&](mlir::Operation* user) {
    auto found = computed.find(user);
    return found == computed.end() || found->second;
  });
}

bool is_matrix_product(const Layer& layer) {
  return llvm::isa<graph::GemmOp, graph::MatMulOp>(layer.core());
}

/// Does it cost as much in floats, if its result is read by floats?
bool is_free(const Layer& layer) {
  return layer.kind == Kind::kElementwise ||
         (layer.kind == Kind::kSelect && !llvm::isa<graph::MaxPoolOp>(layer.core()));
}

std::vector<bool> computable(const std::vector<Layer>& layers, const std::set<size_t>& floating) {
  std::vector<bool> computed(layers.size());
  llvm::DenseSet<mlir::Value> present; // in 8 bits
  auto there = [&](mlir::Value value) {
    return llvm::isa<mlir::BlockArgument>(value) || present.contains(value);
  };
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    computed[i] = layer.kind != Kind::kFloat && !floating.contains(i) &&
                  (layer.kind == Kind::kProduct || llvm::all_of(layer.inputs(), there));
    if (computed[i])
      present.insert(layer.result());
  }
  return computed;
}

} // namespace

Selection select(const std::vector<Layer>& layers, const std::set<size_t>& floating) {
  Selection selection{computable(layers, floating), std::vector<bool>(layers.size())};
  llvm::DenseMap<mlir::Operation*, bool> computed; // all operations but the function's end
  for (const Layer& layer : layers)
    for (mlir::Operation* op : layer.operations)
      computed[op] = false;
  for (size_t i = layers.size(); i-- > 0;) { // readers first
    const bool read = is_read_in_8_bits(layers[i], computed);
    if (is_free(layers[i]) && !read)
      selection.computed[i] = false;
    selection.rounded[i] = selection.computed[i] && (read || !is_matrix_product(layers[i]));
    for (mlir::Operation* op : layers[i].operations)
      computed[op] = selection.computed[i];
  }
  return selection;
}

} // namespace npuforge::quantize
