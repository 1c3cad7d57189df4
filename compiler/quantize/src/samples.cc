#include "npuforge/compiler/quantize/samples.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/Support/raw_ostream.h>

#include "npuforge/compiler/onnx/import.h"
#include "npuforge/compiler/onnx/tensor_file.h"

namespace npuforge::quantize {
namespace {

namespace fs = std::filesystem;
using graph::reference::Tensor;

constexpr size_t kShown = 50; ///< problems that one message lists

/// "f32 1x3x32x32"
std::string describe(mlir::ShapedType type) {
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  return fmt::format("{} {}", element, fmt::join(type.getShape(), "x"));
}

/// input_N.npy or input_N.pb; "" if there is neither.
fs::path file_of(const fs::path& folder, size_t input) {
  for (const char* end : {".npy", ".pb"})
    if (fs::path file = folder / fmt::format("input_{}{}", input, end); fs::exists(file))
      return file;
  return {};
}

/// What is in a folder, hidden entries left out, in order of the names.
struct Listing {
  std::vector<fs::path> arrays, folders;

  explicit Listing(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().filename().string().starts_with('.'))
        continue;
      if (entry.is_directory())
        folders.push_back(entry.path());
      else if (entry.path().extension() == ".npy")
        arrays.push_back(entry.path());
    }
    std::sort(arrays.begin(), arrays.end());
    std::sort(folders.begin(), folders.end());
  }
};

/// Reads all samples of a folder and collects what is wrong with any of them.
class Reader {
public:
  explicit Reader(mlir::func::FuncOp main) : main_(main) {}

  std::vector<Sample> run(const fs::path& folder) {
    try {
      read(folder);
    } catch (const fs::filesystem_error& error) {
      problems_.push_back(error.what());
    }
    if (problems_.empty())
      return std::move(samples_);
    const size_t shown = std::min(problems_.size(), kShown);
    std::string text =
        fmt::format("{}", fmt::join(problems_.begin(),
                                    problems_.begin() + static_cast<ptrdiff_t>(shown), "\n"));
    if (problems_.size() > shown)
      text += fmt::format("\nand {} more like these", problems_.size() - shown);
    throw QuantizeError(text);
  }

private:
  template <typename... Args>
  void problem(const fs::path& path, fmt::format_string<Args...> text, Args&&... args) {
    problems_.push_back(path.string() + ": " + fmt::format(text, std::forward<Args>(args)...));
  }

  size_t count() { return main_.getNumArguments(); }

  void read(const fs::path& folder) {
    if (!fs::is_directory(folder))
      return problem(folder, "is no folder with samples");
    if (count() == 0)
      return problem(folder, "the network has no inputs that samples could be of");
    const Listing listing(folder);
    const bool one_sample = !file_of(folder, 0).empty() && (count() > 1 || listing.arrays.empty());
    if (one_sample)
      return sample(folder);
    if (!listing.arrays.empty() && !listing.folders.empty())
      return problem(folder, "has both .npy files and folders; samples are one or the other");
    if (!listing.arrays.empty() && count() != 1)
      return problem(folder,
                     "has .npy files, but the network has {} inputs: a folder for each sample, "
                     "with input_0.npy, input_1.npy, ... is needed",
                     count());
    for (const fs::path& file : listing.arrays)
      if (auto read = tensor(file, 0))
        samples_.push_back({*read});
    for (const fs::path& each : listing.folders)
      sample(each);
    if (listing.arrays.empty() && listing.folders.empty())
      problem(folder, "has neither .npy files nor folders with input_0.npy or input_0.pb");
  }

  void sample(const fs::path& folder) {
    Sample sample;
    for (size_t i = 0; i < count(); ++i) {
      const fs::path file = file_of(folder, i);
      if (file.empty())
        problem(folder, "has neither input_{}.npy nor input_{}.pb, for {}", i, i, name(i));
      else if (auto read = tensor(file, i))
        sample.push_back(*read);
    }
    if (const fs::path more = file_of(folder, count()); !more.empty())
      problem(more, "the network has {}",
              count() == 1 ? "one input, input_0"
                           : fmt::format("{} inputs, input_0 to input_{}", count(), count() - 1));
    samples_.push_back(std::move(sample));
  }

  std::string name(size_t input) {
    auto text =
        main_.getArgAttrOfType<mlir::StringAttr>(static_cast<unsigned>(input), "graph.name");
    return "input '" + (text ? text.str() : std::to_string(input)) + "'";
  }

  /// None if it is no sample of the input.
  std::optional<Tensor> tensor(const fs::path& file, size_t input) {
    try {
      const mlir::DenseElementsAttr read = onnx::read_tensor(*main_.getContext(), file);
      const auto type =
          llvm::cast<mlir::ShapedType>(main_.getArgument(static_cast<unsigned>(input)).getType());
      if (read.getType() == type)
        return finite(file, graph::reference::from_attribute(read));
      problem(file, "holds {}, {} is {}", describe(read.getType()), name(input), describe(type));
    } catch (const onnx::ImportError& error) {
      problems_.push_back(error.what());
    }
    return std::nullopt;
  }

  std::optional<Tensor> finite(const fs::path& file, Tensor tensor) {
    for (size_t i = 0; tensor.is_real() && i < tensor.reals->size(); ++i)
      if (const double value = (*tensor.reals)[i]; !std::isfinite(value)) {
        problem(file, "element {} is {}", i, std::isnan(value) ? "NaN" : "infinite");
        return std::nullopt;
      }
    return tensor;
  }

  mlir::func::FuncOp main_;
  std::vector<Sample> samples_;
  std::vector<std::string> problems_;
};

} // namespace

std::vector<Sample> read_samples(mlir::func::FuncOp main, const fs::path& folder) {
  return Reader(main).run(folder);
}

} // namespace npuforge::quantize
