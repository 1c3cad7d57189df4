// tile4's control and status registers, each as isa::registers describes it, and what a host sees
// of a program that cannot run.

#include <algorithm>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"
#include "npuforge/isa/registers.h"
#include "npuforge/rtl/runner.h"

#include "register_port.h"

namespace npuforge::rtl {
namespace {

class RegistersOfRtl : public testing::Test {
protected:
  isa::Spec spec = isa::load_spec(isa::find_machine("tile4"));
  isa::Registers registers = isa::registers(spec);
  Library library{std::filesystem::path(NPUFORGE_RTL_MODEL_DIR) / "librtl_tile4.so", spec};
  Core core{library};
  NpuRtlOutputs shown{};
  RegisterPort port{library.model(), core.handle(), shown};

  const isa::Register& named(std::string_view name) const {
    return *std::ranges::find(registers.all, name, &isa::Register::name);
  }
  uint32_t offset(std::string_view name) const { return named(name).offset; }
  uint32_t bit(std::string_view name, std::string_view bit) const {
    return 1u << std::ranges::find(named(name).bits, bit, &isa::RegisterBit::name)->bit;
  }
  RtlResult run(const assembler::Program& program) {
    simulator::DramData dram(spec.machine.dram.bytes);
    load_program(spec, program, dram);
    return rtl::run(library, spec, program, dram, nullptr, {}, {.core = &core});
  }
  assembler::Program halting() const { return assembler::assemble(spec, "halt\n", "halt.s"); }
};

TEST_F(RegistersOfRtl, KeepWhatIsWrittenOrRefuse) {
  library.model().reset(core.handle(), &shown);
  for (const isa::Register& one : registers.all) {
    SCOPED_TRACE(one.name);
    if (one.access == isa::RegisterAccess::Read) {
      EXPECT_THROW(port.write(one.offset, 1), std::logic_error);
      continue;
    }
    const bool keeps = one.access == isa::RegisterAccess::ReadWrite;
    const uint32_t bits = one.bits.empty() ? 0x12345678 : (1u << one.bits.size()) - 1;
    const uint32_t kept = keeps ? bits : 0;
    port.write(one.offset, kept);
    EXPECT_EQ(port.read(one.offset), kept);
  }
  EXPECT_EQ(port.read(offset("identification")), isa::identification(spec));
  for (const isa::Counter& counter : registers.counters) {
    SCOPED_TRACE(counter.name);
    EXPECT_EQ(port.counter(counter.offset), 0u);
    EXPECT_THROW(port.write(counter.offset, 1), std::logic_error);
  }
}

TEST_F(RegistersOfRtl, RefuseOffsetsThatAreNone) {
  library.model().reset(core.handle(), &shown);
  EXPECT_THROW(port.read(registers.bytes - 4), std::logic_error);
  EXPECT_THROW(port.write(registers.bytes - 4, 0), std::logic_error);
  EXPECT_THROW(port.read(offset("entry") + 1), std::logic_error);
}

TEST_F(RegistersOfRtl, ShowAWordThatIsNoInstructionAndStartAgain) {
  assembler::Program broken = halting();
  for (auto& part : broken.text.front().bits)
    part = ~part;
  EXPECT_THROW(run(broken), RtlError);
  EXPECT_EQ(port.read(offset("status")), bit("status", "error"));
  EXPECT_EQ(port.read(offset("interrupt_pending")), bit("status", "error"));
  EXPECT_TRUE(shown.interrupt);
  port.write(offset("interrupt_pending"), bit("status", "error"));
  EXPECT_FALSE(shown.interrupt);
  EXPECT_GT(run(halting()).cycles, 0);
}

TEST_F(RegistersOfRtl, StopEndsAProgramWithoutAnInterrupt) {
  library.model().reset(core.handle(), &shown);
  port.write(offset("interrupt_enable"), ~0u);
  port.write(offset("control"), bit("control", "start")); // its first word never comes
  EXPECT_EQ(port.read(offset("status")), bit("status", "busy"));
  port.write(offset("control"), bit("control", "stop"));
  EXPECT_EQ(port.read(offset("status")), 0u);
  EXPECT_FALSE(shown.interrupt);
  EXPECT_GT(run(halting()).cycles, 0);
}

} // namespace
} // namespace npuforge::rtl
