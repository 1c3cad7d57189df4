#include "weights.h"

#include "npuforge/isa/pace.h"

namespace npuforge::simulator {

Weights::Weights(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {}

void Weights::reset() {
  const isa::ArrayParams& a = core_.machine().array;
  free_.reset(a.weight_sets, a.weight_sets - 1);
  loaded_.reset(a.weight_sets, 0);
  sets_.assign(a.weight_sets, WeightSet(a.rows, a.cols));
  active_ = filled_ = 0;
}

void Weights::issue(Job& job) {
  free_.take();
  loaded_.give(job.issue);
  filled_ = (filled_ + 1) % sets_.size();
  WeightSet& set = sets_[filled_];
  const Stream& stream = job.streams[0];
  set.used_rows = static_cast<int>(stream.steps);
  if (!core_.values())
    return;
  expand(stream, rows_);
  set.load(core_.context.memories->scratchpad.data(), rows_);
}

void Weights::advance(Cycle issue) {
  loaded_.take();
  const isa::Machine& m = core_.machine();
  free_.give(issue + m.array.cols + isa::multiply_beats(m) - 1);
  active_ = (active_ + 1) % sets_.size();
}

} // namespace npuforge::simulator
