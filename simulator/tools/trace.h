#pragma once
// A Chrome/Perfetto trace: a track for each unit of each core, and the layers above them. 1 cycle
// of the device is 1 us of the trace.

#include <array>
#include <optional>
#include <vector>

#include "npuforge/isa/file.h"
#include "npuforge/simulator/events.h"
#include "npuforge/simulator/simulator.h"

#include "names.h"

namespace npuforge::simulator {

/// Slices of one track never overlap: an instruction's slice ends where the unit's next one issues,
/// its completion is an argument.
class TraceWriter : public EventSink {
public:
  TraceWriter(const std::filesystem::path& file, const InstructionNames& names, int cores);
  void on_complete(const InstructionEvent& event) override;
  void finish(const RunStats& stats);

private:
  void process(int core);
  void track(int core, int id, const std::string& name);
  void separate();
  void slice(const InstructionEvent& event, int64_t end);
  void layer(const LayerStats& layer, size_t id);

  isa::OutputFile file_;
  const InstructionNames& names_;
  std::vector<std::array<std::optional<InstructionEvent>, isa::kUnitCount>> last_; ///< of each core
  bool first_ = true;
};

} // namespace npuforge::simulator
