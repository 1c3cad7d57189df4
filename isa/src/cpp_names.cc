#include "cpp_names.h"

#include <algorithm>

namespace npuforge::isa::cpp {
namespace {

/// Words that no identifier of C++17 or later may be, and macros of common compilers.
const std::set<std::string>& reserved() {
  static const std::set<std::string> words{
      "alignas",   "alignof",      "and",           "and_eq",
      "asm",       "auto",         "bitand",        "bitor",
      "bool",      "break",        "case",          "catch",
      "char",      "char16_t",     "char32_t",      "char8_t",
      "class",     "co_await",     "co_return",     "co_yield",
      "compl",     "concept",      "const",         "const_cast",
      "consteval", "constexpr",    "constinit",     "continue",
      "decltype",  "default",      "delete",        "do",
      "double",    "dynamic_cast", "else",          "enum",
      "explicit",  "export",       "extern",        "false",
      "float",     "for",          "friend",        "goto",
      "if",        "inline",       "int",           "linux",
      "long",      "mutable",      "namespace",     "new",
      "noexcept",  "not",          "not_eq",        "nullptr",
      "operator",  "or",           "or_eq",         "private",
      "protected", "public",       "register",      "reinterpret_cast",
      "requires",  "return",       "short",         "signed",
      "sizeof",    "static",       "static_assert", "static_cast",
      "std",       "struct",       "switch",        "template",
      "this",      "thread_local", "throw",         "true",
      "try",       "typedef",      "typeid",        "typename",
      "union",     "unix",         "unsigned",      "using",
      "virtual",   "void",         "volatile",      "wchar_t",
      "while",     "xor",          "xor_eq"};
  return words;
}

} // namespace

std::string Scope::give(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  while (reserved().contains(name) || !taken_.insert(name).second)
    name += '_';
  return name;
}

} // namespace npuforge::isa::cpp
