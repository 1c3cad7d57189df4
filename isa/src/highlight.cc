// Syntax highlighting of assembly for editors: a folder that is an extension of VS Code and a
// plugin of Vim at once. Both read the same list of rules.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/output.h"

#include "names.h"

namespace npuforge::isa {
namespace {

using json = nlohmann::ordered_json;

/// What is not part of a name, before and behind one.
constexpr const char* kBefore = "(?<![\\w.$])";
constexpr const char* kBehind = "(?![\\w.$])";

/// Words of one kind, not as a label (`name:`) and not as a named operand (`name=`).
struct Rule {
  std::string name;  ///< "mnemonic.matrix": part of the group's name in both editors
  std::string scope; ///< TextMate
  std::string group; ///< Vim's standard group
  std::vector<std::string> words;
  bool numbered = false; ///< ".N" may follow: a level behind its generator
};

std::vector<std::string> numbered(char letter, int count) {
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i)
    words.push_back(fmt::format("{}{}", letter, i));
  return words;
}

std::vector<Rule> rules_of(const Spec& spec) {
  std::vector<Rule> rules;
  for (int unit = 0; unit < kUnitCount; ++unit) {
    const bool scalar = static_cast<Unit>(unit) == Unit::Sequencer;
    Rule rule{std::string("mnemonic.") + kUnitNames[unit],
              scalar ? "keyword.control" : "keyword.operator.word",
              scalar ? "Statement" : "Function",
              {}};
    for (const Instruction& instruction : spec.instructions)
      if (instruction.unit == static_cast<Unit>(unit))
        rule.words.push_back(instruction.mnemonic);
    // Where one word begins another, the longer one must be tried first.
    std::sort(rule.words.begin(), rule.words.end(), [](const auto& a, const auto& b) {
      return std::pair(b.size(), a) < std::pair(a.size(), b);
    });
    if (!rule.words.empty())
      rules.push_back(rule);
  }
  const SequencerParams& s = spec.machine.sequencer;
  rules.push_back({"register", "variable.language", "Identifier", numbered('r', s.registers)});
  rules.push_back({"generator", "variable.parameter", "Type", numbered('g', s.generators), true});
  rules.push_back(
      {"lane", "variable.other", "Special", numbered('l', spec.machine.vector.lane_registers)});
  return rules;
}

/// A name as it stands in a regular expression of Oniguruma or Vim: only '.' is special in it.
std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string out;
  for (const std::string& word : words) {
    out += out.empty() ? "" : separator;
    for (char c : word)
      out += c == '.' ? "\\." : std::string(1, c);
  }
  return out;
}

json pattern(const std::string& scope, const std::string& match) {
  return {{"name", scope + ".npuasm"}, {"match", match}};
}

json grammar(const Spec& spec) {
  json patterns = json::array();
  patterns.push_back(pattern("comment.line", "(?:;|#|//).*$"));
  patterns.push_back(
      {{"name", "string.quoted.double.npuasm"},
       {"begin", "\""},
       {"end", "\"|$"},
       {"patterns", {pattern("constant.character.escape", "\\\\(?:x[0-9a-fA-F]{2}|.)")}}});
  patterns.push_back(
      pattern("entity.name.function", std::string(kBefore) + "[A-Za-z_.][\\w.$]*(?=\\s*:)"));
  patterns.push_back(pattern("variable.parameter.named", std::string(kBefore) + "[a-z]\\w*(?==)"));
  for (const Rule& rule : rules_of(spec))
    patterns.push_back(pattern(rule.scope + "." + rule.name,
                               fmt::format("{}(?:{}){}{}", kBefore, joined(rule.words, "|"),
                                           rule.numbered ? "(?:\\.[0-9]+)?" : "", kBehind)));
  // Names of units mean something between these parentheses only.
  const json token{{"0", {{"name", "keyword.other.token.npuasm"}}}};
  const json unit =
      pattern("support.constant.unit", fmt::format("\\b(?:{})\\b", joined(words(kUnitNames), "|")));
  patterns.push_back({{"begin", fmt::format("{}(?:wait|post)\\s*\\(", kBefore)},
                      {"beginCaptures", token},
                      {"end", "\\)|$"},
                      {"endCaptures", token},
                      {"patterns", json::array({unit})}});
  patterns.push_back(
      pattern("keyword.other.directive", std::string(kBefore) + "\\.[a-z]+" + kBehind));
  patterns.push_back(pattern(
      "constant.numeric",
      fmt::format("{}(?:0x[0-9a-fA-F]+|0b[01]+|[0-9]+|'(?:\\\\.|[^'])'){}", kBefore, kBehind)));
  patterns.push_back(pattern("invalid.illegal", fmt::format("{}[rgl][0-9]+{}", kBefore, kBehind)));
  return {
      {"$schema", "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json"},
      {"name", spec.machine.name + " assembly"},
      {"scopeName", "source.npuasm." + spec.machine.name},
      {"patterns", patterns}};
}

json extension(const Spec& spec) {
  const std::string id = "npuasm-" + spec.machine.name;
  json out{{"name", id},
           {"displayName", spec.machine.name + " assembly"},
           {"publisher", "npuforge"},
           {"version", "1.0.0"},
           {"engines", {{"vscode", "^1.50.0"}}}};
  out["contributes"]["languages"] = json::array();
  out["contributes"]["languages"].push_back(
      {{"id", id},
       {"aliases", json::array({spec.machine.name + " assembly"})},
       {"extensions", json::array({".npuasm"})},
       {"firstLine", fmt::format("^\\s*\\.machine\\s+{}\\b", spec.machine.name)},
       {"configuration", "./language-configuration.json"}});
  out["contributes"]["grammars"] = json::array();
  out["contributes"]["grammars"].push_back(
      {{"language", id},
       {"scopeName", "source.npuasm." + spec.machine.name},
       {"path", fmt::format("./syntaxes/{}.tmLanguage.json", spec.machine.name)}});
  return out;
}

json language_configuration() {
  json brackets = json::array({json::array({"[", "]"}), json::array({"(", ")"})});
  return {
      {"comments", {{"lineComment", ";"}}}, {"brackets", brackets}, {"wordPattern", "[\\w.$]+"}};
}

/// Vim's look-behind and look-ahead for the ends of a name.
std::string vim_word(const std::string& inner) {
  return fmt::format("\\%([0-9A-Za-z_.$]\\)\\@1<!\\%({}\\)\\%([0-9A-Za-z_.$=]\\|\\s*:\\)\\@!",
                     inner);
}

std::string vim_syntax(const Spec& spec) {
  std::string groups;
  std::string out =
      fmt::format("\" Generated from the spec of {}; do not edit.\n"
                  "if exists(\"b:current_syntax\")\n  finish\nendif\nsyntax case match\n\n",
                  spec.machine.name);
  auto add = [&](const std::string& name, const std::string& match, const std::string& group) {
    std::string id = "npuasm_" + name;
    std::replace(id.begin(), id.end(), '.', '_');
    out += fmt::format("syntax match {} /{}/\n", id, match);
    groups += fmt::format("highlight default link {} {}\n", id, group);
  };
  // Where two match at one place, Vim takes the one that stands last.
  add("bad", vim_word("[rgl][0-9]\\+"), "Error");
  add("number", vim_word("0x[0-9a-fA-F]\\+\\|0b[01]\\+\\|[0-9]\\+\\|'\\%(\\\\.\\|[^']\\)'"),
      "Number");
  add("directive", vim_word("\\.[a-z]\\+"), "PreProc");
  for (const Rule& rule : rules_of(spec))
    add(rule.name,
        vim_word("\\%(" + joined(rule.words, "\\|") + "\\)" +
                 (rule.numbered ? "\\%(\\.[0-9]\\+\\)\\?" : "")),
        rule.group);
  // Names of units mean something between these parentheses only.
  out +=
      fmt::format("syntax match npuasm_unit /\\<\\%({}\\)\\>/ contained\n"
                  "syntax region npuasm_token start=/\\<\\%(wait\\|post\\)\\s*(/ end=/)/ oneline "
                  "contains=npuasm_unit\n",
                  joined(words(kUnitNames), "\\|"));
  groups += "highlight default link npuasm_unit Constant\n"
            "highlight default link npuasm_token PreProc\n";
  add("named", "\\%([0-9A-Za-z_.$]\\)\\@1<![a-z][0-9A-Za-z_]*=\\@=", "Identifier");
  add("label", "\\%([0-9A-Za-z_.$]\\)\\@1<![A-Za-z_.][0-9A-Za-z_.$]*\\%(\\s*:\\)\\@=", "Label");
  add("string", "\"\\%(\\\\.\\|[^\"\\\\]\\)*\"", "String");
  add("comment", "\\%(;\\|#\\|\\/\\/\\).*$", "Comment");
  return out + "\n" + groups +
         fmt::format("\nlet b:current_syntax = \"npuasm_{}\"\n", spec.machine.name);
}

std::string vim_detection(const Spec& spec) {
  return fmt::format("autocmd BufRead,BufNewFile *.s,*.npuasm if join(getline(1, 20), \"\\n\") =~# "
                     "'\\.machine\\s\\+{0}\\>' | setlocal filetype=npuasm_{0} | endif\n",
                     spec.machine.name);
}

} // namespace

void generate_highlight(const Spec& spec, const std::filesystem::path& dir) {
  const std::string& name = spec.machine.name;
  for (const char* folder : {"syntaxes", "syntax", "ftdetect"})
    make_directory(dir / folder);
  write_output(dir / "package.json", extension(spec).dump(2) + "\n");
  write_output(dir / "language-configuration.json", language_configuration().dump(2) + "\n");
  write_output(dir / "syntaxes" / (name + ".tmLanguage.json"), grammar(spec).dump(2) + "\n");
  write_output(dir / "syntax" / ("npuasm_" + name + ".vim"), vim_syntax(spec));
  write_output(dir / "ftdetect" / ("npuasm_" + name + ".vim"), vim_detection(spec));
}

} // namespace npuforge::isa
