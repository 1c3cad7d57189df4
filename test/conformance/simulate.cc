#include "simulate.h"

#include <algorithm>

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

assembler::Program compile(mlir::ModuleOp module, const isa::Spec& spec,
                           const std::string& precision) {
  run_passes(module, [&](mlir::OpPassManager& passes) {
    compiler::add_graph_passes(passes, {.all = precision});
  });
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

std::vector<std::string> input_names(mlir::ModuleOp module) {
  auto main = module.lookupSymbol<mlir::func::FuncOp>("main");
  std::vector<std::string> names;
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    names.push_back(llvm::cast<mlir::StringAttr>(main.getArgAttr(i, "graph.name")).str());
  return names;
}

/// The compiler drops inputs that no output depends on.
bool is_input(const assembler::Program& program, const std::string& name) {
  return std::any_of(program.inputs.begin(), program.inputs.end(),
                     [&](const assembler::Port& port) { return port.name == name; });
}

} // namespace

Tensors simulate_model(const Request& request, const Tensors& inputs, const Target& target,
                       bool& folded) {
  static Machine device(target.machine);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  onnx::Import import = import_request(context, request);
  folded = !depends_on_input(import.module->lookupSymbol<mlir::func::FuncOp>("main"));
  const std::vector<std::string> names = input_names(*import.module);
  if (names.size() != inputs.size())
    throw std::runtime_error("the number of inputs is wrong");
  const assembler::Program program = compile(*import.module, device.spec, target.precision);
  device.simulator.load(program);
  for (size_t i = 0; i < inputs.size(); ++i)
    if (is_input(program, names[i]))
      simulator::write_input(program, device.spec.machine, names[i], to_device(inputs[i]),
                             device.simulator.dram());
  device.simulator.run(nullptr);
  Tensors results;
  auto is_extent = [&](const std::string& name) {
    return std::any_of(program.outputs.begin(), program.outputs.end(), [&](const auto& other) {
      return other.bounded && other.bounded->extent == name;
    });
  };
  for (const auto& port : program.outputs)
    if (!is_extent(port.name))
      results.push_back(from_device(simulator::read_output(program, device.spec.machine, port.name,
                                                           device.simulator.dram())));
  return results;
}

} // namespace npuforge::conformance
