// A user of a generated header (HEADER, its namespace MACHINE): reads requests, answers with what
// the header says.
//   word HEX..                                     -> illegal | OPCODE WAIT POST {OFFSET BASE
//   GENERATOR}.. instruction OPCODE WAIT POST {OFFSET BASE GENERATOR}.. -> refused | HEX..
// Numbers of an operand that has no such part are 0. Words are 64-bit parts, low part first.
#include HEADER

#include <cinttypes>
#include <cstdio>
#include <string>
#include <utility>

namespace m = MACHINE;

struct Print {
  void operator()(const char*, std::int64_t x) const { std::printf(" %" PRId64 " 0 0", x); }
  void operator()(const char*, const m::Value& x) const {
    std::printf(" %" PRId64 " %d 0", x.offset, x.base);
  }
  void operator()(const char*, const m::Stream& x) const {
    std::printf(" %" PRId64 " %d %d", x.offset, x.base, x.generator);
  }
};

std::int64_t number() {
  long long x = 0;
  return std::scanf("%lld", &x) == 1 ? x : 0;
}

struct Scan {
  void operator()(const char*, std::int64_t& x) const { x = number(), number(), number(); }
  void operator()(const char*, m::Value& x) const {
    x.offset = number(), x.base = static_cast<int>(number()), number();
  }
  void operator()(const char*, m::Stream& x) const {
    x.offset = number(), x.base = static_cast<int>(number());
    x.generator = static_cast<int>(number());
  }
};

void print(const std::optional<m::Word>& word) {
  if (!word) {
    std::puts("refused");
    return;
  }
  for (std::uint64_t part : word->bits)
    std::printf("%016" PRIx64 " ", part);
  std::puts("");
}

void decode_word() {
  m::Word word;
  for (std::uint64_t& part : word.bits)
    if (std::scanf("%" SCNx64, &part) != 1)
      return;
  if (m::from_bytes(m::to_bytes(word)) != word)
    std::printf("bytes ");
  const std::optional<m::Instruction> instruction = m::decode(word);
  if (!instruction) {
    std::puts("illegal");
    return;
  }
  std::visit(
      [](const auto& x) {
        std::printf("%u %u %u", static_cast<unsigned>(x.opcode), x.wait, x.post);
        m::for_each_operand(x, Print());
        std::puts("");
      },
      *instruction);
}

template <typename X>
bool encode_as(std::int64_t opcode) {
  if (opcode != static_cast<std::int64_t>(X::opcode))
    return false;
  X x;
  x.wait = static_cast<std::uint32_t>(number());
  x.post = static_cast<std::uint32_t>(number());
  m::for_each_operand(x, Scan());
  print(m::encode(m::Instruction(x)));
  return true;
}

template <std::size_t... i>
bool encode_any(std::int64_t opcode, std::index_sequence<i...>) {
  return (encode_as<std::variant_alternative_t<i, m::Instruction>>(opcode) || ...);
}

using First = std::variant_alternative_t<0, m::Instruction>;
static_assert(m::encode(First{}).has_value());
static_assert(m::decode(*m::encode(First{})).has_value());
static_assert(std::get<First>(*m::decode(*m::encode(First{}))) == First{});

int main() {
  char request[16];
  while (std::scanf("%15s", request) == 1) {
    if (std::string(request) == "word")
      decode_word();
    else if (!encode_any(number(), std::make_index_sequence<std::variant_size_v<m::Instruction>>()))
      return 1;
  }
  std::printf("%s %s\n", m::kMachine, m::kSpecHash);
  return 0;
}
