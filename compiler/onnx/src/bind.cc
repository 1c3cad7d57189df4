#include "bind.h"

#include <fstream>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/import.h"

#include "parameters.h"
#include "select.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::TensorProto;

constexpr size_t kMaxBytes = size_t{1} << 20; ///< more are no parameter

/// No operator may take the input as data, unless a shape depends on it all the same.
void check_uses(const GraphProto& graph, const std::string& name) {
  const onnx_proto::NodeProto* user = find_data_use(graph, name);
  if (user && !sources_of_parameters(graph).contains(name))
    throw ImportError(fmt::format("--bind: input '{}' is data of node '{}' ({}), no parameter",
                                  name, node_name(*user), user->op_type()));
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
