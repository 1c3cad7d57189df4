#pragma once
// npusim's inputs and outputs.

#include <fstream>
#include <string>

#include "npuforge/simulator/loader.h"
#include "npuforge/simulator/simulator.h"

#include "arguments.h"

namespace npuforge::simulator {

/// A file that appears under its name when it is complete, or not at all.
class OutputFile {
public:
  explicit OutputFile(std::filesystem::path file); ///< throws std::runtime_error
  ~OutputFile();
  std::ostream& stream() { return stream_; }
  void commit(); ///< throws std::runtime_error: a full disk, ...

private:
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path file_, temporary_;
  std::ofstream stream_;
};

/// Reads and checks all inputs and writes them to DRAM. Throws std::runtime_error with a line for
/// each problem.
void write_inputs(const Arguments& arguments, const assembler::Program& program,
                  const isa::Machine& machine, DramData& dram);
/// Writes all outputs; their file names in order.
std::vector<std::filesystem::path> write_outputs(const std::filesystem::path& directory,
                                                 const assembler::Program& program,
                                                 const isa::Machine& machine, const DramData& dram);

} // namespace npuforge::simulator
