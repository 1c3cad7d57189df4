#include "data.h"

#include <bit>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "npuforge_onnx.pb.h"

namespace npuforge::conformance {
namespace {

using onnx_proto::TensorProto;

struct Type {
  int number;
  const char* name;
  size_t size;
};
constexpr Type kTypes[] = {
    {TensorProto::FLOAT, "f32", 4},
    {TensorProto::UINT8, "u8", 1},
    {TensorProto::INT8, "i8", 1},
    {TensorProto::UINT16, "u16", 2},
    {TensorProto::INT16, "i16", 2},
    {TensorProto::INT32, "i32", 4},
    {TensorProto::INT64, "i64", 8},
    {TensorProto::BOOL, "bool", 1},
    {TensorProto::FLOAT16, "f16", 2},
    {TensorProto::DOUBLE, "f64", 8},
    {TensorProto::UINT32, "u32", 4},
    {TensorProto::UINT64, "u64", 8},
    {TensorProto::BFLOAT16, "bf16", 2},
    {TensorProto::STRING, "string", 0},
    {TensorProto::COMPLEX64, "complex64", 0},
    {TensorProto::COMPLEX128, "complex128", 0},
};

template <typename T, typename Field>
std::string pack(const Field& field) {
  std::string bytes;
  for (auto value : field) {
    T narrow = static_cast<T>(value);
    bytes.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
  }
  return bytes;
}

std::string bytes_of(const TensorProto& tensor, const std::string& type) {
  if (tensor.has_raw_data())
    return tensor.raw_data();
  if (type == "f32")
    return pack<float>(tensor.float_data());
  if (type == "f64")
    return pack<double>(tensor.double_data());
  if (type == "i64")
    return pack<int64_t>(tensor.int64_data());
  if (type == "u32" || type == "u64")
    return type == "u32" ? pack<uint32_t>(tensor.uint64_data())
                         : pack<uint64_t>(tensor.uint64_data());
  switch (size_of(type)) { // all others are in int32_data
  case 1:
    return pack<uint8_t>(tensor.int32_data());
  case 2:
    return pack<uint16_t>(tensor.int32_data());
  default:
    return pack<int32_t>(tensor.int32_data());
  }
}

template <typename T, typename Result, typename Convert>
std::vector<Result> unpack(const HostTensor& tensor, Convert convert) {
  std::vector<Result> values(tensor.count());
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, &tensor.bytes[i * sizeof(T)], sizeof(T));
    values[i] = static_cast<Result>(convert(value));
  }
  return values;
}

template <typename Result>
std::vector<Result> whole(const HostTensor& tensor) {
  auto same = [](auto value) { return value; };
  const bool is_signed = tensor.type[0] == 'i';
  switch (size_of(tensor.type)) {
  case 1:
    return is_signed ? unpack<int8_t, Result>(tensor, same) : unpack<uint8_t, Result>(tensor, same);
  case 2:
    return is_signed ? unpack<int16_t, Result>(tensor, same)
                     : unpack<uint16_t, Result>(tensor, same);
  case 4:
    return is_signed ? unpack<int32_t, Result>(tensor, same)
                     : unpack<uint32_t, Result>(tensor, same);
  default:
    return is_signed ? unpack<int64_t, Result>(tensor, same)
                     : unpack<uint64_t, Result>(tensor, same);
  }
}

} // namespace

size_t HostTensor::count() const {
  size_t count = 1;
  for (int64_t dim : shape)
    count *= static_cast<size_t>(dim);
  return count;
}

std::string type_name(int onnx_type) {
  for (const Type& type : kTypes)
    if (type.number == onnx_type)
      return type.name;
  return fmt::format("type {}", onnx_type);
}

size_t size_of(const std::string& name) {
  for (const Type& type : kTypes)
    if (type.name == name)
      return type.size;
  return 0;
}

HostTensor read_tensor(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  TensorProto proto;
  if (!stream || !proto.ParseFromIstream(&stream))
    throw std::runtime_error(fmt::format("{}: holds no tensor", file.string()));
  HostTensor tensor{type_name(proto.data_type()), {proto.dims().begin(), proto.dims().end()}, ""};
  if (size_of(tensor.type) == 0)
    throw std::runtime_error(fmt::format("{}: holds elements of {}", file.string(), tensor.type));
  tensor.bytes = bytes_of(proto, tensor.type);
  if (tensor.bytes.size() != tensor.count() * size_of(tensor.type))
    throw std::runtime_error(fmt::format("{}: {} bytes for {} elements of {}", file.string(),
                                         tensor.bytes.size(), tensor.count(), tensor.type));
  return tensor;
}

bool is_float(const std::string& type) {
  return type == "f32" || type == "f16" || type == "bf16" || type == "f64";
}

std::vector<double> reals_of(const HostTensor& tensor) {
  if (tensor.type == "f32")
    return unpack<float, double>(tensor, [](float x) { return x; });
  if (tensor.type == "f64")
    return unpack<double, double>(tensor, [](double x) { return x; });
  if (tensor.type == "f16")
    return unpack<uint16_t, double>(tensor, [](uint16_t x) { return std::bit_cast<_Float16>(x); });
  if (tensor.type == "bf16")
    return unpack<uint16_t, double>(
        tensor, [](uint16_t x) { return std::bit_cast<float>(static_cast<uint32_t>(x) << 16); });
  return whole<double>(tensor);
}

std::vector<int64_t> integers_of(const HostTensor& tensor) {
  return whole<int64_t>(tensor);
}

} // namespace npuforge::conformance
