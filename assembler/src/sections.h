#pragma once
// Data sections while they are assembled: items in the order of the text, then addresses, then
// bytes.

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/machine.h"

#include "cursor.h"
#include "expression.h"
#include "symbols.h"

namespace npuforge::assembler {

/// A number of `size` bytes at `offset` of a chunk, whose expression needs addresses.
struct Fixup {
  std::size_t offset;
  int size;
  Cursor expression;
};

struct Chunk {
  std::size_t offset = 0; ///< in the segment, once laid out
  std::vector<std::byte> bytes;
  std::vector<Fixup> fixups;
};

enum class GapKind { Space, Align, Origin };
struct Gap {
  GapKind kind;
  Cursor expression;
};

/// A label of the section, at the place of the item that follows.
struct Mark {
  std::string name;
};

struct Section {
  std::string name;
  const SourceLine* line; ///< where it first appears
  std::vector<std::variant<Chunk, Gap, Mark>> items;
  Chunk& chunk(); ///< the one to append bytes to
};

/// The section that has no bytes and comes last.
inline constexpr std::string_view kZeroSection = ".bss";

/// Range check and little-endian bytes of a data item of `size` bytes, signed or unsigned. Throws
/// SyntaxError.
void store_number(int64_t value, int size, std::byte* bytes, const Cursor& at);

/// Gives each section its address behind the text and the sections before it (the zero section
/// last), or where .org says, and places its labels. Automatic addresses only grow. Returns a
/// segment for each section, in the sections' order. Problems go to `errors`.
std::vector<Segment> lay_out(std::vector<Section>& sections, uint64_t text_end,
                             const isa::Machine& machine, SymbolTable& symbols,
                             std::vector<SyntaxError>& errors);
/// Fills in the numbers that needed addresses.
void apply_fixups(const Section& section, Segment& segment, const SymbolTable& symbols,
                  std::vector<SyntaxError>& errors);

} // namespace npuforge::assembler
