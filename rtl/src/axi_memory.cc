#include "axi_memory.h"

#include <stdexcept>

namespace npuforge::rtl {

AxiMemory::AxiMemory(const isa::DramParams& params, simulator::DramData& data)
    : timing_(params), data_(data), beat_bytes_(params.beat_bytes), beat_(params.beat_bytes) {
  answers_.r_data = beat_.data();
  answers_.w_ready = true; // beats of an accepted burst never wait
}

const NpuRtlInputs& AxiMemory::answer(const NpuRtlOutputs& shown, simulator::Cycle now) {
  answers_.ar_ready = answers_.aw_ready = answers_.r_valid = answers_.b_valid = false;
  if (shown.ar_valid || shown.aw_valid)
    accept(shown, now);
  if (shown.w_valid)
    take(shown);
  if (!reads_.empty())
    give(now);
  if (!writes_.empty())
    respond(now);
  return answers_;
}

void AxiMemory::accept(const NpuRtlOutputs& shown, simulator::Cycle now) {
  simulator::Channel channel = timing_.choose(shown.ar_valid, shown.aw_valid);
  bool read = channel == simulator::Channel::Read;
  int beats = static_cast<int>(read ? shown.ar_beats : shown.aw_beats);
  simulator::Cycle start = timing_.accept(channel, beats, now).start;
  if (read)
    reads_.push_back({shown.ar_id, shown.ar_address, beats, 0, start});
  else
    writes_.push_back({0, shown.aw_address, beats, 0, start});
  (read ? answers_.ar_ready : answers_.aw_ready) = true;
}

void AxiMemory::take(const NpuRtlOutputs& shown) {
  if (sending_ >= writes_.size())
    throw std::logic_error("the core sends a write beat without an accepted burst");
  take_beat(shown, writes_[sending_], data_, beat_bytes_);
  sending_ += shown.w_last;
}

void AxiMemory::give(simulator::Cycle now) {
  Transfer& read = reads_.front();
  if (now < read.start)
    return;
  give_beat(read, data_, beat_bytes_, beat_.data());
  answers_.r_valid = true;
  answers_.r_id = read.id;
  if (read.done == read.beats)
    reads_.pop_front();
}

void AxiMemory::respond(simulator::Cycle now) {
  const Transfer& write = writes_.front();
  if (now < write.start + write.beats)
    return;
  if (write.done != write.beats)
    throw std::logic_error("a write burst is due before its data has come");
  answers_.b_valid = true;
  writes_.pop_front();
  --sending_;
}

} // namespace npuforge::rtl
