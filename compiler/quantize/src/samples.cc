#include "npuforge/compiler/quantize/samples.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/Support/raw_ostream.h>

#include "npuforge/compiler/onnx/import.h"
#include "npuforge/compiler/onnx/tensor_file.h"

namespace npuforge::quantize {
namespace {

namespace fs = std::filesystem;
using graph::reference::Tensor;

/// "f32 1x3x32x32"
std::string describe(mlir::ShapedType type) {
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  return fmt::format("{} {}", element, fmt::join(type.getShape(), "x"));
}

/// What the files of a folder are samples of.
class Reader {
public:
  explicit Reader(mlir::func::FuncOp main) : main_(main) {}

  std::vector<Sample> folder(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error))
      throw QuantizeError(folder.string() + ": is no folder with samples");
    std::vector<fs::path> files, folders;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.is_directory())
        folders.push_back(entry.path());
      else if (entry.path().extension() == ".npy")
        files.push_back(entry.path());
    std::vector<Sample> samples;
    if (!file_of(folder, 0).empty() && (count() > 1 || files.empty()))
      return {sample(folder)};
    if (!files.empty())
      return alone(std::move(files), folder);
    std::sort(folders.begin(), folders.end());
    for (const fs::path& each : folders)
      samples.push_back(sample(each));
    if (samples.empty())
      throw QuantizeError(folder.string() +
                          ": has neither .npy files nor folders with input_0.npy or input_0.pb");
    return samples;
  }

private:
  size_t count() { return main_.getNumArguments(); }

  std::vector<Sample> alone(std::vector<fs::path> files, const fs::path& folder) {
    if (count() != 1)
      throw QuantizeError(fmt::format("{}: has .npy files, but the network has {} inputs: a folder "
                                      "for each sample, with input_0.npy, input_1.npy, ... is "
                                      "needed",
                                      folder.string(), count()));
    std::sort(files.begin(), files.end());
    std::vector<Sample> samples;
    for (const fs::path& file : files)
      samples.push_back({tensor(file, 0)});
    return samples;
  }

  /// input_N.npy or input_N.pb; "" if there is neither.
  static fs::path file_of(const fs::path& folder, size_t input) {
    for (const char* end : {".npy", ".pb"})
      if (fs::path file = folder / fmt::format("input_{}{}", input, end); fs::exists(file))
        return file;
    return {};
  }

  Sample sample(const fs::path& folder) {
    Sample sample;
    for (size_t i = 0; i < count(); ++i) {
      fs::path file = file_of(folder, i);
      if (file.empty())
        throw QuantizeError(fmt::format("{}: has neither input_{}.npy nor input_{}.pb, for {}",
                                        folder.string(), i, i, name(i)));
      sample.push_back(tensor(file, i));
    }
    return sample;
  }

  std::string name(size_t input) {
    auto text =
        main_.getArgAttrOfType<mlir::StringAttr>(static_cast<unsigned>(input), "graph.name");
    return "input '" + (text ? text.str() : std::to_string(input)) + "'";
  }

  Tensor tensor(const fs::path& file, size_t input) {
    mlir::DenseElementsAttr read;
    try {
      read = onnx::read_tensor(*main_.getContext(), file);
    } catch (const onnx::ImportError& error) {
      throw QuantizeError(error.what());
    }
    auto type =
        llvm::cast<mlir::ShapedType>(main_.getArgument(static_cast<unsigned>(input)).getType());
    if (read.getType() != type)
      throw QuantizeError(fmt::format("{}: holds {}, {} is {}", file.string(),
                                      describe(read.getType()), name(input), describe(type)));
    Tensor tensor = graph::reference::from_attribute(read);
    if (tensor.is_real())
      for (size_t i = 0; i < tensor.reals->size(); ++i)
        if (!std::isfinite((*tensor.reals)[i]))
          throw QuantizeError(fmt::format("{}: element {} is {}", file.string(), i,
                                          std::isnan((*tensor.reals)[i]) ? "NaN" : "infinite"));
    return tensor;
  }

  mlir::func::FuncOp main_;
};

} // namespace

std::vector<Sample> read_samples(mlir::func::FuncOp main, const fs::path& folder) {
  return Reader(main).folder(folder);
}

} // namespace npuforge::quantize
