#include "npuforge/compiler/verify/verify.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"
#include "npuforge/compiler/graph/values.h"

#include "snapshots.h"

namespace npuforge::verify {
namespace {

/// A value as the network has it, and the result of the imported graph that it is.
struct Wanted {
  Wanted(mlir::OpResult made_as, graph::NetworkValue named = {})
      : result(made_as), value(std::move(named)),
        type(llvm::cast<mlir::RankedTensorType>(made_as.getType())) {}

  mlir::OpResult result;
  graph::NetworkValue value;
  mlir::RankedTensorType type; ///< of the result
};

mlir::func::FuncOp main_of(mlir::ModuleOp module) {
  return module.lookupSymbol<mlir::func::FuncOp>("main");
}

std::map<std::string, Wanted> wanted_values(mlir::func::FuncOp main) {
  std::map<std::string, Wanted> wanted;
  std::set<std::string> twice; // of a network that another program wrote
  for (mlir::Operation& op : main.getBody().front().without_terminator())
    if (auto value = graph::networkValue(op.getLoc()))
      if (!wanted.try_emplace(value->name, Wanted(op.getResult(0), *value)).second)
        twice.insert(value->name);
  for (const std::string& name : twice)
    wanted.erase(name);
  // An output that is another value's, or that has no name of its own.
  mlir::Operation* end = main.getBody().front().getTerminator();
  for (unsigned i = 0; i < end->getNumOperands(); ++i)
    if (auto result = llvm::dyn_cast<mlir::OpResult>(end->getOperand(i)))
      wanted.try_emplace(main.getResultAttrOfType<mlir::StringAttr>(i, "graph.name").str(),
                         Wanted(result));
  return wanted;
}

std::vector<int64_t> shape_of(const Wanted& wanted) {
  std::vector<int64_t> shape = wanted.type.getShape().vec();
  for (size_t i = 0; i < wanted.value.order.size(); ++i)
    shape[i] = wanted.type.getShape()[static_cast<size_t>(wanted.value.order[i])];
  return shape;
}

bool is_byte(mlir::Type element) {
  return element.isInteger() && element.getIntOrFloatBitWidth() == 8;
}

/// The values of which the device's form is that of the reference. An i8 of the device without the
/// reference's scale is none: there, the network has a float that the device never holds.
std::vector<LayerValue> comparable(const Question& question,
                                   const std::map<std::string, Wanted>& wanted) {
  std::vector<LayerValue> result;
  for (LayerValue value : question.values) {
    auto found = wanted.find(value.name);
    if (found == wanted.end())
      continue;
    const mlir::RankedTensorType type = found->second.type;
    if (value.layer < question.program.layers.size()) {
      if (value.place.layout == "blocked" && !is_byte(type.getElementType()))
        continue;
      value.place.type = type_name(type.getElementType());
      value.place.quantisation.type = value.place.layout == "words" ? "" : value.place.type;
      value.place.bytes = assembler::port_bytes(value.place, question.spec);
    }
    int64_t elements = 1;
    for (int64_t extent : value.place.shape)
      elements *= extent;
    value.place.bounded.reset(); // the reference has all elements, too
    if (elements == type.getNumElements())
      result.push_back(std::move(value));
  }
  return result;
}

class Comparison {
public:
  Comparison(const Question& question, const std::vector<Tensor>& inputs)
      : question_(question), main_(main_of(question.imported)), wanted_(wanted_values(main_)),
        values_(comparable(question, wanted_)),
        snapshots_(run_program(question, values_, main_, inputs)), reference_(main_, inputs) {}

  std::vector<Row> rows() {
    std::map<mlir::Operation*, std::vector<size_t>> by_op;
    for (size_t i = 0; i < values_.size(); ++i)
      by_op[wanted_.at(values_[i].name).result.getOwner()].push_back(i);
    std::vector<Row> rows(values_.size());
    for (mlir::Operation& op : main_.getBody().front().without_terminator()) {
      const llvm::SmallVector<Tensor> results = reference_.step(op);
      for (size_t i : by_op[&op])
        rows[i] = compare(op, results[wanted_.at(values_[i].name).result.getResultNumber()], i);
    }
    return rows;
  }

private:
  Row compare(mlir::Operation& op, const Tensor& want, size_t i) {
    const LayerValue& value = values_[i];
    const Wanted& wanted = wanted_.at(value.name);
    Row row{name_of(op, value), value.name, value.place.type, shape_of(wanted), want.count(), {}};
    auto type = mlir::RankedTensorType::get(snapshots_[i].shape, want.element);
    std::vector<double> got =
        in_order(numbers(from_device(snapshots_[i], type)), value.place.shape, value.order);
    std::vector<double> reference = in_order(numbers(want), want.shape, wanted.value.order);
    if (question_.tolerances.rounded_to_f32(row.type))
      for (std::vector<double>* side : {&got, &reference})
        for (double& number : *side)
          number = static_cast<float>(number);
    row.worst = worst(got, reference, tolerance_of(value, op));
    if (is_quantised(value, op) && !row.differs() && wanted.value.order.empty())
      hand_on(wanted.result, want, got);
    return row;
  }

  /// An integer operator is not the quantize whose result it makes.
  std::string name_of(mlir::Operation& op, const LayerValue& value) const {
    const auto& layers = question_.program.layers;
    return value.place.layout == "blocked" && value.layer < layers.size()
               ? layers[value.layer].layer
               : graph::nodeName(op.getLoc());
  }

  static bool is_quantised(const LayerValue& value, mlir::Operation& op) {
    return value.place.layout != "words" || llvm::isa<graph::QuantizeOp>(op);
  }

  Tolerance tolerance_of(const LayerValue& value, mlir::Operation& op) const {
    if (!is_quantised(value, op))
      return question_.tolerances.of(value.place.type, question_.precision);
    return question_.tolerances.quantised(value.place.type == "f32" ? value.place.quantisation.scale
                                                                    : 1);
  }

  /// The reference goes on with what the device has.
  void hand_on(mlir::Value result, const Tensor& want, const std::vector<double>& got) {
    if (want.is_real())
      return;
    Tensor tensor = graph::reference::make_tensor(want.shape, want.element);
    for (size_t i = 0; i < got.size(); ++i)
      (*tensor.integers)[i] = static_cast<int64_t>(got[i]);
    reference_.replace(result, std::move(tensor));
  }

  const Question& question_;
  mlir::func::FuncOp main_;
  std::map<std::string, Wanted> wanted_;
  std::vector<LayerValue> values_;
  std::vector<simulator::Tensor> snapshots_;
  graph::Interpretation reference_;
};

std::string index_text(size_t linear, const std::vector<int64_t>& shape) {
  std::string text;
  for (size_t d = shape.size(); d-- > 0;) {
    const auto extent = static_cast<size_t>(shape[d]);
    text = fmt::format("{}{}{}", linear % extent, text.empty() ? "" : ", ", text);
    linear /= extent;
  }
  return "[" + text + "]";
}

} // namespace

std::vector<Row> compare(const Question& question, const std::vector<Tensor>& inputs) {
  return Comparison(question, inputs).rows();
}

const Row* first_difference(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    if (row.differs())
      return &row;
  return nullptr;
}

std::string describe(const Row& row) {
  std::string text = fmt::format("node '{}' (value '{}', {} {})", row.node, row.value, row.type,
                                 simulator::shape_text(row.shape));
  if (!row.worst)
    return text + ": equal";
  return text + fmt::format(": largest error {:.4g}: element {} is {:.9g} instead of {:.9g}",
                            row.worst->error, index_text(row.worst->index, row.shape),
                            row.worst->got, row.worst->wanted);
}

void print(const std::vector<Row>& rows) {
  fmt::print("{:<40} {:<5} {:>16} {:>12} {:>16} {:>14} {:>14}\n", "node", "type", "shape",
             "largest error", "at", "expected", "got");
  for (const Row& row : rows) {
    const std::string name =
        row.node.size() <= 40 ? row.node : "..." + row.node.substr(row.node.size() - 37);
    fmt::print("{:<40} {:<5} {:>16} ", name, row.type, simulator::shape_text(row.shape));
    if (row.worst)
      fmt::print("{:>13.4g} {:>16} {:>14.7g} {:>14.7g}{}\n", row.worst->error,
                 index_text(row.worst->index, row.shape), row.worst->wanted, row.worst->got,
                 row.differs() ? "  differs" : "");
    else
      fmt::print("{:>13}\n", "equal");
  }
}

nlohmann::json to_json(const std::vector<Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    list.push_back({{"node", row.node},
                    {"value", row.value},
                    {"type", row.type},
                    {"shape", row.shape},
                    {"differs", row.differs()}});
    if (row.worst)
      list.back()["worst"] = {{"error", row.worst->error},
                              {"index", row.worst->index},
                              {"expected", row.worst->wanted},
                              {"got", row.worst->got}};
  }
  return list;
}

} // namespace npuforge::verify
