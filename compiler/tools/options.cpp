#include "options.h"

#include <charconv>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/import.h"

#include "../pipeline.h"

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

} // namespace

void add_model_options(CLI::App& app, ModelOptions& options) {
  app.add_option("model", options.model, "the ONNX file")->required();
  app.add_option("--shape", options.shapes,
                 "NAME=1x3x32x32: the shape of an input, where the file leaves it open")
      ->take_all()
      ->check([](const std::string& text) {
        try {
          parse_shape(text);
        } catch (const CLI::ValidationError& error) {
          return std::string(error.what());
        }
        return std::string();
      });
  app.add_option("--output", options.outputs,
                 "NAME: make an inner value the network's output; may be repeated");
  app.add_option("--print-ir-after", options.print_after,
                 "PASS or all: print the module after passes");
}

mlir::OwningOpRef<mlir::ModuleOp> load_graph(mlir::MLIRContext& context,
                                             const ModelOptions& options) {
  onnx::ImportOptions import_options;
  for (const std::string& text : options.shapes)
    import_options.shapes.insert(parse_shape(text));
  import_options.outputs = options.outputs;
  onnx::Import import = onnx::import_model(context, options.model, import_options);
  for (const std::string& note : import.notes)
    fmt::print(stderr, "note: {}\n", note);
  mlir::PassManager passes(&context);
  compiler::add_graph_passes(passes);
  compiler::print_after(passes, options.print_after, options.printed);
  compiler::run_passes(passes, *import.module);
  return std::move(import.module);
}

void check_printed(const ModelOptions& options) {
  if (!options.print_after.empty() && !options.printed)
    throw std::runtime_error(
        fmt::format("--print-ir-after: no pass '{}' has run", options.print_after));
}

int guarded(CLI::App& app, int argc, char** argv, const std::string& file,
            const std::function<int()>& body) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::string program = argv[0];
  program = program.substr(program.rfind('/') + 1);
  try {
    return body();
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "{}: {}: out of memory\n", program, file);
  } catch (const std::exception& error) {
    std::string text =
        error.what(); // a line for each problem; indented lines belong to the one before
    for (size_t at = 0; at != std::string::npos;) {
      size_t end = text.find('\n', at);
      std::string line = text.substr(at, end == std::string::npos ? end : end - at);
      if (line.empty() || line[0] == ' ')
        fmt::print(stderr, "{}\n", line);
      else
        fmt::print(stderr, "{}: {}: {}\n", program, file, line);
      at = end == std::string::npos ? end : end + 1;
    }
  }
  return 1;
}

} // namespace npuforge::tools
