#pragma once
// npusim's inputs and outputs.

#include <set>
#include <string>

#include "npuforge/simulator/loader.h"
#include "npuforge/simulator/simulator.h"

#include "arguments.h"

namespace npuforge::simulator {

/// The network inputs of all runs. Without --batch every run takes the tensors as they are, with it
/// run i takes element i along their leading axis.
class Inputs {
public:
  /// Reads and checks all files. Throws std::runtime_error with a line for each problem.
  Inputs(const Arguments& arguments, const assembler::Program& program);
  int64_t count() const { return count_; } ///< tensors in each file; 1 without --batch
  /// Converts those of a run and writes them to DRAM; what the user should know of it joins
  /// `notes`. Throws as the constructor does.
  void write(int64_t run, const isa::Machine& machine, DramData& dram,
             std::set<std::string>& notes) const;

private:
  struct Input {
    std::string name;
    std::filesystem::path file;
    Tensor tensor;
  };
  void read(const Arguments& arguments, std::vector<std::string>& problems);
  void check_batch(std::vector<std::string>& problems);

  const assembler::Program& program_;
  std::vector<Input> inputs_;
  bool batch_;
  int64_t count_ = 1;
};

/// The network outputs of all runs, stacked along the leading axis when there are several.
class Outputs {
public:
  Outputs(const assembler::Program& program, const isa::Machine& machine);
  void add(const DramData& dram); ///< takes over those of a run
  /// Writes one file for each; their names in the program's order. Throws std::runtime_error.
  std::vector<std::filesystem::path> write(const std::filesystem::path& directory) const;

private:
  const assembler::Program& program_;
  const isa::Machine& machine_;
  std::vector<Tensor> tensors_; ///< by output
};

/// File names for values of these names, all different, without directories: what is no ASCII
/// letter, digit, '.', '_' or '-' becomes '_', and so does a leading '.'; long ones are cut; ".npy"
/// behind it; of equal ones the second gets "_2", the third "_3", ... before it.
std::vector<std::string> file_names(const std::vector<std::string>& names);

} // namespace npuforge::simulator
