#include "axi_memory.h"

#include <cstring>
#include <stdexcept>

namespace npuforge::rtl {

AxiMemory::AxiMemory(const isa::DramParams& params, simulator::DramData& data)
    : timing_(params), data_(data), beat_bytes_(params.beat_bytes), beat_(params.beat_bytes) {
  answers_.r_data = beat_.data();
}

const NpuRtlInputs& AxiMemory::answer(const NpuRtlOutputs& shown, simulator::Cycle now) {
  answers_.ar_ready = answers_.aw_ready = answers_.r_valid = answers_.b_valid = false;
  if (shown.ar_valid || shown.aw_valid)
    accept(shown, now);
  if (shown.w_valid)
    take_beat(shown);
  if (!reads_.empty())
    give_beat(now);
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

void AxiMemory::take_beat(const NpuRtlOutputs& shown) {
  if (sending_ >= writes_.size())
    throw std::logic_error("the core sends a write beat without an accepted burst");
  Transfer& write = writes_[sending_];
  auto bytes =
      data_.at(write.address + static_cast<uint64_t>(write.done) * beat_bytes_, beat_bytes_);
  for (int i = 0; i < beat_bytes_; ++i)
    if (shown.w_strobe[i / 8] >> (i % 8) & 1)
      bytes[i] = static_cast<std::byte>(shown.w_data[i]);
  bool last = ++write.done == write.beats;
  if (last != shown.w_last)
    throw std::logic_error("the core's last write beat is not the last of its burst");
  sending_ += last;
}

void AxiMemory::give_beat(simulator::Cycle now) {
  Transfer& read = reads_.front();
  if (now < read.start)
    return;
  const simulator::DramData& data = data_;
  auto bytes = data.at(read.address + static_cast<uint64_t>(read.done) * beat_bytes_, beat_bytes_);
  std::memcpy(beat_.data(), bytes.data(), bytes.size());
  answers_.r_valid = true;
  answers_.r_id = read.id;
  if (++read.done == read.beats)
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
