#include "diff.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/isa/sizes.h"

#include "expression_rules.h"

namespace npuforge::isa {
namespace {

Effect effect_of(const Size& before, const Size& after) {
  switch (before.role) {
  case SizeRole::Time:
    return Effect::Hash;
  case SizeRole::Capacity:
    return after.value < before.value ? Effect::Breaks : Effect::Hash;
  case SizeRole::Layout:
    break;
  }
  return Effect::Breaks;
}

void compare_machines(const Machine& before, const Machine& after, Changes& changes) {
  const std::vector<Size> old = sizes(before), now = sizes(after);
  for (std::size_t i = 0; i < old.size(); ++i)
    changes.add_if(ChangeArea::Hardware, old[i].name, "", fmt::format("{}", old[i].value),
                   fmt::format("{}", now[i].value), effect_of(old[i], now[i]));
  auto lacks = [&](Type type) { return !after.array.multiplies(type); };
  changes.add_if(ChangeArea::Hardware, "array.types", "", array_types(before), array_types(after),
                 std::any_of(before.array.types.begin(), before.array.types.end(), lacks)
                     ? Effect::Breaks
                     : Effect::Hash);
  changes.add_if(ChangeArea::Text, "machine", "name", before.name, after.name, Effect::Nothing);
  if (before.prose != after.prose)
    changes.add(ChangeArea::Text, "machine", "prose is another", Effect::Nothing);
}

/// What all words share: width, and the fields that every format has.
void compare_words(const Spec& before, const Spec& after, Changes& changes) {
  changes.add_if(ChangeArea::Programs, "words", "bytes", fmt::format("{}", before.word_bytes()),
                 fmt::format("{}", after.word_bytes()), Effect::Breaks);
  for (const char* common : {"opcode", "wait", "post"}) {
    auto bits = [common](const Spec& spec) {
      const Field* field = spec.formats.front().find(common);
      return fmt::format("{}:{}", field->high, field->low);
    };
    changes.add_if(ChangeArea::Programs, "words", std::string("bits of ") + common, bits(before),
                   bits(after), Effect::Breaks);
  }
}

/// Instructions of one name belong together; then those of one opcode that differ in names only.
const Instruction* partner(const Spec& before, const Instruction& old, const Spec& after) {
  if (const Instruction* same = after.find(old.mnemonic))
    return same;
  const Instruction* now = after.find_opcode(old.opcode);
  return now && !before.find(now->mnemonic) && same_words(before, old, after, *now) ? now : nullptr;
}

void compare_sets(const Spec& before, const Spec& after, Changes& changes) {
  std::vector<const Instruction*> matched;
  for (const Instruction& old : before.instructions) {
    const Instruction* now = partner(before, old, after);
    if (!now) {
      changes.add(ChangeArea::Programs, old.mnemonic, "removed", Effect::Breaks);
      continue;
    }
    matched.push_back(now);
    changes.add_if(ChangeArea::Programs, old.mnemonic, "name", old.mnemonic, now->mnemonic,
                   Effect::Nothing);
    compare_instructions(before, old, after, *now, changes);
  }
  for (const Instruction& now : after.instructions)
    if (std::find(matched.begin(), matched.end(), &now) == matched.end())
      changes.add(ChangeArea::Programs, now.mnemonic, "added", Effect::Hash);
}

/// Changes of the parts of a spec that have a name; `compare_one` gets those that are in both.
template <class Part, class Used, class Compare>
void compare_named(const char* kind, const std::vector<Part>& before,
                   const std::vector<Part>& after, Used used, Changes& changes,
                   Compare compare_one) {
  auto find = [](const std::vector<Part>& parts, const std::string& name) -> Part {
    for (const Part& part : parts)
      if (part->name == name)
        return part;
    return nullptr;
  };
  for (const Part& old : before) {
    if (const Part now = find(after, old->name))
      compare_one(*old, *now, used(old) || used(now));
    else
      changes.add(ChangeArea::Programs, fmt::format("{} {}", kind, old->name), "removed",
                  used(old) ? Effect::Hash : Effect::Nothing);
  }
  for (const Part& now : after)
    if (!find(before, now->name))
      changes.add(ChangeArea::Programs, fmt::format("{} {}", kind, now->name), "added",
                  used(now) ? Effect::Hash : Effect::Nothing);
}

void compare_tables(const Table& old, const Table& now, bool used, Changes& changes) {
  const Effect effect = used ? Effect::Breaks : Effect::Nothing;
  const std::string subject = "table " + old.name;
  changes.add_if(ChangeArea::Programs, subject, "type", name(old.type), name(now.type), effect);
  changes.add_if(ChangeArea::Programs, subject, "size", fmt::format("{}", old.values.size()),
                 fmt::format("{}", now.values.size()), effect);
  std::size_t different = 0;
  for (std::size_t i = 0; i < std::min(old.values.size(), now.values.size()); ++i)
    different += old.values[i] != now.values[i];
  if (different)
    changes.add(ChangeArea::Programs, subject,
                fmt::format("{} of {} values are others", different, old.values.size()), effect);
  changes.add_if(ChangeArea::Text, subject, "formula", old.formula.empty() ? "none" : old.formula,
                 now.formula.empty() ? "none" : now.formula, Effect::Nothing);
}

std::string body_of(const Function& function) {
  std::string text = "(";
  for (const Symbol& parameter : function.parameters)
    text +=
        fmt::format("{}{}: {}", text.size() > 1 ? ", " : "", parameter.name, name(parameter.type));
  std::set<std::string> lets; // their order has no meaning
  for (const ExprPtr& let : function.lets)
    lets.insert(fmt::format(" {} = {};", let->text, print(*let->args[0])));
  return fmt::format("{}){} {}", text, fmt::join(lets, ""), print(*function.result));
}

std::string promise_of(const Function& function) {
  if (!function.approximation)
    return "none";
  const Approximation& promise = *function.approximation;
  return fmt::format("{} within {} ulp in [{}, {}]", promise.implements, promise.ulp, promise.low,
                     promise.high);
}

void compare_functions(const Function& old, const Function& now, bool used, Changes& changes) {
  const std::string subject = "function " + old.name;
  changes.add_if(ChangeArea::Programs, subject, "", body_of(old), body_of(now),
                 used ? Effect::Breaks : Effect::Nothing);
  changes.add_if(ChangeArea::Text, subject, "declared error", promise_of(old), promise_of(now),
                 Effect::Nothing);
  if (old.prose != now.prose)
    changes.add(ChangeArea::Text, subject, "prose is another", Effect::Nothing);
}

/// Tables and functions; what no instruction uses changes no program.
void compare_libraries(const Spec& before, const Spec& after, Changes& changes) {
  std::vector<ExprPtr> exprs;
  for (const Spec* spec : {&before, &after})
    for (const Instruction& instruction : spec->instructions)
      for (const ExprPtr& expr : semantics_of(instruction))
        exprs.push_back(expr);
  const Dependencies all = dependencies_of(exprs);
  auto in = [](const auto& items) {
    return [&items](const auto& item) {
      return std::find(items.begin(), items.end(), item) != items.end();
    };
  };
  compare_named("table", before.tables, after.tables, in(all.tables), changes,
                [&](const Table& old, const Table& now, bool used) {
                  compare_tables(old, now, used, changes);
                });
  compare_named("function", before.functions, after.functions, in(all.functions), changes,
                [&](const Function& old, const Function& now, bool used) {
                  compare_functions(old, now, used, changes);
                });
}

} // namespace

const char* name(ChangeArea area) {
  constexpr const char* kNames[] = {"programs", "hardware", "timing", "text"};
  return kNames[static_cast<int>(area)];
}

void Changes::add(ChangeArea area, const std::string& subject, const std::string& what,
                  Effect effect) {
  for (Change& change : changes_)
    if (change.area == area && change.what == what &&
        change.in_hash == (effect != Effect::Nothing) &&
        change.breaks == (effect == Effect::Breaks)) {
      change.subjects.push_back(subject);
      return;
    }
  changes_.push_back({area, {subject}, what, effect != Effect::Nothing, effect == Effect::Breaks});
}

void Changes::add_if(ChangeArea area, const std::string& subject, const std::string& what,
                     const std::string& before, const std::string& after, Effect effect) {
  if (before != after)
    add(area, subject,
        fmt::format("{}{}{} is now {}", what, what.empty() ? "" : " ", before, after), effect);
}

std::vector<Change> Changes::take() {
  using enum ChangeArea;
  std::vector<Change> sorted;
  for (ChangeArea area : {Programs, Hardware, Timing, Text})
    for (Change& change : changes_)
      if (change.area == area)
        sorted.push_back(std::move(change));
  changes_.clear();
  return sorted;
}

std::vector<Change> compare(const Spec& before, const Spec& after) {
  Changes changes;
  compare_words(before, after, changes);
  compare_sets(before, after, changes);
  compare_libraries(before, after, changes);
  compare_machines(before.machine, after.machine, changes);
  return changes.take();
}

} // namespace npuforge::isa
