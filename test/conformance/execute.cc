#include "execute.h"

#include <chrono>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "interpret.h"
#include "simulate.h"

namespace npuforge::conformance {
namespace {

using onnx_proto::ModelProto;

ModelProto read_model(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  ModelProto model;
  if (!stream || !model.ParseFromIstream(&stream))
    throw std::runtime_error("it is no ONNX model");
  return model;
}

/// The operator of a case: that of its last node which is no constant. Cases named *_expanded are
/// functions written out: they belong to the operator of the case that they expand.
std::string operator_of(const Case& test, const ModelProto& model) {
  const std::string suffix = "_expanded";
  if (test.name.ends_with(suffix)) {
    const std::string base = test.name.substr(0, test.name.size() - suffix.size());
    const auto file = test.model.parent_path().parent_path() / base / "model.onnx";
    if (std::filesystem::exists(file))
      return operator_of({test.suite, base, file, {}}, read_model(file));
  }
  std::string op = "(none)";
  for (const auto& node : model.graph().node())
    if (node.op_type() != "Constant")
      op = node.op_type();
  return op;
}

/// Inputs that a caller gives: those without an initialiser.
std::vector<onnx_proto::ValueInfoProto> given_inputs(const ModelProto& model) {
  std::set<std::string> initialised;
  for (const auto& tensor : model.graph().initializer())
    initialised.insert(tensor.name());
  std::vector<onnx_proto::ValueInfoProto> inputs;
  for (const auto& input : model.graph().input())
    if (!initialised.contains(input.name()))
      inputs.push_back(input);
  return inputs;
}

/// The tensor of an input or output. ONNX's data holds bf16 as u16.
HostTensor read_value(const std::filesystem::path& file, const onnx_proto::ValueInfoProto& value) {
  HostTensor tensor = read_tensor(file);
  if (type_name(value.type().tensor_type().elem_type()) == "bf16" && tensor.type == "u16")
    tensor.type = "bf16";
  return tensor;
}

/// Whether the model leaves a dimension open.
bool is_open(const onnx_proto::ValueInfoProto& value) {
  if (!value.type().tensor_type().has_shape())
    return true;
  for (const auto& dim : value.type().tensor_type().shape().dim())
    if (!dim.has_dim_value())
      return true;
  return false;
}

/// The tensors that each output may be near to: output_<i>.pb, and alternative_<i>.pb where there
/// are such.
std::vector<Tensors> wanted_outputs(const ModelProto& model,
                                    const std::filesystem::path& data_set) {
  const auto outputs = static_cast<size_t>(model.graph().output_size());
  std::vector<Tensors> wanted(outputs);
  for (const char* kind : {"output", "alternative"}) {
    const auto files = data_files(data_set, kind);
    if (files.size() != outputs && (files.size() > 0 || kind == std::string("output")))
      throw std::runtime_error(
          fmt::format("{} outputs, {} files {}_<i>.pb", outputs, files.size(), kind));
    for (size_t i = 0; i < files.size(); ++i)
      wanted[i].push_back(read_value(files[i], model.graph().output(static_cast<int>(i))));
  }
  return wanted;
}

/// What is wrong with the results: that of the first of an output's tensors, when none is near.
std::optional<std::string> differences(const Tensors& results, const std::vector<Tensors>& wanted,
                                       const ModelProto& model, const Rules& rules,
                                       const Target& target) {
  const bool rounds = rules.rounds(model);
  for (size_t i = 0; i < wanted.size(); ++i) {
    std::optional<std::string> first;
    for (const HostTensor& tensor : wanted[i]) {
      auto difference = rules.difference(results[i], tensor, target.precision, rounds);
      if (!difference) {
        first.reset();
        break;
      }
      if (!first)
        first = difference;
    }
    if (first)
      return fmt::format("output {}: {}", i, *first);
  }
  return std::nullopt;
}

/// Runs one data set. Returns what is wrong, or nothing.
std::optional<std::string> run_data_set(const Case& test, const ModelProto& model,
                                        const std::filesystem::path& data_set, const Rules& rules,
                                        const Target& target, Outcome& outcome) {
  const auto given = given_inputs(model);
  const auto files = data_files(data_set, "input");
  if (files.size() != given.size())
    return fmt::format("{} inputs, data for {}", given.size(), files.size());
  const std::set<std::string> parameters = parameter_inputs(test.model);
  Request request{test.model, {}, {}};
  const std::vector<Tensors> wanted = wanted_outputs(model, data_set);
  Tensors inputs;
  for (size_t i = 0; i < given.size(); ++i) {
    if (parameters.contains(given[i].name())) {
      request.bound[given[i].name()] = files[i];
      continue;
    }
    inputs.push_back(read_value(files[i], given[i]));
    if (is_open(given[i]))
      request.shapes[given[i].name()] = inputs.back().shape;
  }
  outcome.bound = !request.bound.empty();
  const Tensors results = target.machine.empty()
                              ? interpret_model(request, inputs, outcome.folded)
                              : simulate_model(request, inputs, target, outcome.folded);
  if (results.size() != wanted.size())
    return fmt::format("{} outputs instead of {}", results.size(), wanted.size());
  return differences(results, wanted, model, rules, target);
}

void run_case(const Case& test, const Rules& rules, const Target& target, Outcome& outcome) {
  const ModelProto model = read_model(test.model);
  outcome.op = operator_of(test, model);
  if (auto reason = rules.excluded(test.name, model)) {
    outcome.status = Status::kExcluded;
    outcome.reason = *reason;
    return;
  }
  if (test.data_sets.empty())
    throw std::runtime_error("it has no data");
  for (const auto& data_set : test.data_sets)
    if (auto wrong = run_data_set(test, model, data_set, rules, target, outcome)) {
      outcome.reason = *wrong;
      return;
    }
  outcome.status = Status::kPassed;
}

} // namespace

Outcome execute(const Case& test, const Rules& rules, const Target& target) {
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome;
  try {
    run_case(test, rules, target, outcome);
  } catch (const std::exception& error) {
    outcome.reason = error.what();
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  outcome.seconds = elapsed.count();
  return outcome;
}

} // namespace npuforge::conformance
