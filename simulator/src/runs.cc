#include "runs.h"

namespace npuforge::simulator {
namespace {

constexpr uint32_t kPage = 4096;

} // namespace

void RunCursor::start(const Job& job) {
  for (int s = 0; s < job.stream_count; ++s) {
    const Stream& stream = job.streams[s];
    (job.is_far(stream) ? far_ : pad_).start(stream);
    bytes_ = stream.unit;
    left_ = stream.steps;
  }
}

void BurstCursor::start(const Job& job, const isa::DramParams& dram) {
  beat_bytes_ = dram.beat_bytes;
  burst_beats_ = dram.burst_beats;
  runs_.start(job);
  least_beats_ = (runs_.run().bytes + beat_bytes_ - 1) / beat_bytes_;
  run_beats_ = 0;
  cut();
}

void BurstCursor::cut() {
  if (run_beats_ == 0) {
    Run run = runs_.run();
    uint32_t offset = run.far % beat_bytes_;
    address_ = run.far - offset;
    run_beats_ = (offset + run.bytes - 1) / beat_bytes_ + 1;
  }
  int64_t page = (kPage - address_ % kPage) / beat_bytes_;
  beats_ = static_cast<int>(std::min({run_beats_, page, int64_t{burst_beats_}}));
}

Piece BurstCursor::piece() const {
  const Run run = runs_.run();
  const int64_t begin = address_, end = begin + int64_t{beats_} * beat_bytes_;
  const int64_t from = std::max<int64_t>(begin, run.far);
  const int64_t to = std::min<int64_t>(end, run.far + run.bytes);
  return {address_, end - begin, from - begin, to - from,
          run.pad + static_cast<uint32_t>(from - run.far)};
}

void BurstCursor::next() {
  run_beats_ -= beats_;
  address_ += static_cast<uint32_t>(beats_) * beat_bytes_;
  if (run_beats_ == 0)
    runs_.next();
  if (!runs_.done())
    cut();
}

} // namespace npuforge::simulator
