#pragma once
// The bytes of an ELF file with every offset checked: what comes out of here lies inside the file.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

namespace npuforge::assembler {

struct ElfSection {
  std::string_view name;
  Elf64_Shdr header;
  std::span<const std::byte> bytes; ///< empty for NOBITS
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

class ElfView {
public:
  /// Checks headers, bounds and names. Throws ProgramError, without the file's name. `bytes` must
  /// outlive the view.
  explicit ElfView(std::span<const std::byte> bytes);

  const Elf64_Ehdr& header() const { return header_; }
  const std::vector<ElfSection>& sections() const { return sections_; }
  const std::vector<Elf64_Phdr>& program_headers() const { return program_headers_; }
  /// The one section of this name; throws ProgramError if there is none or more than one.
  const ElfSection& section(std::string_view name) const;
  /// The entries of a symbol table, without the first, empty one.
  static std::vector<Elf64_Sym> symbols(const ElfSection& table);
  /// The string at an offset of a string table.
  static std::string_view string(const ElfSection& table, uint64_t offset);
  /// Throws ProgramError if the names taken from a table have many more characters than it.
  static void check_names(uint64_t characters, const ElfSection& table);

private:
  void check_header() const;
  std::span<const std::byte> range(uint64_t offset, uint64_t size, std::string_view what) const;
  template <typename T>
  std::vector<T> table(uint64_t offset, uint64_t count, std::string_view what) const;

  std::span<const std::byte> bytes_;
  Elf64_Ehdr header_{};
  std::vector<ElfSection> sections_;
  std::vector<Elf64_Phdr> program_headers_;
};

} // namespace npuforge::assembler
