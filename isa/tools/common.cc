#include "npuforge/isa/tool.h"

#include "commands.h"

namespace npuforge::isa {

Spec load_machine(const std::string& name_or_path) {
  return load_spec(find_machine(name_or_path));
}

void print_text(const std::string& text) {
  write_stdout(text);
}

void write_json(const std::string& file, const nlohmann::json& value) {
  write_json_file(file, value);
}

} // namespace npuforge::isa
