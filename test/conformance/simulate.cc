#include "simulate.h"

#include <fmt/format.h>
#include <mlir/Pass/PassManager.h>

#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/simulator/loader.h"
#include "npuforge/simulator/simulator.h"

#include "import_request.h"
#include "pipeline.h"

namespace npuforge::conformance {
namespace {

/// More cycles than any case needs.
constexpr int64_t kMaxCycles = 2'000'000'000;

/// One a process: SystemC elaborates once.
struct Machine {
  explicit Machine(const std::string& name)
      : spec(isa::load_spec(isa::find_machine(name))), simulator(spec, {.max_cycles = kMaxCycles}) {
  }

  isa::Spec spec;
  simulator::Simulator simulator;
};

void run_passes(mlir::ModuleOp module, const std::function<void(mlir::OpPassManager&)>& build) {
  mlir::PassManager passes(module.getContext());
  build(passes);
  compiler::run_passes(passes, module);
}

assembler::Program compile(mlir::ModuleOp module, const isa::Spec& spec) {
  run_passes(module, compiler::add_graph_passes);
  run_passes(module, [&](mlir::OpPassManager& passes) { npu::buildTilePipeline(passes, spec); });
  run_passes(module, [&](mlir::OpPassManager& passes) { npu::buildNpuPipeline(passes, spec); });
  compiler::Diagnostics diagnostics(*module.getContext());
  auto program = npu::translateToProgram(module, spec);
  if (mlir::failed(program))
    throw compiler::CompileError(diagnostics.text());
  return std::move(*program);
}

simulator::Tensor to_device(const HostTensor& tensor) {
  auto* bytes = reinterpret_cast<const std::byte*>(tensor.bytes.data());
  return {tensor.type, tensor.shape, {bytes, bytes + tensor.bytes.size()}};
}

HostTensor from_device(const simulator::Tensor& tensor) {
  auto* bytes = reinterpret_cast<const char*>(tensor.data.data());
  return {tensor.type, tensor.shape, {bytes, bytes + tensor.data.size()}};
}

} // namespace

Tensors simulate_model(const Request& request, const Tensors& inputs, const std::string& machine,
                       bool& folded) {
  static Machine device(machine);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  onnx::Import import = import_request(context, request);
  folded = !depends_on_input(import.module->lookupSymbol<mlir::func::FuncOp>("main"));
  const assembler::Program program = compile(*import.module, device.spec);
  if (program.inputs.size() != inputs.size())
    throw std::runtime_error("the number of inputs is wrong");
  device.simulator.load(program);
  for (size_t i = 0; i < inputs.size(); ++i)
    simulator::write_input(program, device.spec.machine, program.inputs[i].name,
                           to_device(inputs[i]), device.simulator.dram());
  device.simulator.run(nullptr);
  Tensors results;
  for (const auto& port : program.outputs)
    results.push_back(from_device(
        simulator::read_output(program, device.spec.machine, port.name, device.simulator.dram())));
  return results;
}

} // namespace npuforge::conformance
