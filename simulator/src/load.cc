#include "load.h"

#include <algorithm>
#include <cstring>

#include "memory.h"

namespace npuforge::simulator {

Load::Load(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {
  SC_METHOD(watch);
  sensitive << due_;
  dont_initialize();
}

void Load::reset() {
  const isa::DmaParams& p = core_.machine().load;
  held_.reset(p.instructions, p.instructions);
  places_.reset(p.fifo_beats, p.fifo_beats);
  requesting_ = draining_ = false;
  next_request_ = idle_from_ = next_step_ = 0;
  held_jobs_.clear();
  taken_.clear();
  arrivals_.clear();
  popped_ = 0;
}

void Load::issue(Job& job) {
  held_.take();
  held_jobs_.push_back(&job);
  if (!job.copies())
    return core_.wake(due_, completion_bound(core_.now()));
  request_job_ = &job;
  bursts_.start(job, core_.machine().dram);
  requesting_ = true;
  next_request_ = job.issue;
  if (core_.values() && !core_.context.port)
    copy(job);
  core_.memory->started();
  core_.wake(due_, completion_bound(core_.now()));
}

void Load::granted(Cycle at) {
  int beats = bursts_.beats();
  places_.take(beats);
  core_.accounting.moved(*request_job_, true, int64_t{beats} * core_.machine().dram.beat_bytes);
  next_request_ = at + 1;
  bursts_.next();
  if (!bursts_.done())
    return;
  requesting_ = false;
  idle_from_ = at + 1;
  core_.wake_issue(idle_from_);
}

void Load::start_run() {
  const int cols = core_.machine().row_bytes();
  run_ = runs_.run();
  far_offset_ = run_.far % core_.machine().dram.beat_bytes;
  pad_offset_ = run_.pad % cols;
  rows_ = (pad_offset_ + run_.bytes - 1) / cols + 1;
  row_ = run_pops_ = 0;
}

void Load::pop(Cycle at) {
  places_.give(at + 1);
  ++run_pops_;
  if (++popped_ == arrivals_.front().beats) {
    arrivals_.pop_front();
    popped_ = 0;
  }
}

void Load::gives_way(int port, Cycle at) {
  if (held_jobs_.empty()) // what it will hold issues later
    return taken_.clear();
  while (!taken_.empty() && taken_.front().at < next_step_)
    taken_.pop_front();
  taken_.push_back({at, port});
}

/// The first cycle from `at` on in which no copy has the port.
Cycle Load::past_copies(int port, Cycle at) const {
  auto taken = std::lower_bound(taken_.begin(), taken_.end(), at,
                                [](const Taken& one, Cycle cycle) { return one.at < cycle; });
  for (; taken != taken_.end() && taken->at == at && taken->port == port; ++taken)
    ++at;
  return at;
}

void Load::drain(Cycle until) {
  const int cols = core_.machine().row_bytes();
  while (!held_jobs_.empty()) {
    if (!held_jobs_.front()->copies()) {
      const Cycle at = std::max(next_step_, held_jobs_.front()->issue + 1);
      if (at > until)
        return;
      next_step_ = at + 1;
      finish_job(at);
      continue;
    }
    if (!draining_) {
      runs_.start(*held_jobs_.front());
      start_run();
      draining_ = true;
      next_step_ = std::max(next_step_, held_jobs_.front()->issue + 1);
    }
    int64_t beat = beat_needed();
    bool pops = run_pops_ <= beat, writes = run_pops_ >= beat;
    Cycle ready = pops ? std::max(next_step_, beat_time()) : next_step_;
    Cycle free = ready, at = ready;
    int port = 0;
    if (writes) {
      port = core_.ports.write_port(run_.pad - static_cast<uint32_t>(pad_offset_) +
                                    static_cast<uint32_t>(row_ * cols));
      free = std::max(ready, core_.ports.free_at(port));
      at = past_copies(port, free);
    }
    if (at > until)
      return;
    if (free > ready)
      core_.accounting.port_conflict(isa::Unit::Load, core_.ports.holder(port),
                                     core_.ports.kind(port), free - ready);
    if (at > free)
      core_.accounting.port_conflict(isa::Unit::Load, isa::Unit::Store, core_.ports.kind(port),
                                     at - free);
    next_step_ = at + 1;
    if (pops)
      pop(at);
    if (writes && ++row_ == rows_)
      finish_run(at);
  }
}

void Load::finish_run(Cycle at) {
  runs_.next();
  if (!runs_.done()) {
    start_run();
    return;
  }
  draining_ = false;
  finish_job(at);
}

/// The oldest instruction takes its last step in cycle `at`.
void Load::finish_job(Cycle at) {
  Job& job = *held_jobs_.front();
  held_jobs_.pop_front();
  job.complete = at + 1;
  held_.give(job.complete);
  core_.accounting.dma_completed(job);
  core_.completes(job);
}

int64_t Load::beat_needed() const {
  const int cols = core_.machine().row_bytes();
  int64_t row_end = std::min(run_.bytes, (row_ + 1) * cols - pad_offset_) - 1;
  return (far_offset_ + row_end) / core_.machine().dram.beat_bytes;
}

Cycle Load::next_beat(Cycle now) const {
  // What is not accepted by now is a latency away.
  return arrivals_.empty() ? now + core_.machine().dram.latency : std::max(now, beat_time());
}

Cycle Load::completion_bound(Cycle now) const {
  const int cols = core_.machine().row_bytes();
  auto rows = [cols](int64_t bytes) { return (bytes + cols - 1) / cols; };
  Cycle first = std::max(now, next_step_);
  if (!held_jobs_.front()->copies())
    return std::max(first, held_jobs_.front()->issue + 1) + 1;
  if (!draining_) {
    const Stream& stream = held_jobs_.front()->streams[0];
    return std::max(first, next_beat(now)) + stream.steps * rows(stream.unit);
  }
  if (run_pops_ <= beat_needed())
    first = std::max(first, next_beat(now));
  return first + rows_ - row_ + (runs_.left() - 1) * rows(run_.bytes);
}

Cycle Load::accept_bound(Cycle now) const {
  if (!requesting_)
    return kNever; // full: watch() tells when an instruction completes
  Cycle bound = std::max(now, next_request_) + 1;
  int64_t missing = bursts_.beats_left() - static_cast<int64_t>(places_.size());
  return missing > 0 ? std::max(bound, next_beat(now) + missing + 1) : bound;
}

void Load::watch() {
  if (core_.stopped())
    return;
  Cycle now = core_.now();
  core_.memory->advance(now - 1);
  if (!held_jobs_.empty())
    core_.wake(due_, std::max(now + 1, completion_bound(now)));
}

void Load::copy(const Job& job) {
  RunCursor runs;
  for (runs.start(job); !runs.done(); runs.next()) {
    Run run = runs.run();
    auto from = std::as_const(*core_.context.dram).at(run.far, static_cast<uint64_t>(run.bytes));
    std::memcpy(core_.memories().scratchpad.data() + run.pad, from.data(), from.size());
  }
}

} // namespace npuforge::simulator
