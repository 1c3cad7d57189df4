#include "arguments.h"

namespace npuforge::simulator {
namespace {

std::pair<std::string, std::filesystem::path> parse_input(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw CLI::ValidationError("--input", "'" + text + "' is not NAME=FILE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

} // namespace

void add_options(CLI::App& app, Arguments& arguments) {
  app.add_option("program", arguments.program, "Program file")->required();
  app.add_option_function<std::vector<std::string>>(
         "--input",
         [&arguments](const std::vector<std::string>& texts) {
           for (const std::string& text : texts)
             arguments.inputs.push_back(parse_input(text));
         },
         "Network input from a .npy file; once for each input")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false)
      ->take_all();
  app.add_flag("--zero-inputs", arguments.zero_inputs, "Inputs that are not given are zero bytes");
  app.add_flag("--batch", arguments.batch,
               "Each input file holds N tensors along its leading axis: run N times, stack the "
               "outputs the same way; trace and log are those of the last run");
  app.add_option("--output-dir", arguments.output_dir,
                 "Write each network output there as NAME.npy; what is no letter, digit, '.', '_' "
                 "or '-' in its name becomes '_'");
  app.add_option("--trace", arguments.trace,
                 "Write a Perfetto/Chrome trace; 1 cycle = 1 us of the trace");
  app.add_option("--plane", arguments.plane,
                 "Write what each core did when, layer by layer: a picture where the name ends in "
                 ".svg, else text");
  app.add_option(
      "--predicted", arguments.predicted,
      "With --plane: also what was expected, as npuc --emit=plane -o FILE.json wrote it");
  app.add_option("--log", arguments.log,
                 "Write a line for each instruction: cycles of dispatch, issue, completion");
  app.add_option("--json", arguments.json, "Write the results as JSON");
  app.add_flag("--timing-only", arguments.timing_only, "Exact cycles without values: no outputs");
  app.add_flag(
      "--check-order", arguments.check_order,
      "Of several cores: fail where nothing orders their accesses to DRAM, or a counter of "
      "events can hold too much, whatever the cycles are that anything takes");
  app.add_option("--max-cycles", arguments.max_cycles, "Give up after so many cycles")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000'000'000}))
      ->capture_default_str();
  app.add_option("--host-latency", arguments.host_latency,
                 "Cycles from where a program stops for the host until the host lets it go on")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--repeat", arguments.repeat,
                 "Run so many times, to measure the speed: the results are the last run's")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}))
      ->capture_default_str();
  app.add_option(
      "--machine", arguments.machine,
      "Machine: a reference machine's name or a spec file (default: what the program names)");
  app.add_flag("--quiet", arguments.quiet, "No summary and no progress on the terminal");
}

} // namespace npuforge::simulator
