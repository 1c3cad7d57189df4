#include "npuforge/compiler/onnx/tensor_file.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/import.h"

#include "tensor.h"
#include "tensor_proto_file.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::TensorProto;

constexpr size_t kMaxBytes = size_t{1} << 32; ///< of one tensor

std::string read(const std::filesystem::path& file, size_t limit) {
  std::error_code error;
  std::ifstream in(file, std::ios::binary);
  if (!in || !std::filesystem::is_regular_file(file, error))
    throw ImportError(fmt::format("{}: cannot be read", file.string()));
  const size_t size = std::filesystem::file_size(file, error);
  if (error || size > limit)
    throw ImportError(fmt::format("{}: has more than {} bytes", file.string(), limit));
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

/// The text behind a key of an .npy file's header, up to a stop character.
std::string field(const std::string& header, const std::string& key, const char* stop) {
  size_t at = header.find("'" + key + "':");
  if (at == std::string::npos)
    return {};
  at = header.find_first_not_of(' ', at + key.size() + 3);
  if (at == std::string::npos)
    return {};
  return header.substr(at, header.find_first_of(stop, at + 1) - at);
}

/// One of numpy's files, version 1, little-endian, rows first.
TensorProto parse_npy(const std::string& bytes, const std::string& file) {
  auto refuse = [&](const char* why) { return ImportError(fmt::format("{}: {}", file, why)); };
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY", 6) != 0 || bytes[6] != 1)
    throw refuse("is no .npy file of version 1");
  const size_t length =
      static_cast<uint8_t>(bytes[8]) | static_cast<size_t>(static_cast<uint8_t>(bytes[9])) << 8;
  if (bytes.size() < 10 + length)
    throw refuse("is cut");
  const std::string header = bytes.substr(10, length);
  static const std::map<std::string, TensorProto::DataType> types = {
      {"'<i8", TensorProto::INT64},  {"'<i4", TensorProto::INT32},   {"'<f4", TensorProto::FLOAT},
      {"'<f8", TensorProto::DOUBLE}, {"'|b1", TensorProto::BOOL},    {"'|i1", TensorProto::INT8},
      {"'|u1", TensorProto::UINT8},  {"'<f2", TensorProto::FLOAT16}, {"'<i2", TensorProto::INT16},
      {"'<u2", TensorProto::UINT16}, {"'<u4", TensorProto::UINT32},
  };
  auto type = types.find(field(header, "descr", "'"));
  if (type == types.end())
    throw refuse(
        "has elements of a type that is not read; f2, f4, f8, b1, i1, i2, i4, i8, u1, u2, u4, "
        "little-endian, are");
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

} // namespace

TensorProto read_tensor_proto(const std::filesystem::path& file, size_t limit) {
  const std::string bytes = read(file, limit);
  if (file.extension() == ".npy")
    return parse_npy(bytes, file.string());
  TensorProto tensor;
  if (!tensor.ParseFromString(bytes) || tensor.data_type() == TensorProto::UNDEFINED ||
      tensor.data_location() == TensorProto::EXTERNAL)
    throw ImportError(fmt::format("{}: is neither .npy nor a TensorProto", file.string()));
  return tensor;
}

mlir::DenseElementsAttr read_tensor(mlir::MLIRContext& context, const std::filesystem::path& file) {
  TensorProto tensor = read_tensor_proto(file, kMaxBytes);
  tensor.set_name(file.string());
  return to_attribute(context, tensor, file.parent_path());
}

} // namespace npuforge::onnx
