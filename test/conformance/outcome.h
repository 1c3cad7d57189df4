#pragma once
// What became of a case.

#include <string>

#include <nlohmann/json.hpp>

namespace npuforge::conformance {

enum class Status { kPassed, kFailed, kExcluded };
NLOHMANN_JSON_SERIALIZE_ENUM(Status, {{Status::kPassed, "passed"},
                                      {Status::kFailed, "failed"},
                                      {Status::kExcluded, "excluded"}})

struct Outcome {
  Status status = Status::kFailed;
  std::string op;      ///< the operator that the case is about
  std::string reason;  ///< why it failed or is excluded
  bool bound = false;  ///< some inputs were bound when it was compiled
  bool folded = false; ///< nothing was left to compute at run time
  double seconds = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Outcome, status, op, reason, bound, folded, seconds)

} // namespace npuforge::conformance
