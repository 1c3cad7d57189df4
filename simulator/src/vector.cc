#include "vector.h"

#include <algorithm>
#include <cstring>

namespace npuforge::simulator {

using isa::Access;
using isa::Action;
using isa::OperandKind;

Vector::Vector(sc_core::sc_module_name name, Core& core) : sc_module(name), core_(core) {}

void Vector::reset() {
  const isa::VectorParams& v = core_.machine().vector;
  lane_registers_.assign(static_cast<size_t>(cols()) * v.lane_registers, 0);
  lane_columns_.assign(v.lane_registers, {});
  size_t block = static_cast<size_t>(std::max(kColumnElements, cols()));
  for (Column& column : columns_)
    column.assign(block, 0);
  for (Column* column : {&state_, &next_, &out_})
    column->assign(block, 0);
}

void Vector::issue(Job& job) {
  if (!core_.values())
    return;
  switch (job.plan->action) {
  case Action::LoadLanes:
    return load_lanes(job);
  case Action::SetLanes:
    return set_lanes(job);
  case Action::Map:
    return map(job);
  case Action::Reduce:
    return reduce(job);
  default:
    return;
  }
}

const std::vector<int32_t>& Vector::lane_column(int number) {
  std::vector<int32_t>& column = lane_columns_[number];
  if (column.empty()) {
    column.resize(state_.size());
    for (size_t i = 0; i < column.size(); ++i)
      column[i] = lane(number)[i % cols()];
  }
  return column;
}

void Vector::lanes_changed(int first, int last) {
  for (int r = first; r <= last; ++r)
    lane_columns_[r].clear();
}

void Vector::load_lanes(const Job& job) {
  int first = job.values[job.plan->roles.lane];
  const auto bytes = static_cast<size_t>(job.streams[0].unit);
  expand(job.streams[0], addresses_[0]);
  auto* to = reinterpret_cast<char*>(lane(first));
  for (int64_t address : addresses_[0]) {
    std::memcpy(to, core_.memories().scratchpad.data() + address, bytes);
    to += bytes;
  }
  size_t last_byte = addresses_[0].size() * bytes - 1;
  lanes_changed(first, first + static_cast<int>(last_byte / (4 * static_cast<size_t>(cols()))));
}

void Vector::set_lanes(const Job& job) {
  int number = job.values[job.plan->roles.lane];
  std::fill_n(lane(number), cols(), job.values[job.plan->roles.value]);
  lanes_changed(number, number);
}

void Vector::expand_streams(const Job& job) {
  for (int s = 0; s < job.stream_count; ++s)
    expand(job.streams[s], addresses_[s]);
}

void Vector::set_inputs(const Job& job) {
  const auto& operands = job.plan->instruction->operands;
  for (size_t o = 0; o < operands.size(); ++o) {
    if (operands[o].kind == OperandKind::Lane) {
      inputs_[o] = lane_column(job.values[o]).data();
      continue;
    }
    if (operands[o].kind == OperandKind::Flag)
      std::fill_n(reinterpret_cast<uint8_t*>(columns_[o].data()), columns_[o].size(),
                  static_cast<uint8_t>(job.values[o]));
    else if (operands[o].kind != OperandKind::Stream)
      std::fill_n(reinterpret_cast<int32_t*>(columns_[o].data()), columns_[o].size(),
                  job.values[o]);
    inputs_[o] = columns_[o].data();
  }
  inputs_[operands.size()] = state_.data();
}

std::span<const void* const> Vector::inputs(const Job& job) const {
  return {inputs_.data(), job.plan->instruction->operands.size() + 1};
}

void Vector::read_rows(const Job& job, int64_t first, int64_t stride, int64_t rows) {
  for (int s = 0; s < job.stream_count; ++s) {
    const StreamPlan& plan = job.plan->streams[s];
    if (plan.access != Access::Read)
      continue;
    std::span<const int64_t> from(addresses_[s]);
    if (stride == 1) {
      from = from.subspan(static_cast<size_t>(first), static_cast<size_t>(rows));
    } else {
      picked_[s].resize(static_cast<size_t>(rows));
      for (int64_t i = 0; i < rows; ++i)
        picked_[s][i] = addresses_[s][first + i * stride];
      from = picked_[s];
    }
    const int32_t* fill = plan.fill >= 0 ? lane(job.values[plan.fill]) : nullptr;
    gather(rows_of(core_.memories(), plan.space, plan.type, cols()), from, fill,
           columns_[plan.operand].data());
  }
}

void Vector::write_rows(const Job& job, const void* column, int64_t first, int64_t rows) {
  std::span<const int64_t> to(addresses_[job.plan->destination]);
  const StreamPlan& plan = job.plan->streams[job.plan->destination];
  scatter(column, rows_of(core_.memories(), plan.space, plan.type, cols()),
          to.subspan(static_cast<size_t>(first), static_cast<size_t>(rows)));
}

void Vector::map(const Job& job) {
  expand_streams(job);
  set_inputs(job);
  int64_t steps = job.streams[0].steps, block = static_cast<int64_t>(state_.size()) / cols();
  for (int64_t first = 0; first < steps; first += block) {
    int64_t rows = std::min(block, steps - first);
    read_rows(job, first, 1, rows);
    job.plan->result->run(inputs(job), out_.data(), rows * cols());
    write_rows(job, out_.data(), first, rows);
  }
}

void Vector::reduce(const Job& job) {
  expand_streams(job);
  set_inputs(job);
  int64_t groups = job.streams[job.plan->destination].steps,
          block = static_cast<int64_t>(state_.size()) / cols();
  size_t state = job.plan->instruction->operands.size();
  for (int64_t first = 0; first < groups; first += block) {
    int64_t rows = std::min(block, groups - first), count = rows * cols();
    inputs_[state] = state_.data();
    job.plan->init->run(inputs(job), state_.data(), count);
    for (int64_t tap = 0; tap < job.group; ++tap) {
      read_rows(job, first * job.group + tap, job.group, rows);
      inputs_[state] = state_.data();
      job.plan->step->run(inputs(job), next_.data(), count);
      std::swap(state_, next_);
    }
    inputs_[state] = state_.data();
    job.plan->result->run(inputs(job), out_.data(), count);
    write_rows(job, out_.data(), first, rows);
  }
}

} // namespace npuforge::simulator
