#include "weights.h"

#include <algorithm>

#include "npuforge/isa/pace.h"

namespace npuforge::simulator {
namespace {

/// Cycles from a preload's issue until a multiply may take the set: the array's rows must be there
/// when the first row of activations reaches them (TIMING.md section 4).
Cycle load_lead(const isa::Machine& machine, const Job& preload) {
  const isa::Lead lead = isa::load_lead(machine, preload.plan->streams[0].type);
  return std::max<Cycle>(0, lead.first + lead.row * (preload.streams[0].steps - 1));
}

} // namespace

Weights::Weights(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {}

void Weights::reset() {
  const isa::ArrayParams& a = core_.machine().array;
  free_.reset(a.weight_sets, a.weight_sets - 1);
  loaded_.reset(a.weight_sets, 0);
  last_loaded_ = 0;
  sets_.assign(a.weight_sets, Set(a.rows, a.cols));
  active_ = filled_ = 0;
}

void Weights::issue(Job& job) {
  free_.take();
  last_loaded_ = std::max(last_loaded_, job.issue + load_lead(core_.machine(), job));
  loaded_.give(last_loaded_);
  filled_ = (filled_ + 1) % sets_.size();
  Set& set = sets_[filled_];
  const Stream& stream = job.streams[0];
  set.used_rows = static_cast<int>(stream.steps);
  set.type = job.plan->streams[0].type;
  if (!core_.values())
    return;
  expand(stream, rows_);
  const int8_t* memory = core_.memories().scratchpad.data();
  if (isa::is_float(*set.type)) {
    set.floats.load(memory, rows_, *set.type);
  } else {
    set.integers.used_rows = set.used_rows;
    set.integers.load(memory, rows_);
  }
}

void Weights::advance(const Job& multiply) {
  loaded_.take();
  const isa::Machine& m = core_.machine();
  free_.give(multiply.issue + m.array.cols + multiply.plan->pace - 1 +
             static_cast<Cycle>(m.array.stages - 1) * (m.array.rows - 1));
  active_ = (active_ + 1) % sets_.size();
}

} // namespace npuforge::simulator
