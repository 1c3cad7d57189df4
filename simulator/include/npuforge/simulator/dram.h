#pragma once
// DRAM timing and contents, without a clock: the caller says what time it is. The model's memory
// module and the RTL's AXI port both stand on it. The rules are in isa/TIMING.md section 6.

#include <cstdint>
#include <span>
#include <vector>

#include "npuforge/isa/machine.h"

namespace npuforge::simulator {

using Cycle = int64_t;

enum class Channel : uint8_t { Read, Write };

/// When the beats of an accepted burst move: beat k in cycle `start + k`; a write's response in
/// `start + beats`.
struct Burst {
  Cycle start;
};

/// Timing: who is accepted, and when the beats move.
class DramTiming {
public:
  explicit DramTiming(const isa::DramParams& params);
  /// Which of the bursts shown in this cycle is accepted: the one that was not accepted last. At
  /// least one is shown.
  Channel choose(bool read_shown, bool write_shown) const;
  /// Accepts a burst of `beats` at cycle `now`; calls come with non-decreasing `now`, one a cycle
  /// at most.
  /// Its first beat moves in cycle `earliest` or later, whatever the parameters say.
  Burst accept(Channel channel, int beats, Cycle now, Cycle earliest = 0);
  void reset();

private:
  isa::DramParams params_;
  Cycle data_free_ = 0;
  Channel last_ = Channel::Write;
};

/// Contents burst by burst, in whole beats, in the order in which DramTiming accepts them. Whoever
/// has them can be slower than DramTiming, not faster.
class DramPort {
public:
  virtual ~DramPort() = default;
  /// Reads the bytes of a burst accepted in cycle `at`. Returns the first cycle in which its first
  /// beat may move.
  virtual Cycle read(uint64_t address, std::span<std::byte> bytes, Cycle at) = 0;
  /// Writes those bytes whose mask is 0xff (else it is 0); the burst's last beat moves in cycle
  /// `last`. Returns the first cycle in which the response may come.
  virtual Cycle write(uint64_t address, std::span<std::byte> bytes, std::span<unsigned char> masks,
                      Cycle last) = 0;
};

/// Contents: a zero-filled address space, allocated as it is touched. Throws std::out_of_range
/// beyond its size.
class DramData {
public:
  explicit DramData(int64_t bytes);
  ~DramData();
  DramData(const DramData&) = delete;
  DramData& operator=(const DramData&) = delete;
  std::span<std::byte> at(uint64_t address, uint64_t bytes);
  std::span<const std::byte> at(uint64_t address, uint64_t bytes) const;
  void clear(); ///< all zero again
  /// The address of every page that was touched, ascending; all others are zero. Asks the kernel: a
  /// page may be named that was only read.
  std::vector<uint64_t> touched_pages() const;
  static constexpr uint64_t kPageBytes = 4096;
  int64_t bytes() const { return bytes_; }

private:
  int64_t bytes_;
  std::byte* base_;
};

/// Contents that are at hand.
class DataPort : public DramPort {
public:
  explicit DataPort(DramData& data) : data_(data) {}
  Cycle read(uint64_t address, std::span<std::byte> bytes, Cycle at) override;
  Cycle write(uint64_t address, std::span<std::byte> bytes, std::span<unsigned char> masks,
              Cycle last) override;

private:
  DramData& data_;
};

} // namespace npuforge::simulator
