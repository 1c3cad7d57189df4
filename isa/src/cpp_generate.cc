#include <fmt/format.h>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/output.h"

#include "cpp_print.h"

namespace npuforge::isa {

void generate_cpp(const Spec& spec, const std::filesystem::path& dir) {
  const cpp::Names names = cpp::names_of(spec);
  std::string text = fmt::format(
      "// Generated from the spec of {0} ({1}); do not edit.\n"
      "// The instructions of {0} for tools of others: C++17 and its standard library, nothing "
      "else.\n"
      "//   *encode(x)         the word of an instruction's struct; nullopt if an operand is out "
      "of "
      "range\n"
      "//   decode(word)       a variant of the structs; nullopt if the word is no instruction\n"
      "#pragma once\n\n#include <array>\n#include <cstdint>\n#include <optional>\n"
      "#include <variant>\n\nnamespace {2} {{\n\n",
      spec.machine.name, spec.hash.substr(0, 12), names.machine);
  text += cpp::print_declarations(spec, names);
  for (std::size_t i = 0; i < spec.instructions.size(); ++i)
    text += cpp::print_instruction(spec, names, i);
  text += cpp::print_any(spec, names) + fmt::format("}} // namespace {}\n", names.machine);
  make_directory(dir);
  write_output(dir / (spec.machine.name + ".h"), text);
}

} // namespace npuforge::isa
