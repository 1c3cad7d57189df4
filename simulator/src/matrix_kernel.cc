#include "matrix_kernel.h"

#include <algorithm>
#include <array>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace npuforge::simulator {
namespace {

constexpr int kMaxRows = 512; ///< of an array

uint32_t wrap(int64_t value) {
  return static_cast<uint32_t>(value);
}

void multiply_any(const MultiplyRows& rows, const WeightSet& w, size_t first) {
  std::vector<int64_t> sums(w.cols);
  for (size_t i = first; i < rows.from.size(); ++i) {
    const int8_t* in = rows.from[i] < 0 ? rows.fill : rows.memory + rows.from[i];
    std::fill(sums.begin(), sums.end(), 0);
    for (int k = 0; k < w.rows; ++k)
      for (int n = 0; n < w.cols; ++n)
        sums[n] += in[k] * w.pairs[(k / 2 * w.cols + n) * 2 + k % 2];
    int32_t* out = rows.sums + rows.to[i] * w.cols;
    for (int n = 0; n < w.cols; ++n)
      out[n] = static_cast<int32_t>((rows.accumulate ? wrap(out[n]) : 0) + wrap(sums[n]));
  }
}

#if defined(__AVX2__)

constexpr int kBlock = 4;  ///< input rows at a time
constexpr int kGroup = 16; ///< columns at a time: two vectors

/// kBlock rows, widened to i16 pairs.
struct Inputs {
  alignas(32) std::array<int16_t, kBlock * kMaxRows> wide;

  void widen(const MultiplyRows& rows, size_t first, int pairs, int inputs) {
    for (int b = 0; b < kBlock; ++b) {
      int64_t from = rows.from[first + b];
      const int8_t* in = from < 0 ? rows.fill : rows.memory + from;
      int16_t* out = wide.data() + b * kMaxRows;
      int k = 0;
      for (; k + 16 <= inputs; k += 16)
        _mm256_store_si256(
            reinterpret_cast<__m256i*>(out + k),
            _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + k))));
      for (; k < inputs; ++k)
        out[k] = in[k];
      for (; k < 2 * pairs; ++k)
        out[k] = 0;
    }
  }
};

void add_block(const MultiplyRows& rows, const WeightSet& w, size_t first, int column,
               const Inputs& in, int pairs) {
  __m256i sums[kBlock][2] = {};
  const int16_t* weights = w.pairs.data() + column * 2;
  for (int p = 0; p < pairs; ++p, weights += w.cols * 2) {
    __m256i w0 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights));
    __m256i w1 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + 16));
    for (int b = 0; b < kBlock; ++b) {
      int32_t pair;
      std::memcpy(&pair, in.wide.data() + b * kMaxRows + 2 * p, sizeof pair);
      __m256i x = _mm256_set1_epi32(pair);
      sums[b][0] = _mm256_add_epi32(sums[b][0], _mm256_madd_epi16(x, w0));
      sums[b][1] = _mm256_add_epi32(sums[b][1], _mm256_madd_epi16(x, w1));
    }
  }
  for (int b = 0; b < kBlock; ++b) {
    auto* out = reinterpret_cast<__m256i*>(rows.sums + rows.to[first + b] * w.cols + column);
    for (int v = 0; v < 2; ++v) {
      __m256i sum = sums[b][v];
      if (rows.accumulate)
        sum = _mm256_add_epi32(sum, _mm256_loadu_si256(out + v));
      _mm256_storeu_si256(out + v, sum);
    }
  }
}

size_t multiply_blocks(const MultiplyRows& rows, const WeightSet& w) {
  const int pairs = (w.used_rows + 1) / 2;
  Inputs in;
  size_t first = 0;
  for (; first + kBlock <= rows.from.size(); first += kBlock) {
    in.widen(rows, first, pairs, w.rows);
    for (int column = 0; column < w.cols; column += kGroup)
      add_block(rows, w, first, column, in, pairs);
  }
  return first;
}

#endif

} // namespace

WeightSet::WeightSet(int r, int c)
    : rows(r), cols(c), pairs(static_cast<size_t>((r + 1) / 2) * c * 2) {}

void WeightSet::load(const int8_t* memory, std::span<const int64_t> addresses) {
  std::fill(pairs.begin(), pairs.end(), 0);
  for (size_t k = 0; k < addresses.size(); ++k)
    for (int n = 0; n < cols; ++n)
      pairs[(k / 2 * cols + n) * 2 + k % 2] = memory[addresses[k] + n];
}

void multiply(const MultiplyRows& rows, const WeightSet& weights) {
  size_t done = 0;
#if defined(__AVX2__)
  if (weights.cols % kGroup == 0 && weights.rows <= kMaxRows)
    done = multiply_blocks(rows, weights);
#endif
  multiply_any(rows, weights, done);
}

} // namespace npuforge::simulator
