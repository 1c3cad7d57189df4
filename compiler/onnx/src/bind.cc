#include "bind.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/import.h"

#include "parameters.h"
#include "select.h"
#include "tensor_proto_file.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::TensorProto;

constexpr size_t kMaxBytes = size_t{1} << 20; ///< more are no parameter

/// No operator may take the input as data, unless a shape depends on it all the same, or it does
/// nothing but decide about control flow.
void check_uses(const GraphProto& graph, const std::string& name) {
  const onnx_proto::NodeProto* user = find_data_use(graph, name);
  if (user && !sources_of_parameters(graph).contains(name) && !only_decides(graph, name))
    throw ImportError(fmt::format("--bind: input '{}' is data of node '{}' ({}), no parameter",
                                  name, node_name(*user), user->op_type()));
  for (const auto& output : graph.output())
    if (output.name() == name)
      throw ImportError(fmt::format("--bind: input '{}' is an output, too", name));
}

} // namespace

void bind_inputs(GraphProto& graph, const std::map<std::string, std::filesystem::path>& bindings) {
  for (const auto& [name, file] : bindings) {
    bool known = false;
    for (const auto& input : graph.input())
      known |= input.name() == name;
    for (const auto& tensor : graph.initializer())
      known &= tensor.name() != name;
    if (!known)
      throw ImportError(fmt::format("--bind: there is no input '{}' without a value", name));
    check_uses(graph, name);
    TensorProto tensor;
    try {
      tensor = read_tensor_proto(file, kMaxBytes);
    } catch (const ImportError& error) {
      throw ImportError(fmt::format("--bind: {}", error.what()));
    }
    tensor.set_name(name);
    *graph.add_initializer() = std::move(tensor);
  }
}

} // namespace npuforge::onnx
