#include "execute.h"

#include <chrono>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "interpret.h"

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
std::vector<std::string> input_names(const ModelProto& model) {
  std::set<std::string> initialised;
  for (const auto& tensor : model.graph().initializer())
    initialised.insert(tensor.name());
  std::vector<std::string> names;
  for (const auto& input : model.graph().input())
    if (!initialised.contains(input.name()))
      names.push_back(input.name());
  return names;
}

Tensors read_all(const std::vector<std::filesystem::path>& files) {
  Tensors tensors;
  for (const auto& file : files)
    tensors.push_back(read_tensor(file));
  return tensors;
}

/// Runs one data set. Returns what is wrong, or nothing.
std::optional<std::string> run_data_set(const Case& test, const ModelProto& model,
                                        const std::filesystem::path& data_set, const Rules& rules,
                                        Outcome& outcome) {
  const std::vector<std::string> names = input_names(model);
  const auto files = data_files(data_set, "input");
  if (files.size() != names.size())
    return fmt::format("{} inputs, data for {}", names.size(), files.size());
  const std::set<std::string> parameters = rules.parameters(model);
  Request request{test.model, {}, {}};
  Tensors inputs;
  for (size_t i = 0; i < names.size(); ++i) {
    if (parameters.contains(names[i]))
      request.bound[names[i]] = files[i];
    else {
      inputs.push_back(read_tensor(files[i]));
      request.shapes[names[i]] = inputs.back().shape;
    }
  }
  outcome.bound = !request.bound.empty();
  const Tensors wanted = read_all(data_files(data_set, "output"));
  const Tensors results = interpret_model(request, inputs, outcome.folded);
  if (results.size() != wanted.size())
    return fmt::format("{} outputs instead of {}", results.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i)
    if (auto difference = rules.difference(results[i], wanted[i]))
      return fmt::format("output {}: {}", i, *difference);
  return std::nullopt;
}

void run_case(const Case& test, const Rules& rules, Outcome& outcome) {
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
    if (auto wrong = run_data_set(test, model, data_set, rules, outcome)) {
      outcome.reason = *wrong;
      return;
    }
  outcome.status = Status::kPassed;
}

} // namespace

Outcome execute(const Case& test, const Rules& rules, Mode) {
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome;
  try {
    run_case(test, rules, outcome);
  } catch (const std::exception& error) {
    outcome.reason = error.what();
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  outcome.seconds = elapsed.count();
  return outcome;
}

} // namespace npuforge::conformance
