#include "siblings.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace npuforge::isa {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words)
    result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void fail_to_start(const std::string& tool, int error) {
  throw std::runtime_error(
      fmt::format("{}: error: cannot be started: {}", tool, std::strerror(error)));
}

} // namespace

std::string sibling(const std::string& program) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / program).string();
}

void run_sibling(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), sibling(program));
  std::vector<char*> words = pointers(arguments);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = posix_spawn(&child, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    fail_to_start(arguments[0], error);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(fmt::format("error: {} has failed", program));
}

void become_sibling(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), sibling(program));
  std::vector<char*> words = pointers(arguments);
  ::execv(words[0], words.data());
  fail_to_start(arguments[0], errno);
}

} // namespace npuforge::isa
