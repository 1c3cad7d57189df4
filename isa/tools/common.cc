#include <cstdio>
#include <stdexcept>

#include "npuforge/isa/output.h"

#include "commands.h"

namespace npuforge::isa {

Spec load_machine(const std::string& name_or_path) {
  return load_spec(find_machine(name_or_path));
}

void print_text(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("error: cannot write to standard output");
}

void write_json(const std::string& file, const nlohmann::json& value) {
  if (!file.empty())
    write_output(file, value.dump(2) + "\n");
}

} // namespace npuforge::isa
