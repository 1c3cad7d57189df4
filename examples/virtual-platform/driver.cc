#include "driver.h"

#include <stdexcept>

#include "npu_registers.h" // npuisa generate edge16 --registers

namespace {

uint64_t counter(const Bus& bus, uint32_t offset) {
  const uint64_t low = bus.read(offset);
  return uint64_t{bus.read(offset + 4)} << 32 | low;
}

} // namespace

Counters run_program(const Bus& bus, uint32_t entry, uint32_t text_bytes) {
  if (bus.read(NPU_IDENTIFICATION) != NPU_IDENTIFICATION_VALUE)
    throw std::runtime_error("the hardware is of another spec than npu_registers.h");
  bus.write(NPU_ENTRY, entry);
  bus.write(NPU_TEXT_BYTES, text_bytes);
  bus.write(NPU_INTERRUPT_PENDING, NPU_INTERRUPT_PENDING_DONE | NPU_INTERRUPT_PENDING_ERROR);
  bus.write(NPU_INTERRUPT_ENABLE, NPU_INTERRUPT_ENABLE_DONE | NPU_INTERRUPT_ENABLE_ERROR);
  bus.write(NPU_CONTROL, NPU_CONTROL_START);
  bus.wait_for_interrupt();
  const uint32_t events = bus.read(NPU_INTERRUPT_PENDING);
  bus.write(NPU_INTERRUPT_PENDING, events);
  if (events & NPU_INTERRUPT_PENDING_ERROR)
    throw std::runtime_error("the program came to a word that is no instruction");
  return {counter(bus, NPU_COUNTER_CYCLES), counter(bus, NPU_COUNTER_DRAM_READ),
          counter(bus, NPU_COUNTER_DRAM_WRITTEN), counter(bus, NPU_COUNTER_FETCHED)};
}
