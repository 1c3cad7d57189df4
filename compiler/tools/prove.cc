#include "prove.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace npuforge::tools {
namespace {

/// The one with the widest tolerance.
std::string narrowest(const compiler::Precisions& precisions) {
  auto used = [&](const std::string& type) {
    return precisions.all == type ||
           std::any_of(precisions.layers.begin(), precisions.layers.end(),
                       [&](const std::string& text) { return text.ends_with("=" + type); });
  };
  return used("bf16") ? "bf16" : used("f16") ? "f16" : "f32";
}

} // namespace

void add_proof_options(CLI::App& app, ProofOptions& options) {
  auto* verify = app.add_flag("--verify", options.verify,
                              "run the program in the simulator beside the reference interpreter, "
                              "and name the first layer whose result differs");
  auto* bisect = app.add_flag("--bisect", options.bisect,
                              "run the reference interpreters on the graph after each pass, and "
                              "name the first pass after which the result differs");
  verify->excludes(bisect);
  app.add_option("--input", options.inputs,
                 "[NAME=]FILE: an input (.npy, or a TensorProto) for --verify and --bisect; random "
                 "numbers where none is given")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option("--seed", options.seed, "of the random inputs")->capture_default_str();
  app.add_flag("--report", options.report, "with --verify: a table of all layers")->needs(verify);
}

void check(const CLI::App& app, const ProofOptions& options) {
  for (const char* name : {"--input", "--seed"})
    if (app.count(name) > 0 && !options.wanted())
      throw CLI::ValidationError(name, "is of --verify and --bisect, and neither is given");
}

Proof::Proof(const ProofOptions& options, const compiler::Precisions& precisions)
    : options_(options), precision_(narrowest(precisions)) {
  if (options.wanted())
    tolerances_.emplace(verify::rules_file());
}

GraphHooks Proof::hooks() {
  if (!options_.wanted())
    return {};
  return {[this](mlir::ModuleOp network) { begin(network); },
          [this](mlir::PassManager& passes) { watch(passes); }};
}

void Proof::begin(mlir::ModuleOp network) {
  if (!options_.wanted())
    return;
  imported_ = network.clone();
  auto main = imported_->lookupSymbol<mlir::func::FuncOp>("main");
  inputs_ = verify::make_inputs(main, options_.inputs, options_.seed);
  if (options_.bisect)
    outputs_ = verify::outputs_of(main, inputs_);
}

void Proof::watch(mlir::PassManager& passes) {
  if (!options_.bisect)
    return;
  passes.getContext()->disableMultithreading(); // a pass after the other
  passes.addInstrumentation(
      verify::make_bisection(inputs_, outputs_, *tolerances_, precision_, steps_));
}

void Proof::finish(mlir::ModuleOp lowered, const assembler::Program& program,
                   const isa::Spec& spec) {
  if (!options_.wanted())
    return;
  if (options_.bisect)
    check_steps();
  const auto values = verify::layer_values(lowered, program);
  rows_ = verify::compare({*imported_, program, values, spec, *tolerances_, precision_}, inputs_);
  if (options_.report)
    verify::print(rows_);
  const verify::Row* row = verify::first_difference(rows_);
  if (!row)
    return fmt::print("verified: {} values of layers and outputs are as the reference has them\n",
                      rows_.size());
  throw std::runtime_error(fmt::format("{}the first layer whose result differs: {}",
                                       back_end_text(), verify::describe(*row)));
}

void Proof::check_steps() const {
  verify::print(steps_);
  const verify::Step* step = verify::first_difference(steps_);
  if (!step)
    return;
  auto passes = verify::suspects(steps_);
  passes.pop_back();
  throw std::runtime_error(fmt::format(
      "the pass '{}' is the first after which output '{}' differs{}", step->pass, step->output,
      passes.empty()
          ? ""
          : fmt::format("; those before it could not be compared: {}", fmt::join(passes, ", "))));
}

/// Of a program that differs when no step does.
std::string Proof::back_end_text() const {
  if (!options_.bisect)
    return "";
  const auto passes = verify::suspects(steps_);
  if (passes.empty())
    return "no graph pass changes the result, the back end does; ";
  return fmt::format("the back end changes the result, or one of the passes {}; ",
                     fmt::join(passes, ", "));
}

} // namespace npuforge::tools
