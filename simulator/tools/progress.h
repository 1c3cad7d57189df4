#pragma once
// The progress of npusim's runs: how far in the text, cycles, speed.

#include "npuforge/isa/progress.h"
#include "npuforge/simulator/events.h"

namespace npuforge::simulator {

class Progress : public EventSink {
public:
  Progress(size_t text_size, int64_t runs)
      : text_size_(static_cast<double>(text_size)), runs_(static_cast<double>(runs)) {}
  void on_complete(const InstructionEvent& event) override;
  void end_run(int64_t cycles); ///< the next event is one of the next run

private:
  isa::ProgressBar bar_;
  double text_size_, runs_, ended_ = 0, cycles_ = 0; ///< runs that ended, and their cycles
  uint64_t seen_ = 0;
};

} // namespace npuforge::simulator
