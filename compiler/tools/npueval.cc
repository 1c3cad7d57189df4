// npueval: runs a model's lowered graph in the reference interpreter, on the host. The check that
// shares nothing with the back end or the simulator.
#include <span>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/compiler/graph/interpreter.h"
#include "npuforge/isa/file.h"
#include "npuforge/version.h"

#include "../pipeline.h"
#include "options.h"

namespace {

using namespace npuforge;

struct Options : tools::ModelOptions {
  std::vector<std::string> inputs, expected;
  double tolerance = 1, share = 0.001;
};

/// One input or output of @main.
struct Port {
  std::string name, type, qtype;
  double scale;
  int64_t zero_point;
};

template <typename Get>
Port read_port(Get get) {
  if (!get("graph.qtype") || !get("graph.scale"))
    throw std::runtime_error("not all inputs and outputs are quantised: npueval runs no others");
  return {llvm::cast<mlir::StringAttr>(get("graph.name")).str(),
          llvm::cast<mlir::StringAttr>(get("graph.type")).str(),
          llvm::cast<mlir::StringAttr>(get("graph.qtype")).str(),
          llvm::cast<mlir::FloatAttr>(get("graph.scale")).getValueAsDouble(),
          llvm::cast<mlir::IntegerAttr>(get("graph.zero_point")).getInt()};
}

/// Raw little-endian values of the port's network type, as reals.
std::vector<double> read_raw(const std::string& path, const Port& port) {
  std::string bytes = isa::read_text_file(path);
  std::vector<double> values;
  if (port.type == "f32") {
    for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      float value;
      std::memcpy(&value, &bytes[i], 4);
      values.push_back(value);
    }
  } else {
    for (char byte : bytes)
      values.push_back(port.type == "u8" ? static_cast<uint8_t>(byte) : static_cast<int8_t>(byte));
  }
  return values;
}

/// Network values to device values.
std::vector<int32_t> to_device(const std::vector<double>& values, const Port& port) {
  int64_t offset = port.qtype == "u8" ? 128 : 0;
  std::vector<int32_t> result;
  for (double value : values) {
    double q = value;
    if (port.type == "f32") // f32 division, as QuantizeLinear does it
      q = std::nearbyint(static_cast<float>(value) / static_cast<float>(port.scale)) +
          static_cast<double>(port.zero_point);
    result.push_back(
        static_cast<int32_t>(std::clamp(q - static_cast<double>(offset), -128.0, 127.0)));
  }
  return result;
}

/// Device values to the network's quantised integers.
double quantised(int32_t device, const Port& port) {
  return device + (port.qtype == "u8" ? 128 : 0);
}

/// Prints how far an output is from what is expected. Returns whether it is near enough.
bool compare(const std::vector<int32_t>& output, const Port& port, std::span<const double> expected,
             const Options& options) {
  double largest = 0;
  size_t differing = 0;
  for (size_t i = 0; i < output.size(); ++i) {
    double wanted = port.type == "f32"
                        ? expected[i] / port.scale + static_cast<double>(port.zero_point)
                        : expected[i];
    double difference = std::abs(quantised(output[i], port) - std::nearbyint(wanted));
    largest = std::max(largest, difference);
    differing += difference != 0;
  }
  fmt::print("{}: {} values, {} differ, by at most {}\n", port.name, output.size(), differing,
             largest);
  return largest <= options.tolerance &&
         static_cast<double>(differing) <= options.share * static_cast<double>(output.size());
}

/// Outputs against their files: one each, or one file that holds all of them one after the other.
bool compare_all(const std::vector<std::vector<int32_t>>& outputs, const std::vector<Port>& ports,
                 const Options& options) {
  const bool together = options.expected.size() == 1;
  if (!together && options.expected.size() != outputs.size())
    throw std::runtime_error(fmt::format("the network has {} outputs", outputs.size()));
  bool ok = true;
  std::vector<double> values;
  size_t next = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string& path = options.expected[together ? 0 : i];
    if (i == 0 || !together)
      values = read_raw(path, ports[i]), next = 0;
    if (values.size() < next + outputs[i].size())
      throw std::runtime_error(fmt::format("{}: has {} values, output '{}' ends at {}", path,
                                           values.size(), ports[i].name, next + outputs[i].size()));
    ok &=
        compare(outputs[i], ports[i], std::span(values).subspan(next, outputs[i].size()), options);
    next += outputs[i].size();
    if ((!together || i + 1 == outputs.size()) && next != values.size())
      throw std::runtime_error(
          fmt::format("{}: has {} values, the outputs have {}", path, values.size(), next));
  }
  return ok;
}

void print(const std::vector<int32_t>& output, const Port& port) {
  std::vector<double> values;
  for (int32_t value : output) {
    double q = quantised(value, port);
    values.push_back(port.type == "f32" ? (q - static_cast<double>(port.zero_point)) * port.scale
                                        : q);
  }
  fmt::print("{}: {:.6g}\n", port.name, fmt::join(values, " "));
}

int run(const Options& options) {
  mlir::MLIRContext context;
  auto module = tools::load_graph(context, options);
  tools::check_printed(options);
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  if (options.inputs.size() != main.getNumArguments())
    throw std::runtime_error(fmt::format("the network has {} inputs, {} files are given",
                                         main.getNumArguments(), options.inputs.size()));
  std::vector<std::vector<int32_t>> inputs;
  for (unsigned i = 0; i < main.getNumArguments(); ++i) {
    Port port = read_port([&](const char* name) { return main.getArgAttr(i, name); });
    inputs.push_back(to_device(read_raw(options.inputs[i], port), port));
  }
  auto outputs = graph::interpret(main, inputs);
  std::vector<Port> ports;
  for (unsigned i = 0; i < outputs.size(); ++i)
    ports.push_back(read_port([&](const char* name) { return main.getResultAttr(i, name); }));
  if (!options.expected.empty())
    return compare_all(outputs, ports, options) ? 0 : 1;
  for (unsigned i = 0; i < outputs.size(); ++i)
    print(outputs[i], ports[i]);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Runs a model's lowered graph in the reference interpreter", "npueval");
  app.set_version_flag("--version", npuforge::kVersion);
  tools::add_model_options(app, options);
  app.add_option("--input", options.inputs, "raw values of each input, in order")->required();
  app.add_option("--expect", options.expected,
                 "raw values to compare each output with, or one file of all outputs");
  app.add_option("--tolerance", options.tolerance,
                 "largest difference, in steps of the quantised output")
      ->capture_default_str();
  app.add_option("--share", options.share, "largest share of differing values")
      ->capture_default_str();
  return tools::run_tool(app, argc, argv, options, [&] { return run(options); });
}
