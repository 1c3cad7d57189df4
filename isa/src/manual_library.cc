// The manual's sections on functions and tables.
#include <cmath>

#include <fmt/format.h>

#include "manual_build.h"
#include "round_real.h"

namespace npuforge::isa::manual {
namespace {

std::string signature(const Function& function) {
  std::string text;
  for (const Symbol& parameter : function.parameters)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", parameter.name, name(parameter.type));
  return fmt::format("{}({}) -> {}", function.name, text, name(function.result->type));
}

std::string body(const Function& function) {
  std::string text = signature(function) + "\n";
  for (const ExprPtr& let : function.lets)
    text += fmt::format("  {} = {}\n", let->text, print(*let->args[0]));
  return text + "  result = " + print(*function.result);
}

std::string domain(const Approximation& approximation) {
  if (std::isinf(approximation.low) && std::isinf(approximation.high))
    return "for every argument";
  return fmt::format("for arguments from {} to {}", approximation.low, approximation.high);
}

std::string value_text(Type type, int64_t value) {
  // Shortest digits that give the f32 back, which has all values of the smaller types.
  return is_float(type) ? fmt::format("{}", static_cast<float>(real_value(type, value)))
                        : fmt::format("{}", value);
}

void add_table(const isa::Table& table, Blocks& out) {
  out.push_back(Heading{3, "table-" + table.name, code(table.name)});
  const std::string size = fmt::format("{} elements of type ", table.values.size());
  if (!table.formula.empty()) {
    out.push_back(Paragraph{plain(size) + code(name(table.type)) + plain(": element ") + code("i") +
                            plain(" is ") + code(table.formula) + plain(", rounded once.")});
    return;
  }
  out.push_back(Paragraph{plain(size) + code(name(table.type)) + plain(".")});
  std::string values;
  for (std::size_t i = 0; i < table.values.size(); ++i)
    values += fmt::format("{}{}",
                          i == 0  ? ""
                          : i % 8 ? ", "
                                  : ",\n",
                          value_text(table.type, table.values[i]));
  out.push_back(Listing{"text", values});
}

} // namespace

void add_library(const Spec& spec, Blocks& out) {
  if (!spec.functions.empty())
    out.push_back(Heading{2, "functions", plain("Functions")});
  for (const FunctionPtr& function : spec.functions) {
    out.push_back(Heading{3, "function-" + function->name, code(function->name)});
    if (!function->prose.empty())
      out.push_back(Paragraph{prose(function->prose)});
    if (const auto& approximation = function->approximation)
      out.push_back(Paragraph{plain("Implements ") + code(approximation->implements) +
                              plain(fmt::format(" with an error of at most {} units in the last "
                                                "place {}.",
                                                approximation->ulp, domain(*approximation)))});
    out.push_back(Listing{"text", body(*function)});
  }
  if (!spec.tables.empty())
    out.push_back(Heading{2, "tables", plain("Tables")});
  for (const TablePtr& table : spec.tables)
    add_table(*table, out);
}

} // namespace npuforge::isa::manual
