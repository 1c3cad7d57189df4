#pragma once
// rules.yaml: the one place of tolerances and exclusions.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "npuforge/compiler/verify/tolerances.h"

#include "data.h"
#include "npuforge_onnx.pb.h"

namespace npuforge::conformance {

/// How far elements of 8 bits may be from their references, and how many of them, in models with
/// one of the operators.
struct Rounded {
  int64_t steps = 0;
  double share = 0;
  std::set<std::string> operators;
};

/// Why some cases are not run. A case is excluded if it has one of the operators, an input or
/// output of one of the types or kinds, or one of the names.
struct Exclusion {
  std::string reason;
  std::set<std::string> operators, types, kinds, cases;
};

class Rules {
public:
  /// Throws std::runtime_error with the place of an unknown key or a wrong value.
  explicit Rules(const std::filesystem::path& file);

  /// The reason not to run a case.
  std::optional<std::string> excluded(const std::string& name,
                                      const onnx_proto::ModelProto& model) const;
  /// Are there elements of 8 bits that real values are rounded to?
  bool rounds(const onnx_proto::ModelProto& model) const;
  /// What differs, or nothing. Integers are exact (but for 8 bits where the model `rounds`); NaN is
  /// near NaN only, an infinity itself. Floats computed in a narrower `precision` than their own
  /// type are as near as that type's must be.
  std::optional<std::string> difference(const HostTensor& result, const HostTensor& wanted,
                                        const std::string& precision, bool rounds) const;

private:
  /// Elements as they are compared.
  std::vector<double> reals(const HostTensor& tensor) const;

  verify::Tolerances tolerances_;
  Rounded rounded_;
  std::vector<Exclusion> exclusions_;
};

} // namespace npuforge::conformance
