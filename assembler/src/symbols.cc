#include "symbols.h"

#include <fmt/format.h>

#include "names.h"

namespace npuforge::assembler {

// Constants defined by constants by constants ...: a limit for the stack's sake.
constexpr int kLongestChain = 500;
// The first mistakes get a suggestion; one for each of thousands would compare all names with all.
constexpr int kMostSuggestions = 5;

namespace {

std::string describe(const SourceLine& line, const Cursor& seen_from) {
  return line.file == seen_from.line().file ? fmt::format("line {}", line.number)
                                            : fmt::format("{}:{}", *line.file, line.number);
}

} // namespace

SymbolTable::Entry& SymbolTable::add(const std::string& name, Kind kind, bool recorded,
                                     const Cursor& at) {
  const auto [place, added] =
      entries_.try_emplace(name, Entry{kind, recorded, &at.line(), {}, {}, false, 0});
  if (!added) {
    at.fail(fmt::format("'{}' is already defined in {}", name, describe(*place->second.line, at)));
  }
  return place->second;
}

void SymbolTable::define(const std::string& name, Kind kind, bool recorded, const Cursor& at) {
  add(name, kind, recorded, at);
}

void SymbolTable::define(const std::string& name, Kind kind, bool recorded, const Cursor& at,
                         const Cursor& expression) {
  add(name, kind, recorded, at).expression = expression;
}

void SymbolTable::place(const std::string& name, uint64_t value) {
  entries_.at(name).value = static_cast<int64_t>(value);
  ++placed_;
}

std::optional<int64_t> SymbolTable::value(const std::string& name, const Cursor& at) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    if (++missing_ > kMostSuggestions) {
      at.fail(fmt::format("there is no symbol '{}'", name));
    }
    std::vector<std::string_view> known;
    known.reserve(entries_.size());
    for (const auto& [other, entry] : entries_) {
      known.push_back(other);
    }
    at.fail(fmt::format("there is no symbol '{}'{}", name, suggestion(name, known)));
  }
  return evaluate(name, found->second, at);
}

std::optional<int64_t> SymbolTable::evaluate(const std::string& name, Entry& entry,
                                             const Cursor& at) const {
  if (entry.value || !entry.expression) {
    return entry.value;
  }
  // Without this, a chain of unknown sums would be walked once for every path through it.
  if (entry.unknown_since == placed_ + 1) {
    return std::nullopt;
  }
  if (entry.in_progress) {
    at.fail(fmt::format("'{}' is defined by itself", name));
  }
  if (depth_ >= kLongestChain) {
    at.fail(fmt::format("'{}' depends on too long a chain of symbols", name));
  }
  entry.in_progress = true;
  ++depth_;
  const auto leave = [&] {
    entry.in_progress = false;
    --depth_;
  };
  try {
    Cursor expression = *entry.expression;
    const std::optional<int64_t> value = parse_expression(expression, lookup());
    expression.expect_end();
    entry.value = value;
    entry.unknown_since = placed_ + 1;
  } catch (...) {
    leave();
    throw;
  }
  leave();
  return entry.value;
}

Lookup SymbolTable::lookup() const {
  return [this](const std::string& name, const Cursor& at) { return value(name, at); };
}

std::vector<Symbol> SymbolTable::recorded(std::vector<SyntaxError>& errors) const {
  std::vector<Symbol> symbols;
  for (auto& [name, entry] : entries_) {
    if (!entry.recorded) {
      continue;
    }
    try {
      const Cursor at = Cursor::whole(*entry.line);
      if (const std::optional<int64_t> value = evaluate(name, entry, at)) {
        symbols.push_back({name, static_cast<uint64_t>(*value), entry.kind == Kind::Label});
      }
    } catch (const SyntaxError& error) {
      errors.push_back(error);
    }
  }
  return symbols;
}

} // namespace npuforge::assembler
