// npuisa: checks a machine's YAML, shows it, and generates from it what must be code.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/spec.h"
#include "npuforge/version.h"

#include "show.h"

namespace {

using namespace npuforge::isa;
using nlohmann::json;

constexpr const char* kMachineHelp = "Reference machine by name (edge16, ...) or a YAML file";

/// Writes the file under another name first, so that nobody sees half of it.
void write_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::path temporary = file;
  temporary += ".tmp";
  std::ofstream out(temporary, std::ios::binary);
  out << text;
  out.close();
  std::error_code error;
  if (out)
    std::filesystem::rename(temporary, file, error);
  if (!out || error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw std::runtime_error(fmt::format("{}: error: cannot be written", file.string()));
  }
}

void print_text(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("error: cannot write to standard output");
}

json diagnostics_json(const SpecError& error) {
  json list = json::array();
  for (const Diagnostic& d : error.diagnostics())
    list.push_back(
        {{"file", d.file}, {"line", d.line}, {"column", d.column}, {"message", d.message}});
  return list;
}

/// One machine; true if it is good.
bool check_one(const std::string& name, json& results) {
  json result{{"spec", name}, {"problems", json::array()}};
  bool good = true;
  try {
    Spec spec = load_spec(find_machine(name));
    print_text(fmt::format("{}: {} formats, {} instructions, hash {}\n", name, spec.formats.size(),
                           spec.instructions.size(), spec.hash.substr(0, 12)));
    result["machine"] = spec.machine.name;
    result["hash"] = spec.hash;
  } catch (const SpecError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    result["problems"] = diagnostics_json(error);
    good = false;
  }
  results.push_back(std::move(result));
  return good;
}

int check(const std::vector<std::string>& names, const std::string& json_file) {
  json results = json::array();
  bool good = true;
  for (const std::string& name : names)
    good = check_one(name, results) && good;
  if (!json_file.empty())
    write_file(json_file, results.dump(2) + "\n");
  return good ? 0 : 1;
}

int show(const std::string& name, const std::string& mnemonic) {
  Spec spec = load_spec(find_machine(name));
  if (mnemonic.empty()) {
    print_text(show_spec(spec));
    return 0;
  }
  const Instruction* instruction = spec.find(mnemonic);
  if (!instruction)
    throw std::runtime_error(fmt::format("{}: error: no instruction '{}'", spec.source, mnemonic));
  print_text(show_instruction(spec, *instruction));
  return 0;
}

int generate(const std::string& name, const std::string& sv_directory) {
  generate_systemverilog(load_spec(find_machine(name)), sv_directory);
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app("The instruction set of an NPU: checks, shows and generates from a machine's YAML.",
               "npuisa");
  app.set_version_flag("--version", npuforge::kVersion);
  app.require_subcommand(1);

  std::vector<std::string> names;
  std::string name, mnemonic, json_file, sv_directory;
  CLI::App* check_command =
      app.add_subcommand("check", "Checks specs and reports all problems at once");
  check_command->add_option("machine", names, kMachineHelp)->required();
  check_command->add_option("--json", json_file, "Write results and problems to this file");
  CLI::App* show_command = app.add_subcommand("show", "Shows sizes, encodings and instructions");
  show_command->add_option("machine", name, kMachineHelp)->required();
  show_command->add_option("--instruction", mnemonic, "Only this instruction");
  CLI::App* generate_command = app.add_subcommand("generate", "Generates code from a spec");
  generate_command->add_option("machine", name, kMachineHelp)->required();
  generate_command
      ->add_option("--sv", sv_directory, "Write the SystemVerilog of the spec to this directory")
      ->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*check_command)
    return check(names, json_file);
  if (*show_command)
    return show(name, mnemonic);
  return generate(name, sv_directory);
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
