// Text to program, in two passes: the first reads labels, directives and data, the second
// instructions and whatever needs addresses.

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "npuforge/assembler/text.h"

#include "checks.h"
#include "instruction_syntax.h"
#include "lines.h"
#include "names.h"
#include "ports.h"
#include "source.h"

namespace npuforge::assembler {
namespace {

class Assembler {
public:
  Assembler(const isa::Spec& spec, std::string_view text, const std::string& file_name,
            const ReadText& read)
      : spec_(spec), file_name_(file_name), first_{"", &file_name_, 1, 0},
        lines_(text, file_name, read, errors_), source_(spec) {}

  void read() {
    for (const SourceLine& line : lines_.all()) {
      Cursor cursor(line);
      attempt([&] { statement(cursor); });
    }
    close_layer(source_);
  }

  Program finish() {
    Program program;
    program.machine_name = spec_.machine.name;
    program.spec_hash = spec_.hash;
    program.layers = source_.layers;
    program.bounds = source_.bounds;
    program.stops = source_.stops;
    program.text_address = text_address();
    const uint64_t text_end =
        program.text_address + source_.words.size() * static_cast<uint64_t>(spec_.word_bytes());
    std::vector<Segment> segments =
        lay_out(source_.sections, text_end, spec_.machine, source_.symbols, errors_);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      apply_fixups(source_.sections[i], segments[i], source_.symbols, errors_);
      if (segments[i].size > 0) {
        program.segments.push_back(std::move(segments[i]));
      }
    }
    for (const PendingWord& word : source_.words) {
      program.text.emplace_back();
      attempt([&] { program.text.back() = word.raw ? raw_word(word.at) : encode(word.at); });
    }
    for (const PendingPort& pending : source_.ports) {
      Cursor cursor = pending.at;
      attempt([&] {
        Port port = parse_port(cursor, spec_, source_.symbols.lookup());
        (pending.output ? program.outputs : program.inputs).push_back(std::move(port));
      });
    }
    program.symbols = source_.symbols.recorded(errors_);
    sort(program);
    return program;
  }

  /// What only the whole program shows, such as overlapping sections.
  void check(const Program& program) {
    if (!errors_.empty()) {
      return;
    }
    for (const Problem& problem : find_problems(program, spec_)) {
      errors_.push_back({line_of(program, problem), 1, problem.message});
    }
  }

  /// All problems as "file:line:column: error: ...", in the order of the text.
  std::vector<std::string> errors() {
    const auto key = [](const SyntaxError& e) {
      return std::tie(e.line.order, e.column, e.message);
    };
    std::sort(errors_.begin(), errors_.end(),
              [&](const SyntaxError& a, const SyntaxError& b) { return key(a) < key(b); });
    std::vector<std::string> messages;
    std::set<std::string_view> seen; // a line that is repeated is wrong once
    messages.reserve(errors_.size());
    for (const SyntaxError& e : errors_) {
      messages.push_back(
          fmt::format("{}:{}:{}: error: {}", *e.line.file, e.line.number, e.column, e.message));
      if (!seen.insert(messages.back()).second) {
        messages.pop_back();
      }
    }
    return messages;
  }

private:
  template <typename Action>
  void attempt(Action&& action) {
    try {
      action();
    } catch (const SyntaxError& error) {
      errors_.push_back(error);
    }
  }

  void statement(Cursor& cursor) {
    while (label(cursor)) {
    }
    if (cursor.at_end()) {
      return;
    }
    Cursor ahead = cursor;
    const std::string_view word = ahead.identifier();
    if (word.starts_with('.')) {
      handle_directive(source_, cursor);
    } else if (source_.in_text()) {
      source_.words.push_back({cursor, false});
    } else {
      cursor.fail(
          fmt::format("expected a directive, found {}; instructions belong into section .text",
                      cursor.found()));
    }
  }

  const SourceLine& line_of(const Program& program, const Problem& problem) const {
    switch (problem.part) {
    case Part::Segment:
      for (const Section& section : source_.sections) {
        if (section.name == program.segments[problem.index].name) {
          return *section.line;
        }
      }
      return first_;
    case Part::Symbol:
      return source_.symbols.line(program.symbols[problem.index].name);
    case Part::Input:
    case Part::Output:
      return port_line(problem);
    case Part::Text:
      return source_.text_origin ? source_.text_origin->line() : first_;
    case Part::Layer:
      break; // sorted, so no line is known
    }
    return first_;
  }

  // Inputs and outputs are numbered apart, in the order of the text.
  const SourceLine& port_line(const Problem& problem) const {
    std::size_t index = 0;
    for (const PendingPort& port : source_.ports) {
      if (port.output == (problem.part == Part::Output) && index++ == problem.index) {
        return port.at.line();
      }
    }
    return first_;
  }

  // Takes "name:" if that stands here.
  bool label(Cursor& cursor) {
    cursor.skip_space();
    Cursor ahead = cursor;
    const bool quoted = ahead.peek() == '"';
    if (!quoted && !starts_identifier(ahead.peek())) {
      return false;
    }
    const std::string name = ahead.name("a label");
    if (!ahead.accept(":")) {
      return false;
    }
    const bool recorded = quoted || !is_local(name);
    if (!quoted && spell(name) != name && recorded) {
      cursor.fail(fmt::format("'{}' is not a name for a label here; write {}", name, quote(name)));
    }
    if (source_.in_text()) {
      source_.symbols.define(name, SymbolTable::Kind::Label, recorded, cursor);
      source_.symbols.place(name, source_.words.size());
    } else {
      source_.symbols.define(name, SymbolTable::Kind::Data, recorded, cursor);
      source_.sections[source_.current].items.emplace_back(Mark{name});
    }
    cursor = ahead;
    return true;
  }

  uint64_t text_address() {
    int64_t address = 0;
    attempt([&] {
      if (!source_.text_origin) {
        return;
      }
      Cursor cursor = *source_.text_origin;
      const int line = spec_.machine.sequencer.line_bytes;
      const int64_t value = parse_expression(cursor, source_.symbols.lookup()).value_or(-1);
      if (value < 0 || value > spec_.machine.dram.bytes || value % line != 0) {
        source_.text_origin->fail(fmt::format(
            "the text's address must be known here, a multiple of a cache line ({} bytes), and "
            "inside the {} bytes of DRAM",
            line, spec_.machine.dram.bytes));
      }
      address = value;
    });
    return static_cast<uint64_t>(address);
  }

  isa::Word encode(const Cursor& at) {
    Cursor cursor = at;
    const isa::Decoded decoded = parse_instruction(spec_, cursor, source_.symbols.lookup());
    try {
      return isa::encode(spec_, decoded);
    } catch (const std::out_of_range& error) {
      at.fail(error.what());
    }
  }

  // "0x..." with up to a word's digits: wider than any expression.
  isa::Word raw_word(const Cursor& at) const {
    Cursor cursor = at;
    const std::size_t most = 2 * static_cast<std::size_t>(spec_.word_bytes());
    cursor.expect("0x");
    const std::size_t digits =
        std::min(cursor.rest().find_first_not_of("0123456789abcdefABCDEF"), cursor.rest().size());
    if (digits == 0 || digits > most) {
      at.fail(fmt::format("a word is 0x and 1 to {} hexadecimal digits", most));
    }
    isa::Word word;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = cursor.rest()[digits - 1 - i];
      const auto digit = static_cast<uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
      word.bits[i / 16] |= digit << (i % 16 * 4);
    }
    cursor.advance(digits);
    cursor.expect_end();
    return word;
  }

  const isa::Spec& spec_;
  std::vector<SyntaxError> errors_;
  const std::string file_name_;
  const SourceLine first_; ///< where the text as a whole begins
  const Lines lines_;
  Source source_;
};

} // namespace

Program assemble(const isa::Spec& spec, std::string_view text, const std::string& file_name,
                 const ReadText& read) {
  Assembler assembler(spec, text, file_name, read);
  assembler.read();
  Program program = assembler.finish();
  assembler.check(program);
  const std::vector<std::string> errors = assembler.errors();
  if (!errors.empty()) {
    throw ProgramError(fmt::format("{}", fmt::join(errors, "\n")));
  }
  return program;
}

std::optional<std::string> machine_of_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const SourceLine line{text.substr(0, end), nullptr, 0, 0};
    Cursor cursor(line);
    try {
      if (cursor.identifier() == kMachineDirective) {
        return cursor.name("a machine's name");
      }
    } catch (const SyntaxError&) {
      return std::nullopt; // assemble() reports it
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

} // namespace npuforge::assembler
