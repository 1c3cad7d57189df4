// Integers are held as i32, floats as f32. An i64 beyond an i32 is refused; an f64 is rounded, one
// beyond f32 to an infinity. Values that come back are inside their type when the
// program is right: a wrong one is an error here, not a value that wraps.
#include "words.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

/// Calls f with a value of the C++ type that holds the network's; false for an unknown type.
template <typename F>
bool with_type(const std::string& type, F&& f) {
  if (type == "bool" || type == "u8")
    f(uint8_t{});
  else if (type == "i8")
    f(int8_t{});
  else if (type == "i16")
    f(int16_t{});
  else if (type == "u16" || type == "f16" || type == "bf16")
    f(uint16_t{});
  else if (type == "i32")
    f(int32_t{});
  else if (type == "u32")
    f(uint32_t{});
  else if (type == "i64")
    f(int64_t{});
  else if (type == "u64")
    f(uint64_t{});
  else if (type == "f32")
    f(float{});
  else if (type == "f64")
    f(double{});
  else
    return false;
  return true;
}

template <typename T>
T stored(const Tensor& tensor, int64_t i) {
  T value;
  std::memcpy(&value, tensor.data.data() + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}

float from_f16(uint16_t bits) {
  return static_cast<float>(std::bit_cast<_Float16>(bits));
}
uint16_t to_f16(float value) {
  return std::bit_cast<uint16_t>(static_cast<_Float16>(value));
}
float from_bf16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}
/// To nearest, ties to even; a number that is none stays none.
uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value))
    return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

template <typename V>
[[noreturn]] void refuse(const std::string& name, int64_t i, V value, const char* reason) {
  throw TensorError(fmt::format("'{}': element {} is {}; {}", name, i, value, reason));
}

template <typename T>
uint32_t integer_word(T value, const std::string& name, int64_t i) {
  if (!std::in_range<int32_t>(value))
    refuse(name, i, value, "the device holds integers as i32, -2147483648 to 2147483647");
  return std::bit_cast<uint32_t>(static_cast<int32_t>(value));
}

template <typename T>
T integer_of(uint32_t word, const Tensor& tensor, int64_t i, const std::string& name) {
  const auto value = std::bit_cast<int32_t>(word);
  const bool fits = tensor.type == "bool" ? value == 0 || value == 1 : std::in_range<T>(value);
  if (!fits)
    refuse(name, i, value, ("the device gave what no " + tensor.type + " is").c_str());
  return static_cast<T>(value);
}

/// 3.4e38 and half a step more: from here on an f64 is rounded to infinity.
constexpr double kInfiniteAsF32 = 0x1.ffffffp127;

} // namespace

std::string narrowing_note(const Tensor& tensor, const std::string& name) {
  if (tensor.type != "f64")
    return "";
  int64_t first = -1, count = 0;
  for (int64_t i = 0, n = static_cast<int64_t>(tensor.data.size() / sizeof(double)); i < n; ++i) {
    const auto value = stored<double>(tensor, i);
    if (!std::isfinite(value) || std::abs(value) < kInfiniteAsF32)
      continue;
    first = count++ == 0 ? i : first;
  }
  if (count == 0)
    return "";
  return fmt::format("input '{}': element {} is {}, which becomes infinite as f32 ({} such)", name,
                     first, stored<double>(tensor, first), count);
}

size_t type_bytes(const std::string& type) {
  size_t bytes = 0;
  with_type(type, [&](auto value) { bytes = sizeof(value); });
  return bytes;
}

uint32_t to_word(const Tensor& tensor, int64_t i, const std::string& name) {
  uint32_t word = 0;
  with_type(tensor.type, [&](auto as) {
    using T = decltype(as);
    const T value = stored<T>(tensor, i);
    if constexpr (std::is_same_v<T, float>)
      word = std::bit_cast<uint32_t>(value);
    else if constexpr (std::is_same_v<T, double>)
      word = std::bit_cast<uint32_t>(static_cast<float>(value));
    else if (tensor.type == "f16")
      word = std::bit_cast<uint32_t>(from_f16(static_cast<uint16_t>(value)));
    else if (tensor.type == "bf16")
      word = std::bit_cast<uint32_t>(from_bf16(static_cast<uint16_t>(value)));
    else if (tensor.type == "bool")
      word = value != 0;
    else
      word = integer_word(value, name, i);
  });
  return word;
}

void from_word(uint32_t word, Tensor& tensor, int64_t i, const std::string& name) {
  with_type(tensor.type, [&](auto as) {
    using T = decltype(as);
    T value{};
    if constexpr (std::is_floating_point_v<T>)
      value = static_cast<T>(std::bit_cast<float>(word));
    else if (tensor.type == "f16")
      value = static_cast<T>(to_f16(std::bit_cast<float>(word)));
    else if (tensor.type == "bf16")
      value = static_cast<T>(to_bf16(std::bit_cast<float>(word)));
    else
      value = integer_of<T>(word, tensor, i, name);
    std::memcpy(tensor.data.data() + i * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
  });
}

} // namespace npuforge::simulator
