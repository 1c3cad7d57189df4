#pragma once
// What is particular about our ELF files, in one place.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace npuforge::assembler {

/// e_machine: "NP", a number that no registered processor has.
inline constexpr uint16_t kElfMachine = 0x504e;
/// Version of the JSON in our sections; a reader refuses others.
inline constexpr int kFormatVersion = 1;

inline constexpr std::string_view kTextSection = ".text";
inline constexpr std::string_view kMachineSection = ".npu.machine";
inline constexpr std::string_view kIoSection = ".npu.io";
inline constexpr std::string_view kLayersSection = ".npu.layers";
inline constexpr std::string_view kSymbolSection = ".symtab";
inline constexpr std::string_view kStringSection = ".strtab";
inline constexpr std::string_view kSectionNamesSection = ".shstrtab";

/// Data sections in one file: ELF counts sections in 16 bits, with the highest numbers reserved.
inline constexpr std::size_t kMostSections = 65000;

/// Names that the file itself uses.
inline bool is_reserved_section(std::string_view name) {
  return name == kTextSection || name == kSymbolSection || name == kStringSection ||
         name == kSectionNamesSection || name.starts_with(".npu.");
}

} // namespace npuforge::assembler
