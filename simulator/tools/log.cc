#include "log.h"

#include <fmt/format.h>

#include "npuforge/assembler/text.h"

namespace npuforge::simulator {

LogWriter::LogWriter(const std::filesystem::path& file, const isa::Spec& spec,
                     const assembler::Program& program)
    : file_(file), cores_(spec.machine.cores) {
  for (const isa::Word& word : program.text) {
    auto decoded = isa::decode(spec, word);
    text_.push_back(decoded ? assembler::print_instruction(spec, *decoded) : "?");
  }
  file_.write(fmt::format("# {}sequence pc unit dispatch issue complete instruction\n",
                          cores_ > 1 ? "core " : ""));
}

void LogWriter::on_complete(const InstructionEvent& event) {
  if (cores_ > 1)
    file_.write(fmt::format("{:2} ", event.core));
  file_.write(fmt::format("{:8} {:6} {:<9} {:10} {:10} {:10}  {}\n", event.sequence, event.pc,
                          isa::name(event.unit), event.dispatch, event.issue, event.complete,
                          text_[event.pc]));
}

} // namespace npuforge::simulator
