// From a parsed model to a module: inputs, constants, nodes, functions, outputs.
#include "npuforge/compiler/onnx/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/Diagnostics.h>
#include <mlir/IR/Verifier.h>
#include <mlir/Interfaces/SideEffectInterfaces.h>

#include "bind.h"
#include "control.h"
#include "extents.h"
#include "functions.h"
#include "inputs.h"
#include "model_file.h"
#include "operators.h"
#include "outputs.h"
#include "recurrent.h"
#include "scope.h"
#include "select.h"
#include "tensor.h"
#include "upgrade.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::NodeProto;
using onnx_proto::TensorProto;

/// Functions that call functions could make any number of nodes of a small file.
constexpr int64_t kMaxNodes = 1 << 20;
constexpr size_t kMaxDepth = 100;

int64_t opset_of(const google::protobuf::RepeatedPtrField<onnx_proto::OperatorSetIdProto>& imports,
                 int64_t otherwise) {
  for (const auto& import : imports)
    if (import.domain().empty() || import.domain() == "ai.onnx")
      return import.version();
  return otherwise;
}

class Importing : public GraphImporter {
public:
  Importing(mlir::MLIRContext& context, onnx_proto::ModelProto& model,
            const std::filesystem::path& folder, const ImportOptions& options)
      : context_(context), builder_(&context), functions_(model), graph_(*model.mutable_graph()),
        folder_(folder), options_(options) {
    scope_.opset = opset_of(model.opset_import(), 1);
    if (scope_.opset < 1 || scope_.opset > kNewestOpset)
      problems_.push_back(
          fmt::format("opset {}: 1 to {} are supported", scope_.opset, kNewestOpset));
    for (const std::string& overlap : external_overlaps(graph_))
      problems_.push_back(overlap);
    for (auto& tensor : *graph_.mutable_initializer())
      scope_.initializers[tensor.name()] = network_tensors_[tensor.name()] = &tensor;
  }

  Values add_graph(const GraphProto& graph, Scope& scope) override {
    for (const auto& tensor : graph.initializer())
      scope.initializers[tensor.name()] = &tensor;
    Selection selection = select_nodes(
        graph, {}, [&](const std::string& name) { return is_known(name, scope.outer); });
    for (const NodeProto* node : selection.nodes)
      add_node(*node, scope);
    Values results;
    for (const auto& output : graph.output()) {
      results.push_back(value_of(output.name(), scope));
      if (extents_.of(results.back()))
        throw Unsupported(fmt::format("'{}' leaves its graph, and only the device knows its extent",
                                      output.name()));
    }
    return results;
  }

  size_t refusals() const override { return refusals_.size(); }
  void forget_refusals(size_t kept) override { refusals_.resize(kept); }
  void excuse(size_t kept) override {
    for (; kept < refusals_.size(); ++kept)
      refusals_[kept].contradiction = false;
  }
  std::string contradiction(size_t kept) const override {
    for (; kept < refusals_.size(); ++kept)
      if (refusals_[kept].contradiction)
        return refusals_[kept].text;
    return "";
  }
  void note(std::string text) override { notes_.push_back(std::move(text)); }

  Import run() {
    std::vector<Output> outputs = choose_outputs(graph_, options_);
    std::vector<std::string> wanted;
    for (const Output& output : outputs)
      wanted.push_back(output.value);
    Selection selection = select_nodes(graph_, wanted);
    Import result{mlir::ModuleOp::create(mlir::UnknownLoc::get(&context_)), {}};
    if (options_.unrolls)
      result.module->getOperation()->setAttr(kUnrollsAttr, builder_.getUnitAttr());
    mlir::func::FuncOp main = make_main(*result.module);
    for (const NodeProto* node : selection.nodes)
      add_node(*node, scope_);
    result.module->getOperation()->removeAttr(kUnrollsAttr);
    check_most_elements();
    std::vector<mlir::Value> values = output_values(outputs);
    if (!refusals_.empty()) {
      std::string all = "cannot compile:";
      for (const Refusal& refusal : refusals_)
        all += "\n  " + refusal.text;
      problems_.push_back(std::move(all));
    }
    if (!problems_.empty())
      throw ImportError(fmt::format("{}", fmt::join(problems_, "\n")));
    add_outputs(builder_, main, outputs, std::move(values), extents_);
    erase_dead(*result.module);
    result.notes = std::move(notes_);
    return result;
  }

private:
  struct Refusal {
    std::string text;
    bool contradiction; ///< no run comes behind it
  };

  mlir::Location named(const std::string& name) {
    return mlir::NameLoc::get(mlir::StringAttr::get(&context_, name));
  }

  mlir::func::FuncOp make_main(mlir::ModuleOp module) {
    std::vector<Input> inputs = network_inputs(context_, graph_, options_, notes_, problems_);
    std::vector<mlir::Type> types;
    for (const Input& input : inputs)
      types.push_back(input.type);
    builder_.setInsertionPointToEnd(module.getBody());
    auto main = mlir::func::FuncOp::create(builder_, named(graph_.name()), "main",
                                           builder_.getFunctionType(types, {}));
    mlir::Block* body = main.addEntryBlock();
    builder_.setInsertionPointToStart(body);
    scope_.block = body;
    for (auto [i, input] : llvm::enumerate(inputs)) {
      scope_.values[input.name] = body->getArgument(static_cast<unsigned>(i));
      main.setArgAttr(static_cast<unsigned>(i), "graph.name", builder_.getStringAttr(input.name));
    }
    return main;
  }

  static bool is_known(const std::string& name, const Scope* scope) {
    for (; scope; scope = scope->outer)
      if (scope->values.count(name) || scope->initializers.count(name))
        return true;
    return false;
  }

  /// The value of a name, null if it failed; initialisers become constants when first used.
  mlir::Value value_of(const std::string& name, Scope& scope) {
    auto found = scope.values.find(name);
    if (found != scope.values.end())
      return found->second;
    auto tensor = scope.initializers.find(name);
    if (tensor != scope.initializers.end())
      return scope.values[name] = initializer(*tensor->second, scope);
    if (scope.outer && is_known(name, scope.outer))
      return value_of(name, *scope.outer);
    return scope.values[name] = nullptr; // a failed node's
  }

  /// A large model is not held twice. (Graphs inside may be imported again.)
  void release(const std::string& name) {
    TensorProto& tensor = *network_tensors_.at(name);
    delete tensor.release_raw_data(); // clearing would keep the memory
    tensor.clear_float_data();
    tensor.clear_int64_data();
  }

  mlir::Value initializer(const TensorProto& tensor, Scope& scope) {
    if (!element_type(context_, tensor.data_type())) // the node that needs it is refused
      throw Unsupported(fmt::format("tensor '{}' has elements of type {}, which is not supported",
                                    tensor.name(), type_name(tensor.data_type())));
    const Scope* owner = &scope; // a graph inside may be the first to use it
    while (!owner->block && owner->outer)
      owner = owner->outer;
    mlir::OpBuilder::InsertionGuard guard(builder_);
    if (owner->block && owner->block != builder_.getInsertionBlock())
      builder_.setInsertionPointToEnd(owner->block);
    try {
      auto attribute = to_attribute(context_, tensor, folder_);
      if (&scope == &scope_)
        release(tensor.name());
      return graph::ConstantOp::create(builder_, named(tensor.name()), attribute.getType(),
                                       attribute);
    } catch (const ImportError& error) {
      problems_.push_back(error.what());
      return nullptr;
    }
  }

  void add_node(const NodeProto& proto, Scope& scope) {
    if (++nodes_ > kMaxNodes)
      throw ImportError(fmt::format("more than {} nodes", kMaxNodes));
    const std::string name = scope.prefix + node_name(proto);
    try {
      add(proto, name, scope);
    } catch (const graph::BuildError& reason) {
      refusals_.push_back({fmt::format("node '{}' ({}): {}", name, proto.op_type(), reason.what()),
                           dynamic_cast<const Contradiction*>(&reason) != nullptr});
      for (const auto& output : proto.output())
        scope.values[output] = nullptr;
    } catch (const ImportError& error) {
      problems_.push_back(fmt::format("node '{}': {}", name, error.what()));
    }
  }

  void add(const NodeProto& proto, const std::string& name, Scope& scope) {
    const onnx_proto::FunctionProto* function = functions_.find(proto);
    const bool is_control = !function && find_control(proto);
    if (!function && !is_control && !find_importer(proto) && !has_new_name(proto))
      throw unknown(proto);
    Node node(builder_, named(name), proto, scope.opset, folder_);
    for (const auto& input : proto.input()) {
      node.inputs.push_back(input.empty() ? mlir::Value() : value_of(input, scope));
      if (!input.empty() && !node.inputs.back()) { // the reason has been noted
        for (const auto& output : proto.output())
          scope.values[output] = nullptr;
        return;
      }
    }
    node.most_elements = &options_.most_elements;
    if (is_control)
      extents_.refuse(node);
    Results results = function     ? call(*function, node, name)
                      : is_control ? add_control(*this, node, scope)
                                   : import(node);
    for (int i = 0; i < proto.output_size(); ++i) {
      const std::string& output = proto.output(i);
      const auto index = static_cast<size_t>(i);
      if (output.empty())
        continue;
      const bool may_fail = function || is_control; // whose nodes have been refused by themselves
      if (!may_fail && (index >= results.size() || !results[index]))
        throw Unsupported(fmt::format("output {} is not supported", i));
      scope.values[output] = index < results.size() ? results[index] : nullptr;
      if (scope.values[output])
        graph::nameValue(scope.values[output], scope.prefix + output);
    }
  }

  void check_most_elements() {
    for (const auto& [name, most] : options_.most_elements) {
      auto value = scope_.values.find(name);
      if (value == scope_.values.end() || !extents_.of(value->second))
        problems_.push_back(fmt::format(
            "--max-dim: the network has no value '{}' whose extent depends on other values", name));
    }
  }

  static Unsupported unknown(const NodeProto& proto) {
    const std::string& domain = proto.domain();
    if (!domain.empty() && domain != "ai.onnx")
      return Unsupported(fmt::format("this operator of the domain '{}' is not supported", domain));
    return Unsupported("this operator is not supported");
  }

  /// The importer is that of the upgraded node: an old operator may have a new name.
  Results import(Node& node) {
    if (node.proto().domain().empty() || node.proto().domain() == "ai.onnx")
      upgrade(node);
    const Importer* importer = find_importer(node.proto());
    if (!importer)
      throw unknown(node.proto());
    Results results = (*importer)(node);
    node.refuse_unread_attributes();
    extents_.carry(node, results);
    for (const auto& [output, extent] : node.extents)
      extents_.set(results[output], extent);
    if (node.result_shape)
      results[0] = node.build.reshape(results[0], *node.result_shape);
    return results;
  }

  Results call(const onnx_proto::FunctionProto& function, const Node& node,
               const std::string& name) {
    if (llvm::is_contained(calls_, &function))
      throw Unsupported(fmt::format("its function '{}' calls itself", function.name()));
    const GraphProto body = body_of(function, node.proto());
    Scope scope;
    scope.block = builder_.getInsertionBlock();
    scope.prefix = name + "/";
    scope.opset = opset_of(function.opset_import(), scope_.opset);
    for (auto [i, input] : llvm::enumerate(function.input()))
      if (node.has(i))
        scope.values[input] = node.inputs[i];
    if (calls_.size() >= kMaxDepth)
      throw Unsupported(fmt::format("functions are nested deeper than {}", kMaxDepth));
    calls_.push_back(&function);
    try {
      run_body(body, scope);
    } catch (...) {
      calls_.pop_back();
      throw;
    }
    calls_.pop_back();
    Results results;
    for (const auto& output : function.output())
      results.push_back(value_of(output, scope));
    return results;
  }

  /// An input that the call leaves out is left out of the body's nodes.
  void run_body(const GraphProto& body, Scope& scope) {
    Selection selection = select_nodes(body, {});
    for (const NodeProto* node : selection.nodes) {
      NodeProto own = *node;
      for (std::string& input : *own.mutable_input())
        for (const auto& formal : body.input())
          if (formal.name() == input && !scope.values.count(input))
            input.clear();
      add_node(own, scope);
    }
  }

  /// The outputs' values; fewer if one failed, the reason has been noted.
  std::vector<mlir::Value> output_values(const std::vector<Output>& outputs) {
    std::vector<mlir::Value> values;
    for (const Output& output : outputs)
      if (mlir::Value value = output_value(output.value))
        values.push_back(value);
    return values;
  }

  mlir::Value output_value(const std::string& name) {
    try {
      return value_of(name, scope_);
    } catch (const Unsupported& reason) {
      problems_.push_back(fmt::format("output '{}': {}", name, reason.what()));
      return nullptr;
    }
  }

  /// What folding left behind, and what nobody asks for.
  static void erase_dead(mlir::ModuleOp module) {
    for (auto function : module.getOps<mlir::func::FuncOp>())
      for (mlir::Operation& op :
           llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
        if (mlir::isOpTriviallyDead(&op))
          op.erase();
  }

  mlir::MLIRContext& context_;
  mlir::OpBuilder builder_;
  Functions functions_;
  GraphProto& graph_;
  const std::filesystem::path& folder_;
  const ImportOptions& options_;
  Scope scope_;
  Extents extents_;
  std::map<std::string, TensorProto*> network_tensors_;
  int64_t nodes_ = 0;
  std::vector<const onnx_proto::FunctionProto*> calls_; ///< being expanded
  std::vector<std::string> problems_, notes_;
  std::vector<Refusal> refusals_;
};

} // namespace

namespace {

/// Operands whose types do not fit together, as models of untyped files may have them.
void check_types(mlir::ModuleOp module) {
  std::vector<std::string> problems;
  mlir::ScopedDiagnosticHandler handler(module.getContext(), [&](mlir::Diagnostic& diagnostic) {
    problems.push_back(fmt::format("  node '{}': its types do not fit: {}",
                                   graph::nodeName(diagnostic.getLocation()), diagnostic.str()));
    return mlir::success();
  });
  if (mlir::failed(mlir::verify(module)))
    throw ImportError(fmt::format("cannot compile:\n{}", fmt::join(problems, "\n")));
}

} // namespace

Import import_model(mlir::MLIRContext& context, const std::filesystem::path& file,
                    const ImportOptions& options) {
  context.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                      graph::GraphDialect>();
  onnx_proto::ModelProto model = read_model(file);
  bind_inputs(*model.mutable_graph(), options.bindings);
  Import result = Importing(context, model, file.parent_path(), options).run();
  check_types(*result.module);
  return result;
}

} // namespace npuforge::onnx
