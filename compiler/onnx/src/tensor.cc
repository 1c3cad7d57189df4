#include "tensor.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/import.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::TensorProto;

/// An entry of the tensor's external data as a number.
uint64_t external_number(const TensorProto& tensor, const std::string& key, uint64_t otherwise) {
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() != key)
      continue;
    const std::string& text = entry.value();
    uint64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
      throw ImportError(
          fmt::format("tensor '{}': external data with {} '{}'", tensor.name(), key, text));
    return number;
  }
  return otherwise;
}

std::string external_location(const TensorProto& tensor) {
  std::string location;
  for (const auto& entry : tensor.external_data())
    if (entry.key() == "location")
      location = entry.value();
  std::filesystem::path relative(location);
  bool escapes = relative.empty() || relative.is_absolute();
  for (const auto& part : relative)
    escapes |= part == "..";
  if (escapes)
    throw ImportError(
        fmt::format("tensor '{}': external data in '{}', which is not below the model's folder",
                    tensor.name(), location));
  return location;
}

/// The raw bytes of a tensor's external file. Keys: location, offset, length.
std::string read_external(const TensorProto& tensor, const std::filesystem::path& folder,
                          size_t bytes) {
  const std::filesystem::path path = folder / external_location(tensor);
  const uint64_t offset = external_number(tensor, "offset", 0),
                 length = external_number(tensor, "length", bytes);
  if (length != bytes)
    throw ImportError(fmt::format("tensor '{}': {} bytes of external data, its shape needs {}",
                                  tensor.name(), length, bytes));
  // A directory or a pipe has no size that could be trusted.
  std::error_code error;
  bool regular = std::filesystem::is_regular_file(path, error);
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!regular || !file)
    throw ImportError(fmt::format("tensor '{}': cannot read its external data '{}'", tensor.name(),
                                  path.string()));
  auto size = static_cast<uint64_t>(std::max<std::streamoff>(file.tellg(), 0));
  if (offset > size || size - offset < bytes)
    throw ImportError(
        fmt::format("tensor '{}': external data '{}' ends before its {} bytes at offset {}",
                    tensor.name(), path.string(), bytes, offset));
  std::string data(bytes, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(data.data(), static_cast<std::streamsize>(bytes));
  return data;
}

template <typename T, typename Field>
std::string pack(const Field& field) {
  std::string bytes;
  bytes.reserve(field.size() * sizeof(T));
  for (auto value : field) {
    T narrow = static_cast<T>(value);
    bytes.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
  }
  return bytes;
}

/// The tensor's values as little-endian bytes, from whichever field but raw_data holds them.
std::string values(const TensorProto& tensor, const std::filesystem::path& folder, size_t bytes) {
  if (tensor.data_location() == TensorProto::EXTERNAL)
    return read_external(tensor, folder, bytes);
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return pack<float>(tensor.float_data());
  case TensorProto::DOUBLE:
    return pack<double>(tensor.double_data());
  case TensorProto::INT64:
    return pack<int64_t>(tensor.int64_data());
  case TensorProto::INT32:
    return pack<int32_t>(tensor.int32_data());
  case TensorProto::UINT32:
    return pack<uint32_t>(tensor.uint64_data());
  case TensorProto::INT16:
  case TensorProto::UINT16:
  case TensorProto::FLOAT16: // bits
  case TensorProto::BFLOAT16:
    return pack<uint16_t>(tensor.int32_data());
  default: // 8 bits and bool
    return pack<int8_t>(tensor.int32_data());
  }
}

} // namespace

mlir::Type element_type(mlir::MLIRContext& context, int data_type) {
  mlir::Builder builder(&context);
  switch (data_type) {
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::INT8:
    return builder.getI8Type();
  case TensorProto::UINT8:
    return builder.getIntegerType(8, false);
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::INT16:
    return builder.getIntegerType(16);
  case TensorProto::UINT16:
    return builder.getIntegerType(16, false);
  case TensorProto::UINT32:
    return builder.getIntegerType(32, false);
  case TensorProto::INT32:
    return builder.getI32Type();
  case TensorProto::INT64:
    return builder.getI64Type();
  default:
    return {};
  }
}

std::string type_name(int64_t data_type) {
  // Newer than the schema that Debian has.
  static const std::map<int64_t, std::string> kNewer{
      {17, "float8e4m3fn"}, {18, "float8e4m3fnuz"}, {19, "float8e5m2"}, {20, "float8e5m2fnuz"},
      {21, "uint4"},        {22, "int4"},           {23, "float4e2m1"}};
  if (auto newer = kNewer.find(data_type); newer != kNewer.end())
    return newer->second;
  const bool known = data_type >= 0 && data_type < 1000 &&
                     TensorProto::DataType_IsValid(static_cast<int>(data_type));
  if (!known)
    return std::to_string(data_type);
  std::string name = TensorProto::DataType_Name(static_cast<TensorProto::DataType>(data_type));
  for (char& letter : name)
    letter = static_cast<char>(std::tolower(letter));
  return name;
}

int64_t element_count(const std::string& what, llvm::ArrayRef<int64_t> dims, int64_t limit) {
  int64_t count = 1;
  for (int64_t dim : dims) {
    if (dim < 0)
      throw ImportError(fmt::format("{}: dimension {}", what, dim));
    if (dim != 0 && count > limit / dim)
      throw ImportError(fmt::format("{}: more than {} elements", what, limit));
    count *= dim;
  }
  return count;
}

std::vector<std::string> external_overlaps(const onnx_proto::GraphProto& graph) {
  struct Range {
    uint64_t begin, end;
    const std::string* name;
  };
  std::map<std::string, std::vector<Range>> files;
  std::vector<std::string> problems;
  for (const TensorProto& tensor : graph.initializer()) {
    if (tensor.data_location() != TensorProto::EXTERNAL)
      continue;
    try { // without a length nobody knows the end before the tensor is read
      const uint64_t offset = external_number(tensor, "offset", 0),
                     length = external_number(tensor, "length", 0);
      if (length > 0 && offset + length > offset)
        files[external_location(tensor)].push_back({offset, offset + length, &tensor.name()});
    } catch (const ImportError&) { // reported where the tensor is used
    }
  }
  for (auto& [file, ranges] : files) {
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    for (size_t i = 1; i < ranges.size(); ++i) {
      const Range &a = ranges[i - 1], &b = ranges[i];
      const bool same = a.begin == b.begin && a.end == b.end; // shared weights
      if (!same && b.begin < a.end)
        problems.push_back(fmt::format("tensors '{}' and '{}' overlap in external data '{}'",
                                       *a.name, *b.name, file));
    }
  }
  return problems;
}

mlir::DenseElementsAttr to_attribute(mlir::MLIRContext& context, const TensorProto& tensor,
                                     const std::filesystem::path& folder) {
  std::string what = fmt::format("tensor '{}'", tensor.name());
  mlir::Type element = element_type(context, tensor.data_type());
  if (!element)
    throw ImportError(
        fmt::format("{}: element type {} is not supported", what, type_name(tensor.data_type())));
  llvm::SmallVector<int64_t> dims(tensor.dims().begin(), tensor.dims().end());
  size_t count = element_count(what, dims);
  size_t bytes = count * ((element.getIntOrFloatBitWidth() + 7) / 8);
  const bool raw = tensor.has_raw_data() && tensor.data_location() != TensorProto::EXTERNAL;
  const std::string own = raw ? "" : values(tensor, folder, bytes);
  const std::string& data = raw ? tensor.raw_data() : own;
  if (data.size() != bytes)
    throw ImportError(
        fmt::format("{}: has {} bytes of data, its shape needs {}", what, data.size(), bytes));
  auto type = mlir::RankedTensorType::get(dims, element);
  if (element.isInteger(1)) {
    llvm::SmallVector<bool> bits;
    for (char byte : data)
      bits.push_back(byte != 0);
    return mlir::DenseElementsAttr::get(type, bits);
  }
  return mlir::DenseElementsAttr::getFromRawBuffer(type,
                                                   llvm::ArrayRef<char>(data.data(), data.size()));
}

} // namespace npuforge::onnx
