#include "inputs.h"

#include <set>

#include <fmt/format.h>

#include "tensor.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::ValueInfoProto;
using Dims = std::vector<int64_t>;

class Inputs {
public:
  Inputs(mlir::MLIRContext& context, const ImportOptions& options, std::vector<std::string>& notes,
         std::vector<std::string>& problems)
      : context_(context), options_(options), notes_(notes), problems_(problems) {}

  /// Symbols that --shape gives a number.
  void bind(const ValueInfoProto& input) {
    auto given = options_.shapes.find(input.name());
    const auto& dims = input.type().tensor_type().shape().dim();
    if (given == options_.shapes.end() || static_cast<int>(given->second.size()) != dims.size())
      return;
    for (int i = 0; i < dims.size(); ++i) {
      const std::string& symbol = dims[i].dim_param();
      int64_t value = given->second[static_cast<size_t>(i)];
      if (!symbol.empty() && symbols_.emplace(symbol, value).first->second != value)
        problems_.push_back(fmt::format("input '{}': dimension {} ('{}') is {}, elsewhere {}",
                                        input.name(), i, symbol, value, symbols_[symbol]));
    }
  }

  mlir::RankedTensorType type(const ValueInfoProto& input) {
    auto fallback = mlir::RankedTensorType::get({1}, mlir::Float32Type::get(&context_));
    const auto& tensor = input.type().tensor_type();
    mlir::Type element = element_type(context_, tensor.elem_type());
    if (!input.type().has_tensor_type() || !element) {
      problems_.push_back(fmt::format("input '{}': element type {} is not supported", input.name(),
                                      type_name(tensor.elem_type())));
      return fallback;
    }
    Dims dims = shape(input);
    try {
      element_count(fmt::format("input '{}'", input.name()), dims);
      return mlir::RankedTensorType::get(dims, element);
    } catch (const ImportError& error) {
      problems_.push_back(error.what());
      return fallback;
    }
  }

private:
  Dims shape(const ValueInfoProto& input) {
    auto given = options_.shapes.find(input.name());
    const bool has_given = given != options_.shapes.end();
    const auto& dims = input.type().tensor_type().shape().dim();
    if (!input.type().tensor_type().has_shape()) {
      if (has_given)
        return given->second;
      problems_.push_back(
          fmt::format("input '{}' has no shape: give --shape {}=...", input.name(), input.name()));
      return {1};
    }
    if (has_given && static_cast<int>(given->second.size()) != dims.size()) {
      problems_.push_back(fmt::format("input '{}' has {} dimensions, --shape gives {}",
                                      input.name(), dims.size(), given->second.size()));
      return {1};
    }
    Dims result;
    for (int i = 0; i < dims.size(); ++i)
      result.push_back(dimension(input, i, has_given ? given->second[static_cast<size_t>(i)] : 0));
    return result;
  }

  /// `wanted` is --shape's number, 0 without.
  int64_t dimension(const ValueInfoProto& input, int index, int64_t wanted) {
    const auto& dim = input.type().tensor_type().shape().dim(index);
    if (dim.has_dim_value()) {
      if (wanted && wanted != dim.dim_value())
        problems_.push_back(fmt::format("input '{}': dimension {} is {}, --shape gives {}",
                                        input.name(), index, dim.dim_value(), wanted));
      return dim.dim_value();
    }
    if (wanted)
      return wanted;
    if (auto bound = symbols_.find(dim.dim_param()); bound != symbols_.end()) {
      notes_.push_back(fmt::format("input '{}': dimension {} '{}' is taken as {}", input.name(),
                                   index, dim.dim_param(), bound->second));
      return bound->second;
    }
    if (index == 0)
      notes_.push_back(fmt::format("input '{}': its first dimension '{}' is taken as 1",
                                   input.name(), dim.dim_param()));
    else
      problems_.push_back(fmt::format("input '{}': dimension {} ('{}') has no value: give --shape",
                                      input.name(), index, dim.dim_param()));
    return 1;
  }

  mlir::MLIRContext& context_;
  const ImportOptions& options_;
  std::vector<std::string>& notes_;
  std::vector<std::string>& problems_;
  std::map<std::string, int64_t> symbols_;
};

} // namespace

std::vector<Input> network_inputs(mlir::MLIRContext& context, const onnx_proto::GraphProto& graph,
                                  const ImportOptions& options, std::vector<std::string>& notes,
                                  std::vector<std::string>& problems) {
  std::set<std::string> initialised, known;
  for (const auto& tensor : graph.initializer())
    initialised.insert(tensor.name());
  Inputs inputs(context, options, notes, problems);
  for (const auto& input : graph.input())
    inputs.bind(input);
  std::vector<Input> result;
  for (const auto& input : graph.input()) {
    known.insert(input.name());
    if (!initialised.count(input.name()))
      result.push_back({input.name(), inputs.type(input)});
  }
  for (const auto& [name, shape] : options.shapes)
    if (!known.count(name))
      problems.push_back(fmt::format("--shape: there is no input '{}'", name));
  return result;
}

} // namespace npuforge::onnx
