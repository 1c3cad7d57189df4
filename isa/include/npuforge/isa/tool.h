#pragma once
// What all programs share: how they end, and where their results go.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace CLI {
class App;
}

namespace npuforge::isa {

/// Parses the command line and runs the action. Returns the exit status: the action's; 1 after an
/// exception; 2 for a wrong command line, also if the action throws CLI::ParseError. Errors are
/// lines "PROGRAM: message" on standard error.
int run_tool(CLI::App& app, int argc, char** argv, const std::function<int()>& action);

/// Puts the prefix before every line of a message that is not indented: indented lines belong to
/// the one before.
std::string prefix_lines(std::string_view prefix, std::string_view message);

/// A line for the user on standard error which is no error: "note: message".
void print_note(std::string_view message);

/// Writes a file of results; does nothing if `file` is empty. Bytes that are no UTF-8 are replaced.
/// Throws FileError.
void write_json_file(const std::filesystem::path& file, const nlohmann::json& value);

/// Throws FileError if standard output takes no more.
void write_stdout(std::string_view text);

} // namespace npuforge::isa
