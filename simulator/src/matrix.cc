#include "matrix.h"

#include "matrix_kernel.h"
#include "weights.h"

namespace npuforge::simulator {

Matrix::Matrix(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {}

void Matrix::issue(Job& job) {
  const Roles& roles = job.plan->roles;
  if (job.values[roles.next])
    core_.weights->advance(job.issue);
  const WeightSet& weights = core_.weights->active();
  core_.accounting.multiplied(job, job.streams[0].steps * weights.used_rows *
                                       core_.machine().array.cols);
  if (!core_.values())
    return;
  for (int s = 0; s < job.stream_count; ++s)
    expand(job.streams[s], s == job.plan->destination ? to_ : from_);
  fill_.assign(core_.machine().array.rows, static_cast<int8_t>(job.values[roles.fill]));
  Memories& memories = *core_.context.memories;
  multiply({from_, to_, memories.scratchpad.data(), fill_.data(), memories.accumulator.data(),
            job.values[roles.accumulate] != 0},
           weights);
}

} // namespace npuforge::simulator
