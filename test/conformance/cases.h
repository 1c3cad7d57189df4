#pragma once
// The cases: folders of a model and its data, as ONNX lays its test data out.

#include <filesystem>
#include <string>
#include <vector>

namespace npuforge::conformance {

/// model.onnx with test_data_set_*/input_<i>.pb and output_<i>.pb beside it. Where there are
/// alternative_<i>.pb, too, an output may be as they are instead.
struct Case {
  std::string suite; ///< name of the folder that holds the case's, e.g. "node"
  std::string name;  ///< e.g. "test_abs"
  std::filesystem::path model;
  std::vector<std::filesystem::path> data_sets;
};

/// All cases below the folders, by suite and name. Throws std::runtime_error for a folder that is
/// not there or holds no case.
std::vector<Case> find_cases(const std::vector<std::filesystem::path>& folders);

/// The files "<prefix>_0.pb", "<prefix>_1.pb", ... of a data set, up to the first that is missing.
std::vector<std::filesystem::path> data_files(const std::filesystem::path& data_set,
                                              const std::string& prefix);

} // namespace npuforge::conformance
