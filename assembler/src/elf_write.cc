// Program to ELF: file header, program headers, sections, section headers.

#include <algorithm>
#include <bit>
#include <span>
#include <string_view>

#include <elf.h>
#include <fmt/format.h>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"

#include "elf_names.h"
#include "program_json.h"

namespace npuforge::assembler {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the file is written in the host's byte order");

using Bytes = std::vector<std::byte>;

template <typename T>
void append(Bytes& bytes, const T& value) {
  const auto* first = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof(T));
}

Bytes to_bytes(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

std::string_view to_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Strings, each once by place: offset 0 is the empty one.
class StringTable {
public:
  Elf64_Word add(std::string_view text) {
    const auto offset = static_cast<Elf64_Word>(text_.size());
    text_.append(text);
    text_ += '\0';
    return offset;
  }
  Bytes bytes() const { return to_bytes(text_); }

private:
  std::string text_ = std::string(1, '\0');
};

class Writer {
public:
  /// Takes the segments' bytes out of the program: a large network is not held twice.
  Writer(Program& program, const isa::Spec& spec) : program_(program), spec_(spec) {}

  void run(isa::OutputFile& file) {
    add_section("", {}, {});
    add_loads();
    add_section(kMachineSection, header(SHT_PROGBITS), to_bytes(machine_json(program_)));
    add_section(kIoSection, header(SHT_PROGBITS), to_bytes(io_json(program_)));
    add_section(kLayersSection, header(SHT_PROGBITS), to_bytes(layers_json(program_)));
    add_symbols();
    Elf64_Shdr names = header(SHT_STRTAB);
    names.sh_name = section_names_.add(kSectionNamesSection);
    sections_.push_back({names, section_names_.bytes()});
    sections_.back().header.sh_size = sections_.back().bytes.size();
    const uint64_t end = place_sections();
    write(file, end);
  }

private:
  struct Section {
    Elf64_Shdr header;
    Bytes bytes;
  };

  static Elf64_Shdr header(Elf64_Word type, uint64_t alignment = 1) {
    Elf64_Shdr header{};
    header.sh_type = type;
    header.sh_addralign = alignment;
    return header;
  }

  void add_section(std::string_view name, Elf64_Shdr header, Bytes bytes) {
    header.sh_name = name.empty() ? 0 : section_names_.add(name);
    if (header.sh_type != SHT_NOBITS) {
      header.sh_size = bytes.size();
    }
    sections_.push_back({header, std::move(bytes)});
  }

  // --- what goes to DRAM ---

  uint64_t word_bytes() const { return static_cast<uint64_t>(spec_.word_bytes()); }

  void add_text() {
    Bytes bytes(program_.text.size() * word_bytes());
    for (std::size_t i = 0; i < program_.text.size(); ++i) {
      isa::store_word(spec_, program_.text[i],
                      std::span(bytes).subspan(i * word_bytes(), word_bytes()));
    }
    const uint64_t size = bytes.size();
    add_load(kTextSection, SHF_ALLOC | SHF_EXECINSTR, program_.text_address, size, std::move(bytes),
             word_bytes());
  }

  void add_load(std::string_view name, Elf64_Xword flags, uint64_t address, uint64_t size,
                Bytes bytes, uint64_t alignment) {
    Elf64_Shdr section = header(bytes.empty() ? SHT_NOBITS : SHT_PROGBITS, alignment);
    section.sh_flags = flags;
    section.sh_addr = address;
    section.sh_size = size;
    add_section(name, section, std::move(bytes));
    const Elf64_Word execute = (flags & SHF_EXECINSTR) != 0 ? PF_X : PF_W;
    loads_.push_back({.p_type = PT_LOAD,
                      .p_flags = PF_R | execute,
                      .p_offset = 0, // known when the sections are placed
                      .p_vaddr = address,
                      .p_paddr = address,
                      .p_filesz = sections_.back().bytes.size(),
                      .p_memsz = size,
                      .p_align = 1});
  }

  // In the order of addresses, as ELF asks of program headers; section i+1 is program header i.
  void add_loads() {
    bool text_added = false;
    const auto text_before = [&](uint64_t address) {
      if (!text_added && program_.text_address <= address) {
        text_section_ = static_cast<Elf64_Half>(sections_.size());
        text_added = true;
        add_text();
      }
    };
    for (Segment& segment : program_.segments) {
      text_before(segment.address);
      add_load(segment.name, SHF_ALLOC | SHF_WRITE, segment.address, segment.size,
               std::move(segment.bytes), 1);
    }
    text_before(UINT64_MAX);
  }

  // --- symbols ---

  Elf64_Half section_of(uint64_t address) const {
    for (std::size_t i = 0; i < loads_.size(); ++i) {
      if (i + 1 != text_section_ && address >= loads_[i].p_vaddr &&
          address - loads_[i].p_vaddr < loads_[i].p_memsz) {
        return static_cast<Elf64_Half>(i + 1);
      }
    }
    return SHN_ABS;
  }

  // An object reaches to the next symbol or to the end of its section.
  uint64_t size_of(std::size_t symbol) const {
    const uint64_t first = program_.symbols[symbol].value;
    const Elf64_Half section = section_of(first);
    if (section == SHN_ABS) {
      return 0;
    }
    uint64_t end = loads_[section - 1U].p_vaddr + loads_[section - 1U].p_memsz;
    for (std::size_t i = symbol + 1; i < program_.symbols.size(); ++i) {
      if (program_.symbols[i].value > first) {
        end = std::min(end, program_.symbols[i].value);
        break;
      }
    }
    return end - first;
  }

  void add_symbols() {
    StringTable names;
    Bytes bytes;
    append(bytes, Elf64_Sym{});
    const auto add = [&](std::string_view name, int type, Elf64_Half section, uint64_t value,
                         uint64_t size) {
      append(bytes, Elf64_Sym{.st_name = names.add(name),
                              .st_info = static_cast<unsigned char>(ELF64_ST_INFO(STB_LOCAL, type)),
                              .st_other = STV_DEFAULT,
                              .st_shndx = section,
                              .st_value = value,
                              .st_size = size});
    };
    for (const LayerRange& range : program_.layers) {
      add(range.layer, STT_FUNC, text_section_, program_.text_address + range.first * word_bytes(),
          (range.last - range.first) * word_bytes());
    }
    for (std::size_t i = 0; i < program_.symbols.size(); ++i) {
      const Symbol& symbol = program_.symbols[i];
      if (symbol.is_label) {
        add(symbol.name, STT_NOTYPE, text_section_,
            program_.text_address + symbol.value * word_bytes(), 0);
      } else {
        add(symbol.name, STT_OBJECT, section_of(symbol.value), symbol.value, size_of(i));
      }
    }
    Elf64_Shdr table = header(SHT_SYMTAB, alignof(Elf64_Sym));
    table.sh_link = static_cast<Elf64_Word>(sections_.size() + 1); // the strings come next
    table.sh_info =
        static_cast<Elf64_Word>(bytes.size() / sizeof(Elf64_Sym)); // all symbols are local
    table.sh_entsize = sizeof(Elf64_Sym);
    add_section(kSymbolSection, table, std::move(bytes));
    add_section(kStringSection, header(SHT_STRTAB), names.bytes());
  }

  // --- the file ---

  static uint64_t aligned(uint64_t offset, uint64_t alignment) {
    return (offset + alignment - 1) / alignment * alignment;
  }

  /// Returns where the section headers are.
  uint64_t place_sections() {
    uint64_t offset = sizeof(Elf64_Ehdr) + loads_.size() * sizeof(Elf64_Phdr);
    for (std::size_t i = 1; i < sections_.size(); ++i) {
      Section& section = sections_[i];
      offset = aligned(offset, section.header.sh_addralign);
      section.header.sh_offset = offset;
      if (i <= loads_.size()) {
        loads_[i - 1].p_offset = offset;
      }
      offset += section.bytes.size();
    }
    return aligned(offset, alignof(Elf64_Shdr));
  }

  void write(isa::OutputFile& file, uint64_t section_headers) const {
    Bytes heads;
    append(heads, file_header(section_headers));
    for (const Elf64_Phdr& load : loads_) {
      append(heads, load);
    }
    file.write(to_text(heads));
    uint64_t offset = heads.size();
    const auto pad_to = [&](uint64_t to) {
      file.write(std::string(to - offset, '\0'));
      offset = to;
    };
    for (const Section& section : std::span(sections_).subspan(1)) {
      pad_to(section.header.sh_offset);
      file.write(to_text(section.bytes));
      offset += section.bytes.size();
    }
    pad_to(section_headers);
    Bytes headers;
    for (const Section& section : sections_) {
      append(headers, section.header);
    }
    file.write(to_text(headers));
  }

  Elf64_Ehdr file_header(uint64_t section_headers) const {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_ident[EI_OSABI] = ELFOSABI_NONE;
    header.e_type = ET_EXEC;
    header.e_machine = kElfMachine;
    header.e_version = EV_CURRENT;
    header.e_entry = program_.text_address;
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_shoff = section_headers;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<Elf64_Half>(loads_.size());
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<Elf64_Half>(sections_.size());
    header.e_shstrndx = static_cast<Elf64_Half>(sections_.size() - 1);
    return header;
  }

  Program& program_;
  const isa::Spec& spec_;
  std::vector<Section> sections_;
  std::vector<Elf64_Phdr> loads_;
  StringTable section_names_;
  Elf64_Half text_section_ = 0;
};

void check(const Program& program, const isa::Spec& spec, const std::filesystem::path& file) {
  std::vector<std::string> lines = problems(program, spec);
  if (program.machine_name != spec.machine.name || program.spec_hash != spec.hash) {
    lines.push_back(
        fmt::format("the program is for machine {} with spec hash {}, this spec is {} with {}",
                    program.machine_name, program.spec_hash, spec.machine.name, spec.hash));
  }
  if (lines.empty()) {
    return;
  }
  for (std::string& line : lines) {
    line = fmt::format("{}: error: {}", file.string(), line);
  }
  throw ProgramError(fmt::format("{}", fmt::join(lines, "\n")));
}

} // namespace

void write_program(Program program, const isa::Spec& spec, const std::filesystem::path& file) {
  sort(program);
  check(program, spec, file);
  isa::OutputFile out(file);
  Writer(program, spec).run(out);
  out.commit();
}

} // namespace npuforge::assembler
