#pragma once
// Two platforms side by side, alike but for the Npu: one has the model, the other the RTL. SystemC
// elaborates once in a process, so all tests share them, and all machines are there at once.

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/platform/memory.h"
#include "npuforge/platform/npu.h"

namespace npuforge::platform {

/// What an Npu asked of its memory.
struct Call {
  int64_t time; ///< ns, with the call's delay
  bool write;
  uint64_t address;
  unsigned bytes;
  auto operator<=>(const Call&) const = default;
};

/// In front of a memory: keeps every call and adds a delay of its own.
class Recorder : public sc_core::sc_module {
public:
  tlm_utils::simple_target_socket<Recorder> in{"in"};
  tlm_utils::simple_initiator_socket<Recorder> out{"out"};
  std::vector<Call> calls;
  std::function<int64_t(const Call&)> delay; ///< ns; none if empty
  explicit Recorder(sc_core::sc_module_name name);

private:
  void transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& time);
};

/// The host of one platform.
class Side : public sc_core::sc_module {
public:
  using Answer = std::pair<::tlm::tlm_response_status, uint32_t>;

  Side(sc_core::sc_module_name name, const isa::Spec& spec, std::unique_ptr<Npu> npu);
  // For threads.
  Answer access(bool write, uint64_t offset, uint32_t value = 0);
  uint32_t read(const std::string& name) { return access(false, offset(name)).second; }
  void write(const std::string& name, uint32_t value) { access(true, offset(name), value); }
  void start();
  /// Until the interrupt; takes the events back and returns them.
  uint32_t finish();
  std::vector<uint64_t> counters();

  /// Zeroes the memory, and puts the program there.
  void load(const assembler::Program& program);
  uint32_t offset(const std::string& name) const;
  uint32_t bit(const std::string& name, const std::string& bit) const;

  const isa::Registers layout;
  std::unique_ptr<Npu> npu;
  Memory memory;
  Recorder recorder;
  sc_core::sc_signal<bool> interrupt;
  tlm_utils::simple_initiator_socket<Side> registers{"registers"};

private:
  uint32_t entry_ = 0, text_bytes_ = 0;
};

/// What a thread of a host saw, as text: equal on both sides.
using Seen = std::vector<std::string>;

/// The two platforms of a machine.
class Platforms {
public:
  static Platforms& of(const std::string& machine); ///< tile4 or duo4
  explicit Platforms(const std::string& machine);
  /// Runs the thread on both hosts at once, from the same time on.
  std::array<Seen, 2> run(const std::function<void(Side&, Seen&)>& thread);

  const isa::Spec spec;
  const std::filesystem::path library;        ///< of the RTL
  std::array<std::unique_ptr<Side>, 2> sides; ///< model, RTL
};

int64_t now_ns();

} // namespace npuforge::platform
