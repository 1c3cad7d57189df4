#pragma once
// The C++ type that holds a value of a type of the language: what columns consist of.

#include <cstdint>
#include <stdexcept>
#include <type_traits>

#include "npuforge/isa/type.h"

namespace npuforge::isa {

template <Type type>
struct NativeOf;
template <>
struct NativeOf<Type::Bool> : std::type_identity<uint8_t> {};
template <>
struct NativeOf<Type::I8> : std::type_identity<int8_t> {};
template <>
struct NativeOf<Type::U8> : std::type_identity<uint8_t> {};
template <>
struct NativeOf<Type::I16> : std::type_identity<int16_t> {};
template <>
struct NativeOf<Type::I32> : std::type_identity<int32_t> {};
template <>
struct NativeOf<Type::U32> : std::type_identity<uint32_t> {};
template <>
struct NativeOf<Type::I64> : std::type_identity<int64_t> {};
template <>
struct NativeOf<Type::F16> : std::type_identity<uint16_t> {};
template <>
struct NativeOf<Type::BF16> : std::type_identity<uint16_t> {};
template <>
struct NativeOf<Type::F32> : std::type_identity<uint32_t> {};

/// How a value of the type is stored; a float as its bits.
template <Type type>
using Native = typename NativeOf<type>::type;

/// Calls visitor.operator()<type>() for the type given at run time.
template <class Visitor>
auto with_type(Type type, Visitor visitor) {
  switch (type) {
  case Type::Bool:
    return visitor.template operator()<Type::Bool>();
  case Type::I8:
    return visitor.template operator()<Type::I8>();
  case Type::U8:
    return visitor.template operator()<Type::U8>();
  case Type::I16:
    return visitor.template operator()<Type::I16>();
  case Type::I32:
    return visitor.template operator()<Type::I32>();
  case Type::U32:
    return visitor.template operator()<Type::U32>();
  case Type::I64:
    return visitor.template operator()<Type::I64>();
  case Type::F16:
    return visitor.template operator()<Type::F16>();
  case Type::BF16:
    return visitor.template operator()<Type::BF16>();
  case Type::F32:
    return visitor.template operator()<Type::F32>();
  }
  throw std::logic_error("unknown type");
}

} // namespace npuforge::isa
