#include "files.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/isa/file.h"

namespace npuforge::simulator {

namespace {

const assembler::Port* find(const std::vector<assembler::Port>& ports, const std::string& name) {
  for (const assembler::Port& port : ports)
    if (port.name == name)
      return &port;
  return nullptr;
}

void check_names(const Arguments& arguments, const assembler::Program& program,
                 std::vector<std::string>& problems) {
  std::set<std::string> given;
  for (const auto& [name, file] : arguments.inputs) {
    if (!given.insert(name).second)
      problems.push_back(fmt::format("input '{}' is given twice", name));
    else if (!find(program.inputs, name))
      problems.push_back(fmt::format("the program has no input '{}'", name));
  }
  std::vector<std::string> missing;
  for (const assembler::Port& port : program.inputs)
    if (!given.contains(port.name))
      missing.push_back(fmt::format("{} ({} {})", port.name, port.type, shape_text(port.shape)));
  if (!missing.empty() && !arguments.zero_inputs)
    problems.push_back(fmt::format(
        "inputs without a value: {}; give them with --input NAME=FILE, or --zero-inputs",
        fmt::join(missing, ", ")));
}

/// What is wrong with a tensor of a batch, or "". Types are checked when it is converted.
std::string batch_problem(const assembler::Port& port, const Tensor& tensor) {
  if (port.shape.empty() || port.shape[0] != 1)
    return fmt::format("input '{}' has shape {} in the network: --batch needs a leading 1",
                       port.name, shape_text(port.shape));
  if (tensor.shape.empty() || !std::equal(tensor.shape.begin() + 1, tensor.shape.end(),
                                          port.shape.begin() + 1, port.shape.end()))
    return fmt::format("input '{}' has shape {}; a batch for the network has Nx{}", port.name,
                       shape_text(tensor.shape),
                       shape_text(std::span<const int64_t>(port.shape).subspan(1)));
  if (tensor.shape[0] == 0)
    return fmt::format("input '{}' is a batch of nothing: its shape is {}", port.name,
                       shape_text(tensor.shape));
  return "";
}

/// Element `index` along the leading axis, which stays with extent 1.
Tensor element(const Tensor& batch, int64_t index) {
  Tensor one{batch.type, batch.shape, {}};
  size_t bytes = batch.data.size() / static_cast<size_t>(batch.shape[0]);
  auto first = batch.data.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(index) * bytes);
  one.shape[0] = 1;
  one.data.assign(first, first + static_cast<std::ptrdiff_t>(bytes));
  return one;
}

/// The message, with the file's name if it does not say it.
std::string with_file(const std::filesystem::path& file, const std::string& what) {
  bool names_file = what.find(file.string()) != std::string::npos;
  return names_file ? what : fmt::format("{}: {}", file.string(), what);
}

void throw_problems(const std::vector<std::string>& problems) {
  if (!problems.empty())
    throw std::runtime_error(fmt::format("{}", fmt::join(problems, "\n")));
}

std::string safe_name(const std::string& name) {
  constexpr size_t kLongest = 200; // file systems take 255 bytes, endings and temporary names too
  std::string safe = name.substr(0, kLongest);
  for (char& c : safe)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-')
      c = '_';
  if (safe.empty() || safe[0] == '.')
    safe.replace(0, safe.empty() ? 0 : 1, "_");
  return safe;
}

} // namespace

Inputs::Inputs(const Arguments& arguments, const assembler::Program& program)
    : program_(program), batch_(arguments.batch) {
  std::vector<std::string> problems;
  check_names(arguments, program, problems);
  read(arguments, problems);
  if (batch_)
    check_batch(problems);
  throw_problems(problems);
}

void Inputs::read(const Arguments& arguments, std::vector<std::string>& problems) {
  for (const auto& [name, file] : arguments.inputs) {
    try {
      inputs_.push_back({name, file, read_npy(file)});
    } catch (const TensorError& error) {
      problems.push_back(with_file(file, error.what()));
    }
  }
}

void Inputs::check_batch(std::vector<std::string>& problems) {
  const Input* first = nullptr;
  for (const Input& input : inputs_) {
    const assembler::Port* port = find(program_.inputs, input.name);
    if (!port)
      continue; // reported already
    std::string problem = batch_problem(*port, input.tensor);
    int64_t count = input.tensor.shape.empty() ? 0 : input.tensor.shape[0];
    if (problem.empty() && first && count != count_)
      problem =
          fmt::format("holds {} tensors, but {} holds {}", count, first->file.string(), count_);
    if (!problem.empty())
      problems.push_back(fmt::format("{}: {}", input.file.string(), problem));
    if (problem.empty() && !first) {
      first = &input;
      count_ = count;
    }
  }
  for (const assembler::Port& port : program_.outputs)
    if (port.shape.empty() || port.shape[0] != 1)
      problems.push_back(fmt::format("output '{}' has shape {}: --batch needs a leading 1",
                                     port.name, shape_text(port.shape)));
}

void Inputs::write(int64_t run, const isa::Machine& machine, DramData& dram,
                   std::set<std::string>& notes) const {
  std::vector<std::string> problems;
  for (const Input& input : inputs_) {
    try {
      const std::string note = write_input(
          program_, machine, input.name, batch_ ? element(input.tensor, run) : input.tensor, dram);
      if (!note.empty())
        notes.insert(note);
    } catch (const TensorError& error) {
      problems.push_back(with_file(input.file, error.what()));
    }
  }
  throw_problems(problems);
}

Outputs::Outputs(const assembler::Program& program, const isa::Machine& machine)
    : program_(program), machine_(machine) {}

void Outputs::add(const DramData& dram) {
  bool first = tensors_.empty();
  for (size_t i = 0; i < program_.outputs.size(); ++i) {
    Tensor tensor = read_output(program_, machine_, program_.outputs[i].name, dram);
    if (first) {
      tensors_.push_back(std::move(tensor));
    } else {
      tensors_[i].shape[0] += tensor.shape[0];
      tensors_[i].data.insert(tensors_[i].data.end(), tensor.data.begin(), tensor.data.end());
    }
  }
}

std::vector<std::filesystem::path> Outputs::write(const std::filesystem::path& directory) const {
  isa::make_directory(directory);
  std::vector<std::string> names;
  for (const assembler::Port& port : program_.outputs)
    names.push_back(port.name);
  std::vector<std::filesystem::path> files;
  for (const std::string& name : file_names(names)) {
    files.push_back(directory / name);
    write_npy(tensors_.at(files.size() - 1), files.back());
  }
  return files;
}

std::vector<std::string> file_names(const std::vector<std::string>& names) {
  std::set<std::string> taken;
  std::vector<std::string> files;
  for (const std::string& name : names) {
    std::string stem = safe_name(name), file = stem;
    for (int again = 2; !taken.insert(file).second; ++again)
      file = fmt::format("{}_{}", stem, again);
    files.push_back(file + ".npy");
  }
  return files;
}

} // namespace npuforge::simulator
