#include "names.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace npuforge::assembler {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// "r5" and "r5.x" would be read as a register.
bool reads_as_number(std::string_view name) {
  const std::string_view head = name.substr(0, name.find('.'));
  return numbered(head, 'r') || numbered(head, 'g') || numbered(head, 'l');
}

} // namespace

bool starts_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

bool continues_identifier(char c) {
  return starts_identifier(c) || is_digit(c) || c == '$';
}

std::optional<int> numbered(std::string_view name, char letter) {
  if (name.size() < 2 || name[0] != letter) {
    return std::nullopt;
  }
  int number = 0;
  for (const char c : name.substr(1)) {
    if (!is_digit(c)) {
      return std::nullopt;
    }
    number = std::min(number * 10 + (c - '0'), 1'000'000);
  }
  return number;
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string spell(std::string_view name) {
  const bool plain = !name.empty() && starts_identifier(name[0]) &&
                     std::all_of(name.begin(), name.end(), continues_identifier) &&
                     !reads_as_number(name) && !is_local(name);
  return plain ? std::string(name) : quote(name);
}

bool is_local(std::string_view plain_name) {
  return plain_name.starts_with(".L");
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& known) {
  // Names of any length come from the user; longer ones are nobody's typing mistake.
  constexpr std::size_t kLongest = 64;
  std::string_view nearest;
  std::size_t best = std::clamp<std::size_t>(name.size() / 2, 1, 3) + 1;
  for (const std::string_view candidate : known) {
    if (name.size() > kLongest || candidate.size() > kLongest) {
      continue;
    }
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

} // namespace npuforge::assembler
