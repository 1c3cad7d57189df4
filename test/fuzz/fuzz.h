#pragma once
// What the fuzz targets share. A target is a file with the entry point that libFuzzer asks for:
//
//   int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
//
// It gives the bytes to a reader, swallows the one exception that the reader is allowed to throw,
// and checks what must hold of anything that was accepted. Any other exception ends the run.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/spec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace npuforge::fuzz {

inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the run as a crash does, so that the input is kept.
void require(bool holds, const char* promise);

/// Bytes that have a path but are on no disk.
class MemoryFile {
public:
  MemoryFile(const uint8_t* data, size_t size);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::filesystem::path path() const;

private:
  int descriptor_;
};

/// A directory of this process alone, removed when it ends.
const std::filesystem::path& scratch_directory();

/// The reference machines in the order of their names, with little DRAM: what reaches beyond it
/// must be refused, and what does not is cheap to hold.
const std::vector<isa::Spec>& machines();
const isa::Spec& machine_named(std::string_view name); ///< the first machine if there is none

/// assemble(disassemble(p)) == p.
void require_round_trip(const isa::Spec& spec, const assembler::Program& program);

} // namespace npuforge::fuzz
