// Branch and bound over the values still to be made. A value that two steps read is made once; the
// bound is the longest chain of cheapest instructions, which sharing cannot shorten. Where there
// are many values, each first takes the instruction whose whole tree is the cheapest; the search
// then looks for better ones for a while. A bitcast is no instruction: its rows are its argument's.
#include "npuforge/compiler/match/cover.h"

#include <set>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/timing.h"

namespace npuforge::match {
namespace {

using Class = Dag::Class;

constexpr int64_t kImpossible = INT64_MAX / 4;
constexpr int kMostVisits = 200'000;
constexpr size_t kManyNeeds = 150; ///< beyond, the search is short and begins with a greedy cover
constexpr int kFewVisits = 2'000;

/// A class in a memory. Copies other than 0 are for instructions that read a value twice, each time
/// from another bank.
struct Need {
  Class c;
  isa::Space space;
  int copy;
  auto operator<=>(const Need&) const = default;
};

struct Option {
  Match match;             ///< no pattern: a bitcast
  std::vector<Need> reads; ///< for each leaf; c = -1: a number
  int64_t cycles;
  bool copies = false; ///< reads the very value, from the same memory: of use for copies only
  bool serves(const Need& need) const { return !copies || need.copy > 0; }
};

class Search {
public:
  Search(const isa::Spec& spec, const std::vector<Pattern>& patterns, Dag& dag, int64_t rows,
         const std::set<int>& accumulated)
      : spec(spec), patterns(patterns), dag(dag), rows(rows), accumulated(accumulated) {}

  std::vector<Cover> run(Class root, isa::Space space) {
    const Need goal{dag.find(root), space, 0};
    computeBounds(goal);
    if (bound(goal) >= kImpossible)
      return {};
    const bool many = reachable.size() > kManyNeeds;
    visits_left = many ? kFewVisits : kMostVisits;
    if (many)
      recordGreedy(goal);
    visit({goal}, 0);
    if (best.empty() && !many)
      recordGreedy(goal);
    std::vector<Cover> covers;
    for (const Solution& solution : best)
      covers.push_back(assemble(goal, solution.chosen));
    return covers;
  }

private:
  struct Solution {
    int64_t cycles;
    std::map<Need, const Option*> chosen;
    std::multiset<const Pattern*> used;
  };

  /// What lies in the scratchpad is loaded as often as it is needed, what is in the accumulator is
  /// there once.
  bool isInput(const Need& need) const {
    const Node* leaf = dag.leafOf(need.c);
    if (leaf && accumulated.count(leaf->leaf))
      return need.space == isa::Space::Accumulator && need.copy == 0;
    return leaf && need.space == isa::Space::Scratchpad;
  }

  const std::vector<Option>& options(const Need& need) {
    const Need key{need.c, need.space, 0};
    if (auto known = options_.find(key); known != options_.end())
      return known->second;
    std::vector<Option> list;
    for (Match& match : matchesOf(patterns, dag, need.c)) {
      if (match.pattern->destination->space != need.space)
        continue;
      Option option{match, {}, occupancy(spec, *match.pattern->instruction, rows)};
      for (size_t leaf = 0; leaf < match.bound.size(); ++leaf) {
        const Leaf& what = match.pattern->leaves[leaf];
        Need read{-1, what.space, 0};
        if (!what.isNumber()) {
          read.c = dag.find(match.bound[leaf]);
          read.copy = static_cast<int>(llvm::count(option.reads, read));
          option.copies |= read.c == need.c && read.space == need.space;
        }
        option.reads.push_back(read);
      }
      list.push_back(std::move(option));
    }
    for (const Node& node : dag.nodes(need.c))
      if (node.op == "arith.bitcast")
        list.push_back({{nullptr, {}}, {{dag.find(node.args[0]), need.space, 0}}, 0});
    return options_[key] = std::move(list);
  }

  /// At least so many cycles make the value, whatever else is there already.
  int64_t bound(const Need& need) const {
    if (isInput({need.c, need.space, 0}))
      return 0;
    auto known = bounds_.find({need.c, need.space, 0});
    return known == bounds_.end() ? kImpossible : known->second;
  }

  /// The bounds of all values that could serve, from the inputs up until nothing changes (moves
  /// between memories make circles).
  void computeBounds(const Need& goal) {
    reachable = {goal};
    bounds_[goal] = kImpossible;
    for (size_t i = 0; i < reachable.size(); ++i)
      for (const Option& option : options(Need(reachable[i])))
        for (const Need& read : option.reads)
          if (const Need key{read.c, read.space, 0};
              read.c >= 0 && !isInput(read) && bounds_.emplace(key, kImpossible).second)
            reachable.push_back(key);
    bool changed = true;
    while (changed) {
      changed = false;
      for (const Need& need : reachable)
        for (const Option& option : options(need)) {
          if (!option.serves(need))
            continue;
          int64_t longest = 0;
          for (const Need& read : option.reads)
            longest = std::max(longest, read.c >= 0 ? bound(read) : 0);
          if (option.cycles + longest < bounds_[need])
            bounds_[need] = option.cycles + longest, changed = true;
        }
    }
  }

  /// What an option of this need reads: a bitcast's rows are its argument's, also of a copy.
  static std::vector<Need> readsOf(const Need& need, const Option& option) {
    std::vector<Need> reads = option.reads;
    if (!option.match.pattern)
      reads[0].copy = need.copy;
    return reads;
  }

  /// For each value the option whose tree is the cheapest; what is shared is counted as often as it
  /// is read.
  void recordGreedy(const Need& goal) {
    std::map<Need, std::pair<int64_t, const Option*>> cheapest;
    auto cost = [&](const Need& read) {
      if (read.c < 0 || isInput(read))
        return int64_t{0};
      auto known = cheapest.find({read.c, read.space, 0});
      return known == cheapest.end() ? kImpossible : known->second.first;
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (const Need& need : reachable)
        for (const Option& option : options(need)) {
          if (!option.serves(need))
            continue;
          int64_t sum = option.cycles;
          for (const Need& read : option.reads)
            sum = std::min(sum + cost(read), kImpossible);
          auto [known, is_new] = cheapest.try_emplace(need, kImpossible, nullptr);
          if (sum < known->second.first)
            known->second = {sum, &option}, changed = true;
        }
    }
    std::vector<Need> open{goal};
    int64_t cycles = 0;
    while (!open.empty()) {
      const Need need = open.back();
      open.pop_back();
      const Option* option = cheapest.at({need.c, need.space, 0}).second;
      if (!option || !chosen.emplace(need, option).second)
        continue;
      cycles += option->cycles;
      for (const Need& read : readsOf(need, *option))
        if (read.c >= 0 && !isInput(read) && !chosen.count(read))
          open.push_back(read);
    }
    record(cycles);
    chosen.clear();
  }

  int64_t worst() const { return best.size() < 2 ? kImpossible : best.back().cycles; }

  void visit(std::vector<Need> open, int64_t cycles) {
    if (--visits_left < 0)
      return;
    int64_t rest = 0;
    for (const Need& need : open)
      rest = std::max(rest, bound(need));
    if (cycles + rest >= worst())
      return;
    if (open.empty())
      return record(cycles);
    const Need need = open.back();
    open.pop_back();
    std::vector<const Option*> order;
    for (const Option& option : options(need))
      if (option.serves(need))
        order.push_back(&option);
    auto estimate = [&](const Option* option) {
      int64_t sum = option->cycles;
      for (const Need& read : option->reads)
        sum += read.c >= 0 ? bound(read) : 0;
      return std::min(sum, kImpossible);
    };
    llvm::sort(order, [&](const Option* a, const Option* b) {
      return std::pair(estimate(a), a) < std::pair(estimate(b), b); // of equals the spec's first
    });
    for (const Option* option : order) {
      if (estimate(option) >= kImpossible)
        break;
      std::vector<Need> next = open;
      chosen[need] = option;
      for (const Need& read : readsOf(need, *option))
        if (read.c >= 0 && !isInput(read) && !chosen.count(read) && !llvm::is_contained(next, read))
          next.push_back(read);
      visit(std::move(next), cycles + option->cycles);
      chosen.erase(need);
    }
  }

  bool isOrdered(const Need& need, std::set<Need>& open, std::set<Need>& done) const {
    if (isInput(need) || done.count(need))
      return true;
    if (!open.insert(need).second)
      return false;
    for (const Need& read : readsOf(need, *chosen.at(need)))
      if (read.c >= 0 && !isOrdered(read, open, done))
        return false;
    done.insert(need);
    return true;
  }

  void record(int64_t cycles) {
    std::set<Need> open, done;
    for (const auto& [need, option] : chosen)
      if (!isOrdered(need, open, done))
        return;
    Solution solution{cycles, chosen, {}};
    for (const auto& [need, option] : chosen)
      if (option->match.pattern)
        solution.used.insert(option->match.pattern);
    // A solution that does more than another one is no alternative to it.
    auto contains = [](const Solution& a, const Solution& b) {
      return std::includes(a.used.begin(), a.used.end(), b.used.begin(), b.used.end());
    };
    for (auto known = best.begin(); known != best.end();) {
      if (known->cycles <= cycles && contains(solution, *known))
        return;
      known = known->cycles >= cycles && contains(*known, solution) ? best.erase(known)
                                                                    : std::next(known);
    }
    best.push_back(std::move(solution));
    for (size_t i = best.size() - 1; i > 0 && best[i].cycles < best[i - 1].cycles; --i)
      std::swap(best[i], best[i - 1]);
    if (best.size() > 2)
      best.pop_back();
  }

  Cover assemble(const Need& goal, const std::map<Need, const Option*>& plan) {
    Cover cover;
    std::map<Need, int> made;
    place(goal, plan, cover, made);
    for (const Step& step : cover.steps)
      cover.cycles += step.cycles;
    return cover;
  }

  int place(const Need& need, const std::map<Need, const Option*>& plan, Cover& cover,
            std::map<Need, int>& made) {
    if (auto known = made.find(need); known != made.end())
      return known->second;
    auto add = [&](int input) {
      cover.values.push_back({dag.type(need.c), need.space, input});
      return made[need] = static_cast<int>(cover.values.size()) - 1;
    };
    if (isInput(need))
      return add(dag.leafOf(need.c)->leaf);
    const Option& option = *plan.at(need);
    if (!option.match.pattern)
      return made[need] = place(readsOf(need, option)[0], plan, cover, made);
    const Pattern& pattern = *option.match.pattern;
    Step step{pattern.instruction, pattern.destination->name, -1, {}, option.cycles};
    for (size_t leaf = 0; leaf < pattern.leaves.size(); ++leaf) {
      const Leaf& what = pattern.leaves[leaf];
      StepOperand operand{what.operand, -1, {}, what.kind};
      if (what.isNumber())
        operand.bits = dag.constantOf(option.match.bound[leaf])->bits;
      else
        operand.value = place(option.reads[leaf], plan, cover, made);
      step.operands.push_back(std::move(operand));
    }
    step.result = add(-1);
    cover.steps.push_back(std::move(step));
    return cover.steps.back().result;
  }

  const isa::Spec& spec;
  const std::vector<Pattern>& patterns;
  Dag& dag;
  const int64_t rows;
  const std::set<int>& accumulated;
  std::map<Need, std::vector<Option>> options_;
  std::map<Need, int64_t> bounds_;
  std::map<Need, const Option*> chosen;
  std::vector<Solution> best;
  std::vector<Need> reachable; ///< all that could serve
  int visits_left = 0;
};

} // namespace

int64_t occupancy(const isa::Spec& spec, const isa::Instruction& instruction, int64_t rows) {
  const auto sizes = isa::timing_sizes(spec.machine);
  return isa::evaluate(*instruction.timing.occupancy, [&](std::string_view name) {
    for (const auto& [size, value] : sizes)
      if (size == name)
        return value;
    return rows; // NAME.steps
  });
}

std::vector<Cover> findCovers(const isa::Spec& spec, const std::vector<Pattern>& patterns, Dag& dag,
                              Class root, int64_t rows, const std::set<int>& accumulated,
                              isa::Space space) {
  return Search(spec, patterns, dag, rows, accumulated).run(root, space);
}

} // namespace npuforge::match
