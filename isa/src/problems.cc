#include "problems.h"

#include <algorithm>
#include <tuple>

namespace npuforge::isa {
namespace {

std::string join(const std::vector<Diagnostic>& diagnostics) {
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics)
    lines += (lines.empty() ? "" : "\n") + to_string(diagnostic);
  return lines;
}

} // namespace

void Problems::add(const Node& where, std::string message) {
  diagnostics_.push_back({where.source->name, where.line, where.column, std::move(message)});
}

void Problems::add_inside(const Node& scalar, std::size_t offset, std::string message) {
  auto [line, column] = locate(scalar, offset);
  diagnostics_.push_back({scalar.source->name, line, column, std::move(message)});
}

void Problems::throw_if_any() {
  if (diagnostics_.empty())
    return;
  std::sort(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.file, a.line, a.column, a.message) <
           std::tie(b.file, b.line, b.column, b.message);
  });
  // Several instructions may find the same mistake of a format.
  auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.file == b.file && a.line == b.line && a.column == b.column && a.message == b.message;
  };
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(), same),
                     diagnostics_.end());
  throw SpecError(std::move(diagnostics_));
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string place = diagnostic.file;
  if (diagnostic.line > 0)
    place += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
  return place + ": error: " + diagnostic.message;
}

SpecError::SpecError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(join(diagnostics)), diagnostics_(std::move(diagnostics)) {}

} // namespace npuforge::isa
