// Einsum as transposes, sums and matrix products, two operands at a time from the left.
#include <algorithm>

#include <fmt/format.h>

#include "operators.h"

namespace npuforge::onnx {
namespace {

/// A tensor whose dimensions have letters.
struct Term {
  mlir::Value value;
  std::string letters;

  bool has(char letter) const { return letters.find(letter) != std::string::npos; }
  int64_t extent(char letter) const { return graph::shapeOf(value)[letters.find(letter)]; }
};

/// "ab,bc->ac" in parts. The dimensions of an ellipsis get the letters 0, 1, .. from the right.
struct Equation {
  std::vector<std::string> operands;
  std::string result;

  Equation(const std::string& text, const Values& values) {
    std::string clean;
    for (char c : text)
      if (c != ' ')
        clean += c;
    const size_t arrow = clean.find("->");
    std::string left = clean.substr(0, arrow), part;
    for (char c : left + ",") {
      if (c != ',') {
        part += c;
        continue;
      }
      if (operands.size() >= values.size())
        throw Unsupported(fmt::format("equation '{}' has more than {} terms", text, values.size()));
      operands.push_back(spread(part, graph::rankOf(values[operands.size()])));
      part.clear();
    }
    if (operands.size() != values.size())
      throw Unsupported(fmt::format("equation '{}' has {} terms for {} operands", text,
                                    operands.size(), values.size()));
    result = arrow == std::string::npos ? implicit() : explicit_result(clean.substr(arrow + 2));
    check(text);
  }

private:
  std::string spread(const std::string& part, int64_t rank) {
    const size_t dots = part.find("...");
    std::string letters = part;
    if (dots != std::string::npos) {
      const int64_t own = rank - (static_cast<int64_t>(part.size()) - 3);
      if (own < 0 || own > 10)
        throw Contradiction(fmt::format("term '{}' of a tensor of rank {}", part, rank));
      std::string names;
      for (int64_t i = own; i-- > 0;)
        names += static_cast<char>('0' + i);
      ellipsis_ = std::max(ellipsis_, own);
      letters = part.substr(0, dots) + names + part.substr(dots + 3);
    }
    if (static_cast<int64_t>(letters.size()) != rank)
      throw Contradiction(fmt::format("term '{}' of a tensor of rank {}", part, rank));
    return letters;
  }

  std::string ellipsis() const {
    std::string names;
    for (int64_t i = ellipsis_; i-- > 0;)
      names += static_cast<char>('0' + i);
    return names;
  }

  /// Without an arrow: the ellipsis, then the letters that occur once, in their order.
  std::string implicit() const {
    std::string all, once;
    for (const std::string& operand : operands)
      all += operand;
    for (char c = 'A'; c <= 'z'; ++c)
      if (std::count(all.begin(), all.end(), c) == 1)
        once += c;
    return ellipsis() + once;
  }

  std::string explicit_result(const std::string& part) const {
    const size_t dots = part.find("...");
    return dots == std::string::npos ? part
                                     : part.substr(0, dots) + ellipsis() + part.substr(dots + 3);
  }

  void check(const std::string& text) const {
    std::string all;
    for (const std::string& operand : operands)
      all += operand;
    for (char c : all + result)
      if (!std::isalnum(static_cast<unsigned char>(c)))
        throw Unsupported(fmt::format("equation '{}' has the character '{}'", text, c));
    for (char c : result)
      if (all.find(c) == std::string::npos || std::count(result.begin(), result.end(), c) > 1)
        throw Unsupported(fmt::format("equation '{}' has a result that it cannot give", text));
  }

  int64_t ellipsis_ = 0;
};

class Einsum {
public:
  Einsum(const graph::Build& build, Equation equation)
      : build_(build), equation_(std::move(equation)) {}

  mlir::Value run(const Values& values) {
    Term sum = reduced(diagonal({values[0], equation_.operands[0]}), 0);
    for (size_t i = 1; i < values.size(); ++i)
      sum = product(sum, reduced(diagonal({values[i], equation_.operands[i]}), i), i);
    return ordered(sum, equation_.result).value;
  }

private:
  /// Is a letter in the result or in an operand behind the i-th?
  bool needed(char letter, size_t i) const {
    if (equation_.result.find(letter) != std::string::npos)
      return true;
    for (size_t k = i + 1; k < equation_.operands.size(); ++k)
      if (equation_.operands[k].find(letter) != std::string::npos)
        return true;
    return false;
  }

  bool earlier(char letter, size_t i) const {
    for (size_t k = 0; k < i; ++k)
      if (equation_.operands[k].find(letter) != std::string::npos)
        return true;
    return false;
  }

  /// A letter twice in one term: elements whose two indices are equal.
  Term diagonal(Term term) const {
    Shape extents, from, own = graph::strides(graph::shapeOf(term.value));
    std::string letters;
    for (auto [i, letter] : llvm::enumerate(term.letters)) {
      const int64_t extent = graph::shapeOf(term.value)[i];
      const size_t at = letters.find(letter);
      if (at == std::string::npos) {
        letters += letter;
        extents.push_back(extent);
        from.push_back(own[i]);
      } else if (extents[at] == extent) {
        from[at] += own[i];
      } else {
        throw Contradiction(
            fmt::format("dimension '{}' is {} and {}", letter, extents[at], extent));
      }
    }
    if (letters.size() == term.letters.size())
      return term;
    return {build_.move(extents, term.value,
                        graph::Piece{0, extents, 0, from, 0, graph::strides(extents)}),
            letters};
  }

  /// Sums over letters that only the i-th operand has.
  Term reduced(const Term& term, size_t i) const {
    Shape axes;
    std::string kept;
    for (auto [axis, letter] : llvm::enumerate(term.letters)) {
      if (needed(letter, i) || earlier(letter, i))
        kept += letter;
      else
        axes.push_back(static_cast<int64_t>(axis));
    }
    return axes.empty() ? term : Term{build_.reduce(term.value, "sum", axes, false), kept};
  }

  Term ordered(const Term& term, const std::string& letters) const {
    Shape perm;
    for (char letter : letters)
      perm.push_back(static_cast<int64_t>(term.letters.find(letter)));
    return {build_.transpose(term.value, perm), letters};
  }

  /// Letters of a term in groups, as a tensor [batch, rows or inner, inner or columns].
  mlir::Value grouped(const Term& term, const std::vector<std::string>& groups) const {
    std::string all;
    for (const std::string& group : groups)
      all += group;
    Term sorted = ordered(term, all);
    Shape shape;
    size_t at = 0;
    for (const std::string& group : groups) {
      shape.push_back(graph::elements(graph::shapeOf(sorted.value).slice(at, group.size())));
      at += group.size();
    }
    return build_.reshape(sorted.value, shape);
  }

  /// A letter of 1 in one term and more in the other broadcasts.
  Term widened(Term term, const Term& other) const {
    Shape shape(graph::shapeOf(term.value));
    for (auto [i, letter] : llvm::enumerate(term.letters)) {
      if (!other.has(letter) || shape[i] == other.extent(letter))
        continue;
      if (shape[i] != 1 && other.extent(letter) != 1)
        throw Unsupported(
            fmt::format("dimension '{}' is {} and {}", letter, shape[i], other.extent(letter)));
      shape[i] = std::max(shape[i], other.extent(letter));
    }
    return {build_.expand(term.value, shape), term.letters};
  }

  /// The product with the i-th operand, summed over what nobody needs behind it.
  Term product(const Term& left, const Term& right, size_t i) const {
    Term a = widened(left, right), b = widened(right, left);
    std::string batch, inner, rows, columns;
    for (char letter : a.letters)
      (!b.has(letter) ? rows : needed(letter, i) ? batch : inner) += letter;
    for (char letter : b.letters)
      if (!a.has(letter))
        columns += letter;
    mlir::Value x = grouped(a, {batch, rows, inner}), y = grouped(b, {batch, inner, columns});
    mlir::Value z = inner.empty() ? build_.multiply(x, y) : build_.matmul(x, y);
    Shape shape;
    const std::string letters = batch + rows + columns;
    for (char letter : letters)
      shape.push_back(a.has(letter) ? a.extent(letter) : b.extent(letter));
    return {build_.reshape(z, shape), letters};
  }

  const graph::Build& build_;
  Equation equation_;
};

Results einsum(Node& node) {
  Values operands = node.operands();
  for (mlir::Value operand : operands)
    if (graph::elementOf(operand) != node.element(0) || is_bool(node.element(0)))
      throw Unsupported("its operands are not of one numeric type");
  if (node.element(0).isInteger(8))
    throw Unsupported("8-bit integers are not supported");
  return Einsum(node.build, Equation(node.text("equation", ""), operands)).run(operands);
}

} // namespace

const Table& einsum_operators() {
  static const Table table = {{"Einsum", einsum}};
  return table;
}

} // namespace npuforge::onnx
