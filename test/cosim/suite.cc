// Co-simulates many programs of one machine and says what they covered.
//
//   cosim_suite --machine M --model librtl_M.so [--programs DIR] [--random N --length L]
//   [--looping] [--complete] [--expect-difference] [--stress] [--coverage FILE]
//
// --looping: the random programs are full of loops and branches on data.
// --stress also runs each program with random values in all registers before the reset, on a core
// that is reset in the middle of it, and behind a memory with random latencies and back-pressure.
// Exit status 0 if no cycle and no byte differs (with --expect-difference: if some program shows a
// difference), and with
// --complete only if every instruction, stall cause and kind of bank conflict occurred.
#include <algorithm>
#include <optional>
#include <random>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "npuforge/assembler/flow.h"
#include "npuforge/assembler/text.h"
#include "npuforge/isa/file.h"
#include "npuforge/rtl/compare.h"

#include "coverage_of_run.h"
#include "random_program.h"

namespace {

using namespace npuforge;

struct Arguments {
  std::string machine, model;
  std::filesystem::path programs;
  uint64_t random = 0, first_seed = 1;
  int length = 60;
  bool complete = false, expect_difference = false, stress = false, looping = false;
  std::string coverage;
};

struct Named {
  std::string name;
  assembler::Program program;
};

std::vector<Named> hand_written(const isa::Spec& spec, const std::filesystem::path& folder) {
  std::vector<Named> programs;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".s")
      programs.push_back(
          {entry.path().stem(),
           assembler::assemble(spec, isa::read_text_file(entry.path()), entry.path())});
  std::sort(programs.begin(), programs.end(),
            [](const Named& a, const Named& b) { return a.name < b.name; });
  return programs;
}

class Suite {
public:
  explicit Suite(const Arguments& arguments)
      : arguments_(arguments), spec_(isa::load_spec(isa::find_machine(arguments.machine))),
        library_(arguments.model, spec_),
        simulator_(spec_, {.check_order = spec_.machine.cores > 1}), instructions_(spec_),
        run_(spec_) {
    if (arguments.coverage.empty())
      return;
    if (!library_.model().coverage)
      throw std::runtime_error(arguments.model + " does not count what is covered");
    counting_.emplace(library_);
  }

  /// 0: as expected, 1: not.
  int run() {
    if (!arguments_.programs.empty())
      for (const Named& program : hand_written(spec_, arguments_.programs))
        check(program);
    for (uint64_t i = 0; i < arguments_.random && !done(); ++i) {
      const uint64_t seed = arguments_.first_seed + i;
      check(
          {fmt::format("random program {}", seed),
           random_programs::random_program(spec_, {seed, arguments_.length, arguments_.looping})});
    }
    if (counting_)
      library_.model().coverage(counting_->handle(), arguments_.coverage.c_str());
    return verdict();
  }

private:
  bool done() const { return arguments_.expect_difference && differences_ > 0; }

  void check(const Named& named) {
    if (done())
      return;
    require_order(named);
    rtl::Stress counting;
    if (counting_)
      counting.core = &*counting_;
    const cosim::Outcome outcome = compare(named, "", counting);
    ++programs_;
    compared_ += outcome.instructions;
    cycles_ += outcome.model.cycles;
    instructions_.add(named.program);
    run_.add(outcome.model);
    if (arguments_.stress)
      stress(named, outcome.model.cycles);
  }

  /// Right programs are not refused.
  void require_order(const Named& named) {
    constexpr int64_t kMostFollowed = 10'000'000;
    for (const std::string& problem :
         assembler::check_flow(named.program, spec_, kMostFollowed).problems) {
      ++differences_;
      fmt::print("{}: the static check refuses {}\n", named.name, problem);
    }
  }

  /// All of a program's conditions follow from how many there were before it.
  void stress(const Named& named, int64_t cycles) {
    std::mt19937_64 random(static_cast<uint64_t>(programs_));
    rtl::Core* core = counting_ ? &*counting_ : nullptr;
    const int64_t reset_after = std::uniform_int_distribution<int64_t>(1, cycles)(random);
    compare(named, ", other values before the reset",
            {.state_seed = static_cast<uint32_t>(programs_)});
    compare(named, fmt::format(", reset in cycle {}", reset_after),
            {.core = core, .reset_after = reset_after});
    compare(named, ", rough memory",
            {.core = core, .reset_after = reset_after, .memory_seed = random()});
  }

  cosim::Outcome compare(const Named& named, const std::string& condition,
                         const rtl::Stress& stress) {
    cosim::Outcome outcome = cosim::co_simulate(
        {spec_, named.program, {}, 10'000'000, nullptr, stress}, library_, simulator_);
    if (!outcome.equal()) {
      ++differences_;
      fmt::print("{}{}:\n{}\n", named.name, condition, outcome.report);
    }
    return outcome;
  }

  int verdict() const {
    if (!arguments_.expect_difference)
      fmt::print("{}\n{}\n", instructions_.table(), run_.table());
    fmt::print("{}: {} programs, {} instructions, {} cycles, {} differences\n", spec_.machine.name,
               programs_, compared_, cycles_, differences_);
    if (programs_ == 0)
      return 1;
    if (arguments_.expect_difference)
      return differences_ > 0 ? 0 : 1;
    std::vector<std::string> missing = run_.missing();
    for (const std::string& mnemonic : instructions_.unused())
      missing.push_back("instruction " + mnemonic);
    if (arguments_.complete)
      for (const std::string& what : missing)
        fmt::print("never seen: {}\n", what);
    return differences_ > 0 || (arguments_.complete && !missing.empty()) ? 1 : 0;
  }

  const Arguments& arguments_;
  isa::Spec spec_;
  rtl::Library library_;
  simulator::Simulator simulator_;
  std::optional<rtl::Core> counting_; ///< one core for all programs: it adds up what is covered
  random_programs::Coverage instructions_;
  cosim::RunCoverage run_;
  int programs_ = 0, differences_ = 0;
  int64_t compared_ = 0, cycles_ = 0;
};

} // namespace

int main(int argc, char** argv) try {
  CLI::App app("Co-simulates hand-written and random programs of one machine.", "cosim_suite");
  Arguments arguments;
  app.add_option("--machine", arguments.machine)->required();
  app.add_option("--model", arguments.model)->required();
  app.add_option("--programs", arguments.programs);
  app.add_option("--random", arguments.random);
  app.add_option("--first-seed", arguments.first_seed);
  app.add_option("--length", arguments.length);
  app.add_flag("--looping", arguments.looping);
  app.add_flag("--stress", arguments.stress);
  app.add_option("--coverage", arguments.coverage);
  app.add_flag("--complete", arguments.complete);
  app.add_flag("--expect-difference", arguments.expect_difference);
  CLI11_PARSE(app, argc, argv);
  return Suite(arguments).run();
} catch (const std::exception& error) {
  fmt::print(stderr, "cosim_suite: {}\n", error.what());
  return 1;
}
