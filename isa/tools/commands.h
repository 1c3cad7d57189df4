#pragma once
// The subcommands of npuisa: each adds itself to the program and leaves its exit status in
// `status`.

#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

inline constexpr const char* kMachineHelp =
    "Reference machine by name (edge16, ...) or a YAML file";

void add_check(CLI::App& app, int& status);
void add_show(CLI::App& app, int& status);
void add_generate(CLI::App& app, int& status);
void add_diff(CLI::App& app, int& status);
void add_stats(CLI::App& app, int& status);
void add_new(CLI::App& app, int& status);
void add_propose(CLI::App& app, int& status);

/// The spec of a reference machine or a file. Throws SpecError.
Spec load_machine(const std::string& name_or_path);
/// Throws std::runtime_error if standard output takes no more.
void print_text(const std::string& text);
/// Writes it if a file is named.
void write_json(const std::string& file, const nlohmann::json& value);

} // namespace npuforge::isa
