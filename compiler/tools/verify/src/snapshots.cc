#include "snapshots.h"

#include <algorithm>

#include "npuforge/simulator/simulator.h"

namespace npuforge::verify {
namespace {

class Snapshots : public simulator::EventSink {
public:
  Snapshots(const assembler::Program& program, const std::vector<LayerValue>& values,
            const isa::Machine& machine, const simulator::DramData& dram)
      : program_(program), values_(values), machine_(machine), dram_(dram), tensors_(values.size()),
        taken_(values.size(), false) {
    for (const LayerValue& value : values)
      places_.outputs.push_back(value.place);
  }

  void on_complete(const simulator::InstructionEvent& event) override {
    if (event.unit != isa::Unit::Store)
      return;
    const auto& layers = program_.layers;
    auto behind = std::upper_bound(
        layers.begin(), layers.end(), event.pc,
        [](uint32_t pc, const assembler::LayerRange& layer) { return pc < layer.first; });
    const size_t layer = static_cast<size_t>(behind - layers.begin()) - 1;
    if (behind != layers.begin() && layer > reached_)
      take(reached_ = layer);
  }

  std::vector<simulator::Tensor> finish() {
    take(SIZE_MAX);
    return std::move(tensors_);
  }

private:
  /// Those of layers before this one.
  void take(size_t layer) {
    for (size_t i = 0; i < values_.size(); ++i)
      if (!taken_[i] && values_[i].layer < layer) {
        tensors_[i] = simulator::read_output(places_, machine_, values_[i].name, dram_);
        taken_[i] = true;
      }
  }

  const assembler::Program& program_;
  const std::vector<LayerValue>& values_;
  const isa::Machine& machine_;
  const simulator::DramData& dram_;
  assembler::Program places_; ///< whose outputs are the values
  std::vector<simulator::Tensor> tensors_;
  std::vector<bool> taken_;
  size_t reached_ = 0;
};

} // namespace

std::vector<simulator::Tensor> run_program(const Question& question,
                                           const std::vector<LayerValue>& values,
                                           mlir::func::FuncOp main,
                                           const std::vector<Tensor>& inputs) {
  const isa::Machine& machine = question.spec.machine;
  simulator::Simulator simulator(question.spec, {});
  simulator.load(question.program);
  for (unsigned i = 0; i < inputs.size(); ++i) {
    const std::string name = main.getArgAttrOfType<mlir::StringAttr>(i, "graph.name").str();
    const bool read = std::any_of(question.program.inputs.begin(), question.program.inputs.end(),
                                  [&](const assembler::Port& port) { return port.name == name; });
    if (read) // others matter to nobody
      simulator::write_input(question.program, machine, name, to_device(inputs[i]),
                             simulator.dram());
  }
  Snapshots snapshots(question.program, values, machine, simulator.dram());
  simulator.run(&snapshots);
  return snapshots.finish();
}

} // namespace npuforge::verify
