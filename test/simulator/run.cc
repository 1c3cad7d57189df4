#include "run.h"

#include <map>
#include <random>

namespace npuforge::simulator {

const isa::Spec& spec_of(const std::string& machine) {
  static std::map<std::string, isa::Spec> specs;
  auto found = specs.find(machine);
  if (found == specs.end())
    found = specs.emplace(machine, isa::load_spec(isa::find_machine(machine))).first;
  return found->second;
}

Bench::Bench(const std::string& machine, const std::string& text, Options options)
    : spec(spec_of(machine)), program(assembler::assemble(spec, text, "test.s")),
      simulator(spec, options) {
  simulator.load(program);
}

RunStats Bench::run() {
  events.clear();
  others.assign(static_cast<size_t>(spec.machine.cores) - 1, {});
  return simulator.run(this);
}

void Bench::on_complete(const InstructionEvent& event) {
  std::vector<InstructionEvent>& all =
      event.core == 0 ? events : others.at(static_cast<size_t>(event.core) - 1);
  if (all.size() <= event.sequence)
    all.resize(event.sequence + 1);
  all[event.sequence] = event;
}

void Bench::fill_dram(uint64_t address, size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  for (std::byte& byte : simulator.dram().at(address, bytes))
    byte = static_cast<std::byte>(random());
}

std::string error_of(const std::string& machine, const std::string& text, Options options) {
  Bench bench(machine, text, options);
  try {
    bench.run();
  } catch (const SimulationError& error) {
    return error.what();
  }
  return "no error";
}

} // namespace npuforge::simulator
