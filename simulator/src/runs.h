#pragma once
// The runs of a DMA instruction, beat by beat and burst by burst (TIMING.md section 6).

#include <algorithm>

#include "job.h"

namespace npuforge::simulator {

/// Where a run lies.
struct Run {
  uint32_t far = 0; ///< in DRAM, or in the scratchpads of other cores
  uint32_t pad = 0;
  int64_t bytes = 0;
};

/// The runs of a job in order.
class RunCursor {
public:
  void start(const Job& job);
  bool done() const { return left_ == 0; }
  Run run() const { return {far_.address(), pad_.address(), bytes_}; }
  void next() {
    if (--left_ > 0) {
      far_.next();
      pad_.next();
    }
  }
  int64_t left() const { return left_; } ///< this run included

private:
  Walker far_, pad_;
  int64_t bytes_ = 0, left_ = 0;
};

/// A burst, and where the bytes of its run come from or go to.
struct Piece {
  uint64_t address = 0; ///< of its first beat
  int64_t size = 0;     ///< of all its beats
  int64_t skipped = 0;  ///< bytes of it before the run's
  int64_t bytes = 0;    ///< of the run
  uint32_t pad = 0;     ///< where they lie in the scratchpad
};

/// The bursts of a job in order: as many beats as fit, not beyond a 4 KiB boundary, never across
/// runs.
class BurstCursor {
public:
  void start(const Job& job, const isa::DramParams& dram);
  bool done() const { return runs_.done(); }
  int beats() const { return beats_; }
  Piece piece() const;
  void next();
  /// At least this many bursts, and beats, are still to come (this burst included).
  int64_t beats_left() const { return run_beats_ + (runs_.left() - 1) * least_beats_; }

private:
  void cut();

  RunCursor runs_;
  int beat_bytes_ = 1, burst_beats_ = 1;
  int beats_ = 0;           ///< of this burst
  uint32_t address_ = 0;    ///< of its first beat
  int64_t run_beats_ = 0;   ///< of this run still to come, this burst included
  int64_t least_beats_ = 0; ///< of a run
};

} // namespace npuforge::simulator
