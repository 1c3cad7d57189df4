#pragma once
// A random program under construction: its structure (builder.cc, builder_control.cc) and the
// instructions of the units (builder_units.cc).

#include <deque>
#include <optional>
#include <set>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/pace.h"

#include "emitter.h"
#include "ordering.h"
#include "placer.h"
#include "random_program.h"

namespace npuforge::random_programs {

/// A branch on its first two operands, both registers.
bool compares_registers(const isa::Instruction& branch);

class Builder {
public:
  /// Of a core's program.
  Builder(const isa::Spec& spec, const Settings& settings)
      : spec_(spec), m_(spec.machine), settings_(settings), random_(settings.seed),
        emit_(spec, random_), ordering_(m_.token_max), placer_(m_, random_, data_region(m_)),
        shared_(data_region(m_)), active_types_(m_.array.types.begin(), m_.array.types.end()) {}

  /// A program for one core.
  assembler::Program build();

  // --- of several cores, one builder each (many_cores.cc)
  Emitter& emitter() { return emit_; }
  void fill_memories();
  void segment(int length, bool in_loop);
  /// Everything so far is complete before whatever follows.
  void barrier();
  void halt() { emit_.emit(emit_.blank(*emit_.choose(isa::Action::Halt))); }
  void signal(uint32_t cores, int event);
  void await(isa::Unit unit, int event, int count);
  /// The core's own stretch of DRAM, and one that it only reads.
  void set_regions(DataRegion own, DataRegion shared);
  /// Where other cores may copy to, which this one leaves alone; and the stretch of it, the same in
  /// each of the cores of a mask, to which this one may.
  void set_copies(DataRegion all, DataRegion own, uint32_t cores);

  /// The stretch of DRAM that programs use, and what is in it.
  static DataRegion data_region(const isa::Machine& machine) {
    return {machine.dram.bytes / 2, std::min<int64_t>(machine.dram.bytes / 4, 16384)};
  }
  assembler::Segment data();

private:
  // Structure.
  void counted_loop();
  void branch_loop();
  std::optional<size_t> body(int least, int most);
  void conditional();
  std::optional<size_t> branch_on_data();
  void join(std::optional<size_t> branch);
  void forward_branch();
  void sequencer_token();
  void drain_sets();
  void fill_data(std::vector<std::byte>& bytes);
  bool one_instruction();

  // One unit's instruction by action; nothing is emitted (but generator set-up) when it returns
  // false.
  bool dma(isa::Action action);
  bool dma_in_region(isa::Action action);
  bool copy_across();
  int64_t random_run();
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
  Placer placer_;                     ///< of the core's own data
  DataRegion shared_;                 ///< which loads may read as well
  DataRegion outgoing_{0, 0};         ///< of other cores' scratchpads, to which copies go
  uint32_t others_ = 0;               ///< these cores
  std::deque<isa::Type> loaded_sets_; ///< the types of the weights in the sets to come
  /// What a multiply may take that takes no new set: any type with the empty set of the start, none
  /// where the active set is another at each turn of a loop.
  std::set<isa::Type> active_types_;
  int depth_ = 0;             ///< hardware loops around
  int nesting_ = 0;           ///< loops and conditions around
  std::vector<int> counters_; ///< registers of the loops by branches around; positive in each turn
};

} // namespace npuforge::random_programs
