#include "npuforge/isa/sizes.h"

namespace npuforge::isa {

std::vector<Size> sizes(const Machine& m) {
  using enum SizeRole;
  std::vector<Size> list{
      {"array.rows", m.array.rows, Layout, "rows of processing elements"},
      {"array.cols", m.array.cols, Layout, "columns of processing elements"},
      {"array.weight_sets", m.array.weight_sets, Capacity, "weight sets, the active one included"},
      {"array.pipeline", m.array.pipeline, Time, "pipeline stages of the array beyond its rows"},
      {"array.stages", m.array.stages, Time,
       "cycles from one row of processing elements to the next"},
      {"scratchpad.bytes", m.scratchpad.bytes, Layout, "bytes; a row is one byte for each column"},
      {"scratchpad.banks", m.scratchpad.banks, Layout, "banks with one read and one write port"},
      {"accumulator.bytes", m.accumulator.bytes, Layout,
       "bytes; a row is four bytes for each column"},
      {"accumulator.banks", m.accumulator.banks, Layout, "banks with one read and one write port"},
      {"vector.lanes", m.vector.lanes, Layout, "lanes"},
      {"vector.lane_registers", m.vector.lane_registers, Capacity,
       "lane registers of one i32 a lane"},
      {"vector.pipeline", m.vector.pipeline, Time, "pipeline stages"},
      {"sequencer.registers", m.sequencer.registers, Capacity,
       "scalar registers of 32 bits; r0 is zero"},
      {"sequencer.generators", m.sequencer.generators, Capacity, "address generators"},
      {"sequencer.levels", m.sequencer.levels, Capacity, "levels of an address generator"},
      {"sequencer.loop_depth", m.sequencer.loop_depth, Capacity, "loops that nest"},
      {"sequencer.cache_lines", m.sequencer.cache_lines, Time, "lines of the instruction cache"},
      {"sequencer.line_bytes", m.sequencer.line_bytes, Layout,
       "bytes of a cache line, to which programs are aligned"},
      {"load.fifo_beats", m.load.fifo_beats, Time, "beats of the load FIFO"},
      {"load.instructions", m.load.instructions, Time, "loads under way at once"},
      {"store.fifo_beats", m.store.fifo_beats, Time, "beats of the store FIFO"},
      {"store.instructions", m.store.instructions, Time, "stores under way at once"},
      {"tokens.max", m.token_max, Capacity, "tokens between two units"},
      {"dram.bytes", m.dram.bytes, Capacity, "bytes"},
      {"dram.beat_bytes", m.dram.beat_bytes, Layout, "bytes of a beat: what DMA moves in a cycle"},
      {"dram.burst_beats", m.dram.burst_beats, Time, "beats of a burst at most"},
      {"dram.latency", m.dram.latency, Time, "cycles until the first beat"},
      {"cores", m.cores, Layout,
       "cores, each with all of the above but the DRAM, which they share"},
      {"events.count", m.events.count, Capacity, "event counters of a core"},
      {"events.max", m.events.max, Capacity, "signals that an event counter holds"},
      {"events.latency", m.events.latency, Time,
       "cycles from a signal's completion until counters show it"},
  };
  for (int unit = 0; unit < kUnitCount; ++unit)
    if (static_cast<Unit>(unit) != Unit::Sequencer) // it has no queue
      list.push_back({std::string(name(static_cast<Unit>(unit))) + ".queue", m.queue[unit], Time,
                      "instructions in the queue"});
  return list;
}

std::string array_types(const Machine& machine) {
  std::string text;
  for (Type type : machine.array.types)
    text += std::string(text.empty() ? "" : ", ") + name(type);
  return text;
}

} // namespace npuforge::isa
