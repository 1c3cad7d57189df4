#pragma once
// The machine as a SystemC module with TLM-2.0 sockets, for virtual platforms. There are two of it,
// with the same ports, registers and cycles: the model (make_model_npu, below) and the Verilated
// RTL (make_rtl_npu, npuforge/platform/rtl_npu.h). simulator/platform/README.md says what takes how
// long.

#include <memory>
#include <systemc>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "npuforge/isa/registers.h"
#include "npuforge/isa/spec.h"

namespace npuforge::platform {

class Npu : public sc_core::sc_module {
public:
  /// To DRAM: addresses are the program's. Blocking transport, a burst a call, whole beats, writes
  /// with byte enables. The target annotates its delay and does not wait.
  tlm_utils::simple_initiator_socket<Npu> memory{"memory"};
  /// The registers of `npuisa generate --registers`, from address 0 on. Blocking transport of 4
  /// aligned bytes; a call returns when the access has been made, some cycles later.
  tlm_utils::simple_target_socket<Npu> registers{"registers"};
  sc_core::sc_out<bool> interrupt{"interrupt"};

  const isa::Spec& spec() const { return spec_; }
  sc_core::sc_time cycle_time() const { return cycle_; }

protected:
  using Cycle = int64_t;
  struct Access {
    bool write;
    uint32_t offset;
    uint32_t value; ///< written, or what was read
  };

  /// Throws std::invalid_argument if the cycle is no time.
  Npu(const sc_core::sc_module_name& name, const isa::Spec& spec, const sc_core::sc_time& cycle);
  /// Makes the access, in a thread that it may keep, beginning with the cycle after the present
  /// time. One at a time. False if the register refuses.
  virtual bool access(Access& access) = 0;

  Cycle now() const; ///< cycles since time 0, begun ones included
  sc_core::sc_time time_of(Cycle cycle) const {
    return sc_core::sc_time::from_value(static_cast<uint64_t>(cycle) * cycle_.value());
  }
  const isa::Registers& layout() const { return layout_; }

private:
  void transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  ::tlm::tlm_response_status check(const ::tlm::tlm_generic_payload& payload) const;

  isa::Spec spec_;
  isa::Registers layout_;
  sc_core::sc_time cycle_;
  sc_core::sc_mutex accessed_; ///< by one at a time
};

/// The model of simulator/. Throws std::invalid_argument.
std::unique_ptr<Npu>
make_model_npu(const char* name, const isa::Spec& spec,
               const sc_core::sc_time& cycle = sc_core::sc_time(1, sc_core::SC_NS));

} // namespace npuforge::platform
