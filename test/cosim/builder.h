#pragma once
// A random program under construction: its structure (builder.cc) and the instructions of the units
// (builder_units.cc).

#include <deque>
#include <set>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/pace.h"

#include "emitter.h"
#include "ordering.h"
#include "placer.h"
#include "random_program.h"

namespace npuforge::random_programs {

class Builder {
public:
  Builder(const isa::Spec& spec, const Settings& settings)
      : spec_(spec), m_(spec.machine), settings_(settings), random_(settings.seed),
        emit_(spec, random_), ordering_(m_.token_max),
        placer_(m_, random_, {m_.dram.bytes / 2, std::min<int64_t>(m_.dram.bytes / 4, 16384)}),
        active_types_(m_.array.types.begin(), m_.array.types.end()) {}

  assembler::Program build();

private:
  // Structure.
  void segment(int length, bool in_loop);
  void counted_loop();
  void branch_loop();
  void forward_branch();
  void barrier();
  void sequencer_token();
  void drain_sets();
  void fill_memories();
  void fill_data(std::vector<std::byte>& bytes);
  bool one_instruction();

  // One unit's instruction by action; nothing is emitted (but generator set-up) when it returns
  // false.
  bool dma(isa::Action action);
  bool preload();
  bool multiply();
  bool load_lanes();
  bool set_lanes();
  bool map_or_reduce(isa::Action action);
  bool scalar_access();
  int64_t random_fill(isa::Type type);
  /// Bytes of a row of the stream; rows in the accumulator.
  int64_t row_width(const isa::Instruction& instruction, int stream) const {
    const isa::Operand& operand = instruction.operands[stream];
    return operand.space == isa::Space::Accumulator
               ? 1
               : int64_t{isa::beats(m_, instruction, operand)} * m_.row_bytes();
  }
  bool add(isa::Decoded decoded, const std::vector<Access>& accesses);

  void use(isa::Decoded& decoded, const std::vector<std::pair<int, Placed>>& streams);

  const isa::Spec& spec_;
  const isa::Machine& m_;
  Settings settings_;
  Random random_;
  Emitter emit_;
  Ordering ordering_;
  Placer placer_;
  std::deque<isa::Type> loaded_sets_; ///< the types of the weights in the sets to come
  /// What a multiply may take that takes no new set: any type with the empty set of the start, none
  /// where the active set is another at each turn of a loop.
  std::set<isa::Type> active_types_;
  int depth_ = 0;
};

} // namespace npuforge::random_programs
