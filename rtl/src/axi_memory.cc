#include "axi_memory.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace npuforge::rtl {

AxiMemory::AxiMemory(const isa::DramParams& params, simulator::DramPort& port)
    : timing_(params), port_(port), beat_bytes_(static_cast<size_t>(params.beat_bytes)),
      beat_(beat_bytes_) {
  answers_.r_data = beat_.data();
  answers_.w_ready = true; // beats of an accepted burst never wait
}

const NpuRtlInputs& AxiMemory::answer(const NpuRtlOutputs& shown, simulator::Cycle now) {
  answers_.ar_ready = answers_.aw_ready = answers_.r_valid = answers_.b_valid = false;
  if (shown.ar_valid || shown.aw_valid)
    accept(shown, now);
  if (shown.w_valid)
    take(shown, now);
  if (!reads_.empty())
    give(now);
  if (!writes_.empty())
    respond(now);
  return answers_;
}

void AxiMemory::accept(const NpuRtlOutputs& shown, simulator::Cycle now) {
  simulator::Channel channel = timing_.choose(shown.ar_valid, shown.aw_valid);
  const bool read = channel == simulator::Channel::Read;
  (read ? answers_.ar_ready : answers_.aw_ready) = true;
  Burst burst{read ? shown.ar_id : shown.aw_id,
              read ? shown.ar_address : shown.aw_address,
              static_cast<int>(read ? shown.ar_beats : shown.aw_beats),
              0,
              0,
              {},
              {}};
  burst.bytes.resize(static_cast<size_t>(burst.beats) * beat_bytes_);
  const simulator::Cycle earliest = read ? port_.read(burst.address, burst.bytes, now) : 0;
  burst.due = timing_.accept(channel, burst.beats, now, earliest).start;
  if (read) {
    reads_.push_back(std::move(burst));
    return;
  }
  burst.due += burst.beats;
  burst.masks.resize(burst.bytes.size());
  writes_.push_back(std::move(burst));
}

void AxiMemory::take(const NpuRtlOutputs& shown, simulator::Cycle now) {
  if (sending_ >= writes_.size())
    throw std::logic_error("the core sends a write beat without an accepted burst");
  Burst& write = writes_[sending_];
  const size_t first = static_cast<size_t>(write.done) * beat_bytes_;
  std::memcpy(write.bytes.data() + first, shown.w_data, beat_bytes_);
  for (size_t i = 0; i < beat_bytes_; ++i)
    write.masks[first + i] = shown.w_strobe[i / 8] >> (i % 8) & 1 ? 0xff : 0;
  if ((++write.done == write.beats) != shown.w_last)
    throw std::logic_error("the core's last write beat is not the last of its burst");
  if (!shown.w_last)
    return;
  write.due = std::max(write.due, port_.write(write.address, write.bytes, write.masks, now));
  ++sending_;
}

void AxiMemory::give(simulator::Cycle now) {
  Burst& read = reads_.front();
  if (now < read.due)
    return;
  std::memcpy(beat_.data(), read.bytes.data() + static_cast<size_t>(read.done) * beat_bytes_,
              beat_bytes_);
  answers_.r_valid = true;
  answers_.r_id = read.id;
  if (++read.done == read.beats)
    reads_.pop_front();
}

void AxiMemory::respond(simulator::Cycle now) {
  const Burst& write = writes_.front();
  if (now < write.due)
    return;
  if (write.done != write.beats)
    throw std::logic_error("a write burst is due before its data has come");
  answers_.b_valid = true;
  answers_.b_id = write.id;
  writes_.pop_front();
  --sending_;
}

} // namespace npuforge::rtl
