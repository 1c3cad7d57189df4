#include "matrix.h"

#include <fmt/format.h>

#include "float_kernel.h"
#include "matrix_kernel.h"
#include "weights.h"

namespace npuforge::simulator {
namespace {

/// Of the activations.
isa::Type source_type(const Job& job) {
  return job.plan->streams[job.plan->destination == 0 ? 1 : 0].type;
}

} // namespace

Matrix::Matrix(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {}

void Matrix::issue(Job& job) {
  if (job.values[job.plan->roles.next])
    core_.weights->advance(job);
  const Weights::Set& weights = core_.weights->active();
  const isa::Type type = source_type(job);
  if (weights.type && *weights.type != type)
    return core_.fail(job.issue - 1, job.pc,
                      fmt::format("multiplies {} with weights that were preloaded as {}",
                                  isa::name(type), isa::name(*weights.type)));
  core_.accounting.multiplied(job, job.streams[0].steps * weights.used_rows *
                                       core_.machine().array.cols);
  if (!core_.values())
    return;
  for (int s = 0; s < job.stream_count; ++s)
    expand(job.streams[s], s == job.plan->destination ? to_ : from_);
  if (isa::is_float(type))
    multiply_floats(job);
  else
    multiply_integers(job);
}

void Matrix::multiply_integers(const Job& job) {
  const Roles& roles = job.plan->roles;
  fill_.assign(core_.machine().array.rows, static_cast<int8_t>(job.values[roles.fill]));
  Memories& memories = core_.memories();
  multiply({from_, to_, memories.scratchpad.data(), fill_.data(), memories.accumulator.data(),
            job.values[roles.accumulate] != 0},
           core_.weights->active().integers);
}

void Matrix::multiply_floats(const Job& job) {
  const Roles& roles = job.plan->roles;
  Memories& memories = core_.memories();
  multiply({from_, to_, source_type(job), memories.scratchpad.data(), job.values[roles.fill],
            memories.accumulator.data(), job.values[roles.accumulate] != 0},
           core_.weights->active().floats);
}

} // namespace npuforge::simulator
