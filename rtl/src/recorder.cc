#include "recorder.h"

#include <stdexcept>

#include <fmt/format.h>

namespace npuforge::rtl {

bool CoreRecorder::observe(const NpuRtlTrace& shown, int64_t now) {
  if (!shown.execute && !shown.issue && !shown.complete)
    return false;
  if (shown.execute)
    execute(shown, now);
  for (int unit = 1; unit < isa::kUnitCount; ++unit)
    if (shown.issue >> unit & 1)
      issue(unit, issued_[unit], now);
  for (int unit = 1; unit < isa::kUnitCount; ++unit)
    if (shown.complete >> unit & 1)
      complete(issued_[unit], now);
  return true;
}

void CoreRecorder::execute(const NpuRtlTrace& shown, int64_t now) {
  simulator::InstructionEvent event{next_sequence_++,
                                    shown.execute_pc,
                                    static_cast<isa::Unit>(shown.execute_unit),
                                    now - 1,
                                    -1,
                                    -1,
                                    core_};
  last_pc_ = shown.execute_pc;
  ++open_;
  if (event.unit != isa::Unit::Sequencer) {
    dispatched_[shown.execute_unit].push_back(event);
    return;
  }
  event.issue = event.dispatch;
  own_.push_back(event);
  complete(own_, now);
}

void CoreRecorder::issue(int unit, Queue& to, int64_t now) {
  Queue& from = dispatched_[unit];
  if (from.empty())
    throw std::logic_error("the core issues an instruction that it has not dispatched");
  to.push_back(from.front());
  to.back().issue = now;
  from.pop_front();
}

void CoreRecorder::complete(Queue& from, int64_t now) {
  if (from.empty())
    throw std::logic_error("the core completes an instruction that it has not issued");
  from.front().complete = now;
  if (sink_)
    sink_->on_complete(from.front());
  from.pop_front();
  --open_;
}

bool Recorder::observe(const NpuRtlOutputs& shown, int64_t now) {
  bool any = false;
  for (size_t core = 0; core < cores_.size(); ++core)
    any |= cores_[core].observe(shown.trace[core], now);
  return any;
}

std::string Recorder::state() const {
  std::string text;
  for (size_t core = 0; core < cores_.size(); ++core)
    text +=
        fmt::format("{}{}{} instructions executed, {} not complete, last pc {}",
                    core > 0 ? "; " : "", cores_.size() > 1 ? fmt::format("core {}: ", core) : "",
                    cores_[core].executed(), cores_[core].open(), cores_[core].last_pc());
  return text;
}

} // namespace npuforge::rtl
