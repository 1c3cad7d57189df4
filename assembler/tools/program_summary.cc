#include "program_summary.h"

namespace npuforge::assembler {
namespace {

using nlohmann::json;

json sections(const Program& program, const isa::Spec& spec) {
  const uint64_t text = program.text.size() * static_cast<uint64_t>(spec.word_bytes());
  json list = json::array();
  list.push_back({{"name", ".text"},
                  {"address", program.text_address},
                  {"size", text},
                  {"bytes_in_file", text}});
  for (const Segment& segment : program.segments)
    list.push_back({{"name", segment.name},
                    {"address", segment.address},
                    {"size", segment.size},
                    {"bytes_in_file", segment.bytes.size()}});
  return list;
}

json symbols(const Program& program) {
  json list = json::array();
  for (const Symbol& symbol : program.symbols)
    list.push_back({{"name", symbol.name},
                    {"kind", symbol.is_label ? "label" : "data"},
                    {"value", symbol.value}});
  return list;
}

json ports(const std::vector<Port>& ports) {
  json list = json::array();
  for (const Port& port : ports)
    list.push_back({{"name", port.name},
                    {"type", port.type},
                    {"shape", port.shape},
                    {"layout", port.layout},
                    {"address", port.address},
                    {"bytes", port.bytes}});
  return list;
}

json layers(const Program& program) {
  json list = json::array();
  for (const LayerRange& range : program.layers)
    list.push_back({{"layer", range.layer}, {"first", range.first}, {"last", range.last}});
  return list;
}

} // namespace

json summarise(const Program& program, const isa::Spec& spec) {
  return {{"machine", program.machine_name},     {"spec_hash", program.spec_hash},
          {"instructions", program.text.size()}, {"sections", sections(program, spec)},
          {"symbols", symbols(program)},         {"inputs", ports(program.inputs)},
          {"outputs", ports(program.outputs)},   {"layers", layers(program)}};
}

} // namespace npuforge::assembler
