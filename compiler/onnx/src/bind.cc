#include "bind.h"

#include <fstream>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/import.h"

#include "select.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::TensorProto;

constexpr size_t kMaxBytes = size_t{1} << 20; ///< more are no parameter

/// Inputs, by number, that an operator's schema calls shapes, axes, sizes, pads, counts, bounds of
/// a slice.
const std::set<int>& parameters(const std::string& op) {
  static const std::map<std::string, std::set<int>> table = {
      {"AffineGrid", {1}},
      {"BlackmanWindow", {0}},
      {"CenterCropPad", {1}},
      {"Col2Im", {1, 2}},
      {"ConstantOfShape", {0}},
      {"CumSum", {1}},
      {"DFT", {1, 2}},
      {"Dropout", {1, 2}},
      {"Expand", {1}},
      {"HammingWindow", {0}},
      {"HannWindow", {0}},
      {"MaxUnpool", {2}},
      {"MelWeightMatrix", {0, 1, 2, 3, 4}},
      {"OneHot", {1}},
      {"Pad", {1, 3}},
      {"Range", {0, 1, 2}},
      {"ReduceL1", {1}},
      {"ReduceL2", {1}},
      {"ReduceLogSum", {1}},
      {"ReduceLogSumExp", {1}},
      {"ReduceMax", {1}},
      {"ReduceMean", {1}},
      {"ReduceMin", {1}},
      {"ReduceProd", {1}},
      {"ReduceSum", {1}},
      {"ReduceSumSquare", {1}},
      {"Reshape", {1}},
      {"Resize", {1, 2, 3}},
      {"STFT", {1, 3}},
      {"Slice", {1, 2, 3, 4}},
      {"Split", {1}},
      {"Squeeze", {1}},
      {"Tile", {1, 2}},
      {"TopK", {1}},
      {"Trilu", {1}},
      {"Unsqueeze", {1}},
      {"Upsample", {1}},
  };
  static const std::set<int> none;
  auto found = table.find(op);
  return found == table.end() ? none : found->second;
}

/// No operator may take the input as data.
void check_uses(const GraphProto& graph, const std::string& name) {
  for (const auto& node : graph.node())
    for (int i = 0; i < node.input_size(); ++i)
      if (node.input(i) == name && !parameters(node.op_type()).count(i))
        throw ImportError(fmt::format("--bind: input '{}' is data of node '{}' ({}), no parameter",
                                      name, node_name(node), node.op_type()));
  for (const auto& output : graph.output())
    if (output.name() == name)
      throw ImportError(fmt::format("--bind: input '{}' is an output, too", name));
}

std::string read(const std::filesystem::path& file) {
  std::error_code error;
  std::ifstream in(file, std::ios::binary);
  if (!in || !std::filesystem::is_regular_file(file, error))
    throw ImportError(fmt::format("--bind: {}: cannot be read", file.string()));
  std::string bytes(kMaxBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  if (bytes.size() > kMaxBytes)
    throw ImportError(
        fmt::format("--bind: {}: more than {} bytes are no parameter", file.string(), kMaxBytes));
  return bytes;
}

/// The text behind a key of an .npy file's header, up to a stop character.
std::string field(const std::string& header, const std::string& key, const char* stop) {
  size_t at = header.find("'" + key + "':");
  if (at == std::string::npos)
    return {};
  at = header.find_first_not_of(' ', at + key.size() + 3);
  return header.substr(at, header.find_first_of(stop, at + 1) - at);
}

/// One of numpy's files, version 1, little-endian, rows first.
TensorProto parse_npy(const std::string& bytes, const std::string& file) {
  auto refuse = [&](const char* why) {
    return ImportError(fmt::format("--bind: {}: {}", file, why));
  };
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY", 6) != 0 || bytes[6] != 1)
    throw refuse("is no .npy file of version 1");
  const size_t length =
      static_cast<uint8_t>(bytes[8]) | static_cast<size_t>(static_cast<uint8_t>(bytes[9])) << 8;
  if (bytes.size() < 10 + length)
    throw refuse("is cut");
  const std::string header = bytes.substr(10, length);
  static const std::map<std::string, TensorProto::DataType> types = {
      {"'<i8", TensorProto::INT64},  {"'<i4", TensorProto::INT32}, {"'<f4", TensorProto::FLOAT},
      {"'<f8", TensorProto::DOUBLE}, {"'|b1", TensorProto::BOOL},  {"'|i1", TensorProto::INT8},
      {"'|u1", TensorProto::UINT8},
  };
  auto type = types.find(field(header, "descr", "'"));
  if (type == types.end())
    throw refuse("has elements of a type that no parameter has");
  if (field(header, "fortran_order", ",") != "False")
    throw refuse("has columns first");
  TensorProto tensor;
  tensor.set_data_type(type->second);
  std::string digits;
  for (char c : field(header, "shape", ")") + ",") {
    if (c >= '0' && c <= '9' && digits.size() < 10)
      digits += c;
    else if (c == ',' && !digits.empty())
      tensor.add_dims(std::stoll(std::exchange(digits, {})));
    else if (c != '(' && c != ' ' && c != ',')
      throw refuse("has a shape that cannot be read");
  }
  tensor.set_raw_data(bytes.substr(10 + length));
  return tensor;
}

TensorProto parse(const std::filesystem::path& file) {
  const std::string bytes = read(file);
  if (file.extension() == ".npy")
    return parse_npy(bytes, file.string());
  TensorProto tensor;
  if (!tensor.ParseFromString(bytes) || tensor.data_type() == TensorProto::UNDEFINED ||
      tensor.data_location() == TensorProto::EXTERNAL)
    throw ImportError(fmt::format("--bind: {}: is neither .npy nor a TensorProto", file.string()));
  return tensor;
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
    TensorProto tensor = parse(file);
    tensor.set_name(name);
    *graph.add_initializer() = std::move(tensor);
  }
}

} // namespace npuforge::onnx
