#pragma once
/// The functions of backend/pack_math.hpp for symbols; see symbol.hpp.

#include "tenon/core/dual_math.hpp"
#include "tenon/core/special.hpp"
#include "tenon/core/symbol.hpp"

namespace TENON_NAMESPACE {

TENON_SYMBOL_FUNCTION_1(floor, std::floor(*x))
TENON_SYMBOL_FUNCTION_1(ceil, std::ceil(*x))
TENON_SYMBOL_FUNCTION_1(trunc, std::trunc(*x))
TENON_SYMBOL_FUNCTION_1(round_even, std::nearbyint(*x))
TENON_SYMBOL_FUNCTION_1(tan, std::tan(*x))
TENON_SYMBOL_FUNCTION_1(asin, std::asin(*x))
TENON_SYMBOL_FUNCTION_1(acos, std::acos(*x))
TENON_SYMBOL_FUNCTION_1(atan, std::atan(*x))
TENON_SYMBOL_FUNCTION_1(sinh, std::sinh(*x))
TENON_SYMBOL_FUNCTION_1(cosh, std::cosh(*x))
TENON_SYMBOL_FUNCTION_1(asinh, std::asinh(*x))
TENON_SYMBOL_FUNCTION_1(acosh, std::acosh(*x))
TENON_SYMBOL_FUNCTION_1(atanh, std::atanh(*x))
TENON_SYMBOL_FUNCTION_1(exp2, std::exp2(*x))
TENON_SYMBOL_FUNCTION_1(log2, std::log2(*x))
TENON_SYMBOL_FUNCTION_1(log10, std::log10(*x))

TENON_SYMBOL_FUNCTION_2(atan2, std::atan2(x[0], x[1]))
TENON_SYMBOL_FUNCTION_2(hypot, std::hypot(x[0], x[1]))
TENON_SYMBOL_FUNCTION_2(fmod, std::fmod(x[0], x[1]))
TENON_SYMBOL_FUNCTION_2(remainder, x[0] - x[1] * std::floor(x[0] / x[1]))
TENON_SYMBOL_FUNCTION_2(floor_divide, std::floor(x[0] / x[1]))

TENON_SYMBOL_FUNCTION_1(lgamma, special::lgamma(*x))
TENON_SYMBOL_FUNCTION_1(erfc, std::erfc(*x))
TENON_SYMBOL_FUNCTION_1(erfinv, special::erfinv(*x))

/// Defines a function of an order, which is a number, and a symbol. Its derivative is that of duals.
#define TENON_SYMBOL_FUNCTION_OF_ORDER(name)                                           \
  template <class R>                                                                   \
  [[gnu::noinline]] SymbolOf<R> name(int n, const SymbolOf<R>& a) {                    \
    using S = SymbolOf<R>;                                                             \
    static constexpr SymbolFunction<R> f{                                              \
        [](const R* x) -> R { return special::name(static_cast<int>(x[0]), x[1]); },   \
        {nullptr,                                                                      \
         [](const S* x, const S& t) {                                                  \
           return S::tangent_of(name(static_cast<int>(x[0].number()), Dual{x[1], t})); \
         },                                                                            \
         nullptr}};                                                                    \
    const S x[] = {S(n), a};                                                           \
    return S::apply(f, 2, x);                                                          \
  }
TENON_SYMBOL_FUNCTION_OF_ORDER(polygamma)
TENON_SYMBOL_FUNCTION_OF_ORDER(bessel_i)
#undef TENON_SYMBOL_FUNCTION_OF_ORDER

}  // namespace TENON_NAMESPACE
