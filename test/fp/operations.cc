#include "operations.h"

#include <memory>

#include <Vadd_bf16.h>
#include <Vadd_f16.h>
#include <Vadd_f32.h>
#include <Vbf16_to_f32.h>
#include <Vcompare_bf16.h>
#include <Vcompare_f16.h>
#include <Vcompare_f32.h>
#include <Vf16_to_f32.h>
#include <Vf32_to_bf16.h>
#include <Vf32_to_f16.h>
#include <Vf32_to_i32.h>
#include <Vf32_to_i8.h>
#include <Vfma_bf16.h>
#include <Vfma_f16.h>
#include <Vfma_f32.h>
#include <Vi32_to_f32.h>
#include <Vi8_to_f32.h>
#include <Vmul_bf16.h>
#include <Vmul_f16.h>
#include <Vmul_f32.h>

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

template <class Int>
Result to_int(const Case& x) {
  const double value = to_float(x.a);
  if (std::isnan(value))
    return {0};
  const double low = std::numeric_limits<Int>::min(), high = std::numeric_limits<Int>::max();
  const auto whole = Int(std::clamp(std::nearbyint(value), low, high));
  return {uint32_t(std::make_unsigned_t<Int>(whole))};
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
  return {name, simulate<Model>(), std::move(expected), draw, corners, false, true};
}

template <class Add, class Mul, class Fma, class Compare, class F>
void add_small(std::vector<Operation>& list, const std::string& format) {
  list.push_back(arithmetic<Add, F>(("add_" + format).c_str(), small_add<F>));
  list.push_back(arithmetic<Mul, F>(("mul_" + format).c_str(), small_mul<F>));
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

void add_conversions(std::vector<Operation>& list) {
  list.push_back(exhaustive<Vi8_to_f32>(
      "i8_to_f32", 8, [](const Case& x) -> Result { return {from_float(float(int8_t(x.a)))}; }));
  list.push_back({"i32_to_f32", simulate<Vi32_to_f32>(),
                  [](const Case& x) -> Result { return {from_float(float(int32_t(x.a)))}; },
                  [](Random& random) { return Case{integer(random)}; }, no_fixed, false, true});
  list.push_back(from_f32<Vf32_to_i8>(
      "f32_to_i8", [](Random& r) { return near_integer(r, 8); }, to_int<int8_t>));
  list.push_back(from_f32<Vf32_to_i32>(
      "f32_to_i32", [](Random& r) { return near_integer(r, 32); }, to_int<int32_t>));
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
  add_conversions(list);
  return list;
}

} // namespace npuforge::fp
