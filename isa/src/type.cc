#include "npuforge/isa/type.h"

namespace npuforge::isa {

const char* name(Type type) {
  constexpr std::array<const char*, kTypes.size()> names{"bool", "i8",  "u8",  "i16",  "i32",
                                                         "u32",  "i64", "f16", "bf16", "f32"};
  return names[static_cast<std::size_t>(type)];
}

std::optional<Type> find_type(std::string_view text) {
  for (Type type : kTypes)
    if (text == name(type))
      return type;
  return std::nullopt;
}

} // namespace npuforge::isa
