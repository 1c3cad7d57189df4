#pragma once
// When two results are equal enough: the part of rules.yaml that says so, and the comparison.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace npuforge::verify {

/// |error| <= relative * |reference| + absolute * max(1, largest finite |reference|) + step
struct Tolerance {
  double relative = 0, absolute = 0;
  double step = 0; ///< of what is quantised
};

/// The element that differs most.
struct Worst {
  size_t index = 0;
  double got = 0, wanted = 0;
  double error = 0; ///< NaN where one of them is, or they are different infinities
  bool allowed = true;
};

/// NaN is near NaN only, an infinity itself. Elements that are beyond the tolerance count before
/// those that are not. None if nothing differs.
std::optional<Worst> worst(const std::vector<double>& got, const std::vector<double>& wanted,
                           Tolerance tolerance);

class Tolerances {
public:
  /// Reads `tolerances`, `computed_as` and the steps of `rounded`. Throws std::runtime_error with
  /// the place of what is wrong.
  explicit Tolerances(const std::filesystem::path& rules);

  /// Of floats of a type, computed in `precision` ("f32", "f16", "bf16"): the larger one of the
  /// two's. Integers and bool are exact.
  Tolerance of(const std::string& type, const std::string& precision) const;
  /// Of what is quantised, `scale` from number to number. Scaling itself rounds.
  Tolerance quantised(double scale) const { return {0, 0, steps_ * scale * (1 + 0x1p-20)}; }
  /// Does the device compute the type in f32? Both sides are then rounded to it.
  bool rounded_to_f32(const std::string& type) const { return rounded_to_f32_.contains(type); }

private:
  std::map<std::string, Tolerance> tolerances_;
  std::set<std::string> rounded_to_f32_;
  double steps_ = 0;
};

/// The repository's rules.yaml.
std::filesystem::path rules_file();

} // namespace npuforge::verify
