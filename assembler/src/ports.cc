#include "ports.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "names.h"

namespace npuforge::assembler {
namespace {

struct Input {
  Cursor& cursor;
  const Lookup& lookup;
};

// A word of letters and digits, such as f32 or 1x3x8x8; where it begins is left in `at`.
std::string word(Cursor& cursor) {
  cursor.skip_space();
  std::string text;
  while (cursor.peek() != '\0' &&
         std::string_view(", \t\r").find(cursor.peek()) == std::string_view::npos) {
    text += cursor.peek();
    cursor.advance(1);
  }
  return text;
}

template <typename T>
T parse_number(Cursor& cursor, const char* what) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string text = word(cursor);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    at.fail(fmt::format("expected {}, found '{}'", what, text));
  }
  return value;
}

int64_t parse_integer(Input in, int64_t low, int64_t high) {
  in.cursor.skip_space();
  const Cursor at = in.cursor;
  const int64_t value = parse_expression(in.cursor, in.lookup).value_or(low);
  if (value < low || value > high) {
    at.fail(fmt::format("{} is out of range; it must be {} to {}", value, low, high));
  }
  return value;
}

std::vector<int64_t> parse_shape(Cursor& cursor) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string text = word(cursor);
  std::vector<int64_t> shape;
  if (text == "scalar") {
    return shape;
  }
  const char* place = text.data();
  const char* const end = place + text.size();
  for (;;) {
    int64_t extent = 0;
    const auto [next, error] = std::from_chars(place, end, extent);
    if (error != std::errc() || extent < 1 || (next != end && *next != 'x')) {
      at.fail(fmt::format("expected a shape such as 1x3x32x32 or scalar, found '{}'", text));
    }
    shape.push_back(extent);
    if (next == end) {
      return shape;
    }
    place = next + 1;
  }
}

std::string print_shape(const std::vector<int64_t>& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

struct Key {
  std::string_view name;
  bool needed;
  void (*parse)(Input in, Port& port);
  std::string (*print)(const Port& port);
};

constexpr int64_t kLargest = int64_t{1} << 62;

constexpr std::array kKeys = {
    Key{"type", true, [](Input in, Port& port) { port.type = word(in.cursor); },
        [](const Port& port) { return port.type; }},
    Key{"shape", true, [](Input in, Port& port) { port.shape = parse_shape(in.cursor); },
        [](const Port& port) { return print_shape(port.shape); }},
    Key{"layout", true, [](Input in, Port& port) { port.layout = word(in.cursor); },
        [](const Port& port) { return port.layout; }},
    Key{"address", true,
        [](Input in, Port& port) { port.address = parse_integer(in, 0, kLargest); },
        [](const Port& port) { return fmt::format("{:#x}", port.address); }},
    Key{"bytes", false, [](Input in, Port& port) { port.bytes = parse_integer(in, 0, kLargest); },
        [](const Port& port) { return fmt::format("{}", port.bytes); }},
    Key{"scale", false,
        [](Input in, Port& port) {
          port.quantisation.scale = parse_number<double>(in.cursor, "a number");
        },
        [](const Port& port) { return fmt::format("{}", port.quantisation.scale); }},
    Key{"zero_point", false,
        [](Input in, Port& port) {
          port.quantisation.zero_point = static_cast<int>(parse_integer(in, -128, 255));
        },
        [](const Port& port) { return fmt::format("{}", port.quantisation.zero_point); }},
    Key{"qtype", false, [](Input in, Port& port) { port.quantisation.type = word(in.cursor); },
        [](const Port& port) { return port.quantisation.type; }},
    Key{"bounded", false,
        [](Input in, Port& port) {
          const int64_t dim = parse_integer(in, 0, 63);
          in.cursor.expect(":");
          port.bounded = BoundedDim{dim, in.cursor.name("the name of an output")};
        },
        [](const Port& port) {
          return port.bounded ? fmt::format("{}:{}", port.bounded->dim, quote(port.bounded->extent))
                              : "";
        }},
};

std::size_t parse_key(Cursor& cursor) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string_view text = cursor.identifier();
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    names.push_back(kKeys[i].name);
    if (kKeys[i].name == text) {
      return i;
    }
  }
  at.fail(fmt::format("expected one of {}, found {}{}", fmt::join(names, ", "), at.found(),
                      suggestion(text, names)));
}

} // namespace

Port parse_port(Cursor& cursor, const isa::Spec& spec, const Lookup& lookup) {
  const Cursor start = cursor;
  Port port;
  port.name = cursor.name("the name of an input or output");
  std::array<bool, kKeys.size()> seen{};
  while (cursor.accept(",")) {
    cursor.skip_space();
    const Cursor at = cursor;
    const std::size_t key = parse_key(cursor);
    if (std::exchange(seen[key], true)) {
      at.fail(fmt::format("'{}' is given twice", kKeys[key].name));
    }
    cursor.expect("=");
    kKeys[key].parse({cursor, lookup}, port);
  }
  cursor.expect_end();
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    if (kKeys[i].needed && !seen[i]) {
      start.fail(fmt::format("'{}' has no {}=", port.name, kKeys[i].name));
    }
    if (kKeys[i].name == "bytes" && !seen[i]) {
      port.bytes = port_bytes(port, spec);
    }
  }
  return port;
}

std::string print_port(const Port& port, const isa::Spec& spec) {
  const Port plain; // keys that say what is so without them are left out
  std::string text = quote(port.name);
  for (const Key& key : kKeys) {
    const bool derived = key.name == "bytes" && port.bytes == port_bytes(port, spec);
    if (key.needed || (!derived && key.print(port) != key.print(plain))) {
      text += fmt::format(", {}={}", key.name, key.print(port));
    }
  }
  return text;
}

} // namespace npuforge::assembler
