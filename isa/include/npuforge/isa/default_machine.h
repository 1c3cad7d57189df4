#pragma once

namespace npuforge::isa {

/// The reference machine that the tools take where nobody names one: it has all element types.
inline constexpr const char* kDefaultMachine = "npu16";

} // namespace npuforge::isa
