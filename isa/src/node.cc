#include "node.h"

#include <cctype>

#include <yaml-cpp/yaml.h>

#include "problems.h"

namespace npuforge::isa {
namespace {

constexpr int kMaxDepth = 32;           // aliases can make a document that contains itself
constexpr int kMaxNodes = 100'000;      // and one that multiplies itself
constexpr std::size_t kMaxKeys = 1'000; // of one map: many more than any spec has

class Converter {
public:
  Converter(std::shared_ptr<const SourceText> source, Problems& problems)
      : source_(std::move(source)), problems_(problems) {}

  Node convert(const YAML::Node& yaml, int depth) {
    Node node = make(yaml.Mark());
    if (depth > kMaxDepth || ++count_ > kMaxNodes) {
      if (!too_large_)
        problems_.add(node, "the document is too large or nested too deeply");
      too_large_ = true;
      return node;
    }
    switch (yaml.Type()) {
    case YAML::NodeType::Scalar:
      node.kind = Node::Kind::Scalar;
      node.text = yaml.Scalar();
      break;
    case YAML::NodeType::Sequence:
      node.kind = Node::Kind::Sequence;
      for (const auto& item : yaml)
        node.items.push_back(convert(item, depth + 1));
      break;
    case YAML::NodeType::Map:
      convert_map(yaml, node, depth);
      break;
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      break;
    }
    return node;
  }

private:
  void convert_map(const YAML::Node& yaml, Node& node, int depth) {
    node.kind = Node::Kind::Map;
    for (const auto& entry : yaml) {
      if (node.entries.size() == kMaxKeys) {
        problems_.add(node, "a map has more than " + std::to_string(kMaxKeys) + " keys");
        return;
      }
      Node key = convert(entry.first, depth + 1);
      if (!key.is_scalar()) {
        problems_.add(key, "a key must be a plain name");
        continue;
      }
      if (const Node* first = node.find(key.text)) {
        problems_.add(key, "duplicate key '" + key.text + "', first on line " +
                               std::to_string(first->line));
        continue;
      }
      Node value = convert(entry.second, depth + 1);
      node.entries.push_back({std::move(key), std::move(value)});
    }
  }

  Node make(const YAML::Mark& mark) const {
    Node node;
    node.source = source_;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    node.position = mark.pos < 0 ? 0 : mark.pos;
    return node;
  }

  std::shared_ptr<const SourceText> source_;
  Problems& problems_;
  int count_ = 0;
  bool too_large_ = false;
};

/// First character of a scalar's value: behind a quote, or on the line after `>-` or `|`.
std::size_t first_character(const std::string& text, std::size_t position) {
  if (position >= text.size())
    return position;
  if (text[position] == '"' || text[position] == '\'')
    return position + 1;
  if (text[position] == '>' || text[position] == '|')
    return std::min(text.find('\n', position), text.size());
  return position;
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

} // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name.text == key)
      return &value;
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

// Folding changes white space only, so the n-th visible character of the value is the n-th of the
// source.
std::pair<int, int> locate(const Node& scalar, std::size_t offset) {
  const std::string& text = scalar.source->text;
  std::size_t position = first_character(text, scalar.position);
  for (std::size_t i = 0; i < std::min(offset, scalar.text.size()); ++i) {
    if (is_space(scalar.text[i]))
      continue;
    while (position < text.size() && is_space(text[position]))
      ++position;
    ++position;
  }
  while (offset < scalar.text.size() && position < text.size() && is_space(text[position]))
    ++position;
  int line = scalar.line, column = scalar.column;
  for (std::size_t i = scalar.position; i < std::min(position, text.size()); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    line += text[i] == '\n';
  }
  return {line, column};
}

Node parse_yaml(std::shared_ptr<const SourceText> source, Problems& problems) {
  Node place;
  place.source = source;
  try {
    Node root = Converter(source, problems).convert(YAML::Load(source->text), 0);
    if (root.is_map())
      return root;
    problems.add(root.line > 0 ? root : place, "the file is no spec: it must be a YAML map");
  } catch (const YAML::Exception& error) {
    place.line = error.mark.line + 1;
    place.column = error.mark.column + 1;
    problems.add(place, "not YAML: " + error.msg);
  }
  return {};
}

} // namespace npuforge::isa
