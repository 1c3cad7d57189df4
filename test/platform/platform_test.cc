// The two kinds of Npu: the same registers, interrupts, transactions and times, whatever the
// memory's delays.

#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"
#include "npuforge/isa/file.h"
#include "npuforge/rtl/runner.h"

#include "platforms.h"

namespace npuforge::platform {
namespace {

const std::filesystem::path kCosim = NPUFORGE_SOURCE_DIR "/test/cosim";
const std::filesystem::path kPrograms = kCosim / "programs";

std::vector<std::string> reports;

/// In place of what SystemC does with them.
void keep_reports() {
  reports.clear();
  sc_core::sc_report_handler::set_handler(
      [](const sc_core::sc_report& report, const sc_core::sc_actions&) {
        reports.push_back(report.get_msg());
      });
}

class Platform : public testing::Test {
protected:
  ~Platform() override { sc_core::sc_report_handler::set_handler(nullptr); }
  explicit Platform(const std::string& machine = "tile4") : both(Platforms::of(machine)) {}
  Platforms& both;

  assembler::Program read(const std::filesystem::path& file) {
    return assembler::assemble(both.spec, isa::read_text_file(file), file);
  }
  assembler::Program text(const std::string& source) {
    return assembler::assemble(both.spec, source, "test.s");
  }

  void load(const assembler::Program& program,
            const std::function<int64_t(const Call&)>& delay = {}) {
    for (auto& side : both.sides) {
      side->load(program);
      side->recorder.delay = delay;
    }
  }
  /// Runs the program to its end on both; what happened is the same. The counters.
  std::vector<uint64_t> run_to_end(const std::string& name) {
    std::vector<uint64_t> counters;
    const auto seen = both.run([&](Side& side, Seen& out) {
      side.start();
      out.push_back(fmt::format("{} ns: starts", now_ns()));
      const uint32_t events = side.finish();
      out.push_back(
          fmt::format("{} ns: events {}, status {}", now_ns(), events, side.read("status")));
      counters = side.counters();
      out.push_back(fmt::format("counters {}", fmt::join(counters, " ")));
    });
    EXPECT_EQ(seen[0], seen[1]) << name;
    expect_same_calls(name);
    expect_same_bytes(name);
    return counters;
  }
  /// Loads and stores; a cache goes on fetching ahead when the program has ended.
  void expect_same_calls(const std::string& name) {
    std::array<std::vector<Call>, 2> calls;
    for (size_t s = 0; s < 2; ++s) {
      calls[s] = both.sides[s]->recorder.calls;
      std::ranges::sort(calls[s]);
    }
    calls[1].resize(std::min(calls[0].size(), calls[1].size()));
    EXPECT_TRUE(calls[0] == calls[1]) << name;
    EXPECT_GT(calls[0].size(), 2u) << name;
  }
  /// Every program of a folder; how many there are. The counters are those of the RTL by itself.
  int run_all(const std::filesystem::path& folder) {
    const rtl::Library library(both.library, both.spec);
    int programs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".s")
        continue;
      const assembler::Program program = read(entry.path());
      load(program);
      const std::vector<uint64_t> counters = run_to_end(entry.path().stem());
      simulator::DramData dram(both.spec.machine.dram.bytes);
      rtl::load_program(both.spec, program, dram);
      EXPECT_EQ(counters, rtl::run(library, both.spec, program, dram, nullptr).counters)
          << entry.path().stem();
      ++programs;
    }
    return programs;
  }
  /// With the spec's memory, then with delays of the address, so that they do not depend on who
  /// calls.
  void slow_down(const std::filesystem::path& file) {
    const std::string name = file.stem();
    const assembler::Program program = read(file);
    load(program);
    const uint64_t at_best = run_to_end(name)[0];
    simulator::DramData expected(both.spec.machine.dram.bytes);
    const auto bytes = static_cast<uint64_t>(expected.bytes());
    std::ranges::copy(both.sides[0]->memory.data().at(0, bytes), expected.at(0, bytes).begin());
    load(program, [](const Call& call) {
      return static_cast<int64_t>((call.address * 2654435761u >> 8) % 300);
    });
    EXPECT_GT(run_to_end(name)[0], at_best) << name;
    EXPECT_TRUE(
        std::ranges::equal(both.sides[0]->memory.data().at(0, bytes), expected.at(0, bytes)))
        << name;
  }
  void expect_same_bytes(const std::string& name) {
    simulator::DramData &model = both.sides[0]->memory.data(), &rtl = both.sides[1]->memory.data();
    const auto bytes = static_cast<uint64_t>(model.bytes());
    EXPECT_TRUE(std::ranges::equal(model.at(0, bytes), rtl.at(0, bytes))) << name;
  }
};

TEST_F(Platform, ProgramsTakeTheCyclesOfTheSpecsMemory) {
  EXPECT_GT(run_all(kPrograms), 20);
}

class PlatformOfTwoCores : public Platform {
protected:
  PlatformOfTwoCores() : Platform("duo4") {}
};

TEST_F(PlatformOfTwoCores, ProgramsTakeTheCyclesOfTheSpecsMemory) {
  EXPECT_GT(run_all(kCosim / "cores"), 3);
}

TEST_F(Platform, ASlowMemoryTakesLongerAndChangesNoByte) {
  for (const char* name : {"store_alignment.s", "load_page.s", "pipeline_mix.s", "cache.s"})
    slow_down(kPrograms / name);
}

TEST_F(PlatformOfTwoCores, ASlowMemoryTakesLongerAndChangesNoByte) {
  for (const char* name : {"bus.s", "pipe.s"})
    slow_down(kCosim / "cores" / name);
}

/// Accesses of anything at any time, also of what is no register; a start now and then.
void host_at_random(Side& side, Seen& seen, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](uint32_t n) { return random() % n; };
  side.start();
  for (int i = 0; i < 400; ++i) {
    sc_core::wait(sc_core::sc_time(below(40) * 0.5, sc_core::SC_NS)); // edges and between them
    const bool write = below(3) == 0;
    // Counters but that of cycles, while the program runs: the model knows its bursts earlier.
    const uint32_t known = side.layout.counters.front().offset + 8;
    uint32_t offset = 4 * below(known / 4);
    if (below(20) == 0)
      offset = side.layout.bytes - 4 * below(3) + below(2);
    uint32_t value = below(4);
    if (offset == side.offset("entry") || offset == side.offset("text_bytes"))
      continue;
    if (write && offset == side.offset("control") && below(2) == 0)
      value = 0;
    const int64_t from = now_ns();
    const auto [status, data] = side.access(write, offset, value);
    for (int delta = 0; delta < 3; ++delta) // a signal changes later in the same time
      sc_core::wait(sc_core::SC_ZERO_TIME);
    seen.push_back(fmt::format("{} to {} ns: {} {:#x} {}: {} {}, interrupt {}", from, now_ns(),
                               write ? "write" : "read", offset, value, int(status),
                               write ? 0 : data, side.interrupt.read()));
  }
  side.write("control", side.bit("control", "stop"));
  sc_core::wait(sc_core::sc_time(1000, sc_core::SC_NS));
}

TEST_F(Platform, RegistersAreTheSameAtAnyTime) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    load(read(kPrograms / "scalar.s"));
    const auto seen = both.run([&](Side& side, Seen& out) { host_at_random(side, out, seed); });
    for (size_t i = 0; i < seen[0].size(); ++i)
      ASSERT_EQ(seen[0][i], seen[1][i]) << "seed " << seed << ", access " << i;
  }
}

TEST_F(Platform, AProgramRunsAgainAfterAStop) {
  const assembler::Program program = read(kPrograms / "pipeline_mix.s");
  load(program);
  const uint64_t cycles = run_to_end("whole")[0];
  load(program);
  both.run([&](Side& side, Seen&) {
    side.start();
    sc_core::wait(sc_core::sc_time(static_cast<double>(cycles) / 2, sc_core::SC_NS));
    side.write("control", side.bit("control", "stop"));
    EXPECT_EQ(side.read("status"), 0u);
    side.recorder.calls.clear();
  });
  EXPECT_EQ(run_to_end("again")[0], cycles);
}

TEST_F(Platform, AnUnknownWordIsAnError) {
  assembler::Program program = text("addi r1, r0, 1\nsync\nhalt\n");
  program.text[1].bits.fill(~uint64_t{0});
  load(program);
  keep_reports();
  const auto seen = both.run([&](Side& side, Seen& out) {
    side.start();
    const uint32_t events = side.finish();
    EXPECT_EQ(events, side.bit("status", "error"));
    out.push_back(fmt::format("{} ns: status {}", now_ns(), side.read("status")));
  });
  EXPECT_EQ(seen[0], seen[1]);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_NE(reports[0].find("pc 1"), std::string::npos) << reports[0];
}

TEST_F(Platform, WhatARegisterCannotIsRefused) {
  both.run([&](Side& side, Seen&) {
    EXPECT_EQ(side.access(false, 2).first, ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(side.access(false, side.layout.bytes).first, ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(side.access(true, side.offset("status"), 1).first, ::tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(side.access(false, side.offset("status")).first, ::tlm::TLM_OK_RESPONSE);
    ::tlm::tlm_generic_payload wide;
    std::array<unsigned char, 8> data{};
    wide.set_read();
    wide.set_address(0);
    wide.set_data_ptr(data.data());
    wide.set_data_length(8);
    wide.set_streaming_width(8);
    sc_core::sc_time delay;
    side.registers->b_transport(wide, delay);
    EXPECT_EQ(wide.get_response_status(), ::tlm::TLM_BURST_ERROR_RESPONSE);
  });
}

TEST_F(Platform, HostsAtOnceTakeTurns) {
  const auto seen = both.run([&](Side& side, Seen& out) {
    bool waits = true;
    sc_core::sc_event done;
    sc_core::sc_spawn([&] {
      for (int i = 0; i < 20; ++i)
        out.push_back(fmt::format("{:#x} at {} ns", side.read("identification"), now_ns()));
      waits = false;
      done.notify(sc_core::SC_ZERO_TIME);
    });
    for (int i = 0; i < 20; ++i)
      side.write("interrupt_enable", static_cast<uint32_t>(i) & 3);
    if (waits)
      sc_core::wait(done);
    out.push_back(fmt::format("{} at {} ns", side.read("interrupt_enable"), now_ns()));
  });
  EXPECT_EQ(seen[0], seen[1]);
  ASSERT_EQ(seen[0].size(), 21u);
  EXPECT_TRUE(seen[0][0].starts_with(fmt::format("{:#x} ", isa::identification(both.spec))));
  EXPECT_TRUE(seen[0][20].starts_with("3 "));
}

TEST_F(Platform, AddressesBeyondTheMemoryAreReported) {
  keep_reports();
  load(text("halt\n"));
  both.run([&](Side& side, Seen&) {
    side.write("entry", static_cast<uint32_t>(side.memory.data().bytes()));
    side.write("text_bytes", static_cast<uint32_t>(side.npu->spec().word_bytes()));
    side.write("control", side.bit("control", "start"));
    sc_core::wait(sc_core::sc_time(1000, sc_core::SC_NS));
    side.write("control", side.bit("control", "stop"));
  });
  EXPECT_FALSE(reports.empty());
  for (const std::string& report : reports)
    if (report.find("no instruction") == std::string::npos)
      EXPECT_NE(report.find("answers TLM_ADDRESS_ERROR_RESPONSE"), std::string::npos) << report;
}

} // namespace
} // namespace npuforge::platform
