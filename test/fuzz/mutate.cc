#include "mutate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string>
#include <string_view>

namespace npuforge::fuzz {
namespace {

using Random = std::mt19937_64;

size_t below(Random& random, size_t n) {
  return n == 0 ? 0 : random() % n;
}

struct Piece {
  size_t first, last;
};

/// Half of the pieces are short, the others as long as they come.
Piece piece_of(const Input& input, Random& random) {
  size_t first = below(random, input.size() + 1), most = input.size() - first;
  size_t length = below(random, (random() % 2 ? std::min<size_t>(most, 16) : most) + 1);
  return {first, first + length};
}

/// A line or several, for text.
Piece lines_of(const Input& input, Random& random) {
  auto at = [&](size_t i) { return input.begin() + static_cast<std::ptrdiff_t>(i); };
  size_t middle = below(random, input.size() + 1), first = middle, last = middle;
  while (first > 0 && input[first - 1] != '\n')
    --first;
  for (size_t i = 1 + below(random, 3); i-- > 0 && last < input.size();)
    last = static_cast<size_t>(std::find(at(std::min(last + 1, input.size())), input.end(), '\n') -
                               input.begin());
  return {first, last};
}

void replace(Input& input, Piece old, const uint8_t* bytes, size_t count) {
  Input copy(bytes, bytes + count); // the bytes may be the input's own
  auto at = [&](size_t i) { return input.begin() + static_cast<std::ptrdiff_t>(i); };
  input.erase(at(old.first), at(old.last));
  input.insert(at(old.first), copy.begin(), copy.end());
}

void replace(Input& input, Piece old, std::string_view text) {
  replace(input, old, reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

// --- the mutations ---

void change_byte(Input& input, const Input&, Random& random) {
  if (input.empty())
    return;
  uint8_t& byte = input[below(random, input.size())];
  byte = random() % 2 ? static_cast<uint8_t>(byte ^ 1 << random() % 8)
                      : static_cast<uint8_t>(random());
}

/// An integer of 1 to 8 bytes that is a corner for somebody.
void change_integer(Input& input, const Input&, Random& random) {
  static constexpr std::array<uint64_t, 14> kCorners = {0,
                                                        1,
                                                        2,
                                                        16,
                                                        64,
                                                        255,
                                                        256,
                                                        0x7fff,
                                                        0xffff,
                                                        0x7fffffff,
                                                        0xffffffff,
                                                        1ull << 40,
                                                        0x7fffffffffffffff,
                                                        0xffffffffffffffff};
  size_t size = size_t{1} << random() % 4;
  if (input.size() < size)
    return;
  uint64_t value = kCorners[random() % kCorners.size()];
  std::memcpy(&input[below(random, input.size() - size + 1)], &value, size);
}

/// A decimal or hexadecimal number in text.
void change_number(Input& input, const Input&, Random& random) {
  static constexpr std::array<std::string_view, 16> kCorners = {"0",
                                                                "1",
                                                                "-1",
                                                                "2",
                                                                "3",
                                                                "64",
                                                                "255",
                                                                "4096",
                                                                "2147483647",
                                                                "-2147483648",
                                                                "4294967296",
                                                                "0xffffffff",
                                                                "1e999",
                                                                "0x1000000",
                                                                "9223372036854775807",
                                                                "99999999999999999999"};
  auto is_digit = [](uint8_t c) { return std::isdigit(c) != 0; };
  auto start = input.begin() + static_cast<std::ptrdiff_t>(below(random, input.size() + 1));
  auto first = std::find_if(start, input.end(), is_digit);
  auto last = std::find_if_not(first, input.end(), is_digit);
  if (first != last)
    replace(input,
            {static_cast<size_t>(first - input.begin()), static_cast<size_t>(last - input.begin())},
            kCorners[random() % kCorners.size()]);
}

void erase_piece(Input& input, const Input&, Random& random) {
  replace(input, random() % 2 ? lines_of(input, random) : piece_of(input, random), "");
}

/// From the other input, or from another place of this one.
void copy_piece(Input& input, const Input& other, Random& random) {
  const Input& from = random() % 2 ? input : other;
  bool lines = random() % 2;
  Piece source = lines ? lines_of(from, random) : piece_of(from, random);
  Piece target = lines ? lines_of(input, random) : piece_of(input, random);
  if (random() % 2)
    target.last = target.first; // insert
  replace(input, target, from.data() + source.first, source.last - source.first);
}

void cut_short(Input& input, const Input&, Random& random) {
  input.resize(below(random, input.size() + 1));
}

void nest(Input& input, const Input&, Random& random) {
  static constexpr std::string_view kOpen = "([{-~\"'<&*";
  size_t at = below(random, input.size() + 1);
  replace(input, {at, at}, std::string(size_t{1} << random() % 12, kOpen[random() % kOpen.size()]));
}

} // namespace

Input mutate(Input input, const Input& other, Random& random) {
  static constexpr std::array kMutations = {change_byte,   change_byte,   change_integer,
                                            change_number, change_number, erase_piece,
                                            copy_piece,    copy_piece};
  constexpr size_t kLargest = 1 << 20;
  for (size_t i = 1 + random() % 8; i-- > 0;)
    kMutations[random() % kMutations.size()](input, other, random);
  if (random() % 32 == 0)
    cut_short(input, other, random);
  if (random() % 64 == 0)
    nest(input, other, random);
  input.resize(std::min(input.size(), kLargest));
  return input;
}

} // namespace npuforge::fuzz
