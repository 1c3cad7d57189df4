#include "propose_candidates.h"

#include <algorithm>
#include <set>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/timing.h"

namespace npuforge::isa {
namespace {

constexpr int kMostSteps = 63;           // of a chain that is looked at: parts are bit sets
constexpr std::size_t kMostParts = 4096; // of one chain

using Set = uint64_t;
constexpr Set bit(int step) {
  return Set{1} << step;
}

bool is_lane(const Operand& operand) {
  return operand.kind == OperandKind::Lane && operand.access == Access::Read;
}
bool is_source(const Operand& operand) {
  return operand.kind == OperandKind::Stream && operand.access == Access::Read;
}

/// A step that can be part of a larger instruction: a map of streams and lane registers.
bool is_fusible(const ChainStep& step) {
  if (step.instruction->action != Action::Map)
    return false;
  for (const Operand& operand : step.instruction->operands)
    if ((operand.access == Access::Read && !is_lane(operand) && !is_source(operand)) ||
        !operand.fill.empty())
      return false;
  return true;
}

/// The parts of one chain.
class Parts {
public:
  Parts(const Chain& chain, const std::vector<bool>& usable) : chain_(chain), usable_(usable) {
    users_.resize(chain.steps.size());
    for (int s = 0; s < count(); ++s)
      for (const ChainSource& source : chain.steps[s].sources)
        if (source.kind == ChainSource::Kind::Step)
          users_[source.index] |= bit(s);
  }

  std::vector<Part> all() {
    if (count() > kMostSteps)
      return {};
    for (int last = 0; last < count(); ++last)
      if (usable_[last])
        grow(bit(last));
    std::vector<Part> parts;
    for (Set set : found_)
      if (set & (set - 1)) // two steps at least
        parts.push_back(steps_of(set));
    return parts;
  }

private:
  int count() const { return static_cast<int>(chain_.steps.size()); }

  /// Adds producers whose results nobody else reads.
  void grow(Set set) {
    if (found_.size() >= kMostParts || !found_.insert(set).second)
      return;
    for (int step : steps_of(set))
      for (const ChainSource& source : chain_.steps[step].sources) {
        if (source.kind != ChainSource::Kind::Step)
          continue;
        const int producer = source.index;
        const bool inner = (users_[producer] & ~set) == 0 && producer != count() - 1;
        if (inner && usable_[producer] && !(set & bit(producer)))
          grow(set | bit(producer));
      }
  }

  Part steps_of(Set set) const {
    Part part;
    for (int step = 0; step < count(); ++step)
      if (set & bit(step))
        part.push_back(step);
    return part;
  }

  const Chain& chain_;
  const std::vector<bool>& usable_;
  std::vector<Set> users_;
  std::set<Set> found_;
};

/// What a part is made of, without what differs between occurrences.
Candidate structure_of(const Chain& chain, const Part& part) {
  Candidate candidate;
  std::vector<ChainSource> external;
  for (int place = 0; place < static_cast<int>(part.size()); ++place) {
    const ChainStep& step = chain.steps[part[place]];
    candidate.steps.push_back(step.instruction);
    std::vector<int>& from = candidate.from.emplace_back(step.sources.size(), 0);
    for (int o = 0; o < static_cast<int>(step.sources.size()); ++o) {
      const Operand& operand = step.instruction->operands[o];
      if (is_lane(operand)) {
        from[o] = Candidate::kLane;
        candidate.lanes.push_back({place, o});
      } else if (is_source(operand)) {
        const ChainSource& source = step.sources[o];
        const auto inside = std::find(part.begin(), part.end(), source.index);
        if (source.kind == ChainSource::Kind::Step && inside != part.end()) {
          from[o] = static_cast<int>(inside - part.begin());
          continue;
        }
        auto known = std::find(external.begin(), external.end(), source);
        if (known == external.end()) {
          candidate.streams.push_back({place, o});
          known = external.insert(external.end(), source);
        }
        from[o] = -1 - static_cast<int>(known - external.begin());
      }
    }
  }
  return candidate;
}

/// Do the types agree where a result is read, and where two operands read one stream?
bool types_agree(const Candidate& candidate) {
  const auto operand = [&](Slot slot) -> const Operand& {
    return candidate.steps[slot.step]->operands[slot.operand];
  };
  const auto result = [&](int step) -> const Operand& {
    for (const Operand& o : candidate.steps[step]->operands)
      if (o.kind == OperandKind::Stream && o.access == Access::Write)
        return o;
    return candidate.steps[step]->operands.front();
  };
  for (int s = 0; s < static_cast<int>(candidate.steps.size()); ++s)
    for (int o = 0; o < static_cast<int>(candidate.from[s].size()); ++o) {
      if (!is_source(candidate.steps[s]->operands[o]))
        continue;
      const int from = candidate.from[s][o];
      const Operand& other = from >= 0 ? result(from) : operand(candidate.streams[-1 - from]);
      if (operand({s, o}).type != other.type || (from < 0 && operand({s, o}).space != other.space))
        return false;
    }
  return true;
}

} // namespace

int64_t occupancy(const Spec& spec, const Instruction& instruction, int64_t rows) {
  const auto sizes = timing_sizes(spec.machine);
  return evaluate(*instruction.timing.occupancy, [&](std::string_view name) {
    for (const auto& [size, value] : sizes)
      if (size == name)
        return value;
    return rows; // NAME.steps
  });
}

std::vector<Candidate> find_candidates(const Spec& spec, const std::vector<Chain>& chains,
                                       const std::map<std::pair<int, int>, bool>& taken,
                                       int most_streams) {
  using Key = std::pair<std::vector<const Instruction*>, std::vector<std::vector<int>>>;
  std::map<Key, Candidate> grouped;
  for (int c = 0; c < static_cast<int>(chains.size()); ++c) {
    const Chain& chain = chains[c];
    std::vector<bool> usable;
    for (int s = 0; s < static_cast<int>(chain.steps.size()); ++s)
      usable.push_back(is_fusible(chain.steps[s]) && !taken.count({c, s}));
    for (const Part& part : Parts(chain, usable).all()) {
      Candidate candidate = structure_of(chain, part);
      if (static_cast<int>(candidate.streams.size()) > most_streams || !types_agree(candidate))
        continue;
      Occurrence occurrence{&chain, c, part, {}, 0};
      for (const Slot& slot : candidate.lanes)
        occurrence.lanes.push_back(chain.steps[part[slot.step]].sources[slot.operand]);
      for (int step : part)
        occurrence.before +=
            chain.tiles * occupancy(spec, *chain.steps[step].instruction, chain.rows);
      Key key{candidate.steps, candidate.from};
      Candidate& group = grouped.try_emplace(std::move(key), std::move(candidate)).first->second;
      group.occurrences.push_back(std::move(occurrence));
    }
  }
  std::vector<Candidate> all;
  for (auto& [key, candidate] : grouped)
    all.push_back(std::move(candidate));
  return all;
}

} // namespace npuforge::isa
