#include "memory.h"

#include <cstring>

#include "load.h"
#include "store.h"

namespace npuforge::simulator {

Memory::Memory(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {
  SC_METHOD(watch);
  sensitive << due_;
  dont_initialize();
}

void Memory::reset() {
  due_.cancel();
  dram_.emplace(core_.machine().dram);
  slot_.reset();
  stepped_ = -1;
  fill_to_ask_ = fill_to_accept_ = 0;
  fill_present_ = fill_valid_at_ = kNever;
}

void Memory::fill(uint64_t address, int beats, Cycle at) {
  fill_address_ = address;
  line_.clear();
  fill_to_ask_ = fill_to_accept_ = beats;
  fill_present_ = fill_asked_ = at;
  fill_valid_at_ = kNever;
  core_.wake(due_, at + 2);
}

void Memory::advance(Cycle until) {
  // Load and store stop by themselves where they need something that the bus has not done yet, and
  // each thing carries its cycle: so they may run ahead of the bus, but the bus never of them.
  for (;;) {
    if (!core_.load->idle())
      core_.load->drain(until);
    if (!core_.store->idle())
      core_.store->read(until);
    Cycle at = next();
    if (at > until)
      return;
    step(at);
  }
}

Cycle Memory::next() const {
  Cycle at = core_.store->show_time();
  if (slot_)
    at = std::min(at, slot_->shown_from);
  else
    at = std::min({at, fill_present_, core_.load->present_time()});
  return std::max(at, stepped_ + 1);
}

void Memory::step(Cycle at) {
  stepped_ = at;
  bool read_shown = slot_ && slot_->shown_from <= at;
  bool write_shown = core_.store->show_time() <= at;
  if (read_shown || write_shown)
    accept(at, read_shown, write_shown);
  if (!slot_)
    grant(at);
}

void Memory::accept(Cycle at, bool read_shown, bool write_shown) {
  Channel channel = dram_->choose(read_shown, write_shown);
  if (channel == Channel::Write) {
    Burst burst = dram_->accept(channel, core_.store->burst_beats(), at);
    core_.store->accepted(at, burst.start);
    return;
  }
  const Cycle earliest = core_.context.port ? read(*slot_, at) : 0;
  Burst burst = dram_->accept(channel, slot_->beats, at, earliest);
  if (!slot_->is_fill) {
    core_.load->accepted(slot_->beats, burst.start);
  } else if ((fill_to_accept_ -= slot_->beats) == 0) {
    fill_valid_at_ = burst.start + slot_->beats;
    if (core_.context.port)
      core_.context.fetched(fill_address_, line_);
    core_.wake_sequencer(core_.now());
  }
  slot_.reset();
}

/// Brings the burst's bytes from the platform's memory to where they belong.
Cycle Memory::read(const Slot& slot, Cycle at) {
  DramPort& port = *core_.context.port;
  const size_t size = static_cast<size_t>(slot.beats) * core_.machine().dram.beat_bytes;
  if (slot.is_fill) {
    const size_t done = line_.size();
    line_.resize(done + size);
    return port.read(fill_address_ + done, std::span(line_).subspan(done), at);
  }
  data_.resize(size);
  const Cycle earliest = port.read(slot.piece.address, data_, at);
  std::memcpy(core_.context.memories->scratchpad.data() + slot.piece.pad,
              data_.data() + slot.piece.skipped, static_cast<size_t>(slot.piece.bytes));
  return earliest;
}

void Memory::grant(Cycle at) {
  if (fill_present_ <= at) {
    int beats = std::min(fill_to_ask_, core_.machine().dram.burst_beats);
    slot_ = Slot{true, beats, at + 1, {}};
    core_.accounting.stats.fetched += int64_t{beats} * core_.machine().dram.beat_bytes;
    fill_to_ask_ -= beats;
    fill_present_ = fill_to_ask_ > 0 ? at + 1 : kNever;
  } else if (core_.load->present_time() <= at) {
    slot_ = Slot{false, core_.load->burst_beats(), at + 1, core_.load->piece()};
    core_.load->granted(at);
  }
}

void Memory::watch() {
  if (core_.stopped())
    return;
  Cycle now = core_.now();
  advance(now - 1);
  // A port's owner is told of each burst in time.
  const bool moving = core_.context.port && !(core_.load->idle() && core_.store->idle());
  if (fill_to_accept_ > 0 || moving)
    core_.wake(due_, now + 1);
}

void Memory::started() {
  if (core_.context.port)
    core_.wake(due_, core_.now() + 1);
}

} // namespace npuforge::simulator
