#include "many_cores.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "npuforge/isa/evaluate.h"

#include "builder.h"

namespace npuforge::random_programs {
namespace {

using isa::Action;
using isa::Decoded;
using isa::Instruction;

constexpr int kBarrierEvent = 0;

class Cores {
public:
  Cores(const isa::Spec& spec, const Settings& settings)
      : spec_(spec), cores_(spec.machine.cores), random_(settings.seed ^ 0x636f726573),
        length_(settings.length) {
    for (int core = 0; core < cores_; ++core)
      builders_.push_back(std::make_unique<Builder>(
          spec, Settings{settings.seed + 1'000'003 * static_cast<uint64_t>(core), length_,
                         settings.looping}));
    units_.resize(static_cast<size_t>(spec.machine.events.count));
    for (auto& of_event : units_)
      for (int core = 0; core < cores_; ++core)
        of_event.push_back(random_.chance(50) ? isa::Unit::Load : isa::Unit::Store);
    sent_.assign(units_.size(), std::vector<int>(static_cast<size_t>(cores_), 0));
  }

  assembler::Program build() {
    const DataRegion all = Builder::data_region(spec_.machine);
    for (auto& builder : builders_) {
      builder->set_regions(all, all);
      builder->fill_memories();
    }
    const int64_t phases = random_.between(1, 4);
    for (int64_t phase = 0; phase < phases; ++phase) {
      meet();
      deal(all);
      if (spec_.has(Action::CopyAcross))
        deal_copies();
      this->phase(static_cast<int>(length_ / phases));
    }
    if (random_.chance(50))
      meet();
    for (auto& builder : builders_) {
      if (random_.chance(50))
        builder->barrier();
      builder->halt();
    }
    return link();
  }

private:
  /// A barrier of all cores.
  void meet() {
    for (int core = 0; core < cores_; ++core) {
      builders_[core]->barrier();
      builders_[core]->signal((1u << cores_) - 1, kBarrierEvent);
    }
    for (int core = 0; core < cores_; ++core) {
      builders_[core]->await(units_[kBarrierEvent][core], kBarrierEvent, cores_);
      builders_[core]->barrier();
    }
    for (auto& of_event : sent_) // all have been taken
      std::fill(of_event.begin(), of_event.end(), 0);
  }

  /// Stretches of DRAM at random bounds: one for each core, and one that all read.
  void deal(const DataRegion& all) {
    std::vector<int64_t> bounds{0, all.bytes};
    const int64_t least = all.bytes / (4 * (cores_ + 1));
    for (int i = 1; i <= cores_; ++i)
      bounds.push_back(all.bytes * i / (cores_ + 1) + random_.between(-least, least));
    std::sort(bounds.begin(), bounds.end());
    std::vector<DataRegion> regions;
    for (size_t i = 0; i + 1 < bounds.size(); ++i)
      regions.push_back({all.first + bounds[i], bounds[i + 1] - bounds[i]});
    const auto turn = random_.between(0, cores_);
    std::rotate(regions.begin(), regions.begin() + turn, regions.end());
    for (int core = 0; core < cores_; ++core)
      builders_[core]->set_regions(regions[core], regions.back());
  }

  /// A stretch of the scratchpads, the same in all, a part of it for each core that copies to the
  /// others, anywhere in the banks.
  void deal_copies() {
    const isa::Machine& m = spec_.machine;
    const int64_t row = m.row_bytes(), rows = m.scratchpad.bytes / row;
    const int64_t part = random_.between(rows / 16, rows / 4) / cores_;
    const DataRegion all{row * random_.between(0, rows - part * cores_), row * part * cores_};
    for (int core = 0; core < cores_; ++core)
      builders_[core]->set_copies(all, {all.first + row * part * core, row * part},
                                  ((1u << cores_) - 1) & ~(1u << core));
  }

  void phase(int length) {
    std::vector<int> left(static_cast<size_t>(cores_), length);
    for (int64_t rest = int64_t{length} * cores_; rest > 0;) {
      const auto core = random_.between(0, cores_ - 1);
      const int some = std::min(left[core], static_cast<int>(random_.between(1, 8)));
      builders_[core]->segment(some, false);
      left[core] -= some;
      rest -= some;
      if (random_.chance(30))
        signal(static_cast<int>(core));
      if (random_.chance(30))
        await(static_cast<int>(random_.between(0, cores_ - 1)));
    }
    for (int core = 0; core < cores_; ++core)
      while (await(core)) {
      }
  }

  /// To some cores, at most as many in a phase as a counter holds, whenever they are taken.
  void signal(int core) {
    if (units_.size() < 2)
      return;
    const auto event = random_.between(1, std::ssize(units_) - 1);
    uint32_t mask = 0;
    for (int to = 0; to < cores_; ++to)
      if (random_.chance(50) && sent_[event][to] < spec_.machine.events.max) {
        mask |= 1u << to;
        ++sent_[event][to];
      }
    if (mask == 0)
      return;
    for (int to = 0; to < cores_; ++to)
      if (mask >> to & 1)
        pending_.push_back({to, static_cast<int>(event)});
    builders_[core]->signal(mask, static_cast<int>(event));
  }

  /// Takes some of the signals that have been sent to a core; false if there are none.
  bool await(int core) {
    const auto first = std::find_if(pending_.begin(), pending_.end(),
                                    [core](const Pending& p) { return p.core == core; });
    if (first == pending_.end())
      return false;
    const int event = first->event;
    const auto same = [&](const Pending& p) { return p.core == core && p.event == event; };
    const auto there = std::count_if(pending_.begin(), pending_.end(), same);
    const auto count = random_.between(1, there);
    for (int64_t i = 0; i < count; ++i)
      pending_.erase(std::find_if(pending_.begin(), pending_.end(), same));
    builders_[core]->await(units_[event][core], event, static_cast<int>(count));
    return true;
  }

  /// A branch that a core takes whose number is greater than that of `core`, and `core` does not.
  void skip_unless(Emitter& emit, int number, int constant, int core, size_t target) const {
    for (const Instruction& branch : spec_.instructions) {
      if (branch.action != Action::Branch || !compares_registers(branch))
        continue;
      for (const bool left : {true, false}) {
        const auto taken = [&](int64_t who) {
          return isa::evaluate(*branch.condition, [&](std::string_view name) -> int64_t {
                   return (name == branch.operands[0].name) == left ? who : core;
                 }) != 0;
        };
        bool fits = !taken(core);
        for (int other = core + 1; other < cores_; ++other)
          fits = fits && taken(other);
        if (!fits)
          continue;
        Decoded decoded = emit.blank(branch);
        decoded.operands[left ? 0 : 1].value = number;
        decoded.operands[left ? 1 : 0].value = constant;
        decoded.operands[branch.index_of("target")].value = static_cast<int64_t>(target);
        emit.emit(std::move(decoded));
        return;
      }
    }
    throw std::runtime_error("no branch of the spec tells the cores apart");
  }

  /// The cores' programs one after the other, behind branches that lead each to its own.
  assembler::Program link() {
    constexpr int kNumber = 1, kConstant = 2;
    assembler::Program program;
    program.machine_name = spec_.machine.name;
    program.spec_hash = spec_.hash;
    program.text_address = 0;
    for (int core = 0; core < cores_; ++core) {
      Random random(1);
      Emitter before(spec_, random);
      const size_t origin = program.text.size();
      before.load_core_number(kNumber, core);
      before.load_constant(kConstant, core);
      const size_t own = builders_[core]->emitter().position();
      if (core + 1 < cores_)
        skip_unless(before, kNumber, kConstant, core, before.position() + 1 + 2 + own);
      // The registers are as the core's program expects them.
      before.load_constant(kNumber, 0);
      before.load_constant(kConstant, 0);
      append(program.text, before.encode(origin));
      append(program.text, builders_[core]->emitter().encode(program.text.size()));
    }
    program.segments.push_back(builders_.front()->data());
    return program;
  }

  static void append(std::vector<isa::Word>& to, const std::vector<isa::Word>& words) {
    to.insert(to.end(), words.begin(), words.end());
  }

  struct Pending {
    int core, event;
  };

  const isa::Spec& spec_;
  int cores_;
  Random random_;
  int length_;
  std::vector<std::unique_ptr<Builder>> builders_;
  std::vector<std::vector<isa::Unit>> units_; ///< by event and core: which awaits it
  std::vector<std::vector<int>> sent_;        ///< by event and core: signals since the last meeting
  std::vector<Pending> pending_;              ///< signals that nobody has awaited
};

} // namespace

assembler::Program program_of_cores(const isa::Spec& spec, const Settings& settings) {
  return Cores(spec, settings).build();
}

} // namespace npuforge::random_programs
