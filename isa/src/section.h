#pragma once
// Reading a map with a fixed set of keys: a missing or unknown key is a problem, and so is a value
// of a wrong form.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node.h"
#include "problems.h"

namespace npuforge::isa {

class Section {
public:
  /// `what` names the map in messages, e.g. "instruction 'add'".
  Section(const Node& node, std::string what, Problems& problems);
  Section(const Section&) = delete;
  ~Section(); ///< reports the keys that nobody asked for

  const Node* required(std::string_view key); ///< null (and a problem) if it is missing
  const Node* optional(std::string_view key); ///< null if it is missing

  // Scalars. A missing key or a wrong form is a problem and gives nullopt or an empty text.
  std::string text(std::string_view key);
  std::optional<int64_t> integer(std::string_view key, int64_t low, int64_t high);
  /// Index of the key's text in `choices`.
  std::optional<int> choice(std::string_view key, const std::vector<std::string>& choices);
  bool flag(std::string_view key, bool otherwise); ///< optional true or false

  const Node& node() const { return node_; }

private:
  const Node& node_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> known_;
};

// The same for a scalar wherever it stands; `what` names it in messages.
std::optional<int64_t> read_integer(const Node& node, std::string_view what, Problems& problems);
/// A name of the spec: lower-case letters, digits, '_', starting with a letter.
bool is_identifier(std::string_view text);
/// The same with letters of either case: a table's name.
bool is_word(std::string_view text);
/// "a, b, c"
std::string list(const std::vector<std::string>& words);

} // namespace npuforge::isa
