#include "store.h"

#include <cstring>

#include "memory.h"

namespace npuforge::simulator {

Store::Store(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {
  SC_METHOD(watch);
  sensitive << due_;
  dont_initialize();
}

void Store::reset() {
  const isa::DmaParams& p = core_.machine().store;
  held_.reset(p.instructions, p.instructions);
  places_.reset(p.fifo_beats, p.fifo_beats);
  reading_ = false;
  next_step_ = idle_from_ = sending_until_ = answered_ = last_complete_ = 0;
  held_jobs_.clear();
  bursts_.clear();
  across_ = false;
  crossing_.reset();
  crossings_ = 0;
}

void Store::issue(Job& job) {
  held_.take();
  held_jobs_.push_back(&job);
  if (!job.copies())
    return finish_events();
  crossings_ += job.across() != 0;
  read_job_ = &job;
  reading_ = true;
  runs_.start(job);
  cut_.start(job, core_.machine().dram);
  burst_made_ = 0;
  next_step_ = std::max(next_step_, job.issue);
  start_run();
  if (core_.values() && job.across() != 0)
    copy_across(job);
  else if (core_.values() && !core_.context.port)
    copy(job);
  core_.memory->started();
  core_.wake(due_, std::max(core_.now() + 1, bound(core_.now())));
}

void Store::start_run() {
  const int beat = core_.machine().dram.beat_bytes;
  run_ = runs_.run();
  far_offset_ = run_.far % beat;
  pad_offset_ = run_.pad % core_.machine().row_bytes();
  beats_ = (far_offset_ + run_.bytes - 1) / beat + 1;
  beat_ = rows_read_ = 0;
}

void Store::read(Cycle until) {
  const int cols = core_.machine().row_bytes(), beat = core_.machine().dram.beat_bytes;
  while (reading_) {
    int64_t beat_end = std::min(run_.bytes, (beat_ + 1) * beat - far_offset_) - 1;
    int64_t row = (pad_offset_ + beat_end) / cols;
    bool reads = rows_read_ <= row, makes = rows_read_ >= row;
    Cycle ready = makes ? std::max(next_step_, places_.ready()) : next_step_;
    Cycle at = ready;
    int port = 0;
    if (reads) {
      port = core_.ports.read_port(run_.pad - static_cast<uint32_t>(pad_offset_) +
                                   static_cast<uint32_t>(rows_read_ * cols));
      at = std::max(at, core_.ports.free_at(port));
    }
    if (at > until)
      return;
    if (at > ready)
      core_.accounting.port_conflict(isa::Unit::Store, core_.ports.holder(port),
                                     core_.ports.kind(port), at - ready);
    next_step_ = at + 1;
    if (reads)
      ++rows_read_;
    if (makes)
      made(at);
  }
}

void Store::made(Cycle at) {
  places_.take();
  if (++burst_made_ == cut_.beats()) {
    int beats = cut_.beats();
    const Piece piece = cut_.piece();
    cut_.next();
    bursts_.push_back({beats, at + 2, cut_.done(), read_job_->across(), piece});
    burst_made_ = 0;
  }
  if (++beat_ == beats_)
    next_run(at);
}

void Store::next_run(Cycle at) {
  runs_.next();
  if (!runs_.done()) {
    start_run();
    return;
  }
  reading_ = false;
  idle_from_ = at + 1;
  core_.wake_issue(idle_from_);
}

/// Responses come in order by themselves only as long as all bursts go the same way.
Cycle Store::next_show() const {
  if (bursts_.empty() || crossing_)
    return kNever;
  const Ready& next = bursts_.front();
  Cycle decided = std::max(sending_until_, next.full_at);
  if (across_ != (next.cores != 0))
    decided = std::max(decided, answered_ + 1);
  return decided + 1;
}

void Store::accepted(Cycle at, Cycle start) {
  Ready burst = bursts_.front();
  bursts_.pop_front();
  for (int k = 0; k < burst.beats; ++k)
    places_.give(at + k + 2);
  sending_until_ = at + burst.beats + 1;
  const Cycle ready = core_.context.port ? write(burst.piece, at + burst.beats) : 0;
  const Cycle response = core_.memory->respond(std::max(start + burst.beats, ready));
  across_ = false;
  answered_ = response;
  Job& job = *held_jobs_.front();
  core_.accounting.moved(job, false, int64_t{burst.beats} * core_.machine().dram.beat_bytes);
  if (!burst.last)
    return;
  finish_job(std::max(response, last_complete_) + 1);
  finish_events();
}

Store::Crossing Store::cross() {
  crossing_ = bursts_.front();
  bursts_.pop_front();
  across_ = true;
  return {static_cast<uint32_t>(crossing_->piece.address), crossing_->cores};
}

bool Store::crossed(Cycle at) {
  places_.give(at + 1);
  if (--crossing_->beats > 0)
    return false;
  sending_until_ = at + 1;
  answered_ = at;
  core_.accounting.copied(crossing_->piece.size);
  const bool last = crossing_->last;
  crossing_.reset();
  if (last) {
    finish_job(std::max(at, last_complete_) + 1);
    finish_events();
  }
  return true;
}

/// The oldest instruction completes, as is known now.
void Store::finish_job(Cycle complete) {
  Job& job = *held_jobs_.front();
  held_jobs_.pop_front();
  crossings_ -= job.across() != 0;
  job.complete = last_complete_ = complete;
  held_.give(job.complete);
  core_.accounting.dma_completed(job);
  core_.completes(job);
}

/// Instructions without runs complete one after the other when they are the oldest.
void Store::finish_events() {
  while (!held_jobs_.empty() && !held_jobs_.front()->copies())
    finish_job(std::max(held_jobs_.front()->issue, last_complete_) + 1);
}

Cycle Store::bound(Cycle now) const {
  const int beat = core_.machine().dram.beat_bytes;
  Cycle earliest = kNever;
  if (reading_) // at best a beat is made in each cycle
    earliest = std::max(now, next_step_) + (beats_ - beat_) +
               (runs_.left() - 1) * ((run_.bytes + beat - 1) / beat);
  if (crossing_) // a beat in a cycle
    return std::min(earliest, now + crossing_->beats);
  if (reading_ && read_job_ == held_jobs_.front())
    return earliest;
  // The oldest is read: its bursts are sent one after the other, and the last one's acceptance says
  // when it completes.
  Cycle sent = std::max(now, next_show());
  for (const Ready& burst : bursts_) {
    if (burst.last)
      break;
    sent += burst.beats;
  }
  return std::min(earliest, sent + 1);
}

void Store::watch() {
  if (core_.stopped())
    return;
  Cycle now = core_.now();
  core_.memory->advance(now - 1);
  if (!held_jobs_.empty())
    core_.wake(due_, std::max(now + 1, bound(now)));
}

void Store::copy(const Job& job) {
  RunCursor runs;
  for (runs.start(job); !runs.done(); runs.next()) {
    Run run = runs.run();
    auto to = core_.context.dram->at(run.far, static_cast<uint64_t>(run.bytes));
    std::memcpy(to.data(), core_.memories().scratchpad.data() + run.pad, to.size());
  }
}

void Store::copy_across(const Job& job) {
  RunCursor runs;
  for (runs.start(job); !runs.done(); runs.next()) {
    const Run run = runs.run();
    for (int core = 0; job.across() >> core != 0; ++core)
      if (job.across() >> core & 1)
        std::memcpy(core_.cluster.core(core).memories().scratchpad.data() + run.far,
                    core_.memories().scratchpad.data() + run.pad, static_cast<size_t>(run.bytes));
  }
}

/// Brings the burst's bytes to the platform's memory. The instruction is not complete: nothing has
/// overwritten them.
Cycle Store::write(const Piece& piece, Cycle last) {
  const auto skipped = static_cast<size_t>(piece.skipped), bytes = static_cast<size_t>(piece.bytes);
  data_.assign(static_cast<size_t>(piece.size), std::byte{0});
  masks_.assign(data_.size(), 0);
  std::memcpy(data_.data() + skipped, core_.memories().scratchpad.data() + piece.pad, bytes);
  std::fill_n(masks_.begin() + skipped, bytes, 0xff);
  return core_.context.port->write(piece.address, data_, masks_, last);
}

} // namespace npuforge::simulator
