#include "npuforge/compiler/quantize/quantize.h"

#include <fmt/format.h>
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/control.h"
#include "npuforge/compiler/graph/interpreter.h"

#include "correct_bias.h"
#include "equalize.h"
#include "fall_back.h"
#include "observe.h"
#include "rows.h"

namespace npuforge::quantize {
namespace {

using Main = mlir::OwningOpRef<mlir::func::FuncOp>;

/// A float network, its bias corrected if that helps, with what was decided about it, and how well
/// it does.
struct Attempt {
  Main main;
  std::vector<Layer> layers;
  Observations observations;
  Choice choice;
  std::optional<StepReport> correction; ///< of the bias
  double error = 0;
};

class Quantizer {
public:
  Quantizer(mlir::func::FuncOp main, llvm::ArrayRef<Sample> samples, const Options& options)
      : main_(main), samples_(samples), options_(options) {}

  Report run() {
    if (samples_.empty())
      throw QuantizeError("there are no samples");
    for (mlir::Operation& op : main_.getBody().front())
      if (graph::isControl(op))
        throw QuantizeError(fmt::format("node '{}': networks with branches and loops are not "
                                        "quantised",
                                        graph::nodeName(op.getLoc())));
    report_.method = options_.method;
    report_.samples = samples_.size();
    exact_ = outputs_of(main_, samples_);
    Attempt best = attempt(Main(main_.clone()));
    if (llvm::none_of(best.choice.selected.computed, [](bool chosen) { return chosen; }))
      throw QuantizeError("no operator of the network has a form in 8 bits");
    if (options_.equalize)
      try_equalized(best);
    report_.bias_correction = best.correction;
    report_.bias_samples = bias_samples();
    if (options_.max_error)
      fall_back(best);
    finish(best);
    return std::move(report_);
  }

private:
  double error_of(const Attempt& attempt) const {
    return output_error(insert(*attempt.main, attempt.layers, attempt.choice), samples_, exact_)
        .error;
  }

  Attempt attempt(Main main) const {
    Attempt made;
    made.main = std::move(main);
    made.layers = plan(*made.main);
    made.choice.selected = select(made.layers, {});
    made.observations = observe(*made.main, made.layers, samples_);
    made.choice.ranges = ranges(made.observations, options_);
    made.error = error_of(made);
    if (options_.correct_bias)
      try_correction(made);
    return made;
  }

  void try_equalized(Attempt& best) {
    Equalized equalized = equalize(*best.main, best.observations);
    StepReport step{equalized.pairs, best.error, best.error, false};
    if (equalized.pairs > 0) {
      Attempt other = attempt(std::move(equalized.main));
      step.after = other.error;
      step.kept = other.error < best.error;
      if (step.kept)
        best = std::move(other);
    }
    report_.equalization = step;
  }

  size_t bias_samples() const {
    return options_.correct_bias ? side_by_side(main_, samples_.size()) : 0;
  }

  void try_correction(Attempt& made) const {
    auto corrections =
        bias_corrections(*made.main, made.layers, made.choice, samples_.take_front(bias_samples()));
    StepReport step{corrections.size(), made.error, made.error, false};
    made.choice.corrections = std::move(corrections);
    step.after = error_of(made);
    step.kept = step.after < step.before;
    if (step.kept)
      made.error = step.after;
    else
      made.choice.corrections.clear();
    made.correction = step;
  }

  void fall_back(Attempt& best) {
    Fallback fallback = meet(*best.main, best.layers, best.choice, best.error, samples_, exact_,
                             *options_.max_error);
    best.choice = std::move(fallback.choice);
    best.error = fallback.error;
    contributions_ = std::move(fallback.contributions);
    for (size_t layer : fallback.layers)
      report_.fallen_back.push_back(best.layers[layer].name());
    fallen_ = {fallback.layers.begin(), fallback.layers.end()};
    if (!(best.error <= *options_.max_error))
      throw QuantizeError(
          fmt::format("the error of the outputs is {:.3g} with {}, more than the {:.3g} that "
                      "--max-error allows",
                      best.error, fallen_.empty() ? "all layers in 8 bits" : "no layer in 8 bits",
                      *options_.max_error));
  }

  void finish(const Attempt& best) {
    mlir::func::FuncOp main = best.main.get();
    Quantised quantised = insert(main, best.layers, best.choice);
    const OutputError outputs = output_error(quantised, samples_, exact_);
    report_.error = outputs.error;
    report_.top1 = outputs.top1;
    const LayerErrors errors = layer_errors(main, best.layers, quantised, samples_);
    report_.layers = rows({best.layers, best.choice, errors, fallen_, contributions_});
    main_.getBody().takeBody(quantised.main->getBody());
  }

  mlir::func::FuncOp main_;
  llvm::ArrayRef<Sample> samples_;
  const Options& options_;
  Outputs exact_; ///< of the float network
  Report report_;
  std::set<size_t> fallen_;
  std::map<size_t, double> contributions_;
};

} // namespace

Report quantize(mlir::func::FuncOp main, llvm::ArrayRef<Sample> samples, const Options& options) {
  try {
    return Quantizer(main, samples, options).run();
  } catch (const graph::InterpreterError& error) {
    throw QuantizeError(error.what());
  }
}

} // namespace npuforge::quantize
