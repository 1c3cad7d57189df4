// The section `formats`: fields and their bits.
#include <bit>
#include <charconv>

#include <fmt/format.h>

#include "names.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

constexpr int kMaxWordBits = 256;
constexpr int kMaxFieldBits = 32;    // operands are 32-bit values
constexpr int kMostBits = 1'000'000; // beyond is no bit number

struct FormatReading {
  Format& format;
  FormatNotes& notes;
  Problems& problems;
};

/// "high:low"
std::optional<std::pair<int, int>> parse_bits(const std::string& text) {
  const char* end = text.data() + text.size();
  int high = 0, low = 0;
  auto first = std::from_chars(text.data(), end, high);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':')
    return std::nullopt;
  auto second = std::from_chars(first.ptr + 1, end, low);
  if (second.ec != std::errc() || second.ptr != end || low < 0 || high < low || high > kMostBits)
    return std::nullopt;
  return std::pair(high, low);
}

void check_overlap(const Field& field, const Node& node, FormatReading& reading) {
  for (const Field& other : reading.format.fields)
    if (field.low <= other.high && other.low <= field.high) {
      reading.problems.add(node,
                           fmt::format("field '{}' [{}:{}] overlaps field '{}' [{}:{}]", field.name,
                                       field.high, field.low, other.name, other.high, other.low));
      return; // one is enough to see: not all pairs
    }
}

void read_field(const std::string& name, const Node& node, FormatReading& reading) {
  auto bits = parse_bits(node.text);
  if (!node.is_scalar() || !bits) {
    reading.problems.add(node, fmt::format("field '{}' must be high:low, two bit numbers", name));
    return;
  }
  Field field{name, bits->first, bits->second};
  if (reading.format.bits && field.high >= reading.format.bits)
    reading.problems.add(node,
                         fmt::format("field '{}' [{}:{}] lies beyond the {} bits of the format",
                                     name, field.high, field.low, reading.format.bits));
  if (field.bits() > kMaxFieldBits)
    reading.problems.add(node, fmt::format("field '{}' has {} bits; operands have at most {}", name,
                                           field.bits(), kMaxFieldBits));
  check_overlap(field, node, reading);
  reading.format.fields.push_back(field);
  reading.notes.fields.push_back(&node);
}

/// {offset: .., base: ..} or {offset: .., base: .., generator: ..}
void read_group(const std::string& name, const Node& node, FormatReading& reading) {
  Section group(node, fmt::format("field group '{}'", name), reading.problems);
  for (const char* part : {"offset", "base"})
    if (const Node* field = group.required(part))
      read_field(name + "." + part, *field, reading);
  if (const Node* field = group.optional("generator"))
    read_field(name + ".generator", *field, reading);
}

/// The fields that every word has.
void check_common_fields(FormatReading& reading) {
  const Format& format = reading.format;
  for (const char* name : {"opcode", "wait", "post"})
    if (!format.find(name))
      reading.problems.add(*reading.notes.node,
                           fmt::format("format '{}' lacks the field '{}'", format.name, name));
  for (std::size_t i = 0; i < format.fields.size(); ++i) {
    const Field& field = format.fields[i];
    if ((field.name == "wait" || field.name == "post") && field.bits() < kUnitCount)
      reading.problems.add(*reading.notes.fields[i],
                           fmt::format("field '{}' has {} bits; there are {} units", field.name,
                                       field.bits(), kUnitCount));
  }
}

void read_format(Format& format, FormatNotes& notes, Problems& problems) {
  FormatReading reading{format, notes, problems};
  std::size_t before = problems.count();
  Section section(*notes.node, fmt::format("format '{}'", format.name), problems);
  format.bits = static_cast<int>(section.integer("bits", 8, kMaxWordBits).value_or(0));
  if (format.bits && (format.bits % 8 || !std::has_single_bit(static_cast<unsigned>(format.bits))))
    problems.add(
        *notes.node->find("bits"),
        fmt::format(
            "the width of a word is {} bits; it must be a power of two, so that lines of the "
            "instruction cache hold whole words",
            format.bits));
  const Node* fields = section.required("fields");
  if (!fields) {
    notes.complete = false;
    return;
  }
  if (!fields->is_map())
    problems.add(*fields, fmt::format("'fields' of format '{}' must be a map", format.name));
  for (const auto& [key, value] : fields->entries) {
    if (!is_identifier(key.text))
      problems.add(key,
                   fmt::format("'{}' is not a name of a field: lower-case letters, digits and '_'",
                               key.text));
    if (value.is_map())
      read_group(key.text, value, reading);
    else
      read_field(key.text, value, reading);
  }
  notes.complete = problems.count() == before;
  check_common_fields(reading);
  notes.used.assign(format.fields.size(), false);
}

/// The decoder reads these before it knows the format.
void check_same_place(const Format& first, const Format& format, const FormatNotes& notes,
                      Problems& problems) {
  if (first.bits && format.bits && first.bits != format.bits)
    problems.add(*notes.node->find("bits"),
                 fmt::format("format '{}' has {} bits, format '{}' has {}; all must be equal",
                             format.name, format.bits, first.name, first.bits));
  for (const char* name : {"opcode", "wait", "post"}) {
    const Field* expected = first.find(name);
    const Field* field = format.find(name);
    if (expected && field && (expected->high != field->high || expected->low != field->low))
      problems.add(
          *notes.fields[field - format.fields.data()],
          fmt::format(
              "field '{}' is [{}:{}] here and [{}:{}] in format '{}'; it must be the same in all",
              name, field->high, field->low, expected->high, expected->low, first.name));
  }
}

} // namespace

void read_formats(const Node& node, Reading& reading) {
  if (!node.is_map() || node.entries.empty()) {
    reading.problems.add(node, "'formats' must be a map of formats");
    return;
  }
  for (const auto& [key, value] : node.entries) {
    if (!is_identifier(key.text))
      reading.problems.add(
          key, fmt::format("'{}' is not a name of a format: lower-case letters, digits and '_'",
                           key.text));
    Format format{key.text, 0, {}};
    FormatNotes notes;
    notes.node = &value;
    read_format(format, notes, reading.problems);
    reading.spec.formats.push_back(std::move(format));
    reading.formats.push_back(std::move(notes));
    check_same_place(reading.spec.formats.front(), reading.spec.formats.back(),
                     reading.formats.back(), reading.problems);
  }
  const Format& first = reading.spec.formats.front();
  int line = reading.spec.machine.sequencer.line_bytes;
  if (first.bits && line % (first.bits / 8))
    reading.problems.add(node, fmt::format("words of {} bits do not fill a cache line of {} bytes",
                                           first.bits, line));
}

int bits_for(int64_t count) {
  return count <= 1 ? 1 : std::bit_width(static_cast<uint64_t>(count - 1));
}

} // namespace npuforge::isa
