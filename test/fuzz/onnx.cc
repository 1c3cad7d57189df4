// ONNX models: the importer and the passes over the graph. The protobuf is mutated as a message,
// since few random bytes are one.
#include <mlir/IR/MLIRContext.h>
#include <mlir/IR/Verifier.h>

#include "npuforge/compiler/onnx/import.h"

#include "fuzz.h"
#include "onnx_mutate.h"
#include "pipeline.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  fuzz::MemoryFile file(data, size);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  try {
    onnx::Import import = onnx::import_model(context, file.path(), {});
    compiler::Diagnostics quiet(context);
    fuzz::require(mlir::succeeded(mlir::verify(*import.module)), "an imported module verifies");
    mlir::PassManager passes(&context);
    compiler::add_graph_passes(passes);
    compiler::run_passes(passes, *import.module);
  } catch (const onnx::ImportError& error) {
    fuzz::require(*error.what() != '\0', "a refusal says why");
  } catch (const compiler::CompileError& error) {
    fuzz::require(*error.what() != '\0', "a refusal says why");
  }
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  return npuforge::fuzz::mutate_model(data, size, max_size, seed);
}
