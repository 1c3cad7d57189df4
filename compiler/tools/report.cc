#include "report.h"

#include <cmath>

#include <fmt/format.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/bound.h"
#include "npuforge/compiler/tile/placement.h"

namespace npuforge::tools {
namespace {

std::string text(llvm::ArrayRef<int64_t> dims) {
  std::string result;
  for (int64_t dim : dims)
    result += (result.empty() ? "" : "x") + std::to_string(dim);
  return result;
}

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

int64_t bytes(mlir::Value value) {
  auto type = ranked(value);
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

/// One line about an end of the network: this is all the arithmetic that the loader does.
template <typename Get>
std::string interface_line(const char* kind, Get get) {
  auto string = [&](const char* name) { return llvm::cast<mlir::StringAttr>(get(name)).str(); };
  std::vector<int64_t> shape;
  for (mlir::Attribute dim : llvm::cast<mlir::ArrayAttr>(get("graph.shape")))
    shape.push_back(llvm::cast<mlir::IntegerAttr>(dim).getInt());
  std::string line =
      fmt::format("{} '{}': {} {}", kind, string("graph.name"), string("graph.type"), text(shape));
  if (string("graph.type") != "f32" || !get("graph.scale"))
    return line;
  return line + fmt::format(", the loader {} {} (scale {:.8g}, zero point {})",
                            kind[0] == 'i' ? "quantises to" : "dequantises from",
                            string("graph.qtype"),
                            llvm::cast<mlir::FloatAttr>(get("graph.scale")).getValueAsDouble(),
                            llvm::cast<mlir::IntegerAttr>(get("graph.zero_point")).getInt());
}

LayerRow row(mlir::Operation& op) {
  LayerRow row;
  row.name = graph::nodeName(op.getLoc());
  row.operation = op.getName().stripDialect().str();
  row.shape = text(ranked(op.getResult(0)).getShape());
  for (mlir::Value operand : op.getOperands())
    if (operand.getDefiningOp<graph::ConstantOp>())
      row.parameter_bytes += bytes(operand);
  if (auto conv = llvm::dyn_cast<graph::QConvOp>(op)) {
    auto weights = ranked(conv.getWeights());
    row.macs = ranked(conv.getResult()).getNumElements() * weights.getNumElements() /
               weights.getDimSize(0);
  }
  return row;
}

std::vector<assembler::ResourceBound> bounds(mlir::func::FuncOp main, const isa::Machine& machine) {
  graph::Bound bound = graph::lowerBound(main, {machine.array.rows, machine.array.cols,
                                                machine.vector.lanes, machine.dram.beat_bytes});
  auto whole = [](double cycles) { return static_cast<uint64_t>(std::ceil(cycles)); };
  const double cores = machine.cores; // all have the same DRAM, and units of their own
  return {{"array", whole(bound.array / cores)},
          {"dram", whole(bound.dram)},
          {"vector", whole(bound.vector / cores)}};
}

void add_layers(Report& report, mlir::func::FuncOp function) {
  for (mlir::Operation& op : function.getBody().front().without_terminator()) {
    if (llvm::isa<graph::ConstantOp>(op) || op.getNumResults() == 0)
      continue;
    LayerRow next = row(op);
    if (llvm::isa<graph::RequantOp>(op) && !report.layers.empty() &&
        report.layers.back().name == next.name)
      report.layers.back().parameter_bytes +=
          next.parameter_bytes; // one layer with its accumulation
    else
      report.layers.push_back(next);
  }
}

/// The layer of a range is named after all its operators, A+B+C, and behind a mark after the core
/// that computes a part of it.
bool holds(const assembler::LayerRange& range, const LayerRow& row) {
  std::string whole = range.layer;
  if (size_t mark = whole.rfind(tile::kPartMark);
      mark != std::string::npos && whole.find_first_not_of("0123456789", mark + 1) == whole.npos)
    whole.resize(mark);
  return ("+" + whole + "+").find("+" + row.name + "+") != std::string::npos;
}

void add_range(std::vector<LayerRow>& rows, const assembler::LayerRange& range) {
  LayerRow* first = nullptr;
  for (LayerRow& row : rows) {
    if (!holds(range, row))
      continue;
    if (!first)
      first = &row, row.instructions += range.last - range.first;
    else if (row.name != first->name)
      row.fused_with = first->name;
  }
}

std::string instructions_of(const LayerRow& layer) {
  return layer.fused_with.empty() ? std::to_string(layer.instructions) : "in above";
}

} // namespace

Report describe(mlir::ModuleOp module, const isa::Machine& machine) {
  Report report;
  auto main = module.lookupSymbol<mlir::func::FuncOp>("main");
  report.bounds = bounds(main, machine);
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    report.interface.push_back(
        interface_line("input", [&](const char* name) { return main.getArgAttr(i, name); }));
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    report.interface.push_back(
        interface_line("output", [&](const char* name) { return main.getResultAttr(i, name); }));
  for (auto function : module.getOps<mlir::func::FuncOp>()) // with the bodies of control flow
    add_layers(report, function);
  return report;
}

void add_program(Report& report, const assembler::Program& program) {
  report.sizes.instructions = static_cast<int64_t>(program.text.size());
  for (const assembler::Segment& segment : program.segments) {
    report.sizes.constant_bytes += static_cast<int64_t>(segment.bytes.size());
    report.sizes.activation_bytes += static_cast<int64_t>(segment.size - segment.bytes.size());
  }
  for (const assembler::LayerRange& range : program.layers)
    add_range(report.layers, range);
}

void print(const Report& report) {
  for (const std::string& line : report.interface)
    fmt::print("{}\n", line);
  fmt::print("{:<40} {:<10} {:>14} {:>12} {:>11} {:>13}\n", "layer", "operation", "result", "MACs",
             "parameters", "instructions");
  for (const LayerRow& layer : report.layers) {
    std::string name =
        layer.name.size() <= 40 ? layer.name : "..." + layer.name.substr(layer.name.size() - 37);
    fmt::print("{:<40} {:<10} {:>14} {:>12} {:>9} B {:>13}\n", name, layer.operation, layer.shape,
               layer.macs, layer.parameter_bytes, instructions_of(layer));
  }
  fmt::print("least cycles of schedules that compute every element:");
  for (const assembler::ResourceBound& bound : report.bounds)
    fmt::print(" {} {}", bound.resource, bound.cycles);
  fmt::print("\n");
}

nlohmann::json to_json(const Report& report) {
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerRow& layer : report.layers)
    layers.push_back({{"name", layer.name},
                      {"operation", layer.operation},
                      {"result", layer.shape},
                      {"macs", layer.macs},
                      {"parameter_bytes", layer.parameter_bytes},
                      {"instructions", layer.instructions},
                      {"fused_with", layer.fused_with.empty() ? nlohmann::json()
                                                              : nlohmann::json(layer.fused_with)}});
  nlohmann::json bounds;
  for (const assembler::ResourceBound& bound : report.bounds)
    bounds[bound.resource] = bound.cycles;
  return {{"interface", report.interface},
          {"least_cycles", bounds},
          {"instructions", report.sizes.instructions},
          {"constant_bytes", report.sizes.constant_bytes},
          {"activation_bytes", report.sizes.activation_bytes},
          {"layers", layers}};
}

} // namespace npuforge::tools
