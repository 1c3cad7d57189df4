// ELF to program. Whatever the bytes are: a program that passes problems(), or ProgramError.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"

#include "elf_names.h"
#include "elf_view.h"
#include "program_json.h"

namespace npuforge::assembler {
namespace {

class Reader {
public:
  Reader(const ElfView& elf, const isa::Spec& spec) : elf_(elf), spec_(spec) {}

  Program run() {
    read_machine_json(elf_.section(kMachineSection).text(), program_);
    if (program_.machine_name != spec_.machine.name || program_.spec_hash != spec_.hash) {
      throw ProgramError(
          fmt::format("built for machine {} with spec hash {}; this spec is {} with {}",
                      program_.machine_name, program_.spec_hash, spec_.machine.name, spec_.hash));
    }
    loads();
    symbols();
    read_io_json(elf_.section(kIoSection).text(), program_);
    read_layers_json(elf_.section(kLayersSection).text(), program_);
    sort(program_);
    return std::move(program_);
  }

private:
  uint64_t word_bytes() const { return static_cast<uint64_t>(spec_.word_bytes()); }

  // Each section for DRAM has one program header of its own; there are no others.
  void loads() {
    std::multimap<uint64_t, const Elf64_Phdr*> headers;
    for (const Elf64_Phdr& header : elf_.program_headers()) {
      headers.insert({header.p_vaddr, &header});
    }
    for (const ElfSection& section : elf_.sections()) {
      if ((section.header.sh_flags & SHF_ALLOC) == 0) {
        continue;
      }
      const auto [first, last] = headers.equal_range(section.header.sh_addr);
      const auto found = std::find_if(
          first, last, [&](const auto& entry) { return matches(section, *entry.second); });
      if (found == last) {
        throw ProgramError(
            fmt::format("section '{}' has no program header that fits", section.name));
      }
      const uint64_t size = found->second->p_memsz;
      headers.erase(found);
      if (section.name == kTextSection) {
        text(section, size);
      } else {
        program_.segments.push_back({std::string(section.name),
                                     section.header.sh_addr,
                                     size,
                                     {section.bytes.begin(), section.bytes.end()}});
      }
    }
    if (!headers.empty()) {
      throw ProgramError("there is a program header without its section");
    }
  }

  static bool matches(const ElfSection& section, const Elf64_Phdr& header) {
    if (header.p_type != PT_LOAD || header.p_paddr != header.p_vaddr ||
        header.p_memsz < header.p_filesz || header.p_filesz != section.bytes.size()) {
      return false;
    }
    return section.header.sh_type == SHT_NOBITS ? section.header.sh_size == header.p_memsz
                                                : section.header.sh_type == SHT_PROGBITS &&
                                                      section.header.sh_offset == header.p_offset;
  }

  void text(const ElfSection& section, uint64_t size) {
    if (section.bytes.size() != size || size % word_bytes() != 0 || !program_.text.empty()) {
      throw ProgramError(
          fmt::format("the text is not a number of instructions of {} bytes", word_bytes()));
    }
    program_.text_address = section.header.sh_addr;
    if (elf_.header().e_entry != program_.text_address) {
      throw ProgramError(fmt::format("the entry {:#x} is not the text's address {:#x}",
                                     elf_.header().e_entry, program_.text_address));
    }
    for (uint64_t i = 0; i < size; i += word_bytes()) {
      program_.text.push_back(isa::load_word(spec_, section.bytes.subspan(i, word_bytes())));
    }
  }

  void symbols() {
    const ElfSection& strings = elf_.section(kStringSection);
    uint64_t characters = 0;
    for (const Elf64_Sym& symbol : ElfView::symbols(elf_.section(kSymbolSection))) {
      const std::string name(ElfView::string(strings, symbol.st_name));
      ElfView::check_names(characters += name.size(), strings);
      switch (ELF64_ST_TYPE(symbol.st_info)) {
      case STT_FUNC: // layers: .npu.layers has them
      case STT_SECTION:
      case STT_FILE:
        break;
      case STT_OBJECT:
        program_.symbols.push_back({name, symbol.st_value, false});
        break;
      case STT_NOTYPE:
        program_.symbols.push_back({name, instruction_at(name, symbol.st_value), true});
        break;
      default:
        throw ProgramError(fmt::format("symbol '{}' is of a kind that is not known here", name));
      }
    }
  }

  uint64_t instruction_at(const std::string& label, uint64_t address) const {
    const uint64_t offset = address - program_.text_address;
    if (address < program_.text_address || offset % word_bytes() != 0) {
      throw ProgramError(
          fmt::format("label '{}' is at {:#x}, where no instruction begins", label, address));
    }
    return offset / word_bytes();
  }

  const ElfView& elf_;
  const isa::Spec& spec_;
  Program program_;
};

// Every message gets the file's name; `action` gets the file's bytes.
template <typename Action>
auto with_file(const std::filesystem::path& file, Action&& action) {
  const std::vector<std::byte> bytes = isa::read_file(file);
  try {
    return action(ElfView(bytes));
  } catch (const ProgramError& error) {
    throw ProgramError(fmt::format("{}: error: {}", file.string(), error.what()));
  }
}

} // namespace

Program read_program(const std::filesystem::path& file, const isa::Spec& spec) {
  return with_file(file, [&](const ElfView& elf) {
    Program program = Reader(elf, spec).run();
    if (const std::vector<std::string> found = problems(program, spec); !found.empty()) {
      throw ProgramError(
          fmt::format("{}", fmt::join(found, fmt::format("\n{}: error: ", file.string()))));
    }
    return program;
  });
}

std::string read_machine_name(const std::filesystem::path& file) {
  return with_file(file, [](const ElfView& elf) {
    Program program;
    read_machine_json(elf.section(kMachineSection).text(), program);
    return program.machine_name;
  });
}

} // namespace npuforge::assembler
