#pragma once
// The instruction log: one line for each executed instruction, each unit's in its order; of a
// machine with several cores the core's number stands first.

#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"
#include "npuforge/simulator/events.h"

namespace npuforge::simulator {

class LogWriter : public EventSink {
public:
  LogWriter(const std::filesystem::path& file, const isa::Spec& spec,
            const assembler::Program& program);
  void on_complete(const InstructionEvent& event) override;
  void finish() { file_.commit(); }

private:
  isa::OutputFile file_;
  int cores_;
  std::vector<std::string> text_; ///< by pc
};

} // namespace npuforge::simulator
