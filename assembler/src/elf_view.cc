#include "elf_view.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "npuforge/assembler/program.h"

#include "elf_names.h"

namespace npuforge::assembler {

ElfView::ElfView(std::span<const std::byte> bytes) : bytes_(bytes) {
  if (bytes.size() < sizeof header_) {
    throw ProgramError(fmt::format("not a program file: it has {} bytes, an ELF header has {}",
                                   bytes.size(), sizeof header_));
  }
  std::memcpy(&header_, bytes.data(), sizeof header_);
  check_header();
  program_headers_ = table<Elf64_Phdr>(header_.e_phoff, header_.e_phnum, "program headers");
  const auto headers = table<Elf64_Shdr>(header_.e_shoff, header_.e_shnum, "section headers");
  uint64_t total = 0;
  for (const Elf64_Shdr& section : headers) {
    const bool stored = section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL;
    sections_.push_back({{},
                         section,
                         stored ? range(section.sh_offset, section.sh_size, "a section")
                                : std::span<const std::byte>{}});
    // Thousands of sections that are all the same bytes would be a large program in a small file.
    total += sections_.back().bytes.size();
    if (total > bytes_.size()) {
      throw ProgramError("the sections overlap in the file");
    }
  }
  if (header_.e_shstrndx >= sections_.size()) {
    throw ProgramError("the table of section names is missing");
  }
  const ElfSection names = sections_[header_.e_shstrndx];
  uint64_t characters = 0;
  for (ElfSection& section : sections_) {
    section.name = string(names, section.header.sh_name);
    check_names(characters += section.name.size(), names);
  }
}

void ElfView::check_header() const {
  const unsigned char* ident = header_.e_ident;
  if (std::memcmp(ident, ELFMAG, SELFMAG) != 0) {
    throw ProgramError("not a program file: it does not begin as ELF does");
  }
  if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB ||
      ident[EI_VERSION] != EV_CURRENT || header_.e_version != EV_CURRENT ||
      header_.e_type != ET_EXEC) {
    throw ProgramError("not a program file: not a 64-bit little-endian ELF executable");
  }
  if (header_.e_machine != kElfMachine) {
    throw ProgramError(fmt::format("not a program file: ELF for machine {:#x}, ours is {:#x}",
                                   header_.e_machine, kElfMachine));
  }
  if (header_.e_ehsize != sizeof(Elf64_Ehdr) || header_.e_phentsize != sizeof(Elf64_Phdr) ||
      header_.e_shentsize != sizeof(Elf64_Shdr)) {
    throw ProgramError("the ELF header states wrong sizes of headers");
  }
}

std::span<const std::byte> ElfView::range(uint64_t offset, uint64_t size,
                                          std::string_view what) const {
  if (offset > bytes_.size() || size > bytes_.size() - offset) {
    throw ProgramError(fmt::format(
        "{} ({} bytes at {:#x}) lies beyond the end of the file ({} bytes): is it truncated?", what,
        size, offset, bytes_.size()));
  }
  return bytes_.subspan(offset, size);
}

template <typename T>
std::vector<T> ElfView::table(uint64_t offset, uint64_t count, std::string_view what) const {
  const std::span<const std::byte> source = range(offset, count * sizeof(T), what);
  std::vector<T> entries(count);
  if (count > 0) {
    std::memcpy(entries.data(), source.data(), source.size());
  }
  return entries;
}

const ElfSection& ElfView::section(std::string_view name) const {
  const ElfSection* found = nullptr;
  for (const ElfSection& section : sections_) {
    if (section.name == name) {
      if (found != nullptr) {
        throw ProgramError(fmt::format("there are two sections {}", name));
      }
      found = &section;
    }
  }
  if (found == nullptr) {
    throw ProgramError(fmt::format("section {} is missing", name));
  }
  return *found;
}

std::vector<Elf64_Sym> ElfView::symbols(const ElfSection& table) {
  if (table.header.sh_type != SHT_SYMTAB || table.header.sh_entsize != sizeof(Elf64_Sym) ||
      table.bytes.empty() || table.bytes.size() % sizeof(Elf64_Sym) != 0) {
    throw ProgramError(fmt::format("section {} is not a table of symbols", table.name));
  }
  std::vector<Elf64_Sym> entries(table.bytes.size() / sizeof(Elf64_Sym));
  std::memcpy(entries.data(), table.bytes.data(), table.bytes.size());
  entries.erase(entries.begin());
  return entries;
}

void ElfView::check_names(uint64_t characters, const ElfSection& table) {
  // Linkers let names share their ends; thousands of names that are one long string are an attack.
  constexpr uint64_t kMostSharing = 16;
  if (characters / kMostSharing > table.bytes.size()) {
    throw ProgramError(
        fmt::format("the names overlap too much in their table of {} bytes", table.bytes.size()));
  }
}

std::string_view ElfView::string(const ElfSection& table, uint64_t offset) {
  const std::string_view text = table.text();
  const std::size_t end = offset < text.size() ? text.find('\0', offset) : std::string_view::npos;
  if (table.header.sh_type != SHT_STRTAB || end == std::string_view::npos) {
    throw ProgramError("a name lies outside its table of strings");
  }
  return text.substr(offset, end - offset);
}

} // namespace npuforge::assembler
