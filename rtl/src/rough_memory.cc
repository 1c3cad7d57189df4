#include "rough_memory.h"

#include <stdexcept>

namespace npuforge::rtl {

RoughMemory::RoughMemory(const isa::DramParams& params, simulator::DramData& data, uint64_t seed)
    : data_(data), beat_bytes_(params.beat_bytes), random_(seed), beat_(params.beat_bytes) {
  answers_.r_data = beat_.data();
  auto between = [&](double low, double high) {
    return std::uniform_real_distribution(low, high)(random_);
  };
  for (double* probability : {&address_ready_, &write_ready_, &read_valid_, &answer_valid_})
    *probability = chance(0.25) ? 1 : between(0.1, 0.9);
  most_latency_ = static_cast<int>(between(1, 4 * params.latency));
}

const NpuRtlInputs& RoughMemory::answer(const NpuRtlOutputs& shown, simulator::Cycle now) {
  answers_.ar_ready = chance(address_ready_); // also when nothing is shown
  answers_.aw_ready = chance(address_ready_);
  answers_.w_ready = chance(write_ready_);
  answers_.r_valid = answers_.b_valid = false;
  give(now);
  respond(now);
  take(shown, now);
  accept(shown, now);
  return answers_;
}

bool RoughMemory::chance(double probability) {
  return std::bernoulli_distribution(probability)(random_);
}

size_t RoughMemory::any(size_t count) {
  return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
}

simulator::Cycle RoughMemory::later(simulator::Cycle now) {
  return now + std::uniform_int_distribution(1, most_latency_)(random_);
}

void RoughMemory::accept(const NpuRtlOutputs& shown, simulator::Cycle now) {
  if (shown.ar_valid && answers_.ar_ready)
    reads_.at(shown.ar_id)
        .push_back(
            {shown.ar_id, shown.ar_address, static_cast<int>(shown.ar_beats), 0, later(now)});
  if (shown.aw_valid && answers_.aw_ready)
    writes_.push_back({shown.aw_id, shown.aw_address, static_cast<int>(shown.aw_beats), 0, now});
}

void RoughMemory::take(const NpuRtlOutputs& shown, simulator::Cycle now) {
  if (!shown.w_valid || !answers_.w_ready)
    return;
  if (writes_.empty())
    throw std::logic_error("the core sends a write beat without an accepted burst");
  take_beat(shown, writes_.front(), data_, beat_bytes_);
  if (!shown.w_last)
    return;
  const uint8_t id = writes_.front().id;
  writes_.pop_front();
  answers_due_.at(id).push_back({id, later(now)});
}

/// A beat of any id, whichever the dice say.
void RoughMemory::give(simulator::Cycle now) {
  if (!chance(read_valid_))
    return;
  const size_t first = any(reads_.size());
  for (size_t i = 0; i < reads_.size(); ++i) {
    auto& reads = reads_[(first + i) % reads_.size()];
    if (reads.empty() || now < reads.front().start)
      continue;
    give_beat(reads.front(), data_, beat_bytes_, beat_.data());
    answers_.r_valid = true;
    answers_.r_id = reads.front().id;
    if (reads.front().done == reads.front().beats)
      reads.pop_front();
    return;
  }
}

void RoughMemory::respond(simulator::Cycle now) {
  if (!chance(answer_valid_))
    return;
  const size_t first = any(answers_due_.size());
  for (size_t i = 0; i < answers_due_.size(); ++i) {
    auto& answers = answers_due_[(first + i) % answers_due_.size()];
    if (answers.empty() || now < answers.front().due)
      continue;
    answers_.b_valid = true;
    answers_.b_id = answers.front().id;
    answers.pop_front();
    return;
  }
}

} // namespace npuforge::rtl
