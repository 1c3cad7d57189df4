#include "npuforge/isa/registers.h"

#include <bit>

#include <fmt/format.h>

namespace npuforge::isa {

Registers registers(const Spec& spec) {
  Registers out;
  auto add = [&](std::string name, RegisterAccess access, std::string meaning,
                 std::vector<RegisterBit> bits = {}) {
    out.all.push_back({std::move(name), static_cast<uint32_t>(4 * out.all.size()), access,
                       std::move(meaning), std::move(bits)});
  };
  const std::vector<RegisterBit> events{{"done", 0, "the program has ended"},
                                        {"error", 1, "it came to a word that is no instruction"}};
  add("identification", RegisterAccess::Read,
      "the first 32 bits of the spec's hash: a program file names the same spec");
  add("control", RegisterAccess::Act, "reads as zero",
      {{"start", 0, "resets the core and its counters, then runs the program at `entry`"},
       {"stop", 1, "resets the core: what it had under way is lost"}});
  std::vector<RegisterBit> status = events;
  status.push_back({"busy", 2, "the program runs"});
  add("status", RegisterAccess::Read, "what became of the last program", std::move(status));
  add("interrupt_enable", RegisterAccess::ReadWrite, "which events raise the interrupt", events);
  add("interrupt_pending", RegisterAccess::Act,
      "reads as the events since they were last taken back; a one takes an event back", events);
  add("entry", RegisterAccess::ReadWrite,
      fmt::format("the text's address in DRAM, a multiple of {}",
                  spec.machine.sequencer.line_bytes));
  add("text_bytes", RegisterAccess::ReadWrite, "the text's size in bytes");

  auto first = static_cast<uint32_t>(std::bit_ceil(4 * out.all.size()));
  auto count = [&](std::string name, std::string meaning) {
    out.counters.push_back({std::move(name), first, std::move(meaning)});
    first += 8;
  };
  count("cycles", "cycles from the start to the end");
  const int cores = spec.machine.cores;
  const std::size_t common = out.counters.size();
  for (int core = 0; core < cores; ++core) {
    const std::string prefix = cores > 1 ? fmt::format("core{}_", core) : "";
    const std::string of = cores > 1 ? fmt::format(" of core {}", core) : "";
    count(prefix + "dram_read", "bytes that the load unit" + of + " asked for");
    count(prefix + "dram_written", "bytes of the bursts of the store unit" + of);
    count(prefix + "fetched", "bytes of text that the instruction cache" + of + " asked for");
    for (int unit = 0; unit < kUnitCount; ++unit)
      count(fmt::format("{}instructions_{}", prefix, name(static_cast<Unit>(unit))),
            fmt::format("instructions that completed in the {} unit{}",
                        name(static_cast<Unit>(unit)), of));
  }
  out.per_core = (out.counters.size() - common) / static_cast<std::size_t>(cores);
  out.bytes = std::bit_ceil(first);
  return out;
}

std::string_view name(RegisterAccess access) {
  switch (access) {
  case RegisterAccess::Read:
    return "read";
  case RegisterAccess::ReadWrite:
    return "read, write";
  case RegisterAccess::Act:
    return "write ones";
  }
  return "";
}

uint32_t identification(const Spec& spec) {
  return static_cast<uint32_t>(std::stoul(spec.hash.substr(0, 8), nullptr, 16));
}

} // namespace npuforge::isa
