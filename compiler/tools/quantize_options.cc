#include "quantize_options.h"

#include <map>

#include "npuforge/compiler/quantize/samples.h"

#include "quantize_report.h"

namespace npuforge::tools {
namespace {

const std::map<std::string, quantize::Method> kMethods = {
    {"minmax", quantize::Method::kMinMax},
    {"percentile", quantize::Method::kPercentile},
    {"entropy", quantize::Method::kEntropy},
    {"mse", quantize::Method::kMse}};

} // namespace

void add_quantize_options(CLI::App& app, QuantizeOptions& options) {
  const char* group = "Quantisation of a float model";
  CLI::Option* wanted =
      app.add_option("--quantize", options.type, "compute in 8 bits; needs --calibrate")
          ->check(CLI::IsMember({"int8"}))
          ->group(group);
  app.add_option("--calibrate", options.samples,
                 "FOLDER: samples of the inputs: .npy files, or folders with input_0.npy (or .pb), "
                 "input_1.npy, ...")
      ->group(group)
      ->needs(wanted);
  app.add_option("--calibration", options.method,
                 "how ranges are found: all values, all but outliers, least loss of information, "
                 "least mean square error")
      ->check(CLI::IsMember({"minmax", "percentile", "entropy", "mse"}))
      ->capture_default_str()
      ->group(group)
      ->needs(wanted);
  app.add_option("--percentile", options.percentile,
                 "percent of the values that --calibration percentile keeps below the upper end")
      ->check(CLI::Range(50.0, 100.0))
      ->capture_default_str()
      ->group(group)
      ->needs(wanted);
  app.add_flag("--no-equalization", options.no_equalization,
               "do not make the ranges of channels alike across layers")
      ->group(group)
      ->needs(wanted);
  app.add_flag("--no-bias-correction", options.no_bias_correction,
               "do not take back what rounding adds to the mean of a layer's results")
      ->group(group)
      ->needs(wanted);
  app.add_option(
         "--max-error", options.max_error,
         "largest |q - f| / |f| (L2 norms over all samples) of the outputs; layers become "
         "bf16, the most harmful ones first, until it is met, or f32 where bf16 is not enough or "
         "they multiply no matrices")
      ->check(CLI::NonNegativeNumber)
      ->group(group)
      ->needs(wanted);
  app.add_option("--quantize-report", options.report, "FILE.json or FILE.md: errors of all layers")
      ->group(group)
      ->needs(wanted);
}

void check(const CLI::App& app, const QuantizeOptions& options) {
  if (options.wanted() && options.samples.empty())
    throw CLI::ValidationError("--quantize",
                               "needs --calibrate: the ranges of the network's values "
                               "are taken from samples of its inputs");
  if (app.count("--percentile") > 0 && options.method != "percentile")
    throw CLI::ValidationError("--percentile", "is of --calibration percentile, and " +
                                                   options.method + " is asked for");
  if (!options.report.empty() && !options.report.ends_with(".json") &&
      !options.report.ends_with(".md"))
    throw CLI::ValidationError("--quantize-report", options.report + ": expected a name that ends "
                                                                     "with .json or .md");
}

void quantize(mlir::ModuleOp network, const QuantizeOptions& options, bool print) {
  auto main = network.lookupSymbol<mlir::func::FuncOp>("main");
  quantize::Options how;
  how.method = kMethods.at(options.method);
  how.percentile = options.percentile;
  how.equalize = !options.no_equalization;
  how.correct_bias = !options.no_bias_correction;
  how.max_error = options.max_error;
  const quantize::Report report =
      quantize::quantize(main, quantize::read_samples(main, options.samples), how);
  if (print)
    tools::print(report);
  if (!options.report.empty())
    write(report, options.report);
}

} // namespace npuforge::tools
