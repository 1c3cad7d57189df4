#include "sections.h"

#include <algorithm>

#include <fmt/format.h>

namespace npuforge::assembler {
namespace {

uint64_t round_up(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

// Addresses of one section's items.
class Placer {
public:
  /// `stored` counts the bytes of all sections.
  Placer(const isa::Machine& machine, SymbolTable& symbols, Segment& segment, uint64_t& stored)
      : machine_(machine), symbols_(symbols), segment_(segment), stored_(stored) {}

  void place(Section& section) {
    for (auto& item : section.items) {
      if (auto* chunk = std::get_if<Chunk>(&item)) {
        chunk->offset = segment_.size;
        grow(segment_.size + chunk->bytes.size(), Cursor::whole(*section.line));
        store(segment_.size - segment_.bytes.size(), *section.line);
        segment_.bytes.resize(chunk->offset);
        segment_.bytes.insert(segment_.bytes.end(), chunk->bytes.begin(), chunk->bytes.end());
      } else if (const auto* gap = std::get_if<Gap>(&item)) {
        skip(*gap);
      } else {
        symbols_.place(std::get<Mark>(item).name, segment_.address + segment_.size);
      }
    }
  }

private:
  void skip(const Gap& gap) {
    const uint64_t here = segment_.address + segment_.size;
    const int64_t value = number(gap.expression, symbols_);
    switch (gap.kind) {
    case GapKind::Space:
      if (value < 0) {
        gap.expression.fail(fmt::format("the size is {}; it must be 0 or more", value));
      }
      grow(segment_.size + static_cast<uint64_t>(value), gap.expression);
      break;
    case GapKind::Align:
      if (value <= 0 || (value & (value - 1)) != 0 || value > machine_.dram.bytes) {
        gap.expression.fail(fmt::format("the alignment is {}; it must be a power of two", value));
      }
      grow(round_up(here, static_cast<uint64_t>(value)) - segment_.address, gap.expression);
      break;
    case GapKind::Origin:
      if (value < 0 || static_cast<uint64_t>(value) < here) {
        gap.expression.fail(
            fmt::format("{:#x} lies before the end of the section so far, {:#x}", value, here));
      }
      grow(static_cast<uint64_t>(value) - segment_.address, gap.expression);
      break;
    }
  }

  // Sizes beyond DRAM stop here, before anybody tries to hold them.
  void grow(uint64_t size, const Cursor& at) {
    const auto dram = static_cast<uint64_t>(machine_.dram.bytes);
    if (segment_.address > dram || size > dram - segment_.address) {
      at.fail(fmt::format("section '{}' reaches beyond the {} bytes of DRAM", segment_.name, dram));
    }
    segment_.size = size;
  }

  // Sections may overlap until all are placed, but together they hold no more than DRAM does.
  void store(uint64_t bytes, const SourceLine& line) {
    stored_ += bytes;
    if (stored_ > static_cast<uint64_t>(machine_.dram.bytes)) {
      Cursor::whole(line).fail(fmt::format("section '{}' and those before it have more than the {} "
                                           "bytes of DRAM",
                                           segment_.name, machine_.dram.bytes));
    }
  }

public:
  static int64_t number(Cursor expression, const SymbolTable& symbols) {
    const Cursor at = expression;
    const std::optional<int64_t> value = parse_expression(expression, symbols.lookup());
    expression.expect_end();
    if (!value) {
      at.fail(
          "this number decides about addresses, so it cannot depend on a label that has none yet");
    }
    return *value;
  }

private:
  const isa::Machine& machine_;
  SymbolTable& symbols_;
  Segment& segment_;
  uint64_t& stored_;
};

const Gap* origin_of(const Section& section) {
  const Gap* gap = section.items.empty() ? nullptr : std::get_if<Gap>(&section.items.front());
  return gap != nullptr && gap->kind == GapKind::Origin ? gap : nullptr;
}

// The largest alignment that the section asks for, at least a DRAM burst. Bad ones are reported
// when they are placed.
uint64_t alignment_of(const Section& section, const isa::Machine& machine,
                      const SymbolTable& symbols) {
  uint64_t alignment = static_cast<uint64_t>(machine.dram.beat_bytes) * machine.dram.burst_beats;
  for (const auto& item : section.items) {
    const Gap* gap = std::get_if<Gap>(&item);
    if (gap == nullptr || gap->kind != GapKind::Align) {
      continue;
    }
    try {
      const int64_t value = Placer::number(gap->expression, symbols);
      alignment = std::max<uint64_t>(alignment, std::clamp<int64_t>(value, 1, machine.dram.bytes));
    } catch (const SyntaxError&) {
      continue;
    }
  }
  return alignment;
}

uint64_t start_of(const Section& section, uint64_t end, const isa::Machine& machine,
                  const SymbolTable& symbols) {
  const Gap* origin = origin_of(section);
  if (origin == nullptr) {
    return round_up(end, alignment_of(section, machine, symbols));
  }
  const int64_t value = Placer::number(origin->expression, symbols);
  if (value < 0 || value > machine.dram.bytes) {
    origin->expression.fail(
        fmt::format("address {} lies outside the {} bytes of DRAM", value, machine.dram.bytes));
  }
  return static_cast<uint64_t>(value);
}

} // namespace

Chunk& Section::chunk() {
  if (items.empty() || !std::holds_alternative<Chunk>(items.back())) {
    items.emplace_back(Chunk{});
  }
  return std::get<Chunk>(items.back());
}

void store_number(int64_t value, int size, std::byte* bytes, const Cursor& at) {
  const int bits = 8 * size;
  const int64_t low = -(int64_t{1} << (bits - 1));
  const int64_t high = (int64_t{1} << bits) - 1;
  if (value < low || value > high) {
    at.fail(
        fmt::format("{} does not fit into {} bits; it must be {} to {}", value, bits, low, high));
  }
  for (int i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>(value >> (8 * i));
  }
}

std::vector<Segment> lay_out(std::vector<Section>& sections, uint64_t text_end,
                             const isa::Machine& machine, SymbolTable& symbols,
                             std::vector<SyntaxError>& errors) {
  std::vector<Segment> segments(sections.size());
  uint64_t end = text_end;
  uint64_t stored = 0;
  for (const bool zero : {false, true}) {
    for (std::size_t i = 0; i < sections.size(); ++i) {
      if ((sections[i].name == kZeroSection) != zero) {
        continue;
      }
      Segment& segment = segments[i];
      segment.name = sections[i].name;
      try {
        segment.address = start_of(sections[i], end, machine, symbols);
        Placer(machine, symbols, segment, stored).place(sections[i]);
      } catch (const SyntaxError& error) {
        errors.push_back(error);
      }
      end = std::max(end, segment.address + segment.size);
    }
  }
  return segments;
}

void apply_fixups(const Section& section, Segment& segment, const SymbolTable& symbols,
                  std::vector<SyntaxError>& errors) {
  for (const auto& item : section.items) {
    const auto* chunk = std::get_if<Chunk>(&item);
    if (chunk == nullptr) {
      continue;
    }
    for (const Fixup& fixup : chunk->fixups) {
      try {
        Cursor expression = fixup.expression;
        const std::optional<int64_t> value = parse_expression(expression, symbols.lookup());
        // Without a value, or without its place, the section's error has been reported.
        if (value && chunk->offset + fixup.offset + fixup.size <= segment.bytes.size()) {
          store_number(*value, fixup.size, &segment.bytes[chunk->offset + fixup.offset],
                       fixup.expression);
        }
      } catch (const SyntaxError& error) {
        errors.push_back(error);
      }
    }
  }
}

} // namespace npuforge::assembler
