// npuisa: checks a machine's YAML, shows it, and generates from it what must be code.
#include <CLI/CLI.hpp>

#include "npuforge/isa/tool.h"
#include "npuforge/version.h"

#include "commands.h"

int main(int argc, char** argv) {
  using namespace npuforge;
  CLI::App app("The instruction set of an NPU: checks, shows and generates from a machine's YAML.",
               "npuisa");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  int status = 0;
  isa::add_check(app, status);
  isa::add_show(app, status);
  isa::add_generate(app, status);
  isa::add_diff(app, status);
  isa::add_stats(app, status);
  isa::add_new(app, status);
  isa::add_propose(app, status);
  return isa::run_tool(app, argc, argv, [&] { return status; });
}
