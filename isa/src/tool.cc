#include "npuforge/isa/tool.h"

#include <cerrno>
#include <cstdio>
#include <new>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "npuforge/isa/file.h"

namespace npuforge::isa {
namespace {

int report(const CLI::App& app, std::string_view message) {
  std::fputs(prefix_lines(app.get_name() + ": ", message).c_str(), stderr);
  return 1;
}

} // namespace

std::string prefix_lines(std::string_view prefix, std::string_view message) {
  std::string text;
  while (!message.empty()) {
    std::string_view line = message.substr(0, message.find('\n'));
    message.remove_prefix(std::min(message.size(), line.size() + 1));
    bool continues = line.empty() || line.front() == ' ';
    text += fmt::format("{}{}\n", continues ? "" : prefix, line);
  }
  return text;
}

void print_note(std::string_view message) {
  std::fputs(fmt::format("note: {}\n", message).c_str(), stderr);
}

namespace {

/// CLI11 looks for what is missing first: an unknown option, often the cause, says more.
int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  bool missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  std::vector<std::string> unknown = app.remaining(true);
  if (missing && !unknown.empty())
    return app.exit(CLI::ExtrasError(app.get_name(), unknown));
  return app.exit(error);
}

} // namespace

int run_tool(CLI::App& app, int argc, char** argv, const std::function<int()>& action) {
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    return prefix_lines(failed->get_name() + ": ", error.what()) +
           "Run with --help for more information.\n";
  });
  try {
    app.parse(argc, argv);
    return action();
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error) == 0 ? 0 : 2;
  } catch (const std::bad_alloc&) {
    return report(app, "out of memory");
  } catch (const std::exception& error) {
    return report(app, error.what());
  }
}

void write_json_file(const std::filesystem::path& file, const nlohmann::json& value) {
  if (!file.empty())
    write_file(file, value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void write_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw FileError(fmt::format("standard output: error: cannot be written: {}",
                                std::generic_category().message(errno)));
}

} // namespace npuforge::isa
