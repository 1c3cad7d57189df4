#include "options.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Parser/Parser.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/in_words.h"
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/onnx/import.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/spec.h"
#include "npuforge/isa/tool.h"

namespace npuforge::tools {
namespace {

/// "x=1x1960" -> x, {1, 1960}. The shape follows the last '='.
std::pair<std::string, std::vector<int64_t>> parse_shape(const std::string& text) {
  size_t equals = text.rfind('=');
  std::vector<int64_t> dims;
  const char* at = text.data() + (equals == std::string::npos ? text.size() : equals + 1);
  const char* end = text.data() + text.size();
  while (at < end) {
    int64_t dim = 0;
    auto [next, error] = std::from_chars(at, end, dim);
    if (error != std::errc() || dim < 1 || (next != end && (*next != 'x' || next + 1 == end)))
      throw CLI::ValidationError("--shape", text + ": expected NAME=1x3x32x32");
    dims.push_back(dim);
    at = next == end ? end : next + 1;
  }
  if (equals == std::string::npos || dims.empty())
    throw CLI::ValidationError("--shape", text + ": expected NAME=1x3x32x32");
  return {text.substr(0, equals), dims};
}

/// "shape=file.npy" -> shape, file.npy
std::pair<std::string, std::string> parse_binding(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw CLI::ValidationError("--bind", text + ": expected NAME=FILE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// "picked=100" -> picked, 100
std::pair<std::string, int64_t> parse_most(const std::string& text) {
  const size_t equals = text.rfind('=');
  int64_t most = 0;
  const char* end = text.data() + text.size();
  const bool whole = equals != std::string::npos && equals > 0 &&
                     std::from_chars(text.data() + equals + 1, end, most) ==
                         std::from_chars_result{end, std::errc()};
  if (!whole || most < 1)
    throw CLI::ValidationError("--max-dim", text + ": expected NAME=N, N above 0");
  return {text.substr(0, equals), most};
}

const std::vector<std::string> kPrecisions{"f32", "f16", "bf16"};

/// What is wrong with the name of a precision, or "".
std::string check_precision(const std::string& name) {
  if (name == "i8")
    return "i8 needs to know what values occur: --quantize int8 --calibrate DIR";
  if (std::find(kPrecisions.begin(), kPrecisions.end(), name) != kPrecisions.end())
    return "";
  return fmt::format("'{}' is not one of {}", name, fmt::join(kPrecisions, ", "));
}

/// NAME=bf16; the precision follows the last '='.
std::string check_layer_precision(const std::string& text) {
  const size_t equals = text.rfind('=');
  if (equals == 0 || equals == std::string::npos)
    return text + ": expected NAME=bf16";
  return check_precision(text.substr(equals + 1));
}

/// `help` lists the optimisations and ends the program.
void check_optimisation(const std::string& name) {
  std::string known;
  for (const graph::Optimisation* each : graph::optimisations()) {
    if (each->name == name)
      return;
    known += fmt::format("{:<14} {}\n", each->name.str(), each->summary.str());
  }
  if (name == "help") {
    isa::write_stdout(known);
    throw CLI::Success();
  }
  throw CLI::ValidationError("--disable", name + " is no optimisation; these are:\n" + known);
}

/// A check for CLI11 from a parser that throws.
template <typename Parse>
auto checked(Parse parse) {
  return [parse](const std::string& text) {
    try {
      parse(text);
    } catch (const CLI::ValidationError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
}

} // namespace

void add_model_options(CLI::App& app, ModelOptions& options) {
  app.add_option("model", options.model, "the ONNX file, or a graph as text (.mlir)")->required();
  app.add_option("--shape", options.shapes,
                 "NAME=1x3x32x32: the shape of an input, where the file leaves it open")
      ->allow_extra_args(false)
      ->take_all()
      ->check(checked(parse_shape));
  app.add_option(
         "--bind", options.bindings,
         "NAME=FILE: the values (.npy, or a TensorProto .pb) of an input that is an operator's "
         "parameter: a shape, axes, sizes, pads")
      ->allow_extra_args(false)
      ->take_all()
      ->check(checked(parse_binding));
  app.add_option(
         "--max-dim", options.most_elements,
         "NAME=N: of a value whose extent depends on other values, such as NonZero's, never "
         "more than N elements; more stop the program (default: room for all there can be)")
      ->allow_extra_args(false)
      ->take_all()
      ->check(checked(parse_most));
  app.add_option("--output", options.outputs,
                 "NAME: make an inner value the network's output; may be repeated")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option("--precision", options.precisions.all,
                 "the type in which the array multiplies f32: f32, f16 or bf16; sums are f32")
      ->check(check_precision)
      ->capture_default_str();
  app.add_option("--layer-precision", options.precisions.layers,
                 "NAME=bf16: the same for the product of one node; may be repeated")
      ->allow_extra_args(false)
      ->take_all()
      ->check(check_layer_precision);
  app.add_option("--disable", options.disabled,
                 "NAME[,NAME...]: optimisations to leave out; help lists them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->take_all()
      ->check(checked(check_optimisation));
  app.add_option("--print-ir-after", options.print_after,
                 "PASS or all: print the module after passes");
}

namespace {

/// A graph as text: what the importer would have made.
mlir::OwningOpRef<mlir::ModuleOp> parse_graph(mlir::MLIRContext& context,
                                              const ModelOptions& options) {
  if (!options.shapes.empty() || !options.outputs.empty() || !options.bindings.empty() ||
      !options.most_elements.empty())
    throw std::runtime_error("--shape, --bind, --max-dim and --output are for ONNX files");
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect,
                      mlir::math::MathDialect>();
  const std::vector<std::byte> text = isa::read_file(options.model);
  compiler::Diagnostics diagnostics(context);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      llvm::StringRef(reinterpret_cast<const char*>(text.data()), text.size()), &context);
  if (!module)
    throw compiler::CompileError(diagnostics.text());
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  if (!main || main.isExternal())
    throw compiler::CompileError("there is no function @main");
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (!main.getArgAttrOfType<mlir::StringAttr>(i, "graph.name"))
      throw compiler::CompileError(fmt::format("argument {} of @main has no graph.name", i));
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    if (!main.getResultAttrOfType<mlir::StringAttr>(i, "graph.name"))
      throw compiler::CompileError(fmt::format("result {} of @main has no graph.name", i));
  return module;
}

mlir::OwningOpRef<mlir::ModuleOp> import_graph(mlir::MLIRContext& context,
                                               const ModelOptions& options, bool to_quantise) {
  if (options.model.ends_with(".mlir"))
    return parse_graph(context, options);
  onnx::ImportOptions import_options;
  for (const std::string& text : options.shapes)
    import_options.shapes.insert(parse_shape(text));
  import_options.outputs = options.outputs;
  import_options.unrolls = to_quantise; // products in bodies stay f32
  for (const std::string& text : options.most_elements)
    import_options.most_elements.insert(parse_most(text));
  for (const std::string& text : options.bindings)
    import_options.bindings.insert(parse_binding(text));
  onnx::Import import = onnx::import_model(context, options.model, import_options);
  for (const std::string& note : import.notes)
    isa::print_note(note);
  return std::move(import.module);
}

/// An attribute of names, unless there are none.
void mark(mlir::ModuleOp module, llvm::StringRef attribute, const std::vector<std::string>& names) {
  const std::vector<llvm::StringRef> all(names.begin(), names.end());
  if (!all.empty())
    module->setAttr(attribute, mlir::Builder(module.getContext()).getStrArrayAttr(all));
}

void run_passes(mlir::ModuleOp module, const ModelOptions& options, const GraphHooks& hooks,
                const std::function<void(mlir::OpPassManager&)>& add) {
  mlir::PassManager passes(module.getContext());
  add(passes);
  compiler::print_after(passes, options.print_after, options.printed);
  if (hooks.passes)
    hooks.passes(passes);
  compiler::run_passes(passes, module);
}

/// A pass over one function cannot tell that a name is in none, where there are several.
void check_layer_names(mlir::ModuleOp module, const ModelOptions& options) {
  for (const std::string& text : options.precisions.layers) {
    const std::string name = text.substr(0, text.rfind('='));
    bool found = false;
    module.walk([&](mlir::Operation* op) { found |= graph::nodeName(op->getLoc()) == name; });
    if (!found && llvm::range_size(module.getOps<mlir::func::FuncOp>()) > 1)
      throw std::runtime_error(fmt::format("--layer-precision: there is no node '{}'", name));
  }
}

} // namespace

mlir::OwningOpRef<mlir::ModuleOp> read_graph(mlir::MLIRContext& context,
                                             const ModelOptions& options, bool to_quantise,
                                             const GraphHooks& hooks) {
  mlir::OwningOpRef<mlir::ModuleOp> module = import_graph(context, options, to_quantise);
  mark(*module, graph::kDisableAttr, options.disabled);
  if (hooks.imported)
    hooks.imported(*module);
  run_passes(*module, options, hooks, [&](mlir::OpPassManager& passes) {
    compiler::add_cleaning_passes(passes, to_quantise);
  });
  return module;
}

void lower_graph(mlir::ModuleOp module, const ModelOptions& options, const GraphHooks& hooks) {
  check_layer_names(module, options);
  mark(module, graph::kInWordsAttr, options.in_words);
  run_passes(module, options, hooks, [&](mlir::OpPassManager& passes) {
    compiler::add_lowering_passes(passes, options.precisions);
  });
}

mlir::OwningOpRef<mlir::ModuleOp> load_graph(mlir::MLIRContext& context,
                                             const ModelOptions& options) {
  mlir::OwningOpRef<mlir::ModuleOp> module = read_graph(context, options, false);
  lower_graph(*module, options);
  return module;
}

void check_printed(const ModelOptions& options) {
  if (!options.print_after.empty() && !options.printed)
    throw std::runtime_error(
        fmt::format("--print-ir-after: no pass '{}' has run", options.print_after));
}

int run_tool(CLI::App& app, int argc, char** argv, const ModelOptions& options,
             const std::function<int()>& body) {
  return isa::run_tool(app, argc, argv, [&] {
    try {
      return body();
    } catch (const isa::FileError&) {
      throw; // these name their file
    } catch (const isa::SpecError&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      throw std::runtime_error(isa::prefix_lines(options.model + ": ", error.what()));
    }
  });
}

} // namespace npuforge::tools
