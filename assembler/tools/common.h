#pragma once
// What the two programs share: one line for each error, and the exit status.

#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

namespace npuforge::assembler {

/// Runs a program: 0 if all is well, 1 for bad input, 2 for a wrong command line.
template <typename Action>
int run_tool(CLI::App& app, int argc, char** argv, Action&& action) {
  try {
    app.parse(argc, argv);
    action();
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

} // namespace npuforge::assembler
