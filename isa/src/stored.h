#pragma once
// Single values between the two forms of type.h: an int64_t, and stored as their type.

#include <cstring>

#include "native.h"

namespace npuforge::isa {

inline void store(Type type, int64_t value, void* to) {
  with_type(type, [&]<Type t>() {
    const auto native = static_cast<Native<t>>(value);
    std::memcpy(to, &native, sizeof native);
  });
}

inline int64_t load(Type type, const void* from) {
  return with_type(type, [&]<Type t>() {
    Native<t> native;
    std::memcpy(&native, from, sizeof native);
    return static_cast<int64_t>(native);
  });
}

} // namespace npuforge::isa
