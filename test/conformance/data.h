#pragma once
// Tensors of the test data, read without the compiler's help.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace npuforge::conformance {

/// Elements as the host holds them, little-endian: bool a byte, f16 and bf16 two.
struct HostTensor {
  std::string type; ///< "f32", "f16", "bf16", "f64", "bool", "i8" .. "i64", "u8" .. "u64"
  std::vector<int64_t> shape;
  std::string bytes;

  size_t count() const;
};

/// The name of an ONNX element type, as HostTensor has it; "string", "complex64", ... for those
/// that it does not hold.
std::string type_name(int onnx_type);
/// Bytes of an element; 0 for types that HostTensor does not hold.
size_t size_of(const std::string& type);

/// Throws std::runtime_error, naming the file, if it holds no tensor of such a type.
HostTensor read_tensor(const std::filesystem::path& file);

/// Elements as f64 (floats, and integers of up to 32 bits, exactly).
std::vector<double> reals_of(const HostTensor& tensor);
/// Elements of an integer type or bool; u64 by its bits.
std::vector<int64_t> integers_of(const HostTensor& tensor);
bool is_float(const std::string& type);

} // namespace npuforge::conformance
