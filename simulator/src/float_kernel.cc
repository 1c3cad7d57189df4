#include "float_kernel.h"

#include <cmath>
#include <cstring>

#include "npuforge/isa/float_bits.h"

#include "generator.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define NPUFORGE_FLOAT_VECTORS 1
#endif

namespace npuforge::simulator {
namespace {

using isa::Type;

/// `count` elements at `from` as floats, exactly.
void widen(const int8_t* from, Type type, int count, float* to) {
  if (type == Type::F32) {
    std::memcpy(to, from, static_cast<size_t>(count) * 4);
    return;
  }
  for (int i = 0; i < count; ++i) {
    uint16_t bits;
    std::memcpy(&bits, from + static_cast<ptrdiff_t>(i) * 2, 2);
    to[i] = type == Type::BF16 ? isa::widen_bfloat(bits) : isa::widen_half(bits);
  }
}

float round_to(Type type, float value) {
  switch (type) {
  case Type::BF16:
    return isa::widen_bfloat(isa::round_to_bfloat(value));
  case Type::F16:
    return isa::widen_half(isa::round_to_half(value));
  default:
    return value;
  }
}

/// The activations that meet weights: [used_rows] of each row.
class Activations {
public:
  Activations(const FloatRows& rows, int used_rows)
      : rows_(rows), used_(static_cast<size_t>(used_rows)),
        fill_(used_, round_to(rows.type, isa::float_of(static_cast<uint32_t>(rows.fill)))) {}

  void read(size_t row, float* to) const {
    if (used_ == 0)
      return;
    if (rows_.from[row] == kOutside)
      std::memcpy(to, fill_.data(), used_ * sizeof(float));
    else
      widen(rows_.memory + rows_.from[row], rows_.type, static_cast<int>(used_), to);
  }

private:
  const FloatRows& rows_;
  size_t used_;
  std::vector<float> fill_;
};

float finish(float sum, const int32_t* out, bool accumulate) {
  if (accumulate)
    sum += isa::float_of(static_cast<uint32_t>(*out));
  return sum != sum ? isa::float_of(isa::kFloatNan) : sum;
}

void multiply_any(const FloatRows& rows, const FloatWeights& w, size_t first) {
  std::vector<float> in(static_cast<size_t>(w.used_rows)), sums(static_cast<size_t>(w.cols));
  const Activations activations(rows, w.used_rows);
  for (size_t i = first; i < rows.from.size(); ++i) {
    activations.read(i, in.data());
    std::fill(sums.begin(), sums.end(), 0.0F);
    const float* weight = w.values.data();
    for (int k = 0; k < w.used_rows; ++k)
      for (int n = 0; n < w.cols; ++n)
        sums[n] = std::fma(in[k], *weight++, sums[n]);
    int32_t* out = rows.sums + rows.to[i] * w.cols;
    for (int n = 0; n < w.cols; ++n)
      out[n] = static_cast<int32_t>(isa::bits_of(finish(sums[n], out + n, rows.accumulate)));
  }
}

#ifdef NPUFORGE_FLOAT_VECTORS

constexpr int kBlock = 4;  ///< rows at a time: with two vectors of columns eight chains
constexpr int kGroup = 16; ///< columns at a time

__m256 canonical(__m256 sum) {
  const __m256 nan = _mm256_set1_ps(isa::float_of(isa::kFloatNan));
  return _mm256_blendv_ps(sum, nan, _mm256_cmp_ps(sum, sum, _CMP_UNORD_Q));
}

void add_block(const FloatRows& rows, const FloatWeights& w, size_t first, int column,
               const float* in) {
  __m256 sums[kBlock][2] = {};
  const float* weights = w.values.data() + column;
  for (int k = 0; k < w.used_rows; ++k, weights += w.cols) {
    const __m256 w0 = _mm256_loadu_ps(weights), w1 = _mm256_loadu_ps(weights + 8);
    for (int b = 0; b < kBlock; ++b) {
      const __m256 x = _mm256_broadcast_ss(in + b * w.used_rows + k);
      sums[b][0] = _mm256_fmadd_ps(x, w0, sums[b][0]);
      sums[b][1] = _mm256_fmadd_ps(x, w1, sums[b][1]);
    }
  }
  for (int b = 0; b < kBlock; ++b) {
    auto* out = reinterpret_cast<float*>(rows.sums + rows.to[first + b] * w.cols + column);
    for (int v = 0; v < 2; ++v) {
      __m256 sum = sums[b][v];
      if (rows.accumulate)
        sum = _mm256_add_ps(sum, _mm256_loadu_ps(out + 8 * v));
      _mm256_storeu_ps(out + 8 * v, canonical(sum));
    }
  }
}

size_t multiply_blocks(const FloatRows& rows, const FloatWeights& w) {
  const Activations activations(rows, w.used_rows);
  std::vector<float> in(static_cast<size_t>(kBlock) * w.used_rows);
  size_t first = 0;
  for (; first + kBlock <= rows.from.size(); first += kBlock) {
    for (int b = 0; b < kBlock; ++b)
      activations.read(first + b, in.data() + static_cast<ptrdiff_t>(b) * w.used_rows);
    for (int column = 0; column < w.cols; column += kGroup)
      add_block(rows, w, first, column, in.data());
  }
  return first;
}

#endif

} // namespace

void FloatWeights::load(const int8_t* memory, std::span<const int64_t> addresses, Type type) {
  used_rows = static_cast<int>(addresses.size());
  values.resize(addresses.size() * static_cast<size_t>(cols));
  for (size_t k = 0; k < addresses.size(); ++k)
    widen(memory + addresses[k], type, cols, values.data() + k * static_cast<size_t>(cols));
}

void multiply(const FloatRows& rows, const FloatWeights& weights) {
  size_t done = 0;
#ifdef NPUFORGE_FLOAT_VECTORS
  if (weights.cols % kGroup == 0)
    done = multiply_blocks(rows, weights);
#endif
  multiply_any(rows, weights, done);
}

} // namespace npuforge::simulator
