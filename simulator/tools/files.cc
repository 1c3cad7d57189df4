#include "files.h"

#include <cerrno>
#include <cstring>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace npuforge::simulator {

OutputFile::OutputFile(std::filesystem::path file)
    : file_(std::move(file)), temporary_(file_.string() + fmt::format(".{}.tmp", getpid())) {
  // What is no regular file (/dev/null, a pipe) is written directly.
  if (std::filesystem::exists(file_) && !std::filesystem::is_regular_file(file_))
    temporary_ = file_;
  stream_.open(temporary_, std::ios::binary);
  if (!stream_)
    fail("cannot be opened for writing");
}

OutputFile::~OutputFile() {
  stream_.close();
  std::error_code ignored;
  if (temporary_ != file_)
    std::filesystem::remove(temporary_, ignored);
}

void OutputFile::fail(const char* what) const {
  throw std::runtime_error(fmt::format("{}: {}: {}", file_.string(), what, std::strerror(errno)));
}

void OutputFile::commit() {
  stream_.close();
  if (!stream_)
    fail("cannot be written");
  if (temporary_ == file_)
    return;
  std::error_code error;
  std::filesystem::rename(temporary_, file_, error);
  if (error)
    throw std::runtime_error(fmt::format("{}: {}", file_.string(), error.message()));
}

namespace {

void name_missing(const Arguments& arguments, const assembler::Program& program,
                  std::vector<std::string>& problems) {
  std::set<std::string> given;
  for (const auto& [name, file] : arguments.inputs)
    if (!given.insert(name).second)
      problems.push_back(fmt::format("input '{}' is given twice", name));
  std::vector<std::string> missing;
  for (const assembler::Port& port : program.inputs)
    if (!given.contains(port.name))
      missing.push_back(
          fmt::format("{} ({} [{}])", port.name, port.type, fmt::join(port.shape, ", ")));
  if (!missing.empty() && !arguments.zero_inputs)
    problems.push_back(fmt::format(
        "inputs without a value: {}; give them with --input NAME=FILE, or --zero-inputs",
        fmt::join(missing, ", ")));
}

std::string file_name(const std::string& port) {
  std::string name = port;
  for (char& c : name)
    if (c == '/' || c == '\0')
      c = '_';
  return name + ".npy";
}

} // namespace

void write_inputs(const Arguments& arguments, const assembler::Program& program,
                  const isa::Machine& machine, DramData& dram) {
  std::vector<std::string> problems;
  name_missing(arguments, program, problems);
  for (const auto& [name, file] : arguments.inputs) {
    try {
      write_input(program, machine, name, read_npy(file), dram);
    } catch (const TensorError& error) {
      std::string what = error.what();
      bool names_file = what.find(file.string()) != std::string::npos;
      problems.push_back(names_file ? what : fmt::format("{}: {}", file.string(), what));
    }
  }
  if (!problems.empty())
    throw std::runtime_error(fmt::format("{}", fmt::join(problems, "\n")));
}

std::vector<std::filesystem::path> write_outputs(const std::filesystem::path& directory,
                                                 const assembler::Program& program,
                                                 const isa::Machine& machine,
                                                 const DramData& dram) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    throw std::runtime_error(fmt::format("{}: {}", directory.string(), error.message()));
  std::vector<std::filesystem::path> files;
  for (const assembler::Port& port : program.outputs) {
    files.push_back(directory / file_name(port.name));
    write_npy(read_output(program, machine, port.name, dram), files.back());
  }
  return files;
}

} // namespace npuforge::simulator
