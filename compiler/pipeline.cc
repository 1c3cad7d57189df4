#include "pipeline.h"

#include <mlir/IR/Diagnostics.h>
#include <mlir/Transforms/Passes.h>

#include "npuforge/compiler/graph/Passes.h"

namespace npuforge::compiler {
namespace {

graph::PrecisionOptions optionsOf(const Precisions& precisions) {
  graph::PrecisionOptions options;
  options.type = precisions.all;
  options.layers.assign(precisions.layers.begin(), precisions.layers.end());
  return options;
}

} // namespace

void add_cleaning_passes(mlir::OpPassManager& passes, bool to_quantise) {
  passes.addPass(mlir::createSymbolDCEPass()); // bodies of control flow that nobody needs
  mlir::OpPassManager& main = passes.nest<mlir::func::FuncOp>();
  main.addPass(graph::createDropEmpty());   // tensors without elements
  main.addPass(graph::createCleanImport()); // identities, views of constants, bias into gemm
  if (to_quantise)
    main.addPass(graph::createRaiseWindows()); // in one dimension -> in two
  main.addPass(graph::createFoldScales());     // batch normalisation into convolutions and gemms
}

void add_lowering_passes(mlir::OpPassManager& passes, const Precisions& precisions) {
  mlir::OpPassManager& main = passes.nest<mlir::func::FuncOp>();
  main.addPass(
      graph::createMoveQuantize());    // only arithmetic stays between dequantize and quantize
  main.addPass(graph::createCommon()); // equal quantizes of one value are one
  main.addPass(graph::createBindInterface());   // f32 at the network's ends -> attributes of @main
  main.addPass(graph::createShiftUnsigned());   // ui8 -> i8
  main.addPass(graph::createFuseMaps());        // element-wise f32 -> maps on 8 bits
  main.addPass(graph::createLowerQdq());        // -> integer operators
  main.addPass(graph::createFoldViews());       // -> 4-D
  main.addPass(graph::createIntegerProducts()); // products of quantised tensors, still f32 -> of i8
  main.addPass(graph::createDecompose());       // what is not quantised -> tensor operators
  main.addPass(graph::createPrecision(optionsOf(precisions))); // types that the array multiplies
  main.addPass(graph::createSignedProducts()); // tensor operators: products of ui8 -> of i8
  main.addPass(graph::createChannelsLast());   // transposes around convolutions meet and vanish
  main.addPass(graph::createWords());          // their types -> f32, i32
  main.addPass(graph::createNarrow());         // operands of products -> f16, bf16
  main.addPass(graph::createBytes());          // words that hold 8 bits -> bytes
  main.addPass(graph::createMergeMaps());      // chains of maps -> one
  main.addPass(graph::createMergeCrossings()); // maps beside changes between words and blocks
  main.addPass(graph::createCheckLowered());   // refuses the rest
  main.addPass(graph::createCommon());
  passes.addPass(mlir::createSymbolDCEPass());
}

void add_graph_passes(mlir::OpPassManager& passes, const Precisions& precisions) {
  add_cleaning_passes(passes, false);
  add_lowering_passes(passes, precisions);
}

Diagnostics::Diagnostics(mlir::MLIRContext& context) : context_(context) {
  id_ = context.getDiagEngine().registerHandler([this](mlir::Diagnostic& diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      errors_.push_back(diagnostic.str());
    return mlir::success();
  });
}

Diagnostics::~Diagnostics() {
  context_.getDiagEngine().eraseHandler(id_);
}

std::string Diagnostics::text() const {
  std::string text;
  for (const std::string& error : errors_)
    text += (text.empty() ? "" : "\n") + error;
  return text;
}

void print_after(mlir::PassManager& passes, const std::string& pass, bool& printed) {
  if (pass.empty())
    return;
  passes.getContext()->disableMultithreading(); // MLIR prints only then
  auto wanted = [pass, &printed](mlir::Pass* current, mlir::Operation*) {
    bool match = pass == "all" || current->getArgument() == pass;
    printed |= match;
    return match;
  };
  passes.enableIRPrinting([](mlir::Pass*, mlir::Operation*) { return false; }, wanted, true, false);
}

void run_passes(mlir::PassManager& passes, mlir::ModuleOp module) {
  Diagnostics diagnostics(*module.getContext());
  if (mlir::failed(passes.run(module)))
    throw CompileError(diagnostics.text().empty() ? "a pass failed" : diagnostics.text());
}

} // namespace npuforge::compiler
