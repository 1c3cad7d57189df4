#include "section.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace npuforge::isa {

Section::Section(const Node& node, std::string what, Problems& problems)
    : node_(node), what_(std::move(what)), problems_(problems) {
  if (!node_.is_map())
    problems_.add(node_, fmt::format("{} must be a map", what_));
}

Section::~Section() {
  for (const auto& [key, value] : node_.entries)
    if (std::find(known_.begin(), known_.end(), key.text) == known_.end())
      problems_.add(key,
                    fmt::format("{} has no key '{}' (known: {})", what_, key.text, list(known_)));
}

const Node* Section::optional(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end())
    known_.emplace_back(key);
  return node_.find(key);
}

const Node* Section::required(std::string_view key) {
  const Node* value = optional(key);
  if (!value && node_.is_map())
    problems_.add(node_, fmt::format("{} lacks the key '{}'", what_, key));
  return value;
}

std::string Section::text(std::string_view key) {
  const Node* value = required(key);
  if (!value)
    return {};
  if (!value->is_scalar() || value->text.empty()) {
    problems_.add(*value, fmt::format("'{}' of {} must be a text", key, what_));
    return {};
  }
  return value->text;
}

std::optional<int64_t> Section::integer(std::string_view key, int64_t low, int64_t high) {
  const Node* value = required(key);
  if (!value)
    return std::nullopt;
  std::optional<int64_t> number =
      read_integer(*value, fmt::format("'{}' of {}", key, what_), problems_);
  if (!number)
    return std::nullopt;
  if (*number < low || *number > high) {
    std::string range = low == high ? fmt::format("{}", low) : fmt::format("{}..{}", low, high);
    problems_.add(
        *value, fmt::format("'{}' of {} is {}; this version takes {}", key, what_, *number, range));
    return std::nullopt;
  }
  return number;
}

std::optional<int> Section::choice(std::string_view key, const std::vector<std::string>& choices) {
  const Node* value = required(key);
  if (!value)
    return std::nullopt;
  auto found = std::find(choices.begin(), choices.end(), value->text);
  if (!value->is_scalar() || found == choices.end()) {
    problems_.add(*value, fmt::format("'{}' of {} is '{}'; there are {}", key, what_, value->text,
                                      list(choices)));
    return std::nullopt;
  }
  return static_cast<int>(found - choices.begin());
}

bool Section::flag(std::string_view key, bool otherwise) {
  const Node* value = optional(key);
  if (!value)
    return otherwise;
  if (value->text != "true" && value->text != "false")
    problems_.add(*value, fmt::format("'{}' of {} must be true or false", key, what_));
  return value->text == "true";
}

std::optional<int64_t> read_integer(const Node& node, std::string_view what, Problems& problems) {
  std::string_view text = node.text;
  bool hex = text.starts_with("0x");
  if (hex)
    text.remove_prefix(2);
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (node.is_scalar() && error == std::errc() && end == text.data() + text.size())
    return value;
  problems.add(node, fmt::format("{} must be a whole number (decimal or 0x..)", what));
  return std::nullopt;
}

bool is_identifier(std::string_view text) {
  auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), good);
}

bool is_word(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return is_identifier(lower);
}

std::string list(const std::vector<std::string>& words) {
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

} // namespace npuforge::isa
