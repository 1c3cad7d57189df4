#pragma once
// npusim's command line.

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace npuforge::simulator {

struct Arguments {
  std::filesystem::path program;
  std::vector<std::pair<std::string, std::filesystem::path>> inputs;    ///< name, .npy file
  std::filesystem::path output_dir, trace, plane, predicted, log, json; ///< empty: not wanted
  std::string machine; ///< empty: what the program names
  bool zero_inputs = false, batch = false, timing_only = false, quiet = false, check_order = false;
  int64_t max_cycles = 1'000'000'000'000;
  int64_t host_latency = 1000;
  int64_t repeat = 1; ///< runs with the same inputs, to measure the speed
};

/// Adds the options to the app; `arguments` is filled in when it parses.
void add_options(CLI::App& app, Arguments& arguments);

} // namespace npuforge::simulator
