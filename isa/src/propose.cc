#include "npuforge/isa/propose.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "propose_build.h"
#include "propose_candidates.h"

namespace npuforge::isa {
namespace {

constexpr int kMostStreams =
    2; // that a vector instruction reads: the scratchpad's paths to the lanes

using Taken = std::map<std::pair<int, int>, bool>;

/// The occurrences without those that overlap an earlier one, or would not gain.
std::vector<Occurrence> disjoint(const std::vector<Occurrence>& all, const Built& built) {
  std::vector<Occurrence> kept;
  std::set<std::pair<int, int>> steps;
  for (const Occurrence& o : all) {
    const bool overlaps = std::any_of(o.part.begin(), o.part.end(), [&](int step) {
      return steps.count({o.chain_index, step}) > 0;
    });
    if (overlaps || o.before <= o.chain->tiles * built.occupancy(o.chain->rows))
      continue;
    for (int step : o.part)
      steps.insert({o.chain_index, step});
    kept.push_back(o);
  }
  return kept;
}

int64_t saving_of(const std::vector<Occurrence>& occurrences, const Built& built) {
  int64_t saving = 0;
  for (const Occurrence& o : occurrences)
    saving += o.before - o.chain->tiles * built.occupancy(o.chain->rows);
  return saving;
}

std::string free_mnemonic(const Spec& spec, int& number) {
  while (spec.find(fmt::format("fused{}", ++number)))
    ;
  return fmt::format("fused{}", number);
}

struct Best {
  Candidate candidate; ///< with the occurrences that count
  Built built;
  int64_t saving = 0;
};

/// Of equal savings the one with fewer steps: less hardware.
bool better(int64_t saving, std::size_t steps, const Best& than) {
  return saving > than.saving || (saving == than.saving && steps < than.candidate.steps.size());
}

Best best_of(const Spec& spec, std::vector<Candidate> candidates, const std::string& mnemonic,
             int number) {
  Best best;
  for (Candidate& candidate : candidates) {
    const std::optional<Built> draft = build(spec, candidate, mnemonic, number);
    if (!draft)
      continue;
    candidate.occurrences = disjoint(candidate.occurrences, *draft);
    const int64_t saving = saving_of(candidate.occurrences, *draft);
    if (saving <= 0 || !better(saving, candidate.steps.size(), best))
      continue;
    // Fewer occurrences may agree in more lane registers.
    const std::optional<Built> built = build(spec, candidate, mnemonic, number);
    if (built)
      best = {std::move(candidate), *built, saving};
  }
  return best;
}

Proposal proposal_of(const Best& best, const std::string& mnemonic) {
  Proposal proposal{mnemonic, best.built.format, best.built.instruction, {}, {}, best.saving};
  for (const Occurrence& o : best.candidate.occurrences)
    if (proposal.where.empty() || proposal.where.back() != o.chain->where)
      proposal.where.push_back(o.chain->where);
  for (const Instruction* step : best.candidate.steps)
    proposal.replaces.push_back(step->mnemonic);
  return proposal;
}

} // namespace

std::vector<Proposal> propose(const Spec& spec, const std::vector<Chain>& chains, int most) {
  std::vector<Proposal> proposals;
  Taken taken;
  for (int number = 0; static_cast<int>(proposals.size()) < most;) {
    const std::string mnemonic = free_mnemonic(spec, number);
    const Best best = best_of(spec, find_candidates(spec, chains, taken, kMostStreams), mnemonic,
                              static_cast<int>(proposals.size()));
    if (best.saving <= 0)
      break;
    for (const Occurrence& o : best.candidate.occurrences)
      for (int step : o.part)
        taken[{o.chain_index, step}] = true;
    proposals.push_back(proposal_of(best, mnemonic));
  }
  return proposals;
}

} // namespace npuforge::isa
