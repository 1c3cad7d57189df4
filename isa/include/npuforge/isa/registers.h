#pragma once
// The control and status registers through which a host runs programs, over AXI4-Lite. Registers of
// 32 bits; counters have 64, the low half first.

#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

/// A bit of a register that a host names.
struct RegisterBit {
  std::string name;
  int bit;
  std::string meaning;
};

enum class RegisterAccess : uint8_t {
  Read,      ///< a write is an error
  ReadWrite, ///< keeps what is written
  Act,       ///< a one that is written acts, a zero does nothing; reads as what the meaning says
};

struct Register {
  std::string name; ///< lower case, words joined by _
  uint32_t offset;  ///< in bytes
  RegisterAccess access;
  std::string meaning;
  std::vector<RegisterBit> bits;
};

/// What a counter counts since the last start; the simulator's statistics have the same numbers.
struct Counter {
  std::string name; ///< "cycles", "dram_read"; of several cores "core1_dram_read"
  uint32_t offset;  ///< of the low half
  std::string meaning;
};

struct Registers {
  std::vector<Register> all;     ///< by offset, without the counters
  std::vector<Counter> counters; ///< of the whole, then those of each core, each in one order
  std::size_t per_core;          ///< counters of a core
  uint32_t bytes;                ///< of the address space that they take
};

/// The registers of a machine.
Registers registers(const Spec& spec);

std::string_view name(RegisterAccess access);

/// The first 32 bits of the spec's hash: what the register `identification` reads as.
uint32_t identification(const Spec& spec);

} // namespace npuforge::isa
