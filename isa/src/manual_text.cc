#include "manual_model.h"

namespace npuforge::isa::manual {

Text plain(const std::string& text) {
  return {{Span::Kind::Plain, text, {}}};
}
Text code(const std::string& text) {
  return {{Span::Kind::Code, text, {}}};
}
Text link(const std::string& text, const std::string& id) {
  return {{Span::Kind::Link, text, id}};
}

Text prose(const std::string& given) {
  const std::string text = given.substr(0, given.find_last_not_of(" \n") + 1);
  Text out;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t open = text.find('`', start);
    const std::size_t close = open == text.npos ? text.npos : text.find('`', open + 1);
    if (close == text.npos) { // a lone ` is itself
      out.push_back({Span::Kind::Plain, text.substr(start), {}});
      break;
    }
    if (open > start)
      out.push_back({Span::Kind::Plain, text.substr(start, open - start), {}});
    if (close > open + 1)
      out.push_back({Span::Kind::Code, text.substr(open + 1, close - open - 1), {}});
    start = close + 1;
  }
  return out;
}

Text operator+(Text a, const Text& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

} // namespace npuforge::isa::manual
