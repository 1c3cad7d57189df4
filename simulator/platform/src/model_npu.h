#pragma once
// The model as an Npu. What rtl/npu_registers.sv does in cycles stands here in times: an access
// that begins in cycle b reads what holds in b and returns at b + 2, or writes what holds from b +
// 2 on and returns at b + 3; a program started so has its cycle 0 then. A program that ends in
// cycle e raises its event at e + 1.

#include "npuforge/assembler/program.h"
#include "npuforge/platform/npu.h"
#include "npuforge/platform/socket_port.h"

#include "cluster.h"
#include "credits.h"

namespace npuforge::platform {

class ModelNpu : public Npu {
public:
  SC_HAS_PROCESS(ModelNpu);
  ModelNpu(const sc_core::sc_module_name& name, const isa::Spec& spec,
           const sc_core::sc_time& cycle);

private:
  /// Where things are, found by name once.
  struct Map {
    explicit Map(const isa::Registers& layout);
    uint32_t identification, control, status, enable, pending, entry, text_bytes;
    uint32_t start, stop, done, error, busy; ///< masks
  };

  bool access(Access& access) override;
  bool read(Access& access);
  bool write(const Access& access);
  uint32_t status() const;
  uint32_t counter_half(uint32_t offset) const;
  void control(uint32_t value);
  void begin();
  void ended(Cycle end);
  void note_event();
  void show_interrupt();
  void fetched(uint64_t address, std::span<const std::byte> bytes);

  Map map_;
  simulator::Cluster cluster_;
  SocketPort port_;
  simulator::Options options_;
  std::vector<simulator::Memories> memories_; ///< of each core
  std::vector<std::unique_ptr<simulator::Plan>> plans_;
  assembler::Program program_; ///< of it, what has been fetched
  std::vector<simulator::MicroOp> text_;

  enum class State { Reset, Starting, Started } state_ = State::Reset;
  Cycle begun_ = 0; ///< cycle 0 of the program
  Cycle end_ = simulator::kNever;
  uint32_t end_event_ = 0;
  bool noted_ = true; ///< the event is among the pending ones
  uint32_t enable_ = 0, pending_ = 0, entry_ = 0, text_bytes_ = 0;
  sc_core::sc_event event_due_, written_; ///< the interrupt may change
};

} // namespace npuforge::platform
