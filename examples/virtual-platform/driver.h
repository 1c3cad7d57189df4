#pragma once
// A driver as a CPU would run it: registers by the names of the generated C header, over a bus of
// which it knows two functions.

#include <array>
#include <cstdint>
#include <functional>
#include <string>

/// How the driver reaches the hardware.
struct Bus {
  std::function<uint32_t(uint32_t offset)> read;
  std::function<void(uint32_t offset, uint32_t value)> write;
  std::function<void()> wait_for_interrupt;
};

/// What it reads when a program has ended.
struct Counters {
  uint64_t cycles, dram_read, dram_written, fetched;
};

/// Runs the program whose text lies at `entry` in DRAM. Throws std::runtime_error if the hardware
/// is of another spec than the header, or the program comes to a word that is no instruction.
Counters run_program(const Bus& bus, uint32_t entry, uint32_t text_bytes);
