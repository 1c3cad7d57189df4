#include "memory.h"

#include <algorithm>
#include <cstring>

#include "core.h"
#include "load.h"
#include "store.h"
#include "turns.h"

namespace npuforge::simulator {

Memory::Memory(sc_core::sc_module_name name, Cluster& cluster)
    : sc_module(name), cluster_(cluster), copies_(cluster) {
  SC_METHOD(watch);
  sensitive << due_;
  dont_initialize();
}

void Memory::reset() {
  due_.cancel();
  dram_.emplace(cluster_.machine().dram);
  fills_.assign(static_cast<size_t>(cluster_.cores()), Fill{});
  slot_.reset();
  on_aw_.reset();
  aw_free_ = 0;
  reader_ = writer_ = cluster_.cores() - 1;
  stepped_ = responded_ = -1;
  copies_.reset();
}

void Memory::fill(int core, uint64_t address, int beats, Cycle at) {
  fill_of(core) = {address, beats, beats, at, at, kNever, {}};
  cluster_.wake(due_, at + 2);
}

Cycle Memory::fill_bound(int core, Cycle now) const {
  const Fill& fill = fills_[static_cast<size_t>(core)];
  return fill.valid_at < kNever
             ? kNever
             : std::max(now, fill.asked + 1) + cluster_.machine().dram.latency + fill.to_accept;
}

void Memory::advance(Cycle until) {
  // Load and store stop by themselves where they need something that the bus has not done yet, and
  // each thing carries its cycle: so they may run ahead of the bus, but the bus never of them. Only
  // copies between cores are not to be overtaken by loads, which give way to them.
  for (;;) {
    for (int number = 0; number < cluster_.cores(); ++number)
      if (Store& store = *cluster_.core(number).store; !store.idle())
        store.read(until);
    const Cycle copies = copies_.next();
    drain(std::min(until, copies_from(copies) - 1));
    const Cycle at = next();
    if (std::min(at, copies) > until)
      return;
    if (copies < at)
      copies_.run(until);
    else
      step(at);
  }
}

void Memory::drain(Cycle until) {
  for (int number = 0; number < cluster_.cores(); ++number)
    if (Load& load = *cluster_.core(number).load; !load.idle())
      load.drain(until);
}

/// No copy is written before this cycle, if the bus does nothing before `next`: those behind a
/// store to DRAM are not, either, before that may have been accepted.
Cycle Memory::copies_from(Cycle next) const {
  for (int number = 0; number < cluster_.cores(); ++number)
    if (const Store& store = *cluster_.core(number).store; store.crosses())
      next = std::min(next, std::max({store.show_time(), aw_free_, stepped_ + 1}));
  return next;
}

Cycle Memory::next() const {
  Cycle at = slot_ ? slot_->shown_from : kNever;
  for (int number = 0; number < cluster_.cores(); ++number) {
    const Core& core = cluster_.core(number);
    at = std::min(at, std::max(core.store->show_time(), aw_free_));
    if (!slot_)
      at = std::min({at, fills_[static_cast<size_t>(number)].present, core.load->present_time()});
  }
  return std::max(at, stepped_ + 1);
}

void Memory::step(Cycle at) {
  stepped_ = at;
  choose_writer(at);
  const bool read_shown = slot_ && slot_->shown_from <= at;
  if (read_shown || on_aw_) {
    if (dram_->choose(read_shown, on_aw_.has_value()) == Channel::Write)
      accept_write(at);
    else
      accept_read(at);
  }
  if (!slot_)
    grant(at);
}

void Memory::choose_writer(Cycle at) {
  if (on_aw_ || at < aw_free_)
    return;
  const int core = first_after(writer_, cluster_.cores(), [&](int number) {
    return cluster_.core(number).store->show_time() <= at;
  });
  if (core >= 0)
    on_aw_ = core;
}

void Memory::accept_write(Cycle at) {
  writer_ = *on_aw_;
  on_aw_.reset();
  Store& store = *cluster_.core(writer_).store;
  const int beats = store.burst_beats();
  aw_free_ = at + beats + 1;
  store.accepted(at, dram_->accept(Channel::Write, beats, at).start);
}

void Memory::accept_read(Cycle at) {
  const Slot slot = *slot_;
  slot_.reset();
  Core& core = cluster_.core(slot.core);
  const Cycle earliest = cluster_.context().port ? read(slot, at) : 0;
  const Burst burst = dram_->accept(Channel::Read, slot.beats, at, earliest);
  if (!slot.is_fill) {
    core.load->accepted(slot.beats, burst.start);
    return;
  }
  core.accounting.stats.fetched += int64_t{slot.beats} * cluster_.machine().dram.beat_bytes;
  Fill& fill = fill_of(slot.core);
  if ((fill.to_accept -= slot.beats) == 0) {
    fill.valid_at = burst.start + slot.beats;
    if (cluster_.context().port)
      cluster_.context().fetched(fill.address, fill.line);
    core.wake_sequencer(core.now());
  }
}

/// Brings the burst's bytes from the platform's memory to where they belong.
Cycle Memory::read(const Slot& slot, Cycle at) {
  DramPort& port = *cluster_.context().port;
  const size_t size = static_cast<size_t>(slot.beats) * cluster_.machine().dram.beat_bytes;
  if (slot.is_fill) {
    Fill& fill = fill_of(slot.core);
    const size_t done = fill.line.size();
    fill.line.resize(done + size);
    return port.read(fill.address + done, std::span(fill.line).subspan(done), at);
  }
  data_.resize(size);
  const Cycle earliest = port.read(slot.piece.address, data_, at);
  std::memcpy(cluster_.core(slot.core).memories().scratchpad.data() + slot.piece.pad,
              data_.data() + slot.piece.skipped, static_cast<size_t>(slot.piece.bytes));
  return earliest;
}

void Memory::grant(Cycle at) {
  int core = first_after(reader_, cluster_.cores(),
                         [&](int number) { return fill_of(number).present <= at; });
  if (core >= 0)
    return grant_fill(core, at);
  core = first_after(reader_, cluster_.cores(),
                     [&](int number) { return cluster_.core(number).load->present_time() <= at; });
  if (core >= 0)
    grant_load(core, at);
}

void Memory::grant_fill(int core, Cycle at) {
  Fill& fill = fill_of(core);
  const int beats = std::min(fill.to_ask, cluster_.machine().dram.burst_beats);
  slot_ = Slot{core, true, beats, at + 1, {}};
  fill.to_ask -= beats;
  fill.present = fill.to_ask > 0 ? at + 1 : kNever;
  reader_ = core;
}

void Memory::grant_load(int core, Cycle at) {
  Load& load = *cluster_.core(core).load;
  slot_ = Slot{core, false, load.burst_beats(), at + 1, load.piece()};
  load.granted(at);
  reader_ = core;
}

void Memory::watch() {
  if (cluster_.stopped())
    return;
  const Cycle now = cluster_.now();
  advance(now - 1);
  if (moving())
    cluster_.wake(due_, now + 1);
}

/// Whether something is under way of which somebody is told in time: a fill's sequencer, a port's
/// owner of each burst.
bool Memory::moving() const {
  for (int number = 0; number < cluster_.cores(); ++number) {
    const Core& core = cluster_.core(number);
    const bool copying = !(core.load->idle() && core.store->idle());
    if (fills_[static_cast<size_t>(number)].to_accept > 0 || (cluster_.context().port && copying))
      return true;
  }
  return false;
}

void Memory::started() {
  if (cluster_.context().port)
    cluster_.wake(due_, cluster_.now() + 1);
}

} // namespace npuforge::simulator
