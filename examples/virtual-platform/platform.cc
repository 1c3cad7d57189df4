// A small virtual platform: a CPU that runs the driver, DRAM, and the machine behind its sockets,
// as SystemC model or as Verilated RTL. One module stands for both; --npu says which it is.
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"
#include "npuforge/platform/memory.h"
#include "npuforge/platform/rtl_npu.h"
#include "npuforge/simulator/loader.h"

#include "driver.h"

namespace {

using namespace npuforge;

/// The driver in a thread, with a bus of TLM.
class Cpu : public sc_core::sc_module {
public:
  SC_HAS_PROCESS(Cpu);
  tlm_utils::simple_initiator_socket<Cpu> bus{"bus"};
  sc_core::sc_in<bool> interrupt{"interrupt"};

  Cpu(sc_core::sc_module_name name, const assembler::Program& program, int word_bytes)
      : sc_module(name), entry_(static_cast<uint32_t>(program.text_address)),
        text_bytes_(static_cast<uint32_t>(program.text.size()) *
                    static_cast<uint32_t>(word_bytes)) {
    SC_THREAD(run);
  }
  Counters counters{};
  sc_core::sc_time interrupted;

private:
  void run() {
    counters =
        run_program({[this](uint32_t offset) { return access(false, offset, 0); },
                     [this](uint32_t offset, uint32_t value) { access(true, offset, value); },
                     [this] { wait_for_interrupt(); }},
                    entry_, text_bytes_);
    sc_core::sc_stop();
  }
  void wait_for_interrupt() {
    if (!interrupt)
      wait(interrupt.posedge_event());
    interrupted = sc_core::sc_time_stamp();
  }
  uint32_t access(bool write, uint32_t offset, uint32_t value) {
    ::tlm::tlm_generic_payload payload;
    payload.set_command(write ? ::tlm::TLM_WRITE_COMMAND : ::tlm::TLM_READ_COMMAND);
    payload.set_address(offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    sc_core::sc_time delay;
    bus->b_transport(payload, delay);
    wait(delay);
    if (payload.is_response_error())
      throw std::runtime_error(
          fmt::format("the register at {:#x} answers {}", offset, payload.get_response_string()));
    return value;
  }
  uint32_t entry_, text_bytes_;
};

struct Arguments {
  std::string npu = "model", program, model;
  std::vector<std::string> inputs;
  std::filesystem::path output_dir;
  int memory_delay = 0;
};

void load(const isa::Spec& spec, const assembler::Program& program, const Arguments& arguments,
          simulator::DramData& dram) {
  const auto word = static_cast<uint64_t>(spec.word_bytes());
  for (size_t i = 0; i < program.text.size(); ++i)
    isa::store_word(spec, program.text[i], dram.at(program.text_address + i * word, word));
  for (const assembler::Segment& segment : program.segments)
    std::ranges::copy(segment.bytes, dram.at(segment.address, segment.bytes.size()).begin());
  for (const std::string& input : arguments.inputs) {
    const size_t equals = input.find('=');
    if (equals == std::string::npos)
      throw std::runtime_error(fmt::format("--input {}: should be NAME=FILE.npy", input));
    simulator::write_input(program, spec.machine, input.substr(0, equals),
                           simulator::read_npy(input.substr(equals + 1)), dram);
  }
}

int run(const Arguments& arguments) {
  const isa::Spec spec = isa::load_spec(isa::find_machine("edge16"));
  const assembler::Program program = assembler::read_program(arguments.program, spec);

  auto npu = arguments.npu == "rtl" ? platform::make_rtl_npu("npu", spec, arguments.model)
                                    : platform::make_model_npu("npu", spec);
  platform::Memory dram("dram", spec.machine.dram.bytes,
                        sc_core::sc_time(arguments.memory_delay, sc_core::SC_NS));
  Cpu cpu("cpu", program, spec.word_bytes());
  sc_core::sc_signal<bool> interrupt;
  cpu.bus.bind(npu->registers);
  cpu.interrupt.bind(interrupt);
  npu->interrupt.bind(interrupt);
  npu->memory.bind(dram.socket);

  load(spec, program, arguments, dram.data());
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_start();
  fmt::print("interrupt at {}\ncycles {}\nbytes read {}, written {}, of text {}\n",
             cpu.interrupted.to_string(), cpu.counters.cycles, cpu.counters.dram_read,
             cpu.counters.dram_written, cpu.counters.fetched);
  std::filesystem::create_directories(arguments.output_dir);
  for (const assembler::Port& output : program.outputs)
    simulator::write_npy(simulator::read_output(program, spec.machine, output.name, dram.data()),
                         arguments.output_dir / (output.name + ".npy"));
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Runs a program of edge16 on a virtual platform.", "virtual_platform");
  app.add_option("program", arguments.program, "the program file, of edge16")->required();
  app.add_option("--npu", arguments.npu, "what stands behind the sockets")
      ->check(CLI::IsMember({"model", "rtl"}))
      ->capture_default_str();
  app.add_option("--model", arguments.model, "of --npu rtl: the Verilated model")
      ->default_val(NPUFORGE_RTL_MODEL_DIR "/librtl_edge16.so");
  app.add_option("--input", arguments.inputs, "NAME=FILE.npy, of the network");
  app.add_option("--memory-delay", arguments.memory_delay, "ns that DRAM takes at least")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--output-dir", arguments.output_dir, "for OUTPUT.npy")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    std::cerr << "virtual_platform: " << error.what() << "\n";
    return 1;
  }
}
