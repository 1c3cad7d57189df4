#include "document.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

namespace npuforge::isa {
namespace {

constexpr int kMaxBases = 8;
constexpr int kMaxImports = 8; // deep

Node whole_file(const std::string& name) {
  Node node;
  node.source = std::make_shared<SourceText>(SourceText{name, ""});
  return node;
}

void merge_deep(Node& base, const Node& over) {
  if (!base.is_map() || !over.is_map()) {
    base = over;
    return;
  }
  for (const auto& [key, value] : over.entries) {
    if (Node* old = base.find(key.text))
      merge_deep(*old, value);
    else
      base.entries.push_back({key, value});
  }
}

void merge_entries(Node& base, const Node& over, Problems& problems) {
  if (!base.is_map() || !over.is_map()) {
    base = over;
    return;
  }
  for (const auto& [key, value] : over.entries) {
    auto old = base.entries.begin();
    while (old != base.entries.end() && old->key.text != key.text)
      ++old;
    bool removes = value.kind == Node::Kind::Null;
    if (old != base.entries.end() && removes)
      base.entries.erase(old);
    else if (old != base.entries.end())
      *old = {key, value};
    else if (removes)
      problems.add(key, fmt::format("'{}' is not in the base, so it cannot be removed", key.text));
    else
      base.entries.push_back({key, value});
  }
}

void overlay(Node& base, const Node& over, Problems& problems) {
  for (const auto& [key, value] : over.entries) {
    Node* old = base.find(key.text);
    if (!old)
      base.entries.push_back({key, value});
    else if (key.text == "machine" || key.text == "units")
      merge_deep(*old, value);
    else if (key.text == "formats" || key.text == "tables" || key.text == "functions" ||
             key.text == "instructions")
      merge_entries(*old, value, problems);
    else
      *old = value;
  }
}

/// Reads the file that a scalar names, relative to the one it stands in. A problem is shown there,
/// where the user can mend it.
std::optional<std::string> read_named(const Node& where, const std::string& what,
                                      std::filesystem::path& file, Problems& problems) {
  file = (std::filesystem::path(where.source->name).parent_path() / where.text).lexically_normal();
  Problems in_file;
  std::optional<std::string> text = read_file(file, in_file);
  if (!text)
    problems.add(where, fmt::format("the {} '{}' cannot be read", what, where.text));
  return text;
}

/// Whether a file that is imported may have the section.
bool is_importable(const std::string& section) {
  return section == "tables" || section == "functions" || section == "formats" ||
         section == "instructions";
}

/// Takes the libraries of `import` into the tree: their entries, each file once.
class Imports {
public:
  explicit Imports(Problems& problems) : problems_(problems) {}

  void resolve(Node& root, int level) {
    const Node* key = root.find("import");
    if (!key)
      return;
    const Node list = *key;
    std::erase_if(root.entries, [](const auto& entry) { return entry.key.text == "import"; });
    if (list.kind != Node::Kind::Sequence)
      return problems_.add(list, "'import' must be a list of files");
    for (const Node& item : list.items)
      add_file(item, root, level);
  }

private:
  void add_file(const Node& item, Node& root, int level) {
    if (!item.is_scalar() || level == kMaxImports)
      return problems_.add(item, item.is_scalar() ? "too many imports of imports"
                                                  : "an import must be the name of a file");
    std::filesystem::path file;
    const std::optional<std::string> text = read_named(item, "import", file, problems_);
    if (!text || !seen_.insert(file).second)
      return;
    Node library =
        parse_yaml(std::make_shared<SourceText>(SourceText{file.string(), *text}), problems_);
    resolve(library, level + 1);
    for (const auto& [key, value] : library.entries) {
      if (is_importable(key.text))
        add_entries(key, value, root);
      else
        problems_.add(key, fmt::format("a file that is imported has 'tables', 'functions', "
                                       "'formats', 'instructions' and 'import', not '{}'",
                                       key.text));
    }
  }

  void add_entries(const Node& section, const Node& entries, Node& root) {
    Node* into = root.find(section.text);
    if (!into) {
      root.entries.push_back({section, entries});
      return;
    }
    if (!into->is_map() || !entries.is_map())
      return problems_.add(entries, fmt::format("'{}' must be a map", section.text));
    for (const Node::Entry& entry : entries.entries) {
      if (const Node* first = into->find(entry.key.text))
        problems_.add(entry.key,
                      fmt::format("'{}' of '{}' is already in {} on line {}", entry.key.text,
                                  section.text, first->source->name, first->line));
      else
        into->entries.push_back(entry);
    }
  }

  Problems& problems_;
  std::set<std::filesystem::path> seen_;
};

Node read_level(const std::string& text, const std::string& name, int level, Problems& problems) {
  auto source = std::make_shared<SourceText>(SourceText{name, text});
  Node own = parse_yaml(source, problems);
  if (!own.is_map())
    return own;
  Imports(problems).resolve(own, 0);
  const Node* base_key = own.find("base");
  if (!base_key)
    return own;
  Node base_name = *base_key;
  std::erase_if(own.entries, [](const auto& entry) { return entry.key.text == "base"; });
  if (!base_name.is_scalar() || level == kMaxBases) {
    problems.add(base_name, base_name.is_scalar() ? "too many bases of bases"
                                                  : "'base' must be the name of a file");
    return {};
  }
  std::filesystem::path file;
  const std::optional<std::string> base_text = read_named(base_name, "base", file, problems);
  if (!base_text)
    return {};
  Node merged = read_level(*base_text, file.string(), level + 1, problems);
  if (!merged.is_map())
    return merged;
  overlay(merged, own, problems);
  // Problems of the whole are shown in the file that the user gave.
  merged.source = own.source;
  merged.line = own.line;
  merged.column = own.column;
  merged.position = own.position;
  return merged;
}

} // namespace

Node read_document(const std::string& text, const std::string& name, Problems& problems) {
  return read_level(text, name, 0, problems);
}

std::optional<std::string> read_file(const std::filesystem::path& file, Problems& problems) {
  constexpr std::size_t kMaxBytes = 16 << 20; // a spec is some kilobytes; /dev/zero is none
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  const int reason = errno ? errno : ENOENT;
  std::error_code ignored; // a name may be too long even to ask
  const bool directory = std::filesystem::is_directory(file, ignored);
  if (!stream || directory) {
    problems.add(whole_file(file.string()),
                 directory ? "cannot be read: it is a directory"
                           : fmt::format("cannot be opened: {}", std::strerror(reason)));
    return std::nullopt;
  }
  std::string text;
  std::array<char, 1 << 16> part;
  while (text.size() <= kMaxBytes && stream) {
    stream.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad() || text.size() > kMaxBytes) {
    problems.add(whole_file(file.string()),
                 text.size() > kMaxBytes ? "is larger than 16 MiB: no spec" : "cannot be read");
    return std::nullopt;
  }
  return text;
}

} // namespace npuforge::isa
