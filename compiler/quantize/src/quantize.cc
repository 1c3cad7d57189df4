#include "npuforge/compiler/quantize/quantize.h"

#include <fmt/format.h>
#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/interpreter.h"

#include "correct_bias.h"
#include "equalize.h"
#include "fall_back.h"
#include "observe.h"

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
    report_.method = options_.method;
    report_.samples = samples_.size();
    Attempt best = attempt(Main(main_.clone()));
    if (llvm::none_of(best.choice.chosen, [](bool chosen) { return chosen; }))
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
    mlir::func::FuncOp main = attempt.main.get();
    return measure(main, attempt.layers, insert(main, attempt.layers, attempt.choice), samples_,
                   false)
        .error;
  }

  Attempt attempt(Main main) const {
    Attempt made;
    made.main = std::move(main);
    made.layers = plan(*made.main);
    made.choice.chosen = choose(made.layers, {});
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
    Fallback fallback =
        meet(*best.main, best.layers, best.choice, best.error, samples_, *options_.max_error);
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
    const Measurement measured = measure(main, best.layers, quantised, samples_, true);
    report_.error = measured.error;
    report_.top1 = measured.top1;
    const auto shared = shared_ranges(best.layers, best.choice);
    for (size_t i = 0; i < best.layers.size(); ++i)
      if (!continues(best, i))
        report_.layers.push_back(
            row(best, i, measured.layers.lookup(best.layers[i].result()), shared));
    main_.getBody().takeBody(quantised.main->getBody());
  }

  /// Does the next layer stand for this one, too: both without a form in 8 bits, of one node?
  static bool continues(const Attempt& best, size_t i) {
    auto is_float = [&](size_t k) { return best.layers[k].kind == Layer::Kind::kFloat; };
    return i + 1 < best.layers.size() && is_float(i) && is_float(i + 1) &&
           best.layers[i].name() == best.layers[i + 1].name();
  }

  LayerReport row(const Attempt& best, size_t index, const Difference& difference,
                  const llvm::DenseMap<mlir::Value, Range>& shared) const {
    const Layer& layer = best.layers[index];
    const bool chosen = best.choice.chosen[index];
    LayerReport row{layer.name(),
                    layer.operation(),
                    chosen                                ? "i8"
                    : layer.kind == Layer::Kind::kProduct ? best.choice.others
                                                          : "f32",
                    layer.reason,
                    difference.range,
                    {},
                    difference.sqnr(),
                    difference.largest,
                    difference.sum / std::max(difference.count, 1.0),
                    std::nullopt};
    if (chosen)
      row.quantised = shared.lookup(layer.result());
    else if (row.reason.empty())
      row.reason = fallen_.contains(index) ? "max-error" : "its operands are f32";
    if (auto found = contributions_.find(index); found != contributions_.end())
      row.contribution = found->second;
    return row;
  }

  mlir::func::FuncOp main_;
  llvm::ArrayRef<Sample> samples_;
  const Options& options_;
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
