#include "random_graph.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace npuforge::test {

namespace {

int pick(std::mt19937& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}
bool chance(std::mt19937& random, int percent) {
  return pick(random, 1, 100) <= percent;
}

std::string portType(const std::string& element) {
  if (element == "i1")
    return "bool";
  return element.substr(0, 2) == "ui" ? element.substr(1) : element;
}

std::vector<int64_t> randomShape(std::mt19937& random, int most_rank, int64_t most_elements) {
  std::vector<int64_t> shape(pick(random, 0, most_rank));
  int64_t elements = 1;
  for (int64_t& extent : shape) {
    extent = chance(random, 15) ? pick(random, 1, 300) : pick(random, 1, 20);
    extent = std::max<int64_t>(1, std::min(extent, most_elements / elements));
    elements *= extent;
  }
  return shape;
}

std::string attributes(const std::string& name, const TensorText& tensor) {
  return fmt::format("{{graph.name = \"{}\", graph.shape = [{}], graph.type = \"{}\"}}", name,
                     fmt::join(tensor.shape, ", "), portType(tensor.element));
}

/// Wraps operations that make %y.
void finish(GraphOfTensors& graph, const std::string& body) {
  std::string arguments;
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    arguments += fmt::format("{}%x{}: {} {}", i ? ", " : "", i, graph.inputs[i].type(),
                             attributes("x" + std::to_string(i), graph.inputs[i]));
  graph.text =
      fmt::format("func.func @main({}) -> ({} {}) {{\n{}  return %y : {}\n}}\n", arguments,
                  graph.output.type(), attributes("y", graph.output), body, graph.output.type());
}

/// Makes operations of a body, each of values made before.
class Body {
public:
  Body(std::mt19937& random) : random(random) {}

  void add(const std::string& type, const std::string& name) { values[type].push_back(name); }
  std::string value(const std::string& type) {
    std::vector<std::string>& known = values[type];
    if (known.empty() || chance(random, 10))
      constant(type);
    return known[pick(random, std::max(0, static_cast<int>(known.size()) - 4),
                      static_cast<int>(known.size()) - 1)];
  }
  void operation(const std::string& type) {
    if (type == "i1")
      return truth();
    if (chance(random, 20))
      return make(type, "arith.select {}, {}, {} : " + type,
                  {value("i1"), value(type), value(type)});
    if (type.front() == 'f' || type.front() == 'b')
      return real(type);
    integer(type);
  }
  std::string text;

private:
  void make(const std::string& type, const std::string& format, std::vector<std::string> operands) {
    operands.resize(3);
    const std::string name = "%v" + std::to_string(next++);
    text += fmt::format("    {} = {}\n", name,
                        fmt::format(fmt::runtime(format), operands[0], operands[1], operands[2]));
    add(type, name);
  }
  void constant(const std::string& type) {
    const int n = pick(random, -9, 9);
    if (type == "i1")
      make(type, n > 0 ? "arith.constant true" : "arith.constant false", {});
    else if (type.front() == 'i')
      make(type, fmt::format("arith.constant {} : {}", n, type), {});
    else
      make(type, fmt::format("arith.constant {}.5 : {}", n, type), {});
  }
  void truth() {
    if (!values["i1"].empty() && chance(random, 30)) {
      static const char* const kOps[] = {"andi", "ori", "xori"};
      return make("i1", std::string("arith.") + kOps[pick(random, 0, 2)] + " {}, {} : i1",
                  {value("i1"), value("i1")});
    }
    for (const char* type : {"f32", "f16", "i8", "i64", "i32"})
      if (!values[type].empty() && chance(random, 60)) {
        static const char* const kReal[] = {"olt", "ole", "ogt", "oge", "oeq", "une"};
        static const char* const kWhole[] = {"slt", "sle", "sgt", "sge", "eq", "ne"};
        const bool real = type[0] == 'f';
        const int which = pick(random, 0, 5);
        return make("i1",
                    fmt::format("arith.cmp{} {}, {{}}, {{}} : {}", real ? "f" : "i",
                                real ? kReal[which] : kWhole[which], type),
                    {value(type), value(type)});
      }
    constant("i1");
  }
  void real(const std::string& type) {
    static const char* const kTwo[] = {"addf", "subf", "mulf", "maximumf", "minimumf"};
    static const char* const kOne[] = {"arith.negf", "math.absf", "math.floor", "math.ceil"};
    if (type == "f32" && !values["i32"].empty() && chance(random, 15))
      return make(type, "arith.sitofp {} : i32 to f32", {value("i32")});
    if (chance(random, 30))
      return make(type, std::string(kOne[pick(random, 0, 3)]) + " {} : " + type, {value(type)});
    make(type, std::string("arith.") + kTwo[pick(random, 0, 4)] + " {}, {} : " + type,
         {value(type), value(type)});
  }
  void integer(const std::string& type) {
    static const char* const kOps[] = {"addi", "subi", "muli",  "andi",
                                       "ori",  "xori", "minsi", "maxsi"};
    if (type == "i32" && !values["f32"].empty() && chance(random, 15))
      return make(type, "graph.to_int {} : f32 -> i32", {value("f32")});
    if (chance(random, 15)) {
      const char* op = chance(random, 50) ? "shli" : "shrsi";
      make(type, fmt::format("arith.constant {} : {}", pick(random, 0, 6), type), {});
      const std::string by = values[type].back();
      return make(type, std::string("arith.") + op + " {}, {} : " + type, {value(type), by});
    }
    make(type, std::string("arith.") + kOps[pick(random, 0, 7)] + " {}, {} : " + type,
         {value(type), value(type)});
  }

  std::mt19937& random;
  std::map<std::string, std::vector<std::string>> values;
  int next = 0;
};

} // namespace

std::string TensorText::type() const {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + element + ">";
}

GraphOfTensors randomMap(std::mt19937& random, const std::string& element) {
  GraphOfTensors graph;
  const std::vector<int64_t> shape = randomShape(random, 4, 20000);
  auto type = [&] { return !element.empty() ? element : chance(random, 60) ? "f32" : "i32"; };
  const int operands = pick(random, 1, 3);
  std::string list, types, arguments;
  Body body(random);
  for (int i = 0; i < operands; ++i) {
    TensorText input{shape, type()};
    if (i > 0)
      for (int64_t& extent : input.shape)
        if (chance(random, 40))
          extent = 1;
    while (i > 0 && !input.shape.empty() && chance(random, 30))
      input.shape.erase(input.shape.begin());
    graph.inputs.push_back(input);
    body.add(input.element, fmt::format("%a{}", i));
    list += fmt::format("{}%x{}", i ? ", " : "", i);
    types += (i ? ", " : "") + input.type();
    arguments += fmt::format("{}%a{}: {}", i ? ", " : "", i, input.element);
  }
  graph.output = {shape, type()};
  const int length = chance(random, 10) ? pick(random, 30, 60) : pick(random, 1, 10);
  for (int i = 0; i < length; ++i)
    body.operation(chance(random, 20) ? "i1" : type());
  body.operation(graph.output.element);
  const std::string result = body.value(graph.output.element);
  finish(graph, fmt::format("  %y = graph.map {} : ({}) -> {} {{\n  ^bb0({}):\n{}    graph.yield "
                            "{} : {}\n  }}\n",
                            list, types, graph.output.type(), arguments, body.text, result,
                            graph.output.element));
  return graph;
}

namespace {

std::vector<int64_t> rowMajor(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

std::string piece(int input, const std::vector<int64_t>& extents, int64_t from,
                  const std::vector<int64_t>& from_strides, int64_t to,
                  const std::vector<int64_t>& to_strides) {
  return fmt::format("#graph.piece<{}[{}] from {}[{}] to {}[{}]>", input, fmt::join(extents, ", "),
                     from, fmt::join(from_strides, ", "), to, fmt::join(to_strides, ", "));
}

void finishMove(GraphOfTensors& graph, const std::vector<std::string>& pieces, bool fill) {
  std::string list, types;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    list += fmt::format("{}%x{}", i ? ", " : "", i);
    types += (i ? ", " : "") + graph.inputs[i].type();
  }
  const std::string filled = fill ? ", fill = 7.5 : f32" : "";
  finish(graph, fmt::format("  %y = graph.move {} {{pieces = [{}]{}}} : ({}) -> {}\n", list,
                            fmt::join(pieces, ", "), filled, types, graph.output.type()));
}

void transpose(std::mt19937& random, GraphOfTensors& graph) {
  const TensorText& in = graph.inputs[0];
  std::vector<size_t> order(in.shape.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  const std::vector<int64_t> from = rowMajor(in.shape);
  std::vector<int64_t> extents, strides;
  for (size_t axis : order)
    extents.push_back(in.shape[axis]), strides.push_back(from[axis]);
  graph.output = {extents, "f32"};
  finishMove(graph, {piece(0, extents, 0, strides, 0, rowMajor(extents))}, false);
}

void slice(std::mt19937& random, GraphOfTensors& graph) {
  const TensorText& in = graph.inputs[0];
  const std::vector<int64_t> from = rowMajor(in.shape);
  std::vector<int64_t> extents, strides;
  int64_t begin = 0;
  for (size_t i = 0; i < in.shape.size(); ++i) {
    const int64_t step = pick(random, 1, 3), extent = (in.shape[i] + step - 1) / step;
    const bool back = chance(random, 30);
    extents.push_back(extent);
    strides.push_back(back ? -step * from[i] : step * from[i]);
    begin += back ? (extent - 1) * step * from[i] : 0;
  }
  graph.output = {extents, "f32"};
  finishMove(graph, {piece(0, extents, begin, strides, 0, rowMajor(extents))}, false);
}

void concatenate(std::mt19937& random, GraphOfTensors& graph) {
  TensorText second = graph.inputs[0];
  const size_t axis = pick(random, 0, static_cast<int>(second.shape.size()) - 1);
  second.shape[axis] = pick(random, 1, 9);
  graph.inputs.push_back(second);
  graph.output = second;
  graph.output.shape[axis] += graph.inputs[0].shape[axis];
  const std::vector<int64_t> to = rowMajor(graph.output.shape);
  std::vector<std::string> pieces;
  int64_t at = 0;
  for (int i = 0; i < 2; ++i) {
    const std::vector<int64_t>& shape = graph.inputs[i].shape;
    pieces.push_back(piece(i, shape, 0, rowMajor(shape), at, to));
    at += shape[axis] * to[axis];
  }
  finishMove(graph, pieces, false);
}

void pad(std::mt19937& random, GraphOfTensors& graph) {
  const TensorText& in = graph.inputs[0];
  graph.output = in;
  std::vector<int64_t> before;
  for (int64_t& extent : graph.output.shape) {
    before.push_back(pick(random, 0, 3));
    extent += before.back() + pick(random, 0, 3);
  }
  graph.output.shape[0] += 1; // always some to fill
  const std::vector<int64_t> to = rowMajor(graph.output.shape);
  int64_t at = 0;
  for (size_t i = 0; i < before.size(); ++i)
    at += before[i] * to[i];
  finishMove(graph, {piece(0, in.shape, 0, rowMajor(in.shape), at, to)}, true);
}

} // namespace

GraphOfTensors randomMove(std::mt19937& random) {
  GraphOfTensors graph;
  std::vector<int64_t> shape;
  while (shape.empty())
    shape = randomShape(random, 5, 20000);
  graph.inputs = {{shape, "f32"}};
  switch (pick(random, 0, 3)) {
  case 0:
    transpose(random, graph);
    break;
  case 1:
    slice(random, graph);
    break;
  case 2:
    concatenate(random, graph);
    break;
  default:
    pad(random, graph);
  }
  return graph;
}

GraphOfTensors randomReduce(std::mt19937& random) {
  GraphOfTensors graph;
  std::vector<int64_t> shape;
  while (shape.empty())
    shape = randomShape(random, 4, 40000);
  const bool real = chance(random, 60);
  static const char* const kKinds[] = {"sum", "max", "min", "prod", "and", "or"};
  const std::string element = real ? "f32" : "i32", kind = kKinds[pick(random, 0, real ? 2 : 5)];
  graph.inputs = {{shape, element}};
  graph.output.element = element;
  std::vector<int> axes;
  for (size_t i = 0; i < shape.size(); ++i)
    if (chance(random, 50))
      axes.push_back(static_cast<int>(i));
    else
      graph.output.shape.push_back(shape[i]);
  finish(graph,
         fmt::format("  %y = graph.reduce %x0 {{kind = \"{}\", axes = array<i64{}{}>}} : ({}) -> "
                     "{}\n",
                     kind, axes.empty() ? "" : ": ", fmt::join(axes, ", "), graph.inputs[0].type(),
                     graph.output.type()));
  return graph;
}

} // namespace npuforge::test
