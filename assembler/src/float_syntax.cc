#include "float_syntax.h"

#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace npuforge::assembler {
namespace {

constexpr uint32_t kNan = 0x7fc00000; // the one that arithmetic makes

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$';
}

/// Length of the word `inf` or `nan` that stands behind `sign` characters, with the sign; 0 if none
/// does.
std::size_t special(const Cursor& cursor, std::size_t sign) {
  const std::string_view word = cursor.rest().substr(sign, 3);
  bool ends = !is_name(cursor.peek_after(sign + 3));
  return ends && (word == "inf" || word == "nan") ? sign + 3 : 0;
}

/// Does a decimal number stand there? 0x1f and 0b1 are none.
bool decimal(const Cursor& cursor, std::size_t sign) {
  const char first = cursor.peek_after(sign), second = cursor.peek_after(sign + 1);
  if (first == '.')
    return is_digit(second);
  return is_digit(first) &&
         !(first == '0' && (std::isalpha(static_cast<unsigned char>(second)) && second != 'e'));
}

} // namespace

std::optional<uint32_t> parse_f32(Cursor& cursor) {
  cursor.skip_space();
  const Cursor at = cursor;
  const bool negative = cursor.peek() == '-';
  const std::size_t sign = negative || cursor.peek() == '+' ? 1 : 0;
  const uint32_t sign_bit = negative ? 0x80000000 : 0;
  if (const std::size_t length = special(cursor, sign)) {
    const bool infinite = cursor.peek_after(sign) == 'i';
    cursor.advance(length);
    return (infinite ? 0x7f800000 : kNan) | sign_bit;
  }
  if (!decimal(cursor, sign))
    return std::nullopt;
  const std::string_view text = cursor.rest().substr(sign);
  float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  cursor.advance(sign + static_cast<std::size_t>(end - text.data()));
  if (error == std::errc::result_out_of_range)
    at.fail("the number is beyond the range of f32");
  if (is_name(cursor.peek()))
    at.fail(fmt::format("expected a number, found {}", at.found()));
  return std::bit_cast<uint32_t>(value) | sign_bit;
}

std::string print_f32(uint32_t bits) {
  const float value = std::bit_cast<float>(bits);
  if (std::isnan(value) && bits != kNan)
    return fmt::format("{:#010x}", bits);
  return fmt::format("{}", value);
}

} // namespace npuforge::assembler
