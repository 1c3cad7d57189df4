#pragma once
// An assembly text between its two passes: what the directives build up, and what waits for
// addresses.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"

#include "cursor.h"
#include "sections.h"
#include "symbols.h"

namespace npuforge::assembler {

/// One word of the text that is yet to be encoded.
struct PendingWord {
  Cursor at;
  bool raw; ///< .insn: the cursor stands at the word's number
};

struct PendingPort {
  Cursor at;
  bool output;
};

/// Everything the first pass knows.
struct Source {
  explicit Source(const isa::Spec& spec) : spec(spec) {}

  const isa::Spec& spec;
  SymbolTable symbols;
  std::vector<Section> sections; ///< data sections in order of appearance
  std::map<std::string, std::size_t, std::less<>> section_index; ///< by name, into `sections`
  std::size_t current = kText; ///< index of the section being written, or kText
  std::optional<Cursor> text_origin;
  std::vector<PendingWord> words;
  std::vector<PendingPort> ports;
  std::vector<ResourceBound> bounds;
  std::vector<Stop> stops;
  std::vector<LayerRange> layers;
  bool in_layer = false; ///< the last of `layers` is open

  static constexpr std::size_t kText = static_cast<std::size_t>(-1);
  bool in_text() const { return current == kText; }
};

inline constexpr std::string_view kMachineDirective = ".machine";

/// Handles the directive that stands at the cursor. Throws SyntaxError.
void handle_directive(Source& source, Cursor& cursor);
/// Ends the open layer, if any.
void close_layer(Source& source);

} // namespace npuforge::assembler
