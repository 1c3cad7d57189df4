#include "operations.h"

#include <memory>

#include "models.h"

namespace npuforge::fp {
namespace {

// Sets the ports that the model has and reads its results.
template <class Model>
auto simulate() {
  return
      [model = std::make_shared<Model>()](std::span<const Case> cases, std::span<Result> results) {
        for (size_t i = 0; i < cases.size(); ++i) {
          model->a_i = decltype(Model::a_i)(cases[i].a);
          if constexpr (requires { model->b_i; })
            model->b_i = decltype(Model::b_i)(cases[i].b);
          if constexpr (requires { model->c_i; })
            model->c_i = decltype(Model::c_i)(cases[i].c);
          model->eval();
          if constexpr (requires { model->min_o; })
            results[i] = {model->min_o, model->max_o,
                          uint32_t(model->less_o | model->equal_o << 1 | model->unordered_o << 2)};
          else
            results[i] = {model->result_o};
        }
      };
}

Case one_operand(uint32_t index) {
  return {index};
}
Case two_operands(uint32_t index) {
  return {index >> 16, index & 0xffff};
}

template <class F>
Case draw_triple(Random& random) {
  return Values<F>(random).triple();
}

bool no_fixed(uint64_t, Case&) {
  return false;
}

template <class Model, class F>
Operation arithmetic(const char* name, std::function<Result(const Case&)> expected) {
  return {name, simulate<Model>(), std::move(expected), draw_triple<F>, no_fixed};
}

// 16-bit formats: in double, rounded to odd, then once to the format.
template <class F>
Result small_fma(const Case& x) {
  return {F::encode(fma_to_odd(F::decode(x.a), F::decode(x.b), F::decode(x.c)))};
}
template <class F>
Result small_mul(const Case& x) {
  return {F::encode(F::decode(x.a) * F::decode(x.b))};
}
template <class F>
Result small_add(const Case& x) {
  return {F::encode(fma_to_odd(F::decode(x.a), 1.0, F::decode(x.b)))};
}

template <class F>
Result compare(const Case& x) {
  const double a = F::decode(x.a), b = F::decode(x.b);
  if (std::isnan(a) || std::isnan(b))
    return {F::kNan, F::kNan, 4};
  const bool a_first = a < b || (a == b && std::signbit(a));
  return {a_first ? x.a : x.b, a_first ? x.b : x.a, uint32_t(a < b) | uint32_t(a == b) << 1};
}

// An integer that has too many bits for a double, rounded to odd.
template <class Int>
double to_odd(Int value) {
  const bool negative = value < 0;
  auto size = negative ? -uint64_t(value) : uint64_t(value);
  const int drop = std::max(0, int(std::bit_width(size)) - 53);
  const bool rest = (size & ((uint64_t{1} << drop) - 1)) != 0;
  const double result = std::ldexp(double(size >> drop | uint64_t(rest)), drop);
  return negative ? -result : result;
}
template <class Int, class F>
Result from_int(const Case& x) {
  return {F::encode(to_odd(Int(x.a)))};
}

template <class F, class Int>
Result to_int(const Case& x) {
  using Unsigned = std::make_unsigned_t<Int>;
  const double value = std::nearbyint(F::decode(uint32_t(x.a)));
  if (std::isnan(value))
    return {0};
  // Of 64 bits, the largest value is no double.
  const double low = double(std::numeric_limits<Int>::min());
  const double above = std::ldexp(1.0, std::numeric_limits<Int>::digits);
  if (value < low)
    return {Unsigned(std::numeric_limits<Int>::min())};
  return {Unsigned(value >= above ? std::numeric_limits<Int>::max() : Int(value))};
}

template <class F, double (*function)(double)>
Result to_integral(const Case& x) {
  return {F::encode(function(F::decode(uint32_t(x.a))))};
}

Result f32_to_f16(const Case& x) {
  return {F16::canonical(std::bit_cast<uint16_t>(static_cast<_Float16>(to_float(x.a))))};
}
Result f16_to_f32(const Case& x) {
  return {from_float(static_cast<float>(std::bit_cast<_Float16>(uint16_t(x.a))))};
}

// Every operand of `bits` bits.
auto all_of(int bits) {
  return [bits](uint64_t index, Case& x) {
    return x.a = uint32_t(index), index < (uint64_t{1} << bits);
  };
}

template <class Model>
Operation exhaustive(const char* name, int bits, std::function<Result(const Case&)> expected) {
  return {name, simulate<Model>(), std::move(expected), nullptr, all_of(bits), true};
}

// Conversions of f32: half near the target's rounding boundaries, half anywhere.
template <class Model>
Operation from_f32(const char* name, uint32_t (*near)(Random&),
                   std::function<Result(const Case&)> expected) {
  auto draw = [near](Random& random) {
    return Case{random.below(2) ? near(random) : Values<F32>(random).any()};
  };
  auto corners = [](uint64_t index, Case& x) { return exponent_corner(index, x.a); };
  return {name, simulate<Model>(), std::move(expected), draw, corners, false, one_operand};
}

template <class Add, class Mul, class Fma, class Compare, class F>
void add_small(std::vector<Operation>& list, const std::string& format) {
  list.push_back(arithmetic<Add, F>(("add_" + format).c_str(), small_add<F>));
  list.push_back(arithmetic<Mul, F>(("mul_" + format).c_str(), small_mul<F>));
  list.back().all = two_operands;
  list.push_back(arithmetic<Fma, F>(("fma_" + format).c_str(), small_fma<F>));
  list.push_back(arithmetic<Compare, F>(("compare_" + format).c_str(), compare<F>));
}

void add_f32(std::vector<Operation>& list) {
  list.push_back(arithmetic<Vadd_f32, F32>("add_f32", [](const Case& x) -> Result {
    return {from_float(to_float(x.a) + to_float(x.b))};
  }));
  list.push_back(arithmetic<Vmul_f32, F32>("mul_f32", [](const Case& x) -> Result {
    return {from_float(to_float(x.a) * to_float(x.b))};
  }));
  list.push_back(arithmetic<Vfma_f32, F32>("fma_f32", [](const Case& x) -> Result {
    return {from_float(std::fma(to_float(x.a), to_float(x.b), to_float(x.c)))};
  }));
  list.push_back(arithmetic<Vcompare_f32, F32>("compare_f32", compare<F32>));
}

template <class Model, class Int, class F>
Operation from_integer(const char* name) {
  static constexpr int bits = 8 * sizeof(Int);
  if (bits <= 16)
    return exhaustive<Model>(name, bits, from_int<Int, F>);
  auto draw = [](Random& random) { return Case{integer(random, bits)}; };
  Operation operation{name, simulate<Model>(), from_int<Int, F>, draw, no_fixed};
  if (bits == 32)
    operation.all = one_operand;
  return operation;
}

template <class Model, class F, class Int>
Operation to_integer(const char* name) {
  if constexpr (F::kMask == 0xffff)
    return exhaustive<Model>(name, 16, to_int<F, Int>);
  else
    return from_f32<Model>(
        name, [](Random& random) { return near_integer(random, 8 * sizeof(Int)); }, to_int<F, Int>);
}

template <class Model, double (*function)(double)>
Operation integral_f32(const char* name) {
  return from_f32<Model>(
      name, [](Random& random) { return near_integer(random, 26); }, to_integral<F32, function>);
}
template <class Model, class F, double (*function)(double)>
Operation integral(const char* name) {
  return exhaustive<Model>(name, 16, to_integral<F, function>);
}

void add_from_integers(std::vector<Operation>& list) {
  list.push_back(from_integer<Vi8_to_f32, int8_t, F32>("i8_to_f32"));
  list.push_back(from_integer<Vu8_to_f32, uint8_t, F32>("u8_to_f32"));
  list.push_back(from_integer<Vi32_to_f32, int32_t, F32>("i32_to_f32"));
  list.push_back(from_integer<Vu32_to_f32, uint32_t, F32>("u32_to_f32"));
  list.push_back(from_integer<Vi64_to_f32, int64_t, F32>("i64_to_f32"));
  list.push_back(from_integer<Vi16_to_f16, int16_t, F16>("i16_to_f16"));
  list.push_back(from_integer<Vi32_to_f16, int32_t, F16>("i32_to_f16"));
  list.push_back(from_integer<Vu32_to_f16, uint32_t, F16>("u32_to_f16"));
  list.push_back(from_integer<Vi64_to_f16, int64_t, F16>("i64_to_f16"));
  list.push_back(from_integer<Vi16_to_bf16, int16_t, BF16>("i16_to_bf16"));
  list.push_back(from_integer<Vi32_to_bf16, int32_t, BF16>("i32_to_bf16"));
  list.push_back(from_integer<Vi64_to_bf16, int64_t, BF16>("i64_to_bf16"));
}

void add_to_integers(std::vector<Operation>& list) {
  list.push_back(to_integer<Vf32_to_i8, F32, int8_t>("f32_to_i8"));
  list.push_back(to_integer<Vf32_to_u8, F32, uint8_t>("f32_to_u8"));
  list.push_back(to_integer<Vf32_to_i16, F32, int16_t>("f32_to_i16"));
  list.push_back(to_integer<Vf32_to_i32, F32, int32_t>("f32_to_i32"));
  list.push_back(to_integer<Vf32_to_u32, F32, uint32_t>("f32_to_u32"));
  list.push_back(to_integer<Vf32_to_i64, F32, int64_t>("f32_to_i64"));
  list.push_back(to_integer<Vf16_to_i8, F16, int8_t>("f16_to_i8"));
  list.push_back(to_integer<Vf16_to_u32, F16, uint32_t>("f16_to_u32"));
  list.push_back(to_integer<Vf16_to_i64, F16, int64_t>("f16_to_i64"));
  list.push_back(to_integer<Vbf16_to_i32, BF16, int32_t>("bf16_to_i32"));
  list.push_back(to_integer<Vbf16_to_i64, BF16, int64_t>("bf16_to_i64"));
}

void add_integral(std::vector<Operation>& list) {
  list.push_back(integral_f32<Vround_f32, std::nearbyint>("round_f32"));
  list.push_back(integral_f32<Vfloor_f32, std::floor>("floor_f32"));
  list.push_back(integral_f32<Vceil_f32, std::ceil>("ceil_f32"));
  list.push_back(integral_f32<Vtrunc_f32, std::trunc>("trunc_f32"));
  list.push_back(integral<Vround_f16, F16, std::nearbyint>("round_f16"));
  list.push_back(integral<Vfloor_f16, F16, std::floor>("floor_f16"));
  list.push_back(integral<Vround_bf16, BF16, std::nearbyint>("round_bf16"));
  list.push_back(integral<Vceil_bf16, BF16, std::ceil>("ceil_bf16"));
}

void add_formats(std::vector<Operation>& list) {
  list.push_back(exhaustive<Vf16_to_f32>("f16_to_f32", 16, f16_to_f32));
  list.push_back(from_f32<Vf32_to_f16>("f32_to_f16", near_rounding<F16>, f32_to_f16));
  list.push_back(exhaustive<Vbf16_to_f32>(
      "bf16_to_f32", 16, [](const Case& x) -> Result { return {F32::encode(BF16::decode(x.a))}; }));
  list.push_back(
      from_f32<Vf32_to_bf16>("f32_to_bf16", near_rounding<BF16>, [](const Case& x) -> Result {
        return {BF16::encode(to_float(x.a))};
      }));
}

} // namespace

std::vector<Operation> operations() {
  std::vector<Operation> list;
  add_f32(list);
  add_small<Vadd_f16, Vmul_f16, Vfma_f16, Vcompare_f16, F16>(list, "f16");
  add_small<Vadd_bf16, Vmul_bf16, Vfma_bf16, Vcompare_bf16, BF16>(list, "bf16");
  add_from_integers(list);
  add_to_integers(list);
  add_integral(list);
  add_formats(list);
  return list;
}

} // namespace npuforge::fp
