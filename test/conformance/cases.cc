#include "cases.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

namespace npuforge::conformance {
namespace {

namespace fs = std::filesystem;

Case read_case(const fs::path& model) {
  const fs::path folder = model.parent_path();
  Case result{folder.parent_path().filename(), folder.filename(), model, {}};
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && entry.path().filename().string().starts_with("test_data_set_"))
      result.data_sets.push_back(entry.path());
  std::sort(result.data_sets.begin(), result.data_sets.end());
  return result;
}

} // namespace

std::vector<Case> find_cases(const std::vector<fs::path>& folders) {
  std::vector<Case> cases;
  for (const fs::path& folder : folders) {
    if (!fs::is_directory(folder))
      throw std::runtime_error(fmt::format("{}: no such folder", folder.string()));
    const size_t before = cases.size();
    const auto options = fs::directory_options::follow_directory_symlink;
    for (const auto& entry : fs::recursive_directory_iterator(fs::canonical(folder), options))
      if (entry.path().filename() == "model.onnx")
        cases.push_back(read_case(entry.path()));
    if (cases.size() == before)
      throw std::runtime_error(fmt::format("{}: holds no model.onnx", folder.string()));
  }
  auto key = [](const Case& c) { return std::tie(c.suite, c.name); };
  std::sort(cases.begin(), cases.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return cases;
}

std::vector<fs::path> data_files(const fs::path& data_set, const std::string& prefix) {
  std::vector<fs::path> files;
  for (;;) {
    fs::path file = data_set / fmt::format("{}_{}.pb", prefix, files.size());
    if (!fs::exists(file))
      return files;
    files.push_back(file);
  }
}

} // namespace npuforge::conformance
