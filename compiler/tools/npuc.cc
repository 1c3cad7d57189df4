// npuc: an ONNX model to a program for an NPU.
#include <chrono>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <llvm/Support/raw_ostream.h>

#include "npuforge/assembler/flow.h"
#include "npuforge/assembler/program.h"
#include "npuforge/assembler/text.h"
#include "npuforge/compiler/graph/images.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/host_control.h"
#include "npuforge/compiler/tile/placement.h"
#include "npuforge/compiler/tile/unfit.h"
#include "npuforge/isa/default_machine.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/spec.h"
#include "npuforge/isa/tool.h"
#include "npuforge/version.h"

#include "../pipeline.h"
#include "maps_report.h"
#include "options.h"
#include "plane_output.h"
#include "prove.h"
#include "quantize_options.h"
#include "reasons.h"
#include "report.h"
#include "stages.h"

namespace {

using namespace npuforge;

struct Options : tools::ModelOptions {
  std::string output, machine = isa::kDefaultMachine, emit = "elf", json, maps_json;
  std::string control = "device", placement = tile::kOnPlane.str();
  bool fast_math = false;
  int64_t images = 1;
  tools::QuantizeOptions quantize;
  tools::ProofOptions proof;
};

/// To the file, or to standard output if none is given.
void write_text(const Options& options, const std::string& text) {
  if (options.output.empty())
    isa::write_stdout(text);
  else
    isa::write_file(options.output, text);
}

void write_module(const Options& options, mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  write_text(options, text + "\n");
}

void run_back_end(mlir::ModuleOp module, const Options& options, const isa::Spec& spec,
                  const std::function<void(mlir::OpPassManager&, const isa::Spec&)>& build) {
  mlir::PassManager passes(module.getContext());
  build(passes, spec);
  compiler::print_after(passes, options.print_after, options.printed);
  compiler::run_passes(passes, module);
}

assembler::Program translate(mlir::ModuleOp module, const isa::Spec& spec) {
  compiler::Diagnostics diagnostics(*module.getContext());
  auto program = npu::translateToProgram(module, spec);
  if (mlir::failed(program))
    throw compiler::CompileError(diagnostics.text());
  return std::move(*program);
}

/// Whatever the network, its units must never wait for each other in vain.
void check_order(const assembler::Program& program, const isa::Spec& spec) {
  constexpr int64_t kMostFollowed = 4'000'000; // a fraction of a second
  for (const std::string& left_out : assembler::require_flow(program, spec, kMostFollowed))
    isa::print_note(left_out);
}

/// Runs the back end as far as --emit asks for.
void lower(mlir::ModuleOp module, const Options& options, const isa::Spec& spec,
           tools::Stages& stages, tools::Maps& maps) {
  if (options.emit == "graph")
    return;
  stages.next("tile");
  run_back_end(module, options, spec, [&](mlir::OpPassManager& passes, const isa::Spec& target) {
    npu::buildTilePipeline(passes, target, options.fast_math);
  });
  maps = tile::mapsOf(module);
  if (options.emit == "tile" || options.emit == "plane")
    return;
  stages.next("npu");
  run_back_end(module, options, spec, npu::buildNpuPipeline);
}

void write(mlir::ModuleOp module, const Options& options, const isa::Spec& spec,
           tools::Report& report, tools::Proof& proof) {
  if (options.emit == "plane")
    return write_text(options, tools::plane_document(tools::plane_of(module), options.output,
                                                     options.model + " on " + spec.machine.name +
                                                         ", cycles as predicted"));
  if (options.emit != "asm" && options.emit != "elf")
    return write_module(options, module);
  assembler::Program program = translate(module, spec);
  check_order(program, spec);
  program.bounds = report.bounds;
  for (const std::string& note : assembler::type_notes(program))
    isa::print_note(note);
  tools::add_program(report, program);
  if (options.emit == "asm")
    write_text(options, assembler::disassemble(spec, program));
  proof.finish(module, program, spec);
  if (options.emit == "elf" && !options.output.empty())
    assembler::write_program(std::move(program), spec, options.output);
}

void finish(const Options& options, tools::Report& report, const tools::Maps& maps,
            const tools::Reasons& reasons, const tools::Proof& proof, double seconds) {
  if (options.emit == "elf") // otherwise standard output is the result
    tools::print(report), tools::print(maps), tools::print(reasons);
  if (!options.maps_json.empty())
    isa::write_json_file(options.maps_json, tools::to_json(maps));
  if (options.json.empty())
    return;
  nlohmann::json json = tools::to_json(report);
  json["maps"] = tools::to_json(maps);
  json["optimisations"] = tools::to_json(reasons);
  json["disabled"] = options.disabled;
  if (options.proof.wanted())
    json["verify"] = verify::to_json(proof.rows());
  json["model"] = options.model;
  json["machine"] = options.machine;
  json["seconds"] = seconds;
  isa::write_json_file(options.json, json);
}

/// Adds the layers of integers that do not fit the machine to those that are to be tensor
/// operators, with a note. False if there are no new ones.
bool move_to_words(mlir::ModuleOp module, Options& options, const std::string& why) {
  auto unfit = module->getAttrOfType<mlir::ArrayAttr>(tile::kUnfitAttr);
  const size_t before = options.in_words.size();
  if (!unfit)
    return false;
  for (auto name : unfit.getAsRange<mlir::StringAttr>())
    if (!llvm::is_contained(options.in_words, name.getValue()))
      options.in_words.push_back(name.str());
  if (options.in_words.size() == before)
    return false;
  isa::print_note(why + "; computed over 32-bit words instead");
  return true;
}

void make_images(mlir::ModuleOp module, int64_t count) {
  compiler::Diagnostics diagnostics(*module.getContext());
  if (mlir::failed(graph::makeImages(module, count)))
    throw compiler::CompileError(diagnostics.text());
}

/// The network for the machine, as far as --emit asks for; adds to options.in_words.
mlir::OwningOpRef<mlir::ModuleOp> compile(mlir::ModuleOp network, Options& options,
                                          const isa::Spec& spec, tools::Stages& stages,
                                          tools::Report& report, tools::Maps& maps,
                                          tools::Proof& proof) {
  for (;;) {
    mlir::OwningOpRef<mlir::ModuleOp> module = network.clone();
    tools::lower_graph(*module, options, proof.hooks());
    if (options.images > 1)
      make_images(*module, options.images);
    report = tools::describe(*module, spec.machine);
    if (options.control == "host")
      (*module)->setAttr(tile::kHostControlAttr, mlir::UnitAttr::get(module->getContext()));
    (*module)->setAttr(tile::kPlacementAttr,
                       mlir::StringAttr::get(module->getContext(), options.placement));
    try {
      lower(*module, options, spec, stages, maps);
      return module;
    } catch (const compiler::CompileError& error) {
      if (!move_to_words(*module, options, error.what()))
        throw;
      proof.forget_steps();
    }
  }
}

int run(Options& options) {
  auto start = std::chrono::steady_clock::now();
  isa::Spec spec = isa::load_spec(isa::find_machine(options.machine));
  tools::Stages stages;
  stages.next("graph");
  tools::Reasons reasons;
  mlir::MLIRContext context;
  tools::collect_reasons(context, reasons);
  tools::Proof proof(options.proof, options.precisions);
  mlir::OwningOpRef<mlir::ModuleOp> network =
      tools::read_graph(context, options, options.quantize.wanted(), proof.hooks());
  if (options.quantize.wanted()) {
    tools::quantize(*network, options.quantize, options.emit == "elf");
    proof.begin(*network);
  }
  tools::Report report;
  tools::Maps maps;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      compile(*network, options, spec, stages, report, maps, proof);
  stages.next("program");
  tools::check_printed(options);
  write(*module, options, spec, report, proof);
  stages.done();
  finish(options, report, maps, reasons, proof,
         std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Compiles an ONNX model to a program for an NPU", "npuc");
  app.set_version_flag("--version", npuforge::kVersion);
  tools::add_model_options(app, options);
  app.add_option("-o", options.output,
                 "file to write; needed for --emit=elf, otherwise standard output");
  app.add_option("--machine", options.machine, "a reference machine's name or a spec file")
      ->capture_default_str();
  app.add_option("--emit", options.emit, "what to write")
      ->check(CLI::IsMember({"graph", "tile", "plane", "npu", "asm", "elf"}))
      ->capture_default_str();
  app.add_flag("--fast-math", options.fast_math,
               "allow rewrites that change the last bits of f32 in element-wise operators");
  app.add_option("--control", options.control,
                 "who decides about branches and turns of loops: the device, or, to compare with, "
                 "the host, for which the program stops (npusim --host-latency)")
      ->check(CLI::IsMember({"device", "host"}))
      ->capture_default_str();
  app.add_option("--placement", options.placement,
                 "of several cores: tasks over cores and time; or, to compare with, all on one "
                 "core, or one operator after the other, each on all cores if that is faster")
      ->check(CLI::IsMember({tile::kOnPlane.str(), tile::kOnOne.str(), tile::kInTurns.str()}))
      ->capture_default_str();
  app.add_option("--images", options.images,
                 "compute so many images at once, with inputs NAME.0, NAME.1, ..: cores may have "
                 "one each")
      ->check(CLI::Range(int64_t{1}, int64_t{64}))
      ->capture_default_str();
  tools::add_proof_options(app, options.proof);
  app.add_option("--json", options.json, "FILE: the report as JSON");
  app.add_option("--maps-json", options.maps_json,
                 "FILE: the instructions chosen for element-wise operators, as JSON");
  tools::add_quantize_options(app, options.quantize);
  app.final_callback([&] {
    tools::check(app, options.quantize);
    tools::check(app, options.proof);
    if (options.emit == "elf" && options.output.empty() && !options.proof.wanted())
      throw CLI::RequiredError("-o");
    if (options.images > 1 && options.proof.wanted())
      throw CLI::ValidationError("--images", "excludes --verify and --bisect");
    if (options.emit != "elf" && options.proof.wanted())
      throw CLI::ValidationError("--emit", "--verify and --bisect need a program");
  });
  return tools::run_tool(app, argc, argv, options, [&] { return run(options); });
}
