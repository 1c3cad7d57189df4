// The directives: a table of names and one function for each. README.md describes them to users.

#include <array>

#include <fmt/format.h>

#include "elf_names.h"
#include "float_syntax.h"
#include "names.h"
#include "source.h"

namespace npuforge::assembler {
namespace {

// Operands of the first pass may name symbols that come later; such values are not known yet.
std::optional<int64_t> not_yet(const std::string&, const Cursor&) {
  return std::nullopt;
}

// Takes an expression whose value is needed later; returns where it stands.
Cursor deferred(Cursor& cursor) {
  cursor.skip_space();
  const Cursor at = cursor;
  parse_expression(cursor, not_yet);
  return at;
}

Section& data_section(Source& source, const Cursor& at) {
  if (source.in_text()) {
    at.fail("this belongs into a data section; begin one with .data, .bss or .section NAME");
  }
  return source.sections[source.current];
}

Section& byte_section(Source& source, const Cursor& at) {
  Section& section = data_section(source, at);
  if (section.name == kZeroSection) {
    at.fail(fmt::format("section '{}' holds no bytes, only .space and .align", kZeroSection));
  }
  return section;
}

void need_text(const Source& source, const Cursor& at) {
  if (!source.in_text()) {
    at.fail("this belongs into section .text");
  }
}

// --- sections ---

void select(Source& source, const std::string& name, const Cursor& at) {
  const auto [place, added] = source.section_index.try_emplace(name, source.sections.size());
  if (added) {
    source.sections.push_back({name, &at.line(), {}});
  }
  source.current = place->second;
}

void text(Source& source, Cursor&, const Cursor&) {
  source.current = Source::kText;
}
void data(Source& source, Cursor&, const Cursor& at) {
  select(source, ".data", at);
}
void bss(Source& source, Cursor&, const Cursor& at) {
  select(source, std::string(kZeroSection), at);
}

void section(Source& source, Cursor& cursor, const Cursor&) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string name = cursor.name("a section's name");
  if (name == kTextSection) {
    source.current = Source::kText;
    return;
  }
  if (is_reserved_section(name)) {
    at.fail(fmt::format("'{}' cannot be the name of a data section", name));
  }
  select(source, name, at);
}

void gap(Source& source, Cursor& cursor, GapKind kind, const Cursor& at) {
  data_section(source, at).items.emplace_back(Gap{kind, deferred(cursor)});
}

void org(Source& source, Cursor& cursor, const Cursor& at) {
  if (!source.in_text()) {
    gap(source, cursor, GapKind::Origin, at);
    return;
  }
  if (!source.words.empty() || source.text_origin) {
    at.fail("the text's .org stands once, before its first instruction");
  }
  source.text_origin = deferred(cursor);
}

void align(Source& source, Cursor& cursor, const Cursor& at) {
  gap(source, cursor, GapKind::Align, at);
}
void space(Source& source, Cursor& cursor, const Cursor& at) {
  gap(source, cursor, GapKind::Space, at);
}

// --- data ---

template <int kSize>
void numbers(Source& source, Cursor& cursor, const Cursor& at) {
  Chunk& chunk = byte_section(source, at).chunk();
  do {
    cursor.skip_space();
    const Cursor place = cursor;
    const std::optional<int64_t> value = parse_expression(cursor, not_yet);
    const std::size_t offset = chunk.bytes.size();
    chunk.bytes.resize(offset + kSize);
    if (value) {
      store_number(*value, kSize, &chunk.bytes[offset], place);
    } else {
      chunk.fixups.push_back({offset, kSize, place});
    }
  } while (cursor.accept(","));
}

void floats(Source& source, Cursor& cursor, const Cursor& at) {
  Chunk& chunk = byte_section(source, at).chunk();
  do {
    cursor.skip_space();
    const Cursor place = cursor;
    const std::optional<uint32_t> bits = parse_f32(cursor);
    if (!bits) {
      place.fail(fmt::format("expected a number like 1.5, -2e-3 or inf, found {}", place.found()));
    }
    const std::size_t offset = chunk.bytes.size();
    chunk.bytes.resize(offset + sizeof *bits);
    store_number(*bits, sizeof *bits, &chunk.bytes[offset], place);
  } while (cursor.accept(","));
}

void ascii(Source& source, Cursor& cursor, const Cursor& at) {
  Chunk& chunk = byte_section(source, at).chunk();
  do {
    for (const char c : cursor.quoted()) {
      chunk.bytes.push_back(static_cast<std::byte>(c));
    }
  } while (cursor.accept(","));
}

void insn(Source& source, Cursor& cursor, const Cursor& at) {
  need_text(source, at);
  cursor.skip_space();
  source.words.push_back({cursor, true});
  cursor.advance(cursor.rest().size()); // read in the second pass
}

// --- symbols ---

void define(Source& source, Cursor& cursor, SymbolTable::Kind kind, bool recorded) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string name = cursor.name("a symbol's name");
  cursor.expect(",");
  source.symbols.define(name, kind, recorded, at, deferred(cursor));
}

void equ(Source& source, Cursor& cursor, const Cursor&) {
  define(source, cursor, SymbolTable::Kind::Constant, false);
}
void symbol(Source& source, Cursor& cursor, const Cursor&) {
  define(source, cursor, SymbolTable::Kind::Data, true);
}

// --- the network ---

void layer(Source& source, Cursor& cursor, const Cursor& at) {
  need_text(source, at);
  close_layer(source);
  const auto first = static_cast<uint32_t>(source.words.size());
  source.layers.push_back({cursor.name("a layer's name"), first, first});
  source.in_layer = true;
}

void endlayer(Source& source, Cursor&, const Cursor& at) {
  if (!source.in_layer) {
    at.fail("no layer is open here");
  }
  close_layer(source);
}

void bound(Source& source, Cursor& cursor, const Cursor&) {
  const std::string resource = cursor.name("a resource's name");
  cursor.expect(",");
  cursor.skip_space();
  const Cursor at = cursor;
  const std::optional<int64_t> cycles = parse_expression(cursor, not_yet);
  if (!cycles || *cycles < 0) {
    at.fail("a bound is a number of cycles, zero or more");
  }
  source.bounds.push_back({resource, static_cast<uint64_t>(*cycles)});
}

/// Of the instruction that follows.
template <bool kResumes>
void stop(Source& source, Cursor& cursor, const Cursor& at) {
  need_text(source, at);
  source.stops.push_back(
      {static_cast<uint32_t>(source.words.size()), cursor.name("a reason"), kResumes});
}

template <bool kOutput>
void port(Source& source, Cursor& cursor, const Cursor&) {
  source.ports.push_back({cursor, kOutput});
  cursor.advance(cursor.rest().size()); // its address is known in the second pass
}

void machine(Source& source, Cursor& cursor, const Cursor&) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string name = cursor.name("a machine's name");
  if (name != source.spec.machine.name) {
    at.fail(fmt::format("the text is for machine '{}', but the spec in use is '{}'", name,
                        source.spec.machine.name));
  }
}

// `at` is the directive itself, for messages.
struct Directive {
  std::string_view name;
  void (*handle)(Source& source, Cursor& cursor, const Cursor& at);
};

constexpr std::array kDirectives = {
    Directive{kMachineDirective, machine},
    Directive{".text", text},
    Directive{".data", data},
    Directive{".bss", bss},
    Directive{".section", section},
    Directive{".org", org},
    Directive{".align", align},
    Directive{".space", space},
    Directive{".byte", numbers<1>},
    Directive{".half", numbers<2>},
    Directive{".word", numbers<4>},
    Directive{".float", floats},
    Directive{".ascii", ascii},
    Directive{".insn", insn},
    Directive{".equ", equ},
    Directive{".symbol", symbol},
    Directive{".layer", layer},
    Directive{".endlayer", endlayer},
    Directive{".input", port<false>},
    Directive{".output", port<true>},
    Directive{".bound", bound},
    Directive{".stop", stop<false>},
    Directive{".resume", stop<true>},
};

} // namespace

void handle_directive(Source& source, Cursor& cursor) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string_view name = cursor.identifier();
  std::vector<std::string_view> names;
  for (const Directive& directive : kDirectives) {
    if (directive.name == name) {
      directive.handle(source, cursor, at);
      cursor.expect_end();
      return;
    }
    names.push_back(directive.name);
  }
  const std::string near = suggestion(name, names);
  at.fail(fmt::format("there is no directive '{}'{}", name,
                      near.empty() ? fmt::format("; there are {}", fmt::join(names, " ")) : near));
}

void close_layer(Source& source) {
  if (source.in_layer) {
    source.layers.back().last = static_cast<uint32_t>(source.words.size());
    source.in_layer = false;
  }
}

} // namespace npuforge::assembler
