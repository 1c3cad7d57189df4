// Relations between sizes. Those marked as limits are this version's; the language does not depend
// on them.
#include <bit>

#include <fmt/format.h>

#include "readers.h"

namespace npuforge::isa {
namespace {

bool power_of_two(int64_t value) {
  return value > 0 && std::has_single_bit(static_cast<uint64_t>(value));
}

class MachineCheck {
public:
  MachineCheck(const Node& node, const Machine& machine, Problems& problems)
      : node_(node), m_(machine), problems_(problems) {}

  void run() {
    check_array();
    check_memories();
    check_dram();
    check_cache();
  }

private:
  void require(bool good, const char* section, const char* key, std::string message) {
    if (!good)
      problems_.add(*node_.find(section)->find(key), std::move(message));
  }

  void check_array() {
    require(m_.array.cols >= 4, "array", "cols",
            fmt::format("array.cols is {}; a row holds at least one i32, so 4", m_.array.cols));
    require(m_.vector.lanes > 0 && m_.array.cols % m_.vector.lanes == 0, "vector", "lanes",
            fmt::format("vector.lanes is {}; the elements of a row, array.cols = {}, must be a "
                        "multiple of it",
                        m_.vector.lanes, m_.array.cols));
  }

  void check_banks(const char* section, int64_t bytes, int banks, int row_bytes, int least) {
    int64_t rows = bytes / row_bytes / banks;
    bool whole = bytes == rows * row_bytes * banks;
    require(whole, section, "bytes",
            fmt::format("{}.bytes is {}; it must be a multiple of {} banks of rows of {} bytes",
                        section, bytes, banks, row_bytes));
    require(!whole || (power_of_two(rows) && rows >= least), section, "bytes",
            fmt::format(
                "{}.bytes gives banks of {} rows; it must be a power of two, {} or more: bank and "
                "place in it are bits of a row's number",
                section, rows, least));
  }

  void check_memories() {
    check_banks("scratchpad", m_.scratchpad.bytes, m_.scratchpad.banks, m_.row_bytes(), 4);
    check_banks("accumulator", m_.accumulator.bytes, m_.accumulator.banks,
                m_.accumulator_row_bytes(), 2);
  }

  void check_dram() {
    constexpr int kPage = 4096; // an AXI4 burst stays within one
    require(power_of_two(m_.dram.beat_bytes) && m_.dram.beat_bytes >= 4, "dram", "beat_bytes",
            fmt::format("dram.beat_bytes is {}; AXI4 has powers of two from 4 to 128",
                        m_.dram.beat_bytes));
    require(
        m_.dram.burst_beats * m_.dram.beat_bytes <= kPage, "dram", "burst_beats",
        fmt::format("a burst of {} beats of {} bytes is longer than an AXI4 burst may be, {} bytes",
                    m_.dram.burst_beats, m_.dram.beat_bytes, kPage));
    require(m_.dram.bytes % kPage == 0, "dram", "bytes",
            fmt::format("dram.bytes is {}; it must be a multiple of {}", m_.dram.bytes, kPage));
    for (auto [section, dma] : {std::pair{"load", m_.load}, std::pair{"store", m_.store}})
      require(dma.fifo_beats >= m_.dram.burst_beats, section, "fifo_beats",
              fmt::format("{}.fifo_beats is {}; it must hold a burst, dram.burst_beats = {}",
                          section, dma.fifo_beats, m_.dram.burst_beats));
  }

  void check_cache() {
    require(power_of_two(m_.sequencer.cache_lines) && m_.sequencer.cache_lines >= 2, "sequencer",
            "cache_lines",
            fmt::format("sequencer.cache_lines is {}; it must be a power of two, 2 or more",
                        m_.sequencer.cache_lines));
    require(power_of_two(m_.sequencer.line_bytes), "sequencer", "line_bytes",
            fmt::format("sequencer.line_bytes is {}; it must be a power of two",
                        m_.sequencer.line_bytes));
    require(m_.sequencer.line_bytes % m_.dram.beat_bytes == 0, "sequencer", "line_bytes",
            fmt::format("sequencer.line_bytes is {}; it must be a multiple of dram.beat_bytes, {}",
                        m_.sequencer.line_bytes, m_.dram.beat_bytes));
  }

  const Node& node_;
  const Machine& m_;
  Problems& problems_;
};

} // namespace

void check_machine(const Node& node, const Machine& machine, Problems& problems) {
  MachineCheck(node, machine, problems).run();
}

} // namespace npuforge::isa
