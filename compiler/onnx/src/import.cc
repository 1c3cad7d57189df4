// From a parsed model to a module: inputs, constants, nodes, outputs.
#include "npuforge/compiler/onnx/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Dialect/Math/IR/Math.h>

#include "npuforge/compiler/graph/Graph.h"

#include "model_file.h"
#include "nodes.h"
#include "select.h"
#include "tensor.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::NodeProto;
using onnx_proto::ValueInfoProto;

class Importer {
public:
  Importer(mlir::MLIRContext& context, const onnx_proto::ModelProto& model,
           const std::filesystem::path& folder, const ImportOptions& options)
      : context_(context), builder_(&context), graph_(model.graph()), folder_(folder),
        options_(options) {
    for (const auto& import : model.opset_import())
      if (import.domain().empty() || import.domain() == "ai.onnx")
        opset_ = import.version();
    for (const auto& tensor : graph_.initializer())
      initializers_[tensor.name()] = &tensor;
  }

  Import run() {
    std::vector<Output> outputs = choose_outputs();
    std::vector<std::string> wanted;
    for (const Output& output : outputs)
      wanted.push_back(output.value);
    Selection selection = select_nodes(graph_, wanted);
    Import result{mlir::ModuleOp::create(mlir::UnknownLoc::get(&context_)), {}};
    mlir::func::FuncOp main = make_main(*result.module);
    for (const NodeProto* node : selection.nodes)
      add_node(*node);
    add_outputs(main, outputs);
    check_shape_options();
    if (!problems_.empty())
      throw ImportError(fmt::format("{}", fmt::join(problems_, "\n")));
    result.notes = std::move(notes_);
    return result;
  }

private:
  /// A network output: its name, the value it is taken from, and the QuantizeLinear that was taken
  /// instead, if any.
  struct Output {
    std::string name, value;
    bool dequantize = false;
  };

  mlir::Location named(const std::string& name) {
    return mlir::NameLoc::get(mlir::StringAttr::get(&context_, name));
  }

  /// A float value that is quantised next door is taken behind its QuantizeLinear, so that the
  /// device can hold it.
  std::vector<Output> choose_outputs() {
    std::vector<Output> outputs;
    if (options_.outputs.empty())
      for (const auto& output : graph_.output())
        outputs.push_back({output.name(), output.name()});
    for (const auto& name : options_.outputs) {
      Output output{name, name};
      for (const auto& node : graph_.node())
        if (node.op_type() == "QuantizeLinear" && node.input_size() > 0 && node.input(0) == name &&
            node.output_size() > 0) {
          output.value = node.output(0);
          output.dequantize = true;
        }
      outputs.push_back(output);
    }
    return outputs;
  }

  mlir::func::FuncOp make_main(mlir::ModuleOp module) {
    std::vector<mlir::Type> types;
    std::vector<std::string> names;
    for (const auto& input : graph_.input()) {
      if (initializers_.count(input.name()))
        continue;
      names.push_back(input.name());
      types.push_back(input_type(input));
    }
    builder_.setInsertionPointToEnd(module.getBody());
    auto main = mlir::func::FuncOp::create(builder_, named(graph_.name()), "main",
                                           builder_.getFunctionType(types, {}));
    mlir::Block* body = main.addEntryBlock();
    builder_.setInsertionPointToStart(body);
    for (size_t i = 0; i < names.size(); ++i) {
      values_[names[i]] = body->getArgument(i);
      main.setArgAttr(i, "graph.name", builder_.getStringAttr(names[i]));
    }
    return main;
  }

  mlir::Type input_type(const ValueInfoProto& input) {
    mlir::Type fallback = mlir::UnrankedTensorType::get(builder_.getF32Type());
    const auto& tensor = input.type().tensor_type();
    mlir::Type element = element_type(context_, tensor.elem_type());
    if (!input.type().has_tensor_type() || !element) {
      problems_.push_back(fmt::format("input '{}': element type {} is not supported", input.name(),
                                      tensor.elem_type()));
      return fallback;
    }
    std::vector<int64_t> shape = input_shape(input);
    try {
      if (element_count(fmt::format("input '{}'", input.name()), shape) == 0)
        problems_.push_back(fmt::format("input '{}' has no elements", input.name()));
      return mlir::RankedTensorType::get(shape, element);
    } catch (const ImportError& error) {
      problems_.push_back(error.what());
      return fallback;
    }
  }

  /// The file's shape with --shape's numbers; a first dimension that nobody gives is the batch, 1.
  std::vector<int64_t> input_shape(const ValueInfoProto& input) {
    auto given = options_.shapes.find(input.name());
    const auto& dims = input.type().tensor_type().shape().dim();
    if (!input.type().tensor_type().has_shape()) {
      if (given != options_.shapes.end())
        return given->second;
      problems_.push_back(
          fmt::format("input '{}' has no shape: give --shape {}=...", input.name(), input.name()));
      return {1};
    }
    if (given != options_.shapes.end() && static_cast<int>(given->second.size()) != dims.size()) {
      problems_.push_back(fmt::format("input '{}' has {} dimensions, --shape gives {}",
                                      input.name(), dims.size(), given->second.size()));
      return {1};
    }
    std::vector<int64_t> shape;
    for (int i = 0; i < dims.size(); ++i) {
      int64_t wanted = given == options_.shapes.end() ? 0 : given->second[i];
      if (dims[i].has_dim_value()) {
        if (wanted && wanted != dims[i].dim_value())
          problems_.push_back(fmt::format("input '{}': dimension {} is {}, --shape gives {}",
                                          input.name(), i, dims[i].dim_value(), wanted));
        shape.push_back(dims[i].dim_value());
      } else if (wanted) {
        shape.push_back(wanted);
      } else if (i == 0) {
        notes_.push_back(fmt::format("input '{}': its first dimension '{}' is taken as 1",
                                     input.name(), dims[i].dim_param()));
        shape.push_back(1);
      } else {
        problems_.push_back(
            fmt::format("input '{}': dimension {} ('{}') has no value: give --shape", input.name(),
                        i, dims[i].dim_param()));
        shape.push_back(1);
      }
    }
    return shape;
  }

  void check_shape_options() {
    for (const auto& [name, shape] : options_.shapes) {
      bool known = false;
      for (const auto& input : graph_.input())
        known |= input.name() == name;
      if (!known)
        problems_.push_back(fmt::format("--shape: there is no input '{}'", name));
    }
  }

  /// The value of a name; initialisers become constants when first used.
  mlir::Value value_of(const std::string& name) {
    auto found = values_.find(name);
    if (found != values_.end())
      return found->second;
    auto tensor = initializers_.find(name);
    if (tensor == initializers_.end())
      return values_[name] = nullptr;                         // a failed node's
    if (!element_type(context_, tensor->second->data_type())) // the node that needs it is refused
      throw Unsupported(fmt::format("tensor '{}' has the element type {}, which is not supported",
                                    name, tensor->second->data_type()));
    try {
      auto attribute = to_attribute(context_, *tensor->second, folder_);
      return values_[name] =
                 graph::ConstantOp::create(builder_, named(name), attribute.getType(), attribute);
    } catch (const ImportError& error) {
      problems_.push_back(error.what());
      return values_[name] = nullptr;
    }
  }

  void add_node(const NodeProto& proto) {
    Node node(builder_, named(node_name(proto)), proto, {}, opset_);
    try {
      for (const auto& input : proto.input()) {
        node.inputs.push_back(input.empty() ? mlir::Value() : value_of(input));
        if (!input.empty() && !node.inputs.back())
          return; // the reason has been noted
      }
      mlir::Value result = import_node(node);
      if (proto.output_size() > 0)
        values_[proto.output(0)] = result;
    } catch (const Unsupported& reason) {
      add_unsupported(node, reason.what());
    } catch (const ImportError& error) {
      problems_.push_back(fmt::format("node '{}': {}", node_name(proto), error.what()));
    }
  }

  void add_unsupported(const Node& node, const std::string& reason) {
    std::vector<mlir::Value> operands;
    for (mlir::Value input : node.inputs)
      if (input)
        operands.push_back(input);
    std::vector<mlir::Type> types(node.proto.output_size(),
                                  mlir::UnrankedTensorType::get(builder_.getF32Type()));
    auto op = graph::UnsupportedOp::create(builder_, node.location, types, operands,
                                           node.proto.op_type(), reason);
    for (int i = 0; i < node.proto.output_size(); ++i)
      values_[node.proto.output(i)] = op.getResult(i);
  }

  void add_outputs(mlir::func::FuncOp main, const std::vector<Output>& outputs) {
    std::vector<mlir::Value> results;
    std::vector<mlir::Type> types;
    for (const Output& output : outputs) {
      mlir::Value value = output_value(output.value);
      if (!value)
        continue;
      if (output.dequantize)
        value = dequantized(value);
      results.push_back(value);
      types.push_back(value.getType());
    }
    mlir::func::ReturnOp::create(builder_, named(graph_.name()), results);
    main.setFunctionType(builder_.getFunctionType(main.getArgumentTypes(), types));
    if (results.size() == outputs.size())
      for (size_t i = 0; i < outputs.size(); ++i)
        main.setResultAttr(i, "graph.name", builder_.getStringAttr(outputs[i].name));
  }

  mlir::Value output_value(const std::string& name) {
    try {
      return value_of(name);
    } catch (const Unsupported& reason) {
      problems_.push_back(fmt::format("output '{}': {}", name, reason.what()));
      return nullptr;
    }
  }

  mlir::Value dequantized(mlir::Value value) {
    auto quantize = value.getDefiningOp<graph::QuantizeOp>();
    if (!quantize)
      return value; // an unsupported node: reported later
    return graph::DequantizeOp::create(
        builder_, quantize.getLoc(), mlir::UnrankedTensorType::get(builder_.getF32Type()), value,
        quantize.getScales(), quantize.getZeroPoints(), quantize.getAxis());
  }

  mlir::MLIRContext& context_;
  mlir::OpBuilder builder_;
  const GraphProto& graph_;
  const std::filesystem::path& folder_;
  const ImportOptions& options_;
  int64_t opset_ = 1;
  std::map<std::string, const onnx_proto::TensorProto*> initializers_;
  std::map<std::string, mlir::Value> values_;
  std::vector<std::string> problems_, notes_;
};

} // namespace

Import import_model(mlir::MLIRContext& context, const std::filesystem::path& file,
                    const ImportOptions& options) {
  context.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                      graph::GraphDialect>();
  onnx_proto::ModelProto model = read_model(file);
  return Importer(context, model, file.parent_path(), options).run();
}

} // namespace npuforge::onnx
