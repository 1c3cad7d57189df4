#include "fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <sys/mman.h>
#include <unistd.h>

#include "npuforge/assembler/text.h"

namespace npuforge::fuzz {
namespace {

constexpr int64_t kDramBytes = 16 << 20;

struct Scratch {
  std::filesystem::path path;
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "npuforge-fuzz-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "a scratch directory can be made");
    path = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

std::vector<isa::Spec> load_machines() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(NPUFORGE_MACHINE_DIR))
    if (entry.path().extension() == ".yaml")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<isa::Spec> specs;
  for (const auto& file : files) {
    specs.push_back(isa::load_spec(file));
    specs.back().machine.dram.bytes = kDramBytes;
  }
  require(!specs.empty(), "there are reference machines");
  return specs;
}

} // namespace

void require(bool holds, const char* promise) {
  if (holds)
    return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

MemoryFile::MemoryFile(const uint8_t* data, size_t size)
    : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
  require(descriptor_ >= 0, "a file in memory can be made");
  require(::write(descriptor_, data, size) == static_cast<ssize_t>(size),
          "a file in memory can be written");
}

MemoryFile::~MemoryFile() {
  ::close(descriptor_);
}

std::filesystem::path MemoryFile::path() const {
  return "/proc/self/fd/" + std::to_string(descriptor_);
}

const std::filesystem::path& scratch_directory() {
  static const Scratch scratch;
  return scratch.path;
}

const std::vector<isa::Spec>& machines() {
  static const std::vector<isa::Spec> specs = load_machines();
  return specs;
}

const isa::Spec& machine_named(std::string_view name) {
  for (const isa::Spec& spec : machines())
    if (spec.machine.name == name)
      return spec;
  return machines().front();
}

void require_round_trip(const isa::Spec& spec, const assembler::Program& program) {
  std::string text = assembler::disassemble(spec, program);
  require(assembler::assemble(spec, text, "disassembled") == program,
          "assemble(disassemble(p)) == p");
}

} // namespace npuforge::fuzz
