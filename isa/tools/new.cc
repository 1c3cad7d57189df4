// npuisa new: a commented spec to start from.
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "npuforge/isa/output.h"

#include "commands.h"

namespace npuforge::isa {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string name, output, base = "edge16";
};

std::string replaced(std::string text, const std::string& mark, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != text.npos; at += value.size())
    text.replace(at, mark.size(), value);
  return text;
}

std::string read_starter() {
  const fs::path file = fs::path(NPUFORGE_SOURCE_DIR) / "isa" / "starter.yaml.in";
  std::ifstream stream(file);
  if (!stream)
    throw std::runtime_error(fmt::format("{}: error: cannot be read", file.string()));
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// As a spec beside the new one names it: by its name alone in one folder, else from the root.
std::string path_from(const fs::path& output, const fs::path& base) {
  const fs::path full = fs::absolute(base).lexically_normal();
  const bool beside = fs::absolute(output).lexically_normal().parent_path() == full.parent_path();
  return beside ? full.filename().string() : full.string();
}

void make_new(const Options& options) {
  if (fs::exists(fs::symlink_status(options.output)))
    throw std::runtime_error(
        fmt::format("{}: error: is there already, and is not overwritten", options.output));
  const fs::path base = find_machine(options.base);
  load_spec(base); // its mistakes are its own, not those of the new one
  std::string text = replaced(read_starter(), "@NAME@", options.name);
  text = replaced(text, "@BASE_FILE@", path_from(options.output, base));
  text = replaced(text, "@BASE@", options.base);
  text = replaced(text, "@FILE@", options.output);
  parse_spec(text, options.output);
  write_output(options.output, text);
}

} // namespace

void add_new(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("new", "Writes a commented spec to start from");
  command->add_option("name", options->name, "Name of the new machine")->required();
  command->add_option("-o,--output", options->output, "File to write; must not exist")->required();
  command->add_option("--base", options->base, "Machine that it starts from")
      ->capture_default_str();
  command->callback([options] { make_new(*options); });
}

} // namespace npuforge::isa
