#include "document.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace npuforge::isa {
namespace {

constexpr int kMaxBases = 8;

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
    else if (key.text == "formats" || key.text == "instructions")
      merge_entries(*old, value, problems);
    else
      *old = value;
  }
}

Node read_level(const std::string& text, const std::string& name, int level, Problems& problems) {
  auto source = std::make_shared<SourceText>(SourceText{name, text});
  Node own = parse_yaml(source, problems);
  if (!own.is_map())
    return own;
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
  std::filesystem::path file =
      (std::filesystem::path(name).parent_path() / base_name.text).lexically_normal();
  Problems in_file; // shown at the `base`, where the user can mend it
  std::optional<std::string> base_text = read_file(file, in_file);
  if (!base_text) {
    problems.add(base_name, fmt::format("the base '{}' cannot be read", base_name.text));
    return {};
  }
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
  std::string text(kMaxBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad() || text.size() > kMaxBytes) {
    problems.add(whole_file(file.string()),
                 text.size() > kMaxBytes ? "is larger than 16 MiB: no spec" : "cannot be read");
    return std::nullopt;
  }
  return text;
}

} // namespace npuforge::isa
