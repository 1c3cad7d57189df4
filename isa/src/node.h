#pragma once
// A YAML document as a tree that knows where each of its parts stands: file, line, column. The rest
// of the reader never sees yaml-cpp, and a tree may be put together from several files.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace npuforge::isa {

struct SourceText {
  std::string name; ///< as diagnostics show it
  std::string text;
};

struct Node {
  enum class Kind : uint8_t { Null, Scalar, Sequence, Map };
  Kind kind = Kind::Null;
  std::shared_ptr<const SourceText> source;
  int line = 0, column = 0; ///< 1-based
  std::size_t position = 0; ///< offset in the source
  std::string text;         ///< scalars
  std::vector<Node> items;  ///< sequences
  struct Entry;
  std::vector<Entry> entries; ///< maps, in the order of the file

  bool is_map() const { return kind == Kind::Map; }
  bool is_scalar() const { return kind == Kind::Scalar; }
  const Node* find(std::string_view key) const; ///< value of a map's key; null if there is none
  Node* find(std::string_view key);
};

struct Node::Entry {
  Node key, value;
};

/// Where the character `offset` of a scalar's value stands in its file: 1-based line and column.
/// Works for plain, quoted and folded scalars (not for escape sequences).
std::pair<int, int> locate(const Node& scalar, std::size_t offset);

class Problems;
/// Parses one document. Adds a problem and returns a null node when the text is no YAML map.
Node parse_yaml(std::shared_ptr<const SourceText> source, Problems& problems);

} // namespace npuforge::isa
