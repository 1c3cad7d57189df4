#pragma once
// The symbols of an assembly text: labels, data addresses, .symbol and .equ constants.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"

#include "cursor.h"
#include "expression.h"

namespace npuforge::assembler {

class SymbolTable {
public:
  enum class Kind { Label, Data, Constant };

  /// Makes a symbol; its value may come later. Throws SyntaxError if the name is taken.
  /// `recorded`: becomes a symbol of the program.
  void define(const std::string& name, Kind kind, bool recorded, const Cursor& at);
  /// A symbol whose value is an expression, computed when it is first needed.
  void define(const std::string& name, Kind kind, bool recorded, const Cursor& at,
              const Cursor& expression);
  void place(const std::string& name, uint64_t value);

  /// A Lookup: nullopt for labels not placed yet; throws SyntaxError for names that are not
  /// defined.
  std::optional<int64_t> value(const std::string& name, const Cursor& at) const;
  Lookup lookup() const;
  /// The line that defines a symbol.
  const SourceLine& line(const std::string& name) const { return *entries_.at(name).line; }

  /// All recorded symbols that have a value, in no particular order. Problems of their expressions
  /// go to `errors`.
  std::vector<Symbol> recorded(std::vector<SyntaxError>& errors) const;

private:
  struct Entry {
    Kind kind;
    bool recorded;
    const SourceLine* line;
    std::optional<Cursor> expression;
    std::optional<int64_t> value;
    bool in_progress = false;
    uint64_t unknown_since = 0; ///< no value yet when so many symbols were placed, and one more
  };
  Entry& add(const std::string& name, Kind kind, bool recorded, const Cursor& at);
  std::optional<int64_t> evaluate(const std::string& name, Entry& entry, const Cursor& at) const;

  mutable std::map<std::string, Entry> entries_; // values are remembered while they are looked up
  mutable int depth_ = 0;
  mutable int missing_ = 0; ///< names that were looked for and are not defined
  uint64_t placed_ = 0;     ///< calls of place()
};

} // namespace npuforge::assembler
