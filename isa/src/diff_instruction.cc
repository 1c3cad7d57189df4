#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "diff.h"

namespace npuforge::isa {
namespace {

using Renames = std::map<std::string, std::string>; // new names of operands -> old ones

std::string bits_of(const Format& format, int field) {
  return field < 0 ? "none"
                   : fmt::format("{}:{}", format.fields[field].high, format.fields[field].low);
}

std::string old_name(const Renames& renames, const std::string& name) {
  auto found = renames.find(name);
  return found == renames.end() ? name : found->second;
}

/// The expression in the old names, so that a new name alone is no new meaning.
ExprPtr renamed(const ExprPtr& expr, const Renames& renames) {
  Expr copy = *expr;
  if (copy.kind == ExprKind::Name) { // NAME or NAME.steps
    const std::size_t dot = copy.text.find('.');
    copy.text = old_name(renames, copy.text.substr(0, dot)) +
                (dot == copy.text.npos ? "" : copy.text.substr(dot));
  }
  for (ExprPtr& argument : copy.args)
    argument = renamed(argument, renames);
  return std::make_shared<const Expr>(std::move(copy));
}

std::string text_of(const ExprPtr& expr, const Renames& renames = {}) {
  return expr ? print(*renamed(expr, renames)) : "none";
}

std::string uses_of(const Instruction& instruction, const Renames& renames) {
  auto operand = [&](int index) { return old_name(renames, instruction.operands[index].name); };
  std::string text;
  for (const PortUse& use : instruction.timing.uses)
    text +=
        fmt::format("{}{} port of {} for {} from {}{}", text.empty() ? "" : ", ", name(use.port),
                    operand(use.stream), text_of(use.cycles, renames), text_of(use.start, renames),
                    use.when < 0 ? "" : " when " + operand(use.when));
  return text.empty() ? "none" : text;
}

/// Compares one instruction; what it finds goes to `changes`.
class Comparison {
public:
  Comparison(const Spec& before, const Instruction& old, const Spec& after, const Instruction& now,
             Changes& changes)
      : old_format_(before.formats[old.format]), new_format_(after.formats[now.format]), old_(old),
        now_(now), changes_(changes) {}

  void run() {
    check("opcode", fmt::format("{:#04x}", old_.opcode), fmt::format("{:#04x}", now_.opcode),
          Effect::Breaks);
    check("unit", name(old_.unit), name(now_.unit), Effect::Breaks);
    operands();
    check("action", name(old_.action), name(now_.action), Effect::Breaks);
    check("condition", text_of(old_.condition), text_of(now_.condition, renames_), Effect::Breaks);
    check("init", text_of(old_.init), text_of(now_.init, renames_), Effect::Breaks);
    check("step", text_of(old_.step), text_of(now_.step, renames_), Effect::Breaks);
    check("result", text_of(old_.result), text_of(now_.result, renames_), Effect::Breaks);
    check("type of state", name(old_.state), name(now_.state), Effect::Breaks);
    lets();
    check("levels of a group", levels_of(old_), old_name(renames_, levels_of(now_)),
          Effect::Breaks);
    timing();
    text();
  }

private:
  void check(const std::string& what, const std::string& before, const std::string& after,
             Effect effect, ChangeArea area = ChangeArea::Programs) {
    changes_.add_if(area, old_.mnemonic, what, before, after, effect);
  }

  void lets() {
    for (const ExprPtr& old : old_.lets) {
      const ExprPtr now = find_let(now_, old->text);
      if (now)
        check("let " + old->text, print(*old->args[0]), text_of(now->args[0], renames_),
              Effect::Breaks);
      else
        changes_.add(ChangeArea::Programs, old_.mnemonic, fmt::format("let {} is gone", old->text),
                     Effect::Hash);
    }
    for (const ExprPtr& now : now_.lets)
      if (!find_let(old_, now->text))
        changes_.add(ChangeArea::Programs, old_.mnemonic,
                     fmt::format("let {} is new: {}", now->text, print(*now->args[0])),
                     Effect::Hash);
  }

  static ExprPtr find_let(const Instruction& instruction, const std::string& name) {
    for (const ExprPtr& let : instruction.lets)
      if (let->text == name)
        return let;
    return nullptr;
  }

  static std::string levels_of(const Instruction& instruction) {
    return instruction.levels < 0 ? "none" : instruction.operands[instruction.levels].name;
  }

  /// Operands of one name belong together; then those in the same bits.
  const Operand* partner(const Operand& old) const {
    if (const Operand* same = now_.find(old.name))
      return same;
    for (const Operand& operand : now_.operands)
      if (!old_.find(operand.name) && place(new_format_, operand) == place(old_format_, old))
        return &operand;
    return nullptr;
  }

  static std::string place(const Format& format, const Operand& operand) {
    std::string text;
    for (auto [part, field] : {std::pair{"", operand.field},
                               {"offset ", operand.offset},
                               {"base ", operand.base},
                               {"generator ", operand.generator}})
      if (field >= 0)
        text += fmt::format("{}{}{}", text.empty() ? "" : ", ", part, bits_of(format, field));
    return text;
  }

  void operands() {
    std::vector<const Operand*> matched;
    for (const Operand& old : old_.operands) {
      const Operand* now = partner(old);
      if (!now) {
        changes_.add(ChangeArea::Programs, old_.mnemonic,
                     fmt::format("operand {} is gone", old.name), Effect::Breaks);
        continue;
      }
      matched.push_back(now);
      if (old.name != now->name)
        renames_[now->name] = old.name;
      operand(old, *now);
    }
    for (const Operand& now : now_.operands)
      if (std::find(matched.begin(), matched.end(), &now) == matched.end())
        changes_.add(ChangeArea::Programs, old_.mnemonic,
                     fmt::format("operand {} is new", now.name), Effect::Breaks);
    if (!std::is_sorted(matched.begin(), matched.end()))
      changes_.add(ChangeArea::Text, old_.mnemonic, "operands stand in another order",
                   Effect::Hash);
  }

  void operand(const Operand& old, const Operand& now) {
    const std::string what = "operand " + old.name + ": ";
    check(what + "name", old.name, now.name, Effect::Hash, ChangeArea::Text);
    check(what + "bits", place(old_format_, old), place(new_format_, now), Effect::Breaks);
    check(what + "kind", name(old.kind), name(now.kind), Effect::Breaks);
    check(what + "access", name(old.access), name(now.access), Effect::Breaks);
    check(what + "sign", old.is_signed ? "signed" : "unsigned",
          now.is_signed ? "signed" : "unsigned", Effect::Breaks);
    check(what + "type", name(old.type), name(now.type), Effect::Breaks);
    if (old.kind != OperandKind::Stream || now.kind != OperandKind::Stream)
      return;
    check(what + "memory", name(old.space), name(now.space), Effect::Breaks);
    check(what + "fill", old.fill.empty() ? "none" : old.fill,
          now.fill.empty() ? "none" : old_fill(now), Effect::Breaks);
    check(what + "alignment", old.byte_aligned ? "bytes" : "rows",
          now.byte_aligned ? "bytes" : "rows", old.byte_aligned ? Effect::Breaks : Effect::Hash);
  }

  /// The fill operand by its old name; it may come later in the list than its stream.
  std::string old_fill(const Operand& now) const {
    for (const Operand& old : old_.operands)
      if (const Operand* match = partner(old); match && match->name == now.fill)
        return old.name;
    return now.fill;
  }

  void timing() {
    auto kind = [](const Instruction& i) { return i.timing.dynamic ? "dynamic" : "by expression"; };
    check("timing", kind(old_), kind(now_), Effect::Hash, ChangeArea::Timing);
    check("occupancy", text_of(old_.timing.occupancy), text_of(now_.timing.occupancy, renames_),
          Effect::Hash, ChangeArea::Timing);
    check("latency", text_of(old_.timing.latency), text_of(now_.timing.latency, renames_),
          Effect::Hash, ChangeArea::Timing);
    check("ports", uses_of(old_, {}), uses_of(now_, renames_), Effect::Hash, ChangeArea::Timing);
  }

  void text() {
    check("format's name", old_format_.name, new_format_.name, Effect::Nothing, ChangeArea::Text);
    check("syntax", old_.syntax, now_.syntax, Effect::Nothing, ChangeArea::Text);
    if (old_.prose != now_.prose)
      changes_.add(ChangeArea::Text, old_.mnemonic, "prose is another", Effect::Nothing);
  }

  const Format &old_format_, &new_format_;
  const Instruction &old_, &now_;
  Changes& changes_;
  Renames renames_;
};

} // namespace

void compare_instructions(const Spec& before, const Instruction& old, const Spec& after,
                          const Instruction& now, Changes& changes) {
  Comparison(before, old, after, now, changes).run();
}

bool same_words(const Spec& before, const Instruction& old, const Spec& after,
                const Instruction& now) {
  Changes changes;
  compare_instructions(before, old, after, now, changes);
  for (const Change& change : changes.take())
    if (change.breaks)
      return false;
  return true;
}

} // namespace npuforge::isa
