// A fuzz target's program where there is no libFuzzer: every seed, then mutations of them in an
// order that a number decides. It stops at a crash, at a promise that is broken, at an input that
// takes too long or too much memory, and at a seed that leaks, and keeps the input.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <new>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "fuzz.h"
#include "mutate.h"

extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                                                size_t max_size, unsigned int seed);

namespace {

int64_t live_objects = 0; // the targets have one thread

} // namespace

// The simple forms of new and delete; the library's other forms for ordinary alignment use these.
void* operator new(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (!memory)
    throw std::bad_alloc();
  ++live_objects;
  return memory;
}

void operator delete(void* memory) noexcept {
  live_objects -= memory != nullptr;
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace {

using npuforge::fuzz::Input;

struct Options {
  std::vector<std::string> paths;
  std::string keep = "crash";
  double seconds = 0;
  uint64_t mutations = std::numeric_limits<uint64_t>::max();
  uint64_t seed = 1;
};

constexpr int kSecondsAnInput = 10; // of processor time: other programs may be running
constexpr long kMostKilobytes = 1 << 20;

// What a signal handler may touch.
const Input* current = nullptr;
std::array<char, 4096> keep_as{};

void say(const char* text) {
  [[maybe_unused]] ssize_t ignored = ::write(STDERR_FILENO, text, std::strlen(text));
}

/// Keeps the input and ends; async-signal-safe.
[[noreturn]] void stop(const char* reason) {
  int file = ::open(keep_as.data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file >= 0 && current) {
    [[maybe_unused]] ssize_t ignored = ::write(file, current->data(), current->size());
  }
  say("fuzz: ");
  say(reason);
  say("; the input is in ");
  say(keep_as.data());
  say("\n");
  std::_Exit(1);
}

extern "C" void on_signal(int signal) {
  stop(signal == SIGPROF   ? "an input takes too long"
       : signal == SIGSEGV ? "a crash (segmentation fault)"
       : signal == SIGABRT ? "a crash (abort)"
                           : "a crash");
}

void catch_signals() {
  static std::array<char, 1 << 16> stack; // the program's own may be what has run out
  stack_t alternative{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  sigaltstack(&alternative, nullptr);
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  for (int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGPROF})
    sigaction(signal, &action, nullptr);
}

/// An exception that leaves the target is a crash: hence noexcept.
void run(const Input& input) noexcept {
  current = &input;
  itimerval limit{{}, {kSecondsAnInput, 0}};
  setitimer(ITIMER_PROF, &limit, nullptr);
  LLVMFuzzerTestOneInput(input.data(), input.size());
  limit = {};
  setitimer(ITIMER_PROF, &limit, nullptr);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  if (usage.ru_maxrss > kMostKilobytes)
    stop("an input takes more than a gigabyte");
}

/// What a caching library keeps, it keeps once; a leak grows each time.
void check_leak(const Input& input) {
  for (int i = 0; i < 2; ++i)
    run(input);
  for (int attempt = 0; attempt < 3; ++attempt) {
    int64_t before = live_objects;
    run(input);
    if (live_objects <= before)
      return;
  }
  stop("a leak");
}

Input read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  Input input{std::istreambuf_iterator<char>(stream), {}};
  if (!stream)
    throw std::runtime_error(file.string() + ": cannot be read");
  return input;
}

/// Files, and the files in directories, in the order of their names.
std::vector<Input> read_seeds(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    auto first = files.size();
    for (const auto& entry : std::filesystem::directory_iterator(path))
      files.push_back(entry.path());
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  std::vector<Input> seeds;
  for (const auto& file : files)
    seeds.push_back(read(file));
  if (seeds.empty())
    throw std::runtime_error("there are no seeds");
  return seeds;
}

Input next_input(const std::vector<Input>& seeds, std::mt19937_64& random) {
  const Input& seed = seeds[random() % seeds.size()];
  if (!LLVMFuzzerCustomMutator)
    return npuforge::fuzz::mutate(seed, seeds[random() % seeds.size()], random);
  Input input = seed;
  input.resize(2 * seed.size() + 4096);
  size_t size = LLVMFuzzerCustomMutator(input.data(), seed.size(), input.size(),
                                        static_cast<unsigned>(random()));
  input.resize(size);
  return input;
}

int fuzz(const Options& options) {
  std::strncpy(keep_as.data(), options.keep.c_str(), keep_as.size() - 1);
  std::vector<Input> seeds = read_seeds(options.paths);
  catch_signals();
  using Clock = std::chrono::steady_clock;
  auto end = Clock::now() + std::chrono::duration<double>(options.seconds);
  for (const Input& seed : seeds)
    check_leak(seed);
  std::mt19937_64 random(options.seed);
  uint64_t mutated = 0;
  for (; mutated < options.mutations && Clock::now() < end; ++mutated)
    run(next_input(seeds, random));
  std::printf("%zu seeds, %llu mutations\n", seeds.size(),
              static_cast<unsigned long long>(mutated));
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Runs a fuzz target on seeds and on mutations of them");
  app.add_option("seeds", options.paths, "files and directories of files")
      ->required()
      ->check(CLI::ExistingPath);
  app.add_option("--seconds", options.seconds, "time in all; 0: the seeds alone")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--mutations", options.mutations, "most mutations, so that a run can be repeated");
  app.add_option("--seed", options.seed, "number that decides about the mutations")
      ->capture_default_str();
  app.add_option("--keep", options.keep, "file for an input that fails")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return fuzz(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz: %s\n", error.what());
    return 1;
  }
}
