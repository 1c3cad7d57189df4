#pragma once
// The project's other programs, which were built beside this one. isa knows none of their
// libraries; where it needs their results it runs them.

#include <string>
#include <vector>

namespace npuforge::isa {

/// The path of a program in the directory of this one.
std::string sibling(const std::string& program);
/// Runs it; its messages go to standard error, its standard output nowhere. Throws
/// std::runtime_error if it cannot be started or fails.
void run_sibling(const std::string& program, std::vector<std::string> arguments);
/// Becomes it. Throws std::runtime_error if it cannot be started.
[[noreturn]] void become_sibling(const std::string& program, std::vector<std::string> arguments);

} // namespace npuforge::isa
