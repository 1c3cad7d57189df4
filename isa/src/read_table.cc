// The section `tables`.
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "formula.h"
#include "readers.h"
#include "round_real.h"

namespace npuforge::isa {
namespace {

constexpr std::size_t kMaxSize = 1024;

class TableReader {
public:
  TableReader(const Node& key, const Node& node, Problems& problems)
      : node_(node), problems_(problems), what_(fmt::format("table '{}'", key.text)) {
    table_.name = key.text;
  }

  /// Null if it is wrong, which has been reported.
  TablePtr read() {
    const std::size_t before = problems_.count();
    Section section(node_, what_, problems_);
    std::vector<std::string> types;
    for (Type type : kTypes)
      if (type != Type::Bool)
        types.emplace_back(name(type));
    const std::optional<int> type = section.choice("type", types);
    const Node* values = section.optional("values");
    const Node* formula = section.optional("formula");
    const Node* size = section.optional("size");
    if (!type)
      return nullptr;
    table_.type = *find_type(types[*type]);
    if (!values == !formula)
      problems_.add(node_, fmt::format("{} has either 'values' or a 'formula'", what_));
    else if (values)
      read_values(*values, size);
    else if (const auto count = section.integer("size", 2, kMaxSize))
      read_formula(*formula, *size, static_cast<std::size_t>(*count));
    return problems_.count() == before ? std::make_shared<Table>(table_) : nullptr;
  }

private:
  void read_values(const Node& values, const Node* size) {
    if (size)
      problems_.add(*size,
                    fmt::format("{} has as many elements as 'values'; leave 'size' out", what_));
    if (values.kind != Node::Kind::Sequence)
      return problems_.add(values, fmt::format("'values' of {} must be a list", what_));
    for (const Node& item : values.items) {
      const std::string what = fmt::format("a value of {}", what_);
      ExprPtr value = read_expression(item, what, Scope{}, table_.type, problems_);
      if (value && value->kind != ExprKind::Literal)
        problems_.add(item, fmt::format("{} must be a number", what));
      table_.values.push_back(value ? value->literal : 0);
    }
    check_size(values, values.items.size());
  }

  void read_formula(const Node& formula, const Node& size, std::size_t count) {
    if (!formula.is_scalar())
      return problems_.add(formula, fmt::format("'formula' of {} must be a text", what_));
    check_size(size, count);
    table_.formula = formula.text;
    try {
      for (std::size_t i = 0; i < count; ++i)
        if (!add(evaluate_formula(formula.text, static_cast<long double>(i))))
          return problems_.add_inside(
              formula, 0,
              fmt::format("'formula' of {} has no value of type {} at i = {}", what_,
                          name(table_.type), i));
    } catch (const ExprError& error) {
      problems_.add_inside(formula, error.column,
                           fmt::format("'formula' of {}: {}", what_, error.message));
    }
  }

  bool add(long double value) {
    if (!std::isfinite(value))
      return false;
    if (is_float(table_.type)) {
      table_.values.push_back(round_real(table_.type, value));
      return std::isfinite(real_value(table_.type, table_.values.back()));
    }
    const long double rounded = std::nearbyint(value);
    if (rounded < -0x1p63L || rounded >= 0x1p63L)
      return false;
    table_.values.push_back(static_cast<int64_t>(rounded));
    return fits(table_.values.back(), table_.type);
  }

  void check_size(const Node& where, std::size_t size) {
    if (size < 2 || size > kMaxSize || !std::has_single_bit(size))
      problems_.add(where, fmt::format("{} has {} elements; it must be a power of two, 2 to {}",
                                       what_, size, kMaxSize));
  }

  const Node& node_;
  Problems& problems_;
  std::string what_;
  Table table_;
};

} // namespace

void read_tables(const Node& node, Reading& reading) {
  if (!node.is_map())
    return reading.problems.add(node, "'tables' must be a map of tables");
  for (const auto& [key, value] : node.entries) {
    if (!is_word(key.text))
      reading.problems.add(
          key, fmt::format("'{}' is not a name of a table: letters, digits and '_'", key.text));
    if (TablePtr table = TableReader(key, value, reading.problems).read())
      reading.spec.tables.push_back(std::move(table));
    else
      reading.failed.insert(key.text);
  }
}

} // namespace npuforge::isa
