#pragma once
// npuc's options for post-training quantisation.

#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <mlir/IR/BuiltinOps.h>

namespace npuforge::tools {

struct QuantizeOptions {
  std::string type;    ///< "int8", or "" without --quantize
  std::string samples; ///< the folder
  std::string method = "mse";
  double percentile = 99.99;
  bool no_equalization = false, no_bias_correction = false;
  std::optional<double> max_error;
  std::string report; ///< FILE.json or FILE.md

  bool wanted() const { return !type.empty(); }
};

void add_quantize_options(CLI::App& app, QuantizeOptions& options);

/// Throws CLI::ValidationError for options that do not go together.
void check(const CLI::App& app, const QuantizeOptions& options);

/// Quantises the network and writes the report: to its file, and to standard output if `print`.
/// Throws quantize::QuantizeError, isa::FileError.
void quantize(mlir::ModuleOp network, const QuantizeOptions& options, bool print);

} // namespace npuforge::tools
