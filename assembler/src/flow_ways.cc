#include "flow_ways.h"

#include <algorithm>

#include "flow_joins.h"

namespace npuforge::assembler {

Ways::Ways(const Program& program, const ScalarText& text)
    : program_(program), heads_(text.size()) {
  Followers followers(text.size());
  for (uint32_t pc = 0; pc < text.size(); ++pc) {
    if (text.at(pc).instruction == nullptr)
      continue;
    switch (text.action(pc)) {
    case isa::Action::Branch:
      followers[pc] = {pc + 1, text.target(pc)};
      if (text.target(pc) <= pc)
        heads_[text.target(pc)] = true;
      break;
    case isa::Action::Loop:
      followers[pc] = {pc + 1, text.target(pc)};
      break;
    case isa::Action::Halt:
      if (const Stop* stop = stop_at(pc); stop == nullptr)
        followers[pc] = {text.size()};
      else if (stop->resumes)
        followers[pc] = {pc + 1};
      break;
    default:
      followers[pc] = {pc + 1};
    }
    for (uint32_t& next : followers[pc])
      next = std::min(next, text.size());
  }
  joins_ = joins(followers);
}

bool Ways::ends(uint32_t pc) const {
  const Stop* stop = stop_at(pc);
  return stop == nullptr || !stop->resumes;
}

const Stop* Ways::stop_at(uint32_t pc) const {
  const auto& stops = program_.stops;
  const auto found = std::lower_bound(stops.begin(), stops.end(), pc,
                                      [](const Stop& stop, uint32_t at) { return stop.at < at; });
  return found != stops.end() && found->at == pc ? &*found : nullptr;
}

} // namespace npuforge::assembler
