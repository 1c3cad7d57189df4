#pragma once
// The types of the expression language.
//
// A value is stored in bytes_of(type) bytes, little-endian: integers in two's complement, a bool as
// 0 or 1, a float as its IEEE 754 bits. As an int64_t an integer is its value and a float its bits,
// zero-extended.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace npuforge::isa {

enum class Type : uint8_t { Bool, I8, U8, I16, I32, U32, I64, F16, BF16, F32 };
inline constexpr std::array<Type, 10> kTypes{Type::Bool, Type::I8,  Type::U8,  Type::I16,
                                             Type::I32,  Type::U32, Type::I64, Type::F16,
                                             Type::BF16, Type::F32};

const char* name(Type type);
std::optional<Type> find_type(std::string_view name);

constexpr int bits_of(Type type) {
  constexpr std::array<int, kTypes.size()> bits{1, 8, 8, 16, 32, 32, 64, 16, 16, 32};
  return bits[static_cast<std::size_t>(type)];
}
constexpr int bytes_of(Type type) {
  return type == Type::Bool ? 1 : bits_of(type) / 8;
}
constexpr bool is_float(Type type) {
  return type == Type::F16 || type == Type::BF16 || type == Type::F32;
}
constexpr bool is_integer(Type type) {
  return type != Type::Bool && !is_float(type);
}
/// Of an integer type: has it negative values?
constexpr bool is_signed(Type type) {
  return is_integer(type) && type != Type::U8 && type != Type::U32;
}
/// Does an integer type have the value?
constexpr bool fits(int64_t value, Type type) {
  if (bits_of(type) == 64)
    return true;
  const int64_t span = int64_t{1} << bits_of(type);
  const int64_t low = is_signed(type) ? -span / 2 : 0;
  return value >= low && value < low + span;
}

} // namespace npuforge::isa
