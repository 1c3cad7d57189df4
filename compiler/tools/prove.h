#pragma once
// npuc --verify and --bisect: the program, and the graph between passes, beside the reference
// interpreter (tools/verify).

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <mlir/IR/OwningOpRef.h>

#include "npuforge/compiler/verify/bisect.h"
#include "npuforge/compiler/verify/verify.h"

#include "options.h"

namespace npuforge::tools {

struct ProofOptions {
  bool verify = false, bisect = false, report = false;
  std::vector<std::string> inputs; ///< as of verify::make_inputs
  uint64_t seed = 0;
  bool wanted() const { return verify || bisect; }
};

void add_proof_options(CLI::App& app, ProofOptions& options);
/// Throws CLI::ValidationError for an option that would have no effect.
void check(const CLI::App& app, const ProofOptions& options);

class Proof {
public:
  Proof(const ProofOptions& options, const compiler::Precisions& precisions);

  /// For read_graph and lower_graph: begin and watch.
  GraphHooks hooks();
  /// Keeps the network as it is: the reference for what comes.
  void begin(mlir::ModuleOp network);
  /// Of an attempt that has failed.
  void forget_steps() { steps_.clear(); }

  /// Runs the program and compares. Throws std::runtime_error that names the first layer, or the
  /// first pass, whose result differs.
  void finish(mlir::ModuleOp lowered, const assembler::Program& program, const isa::Spec& spec);

  const std::vector<verify::Row>& rows() const { return rows_; }

private:
  /// --bisect: looks at the graph after each of the passes.
  void watch(mlir::PassManager& passes);
  void check_steps() const;
  std::string back_end_text() const;

  const ProofOptions& options_;
  std::string precision_ = "f32";
  mlir::OwningOpRef<mlir::ModuleOp> imported_;
  std::optional<verify::Tolerances> tolerances_;
  std::vector<verify::Tensor> inputs_, outputs_; ///< outputs: of the reference, for --bisect
  std::vector<verify::Step> steps_;
  std::vector<verify::Row> rows_;
};

} // namespace npuforge::tools
