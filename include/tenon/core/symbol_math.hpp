#pragma once
/// The functions of backend/pack_math.hpp for symbols; see symbol.hpp.

#include "tenon/core/dual_math.hpp"
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

/// Defines a function of two operands, at least one of which is a symbol.
#define TENON_SYMBOL_PAIR(name, number)                                                                  \
  template <class R>                                                                                     \
  [[gnu::noinline]] SymbolOf<R> name(const SymbolOf<R>& a, const std::type_identity_t<SymbolOf<R>>& b) { \
    using S = SymbolOf<R>;                                                                               \
    static constexpr SymbolFunction<R> f{[](const R* x) -> R { return number; },                         \
                                         {[](const S* x, const S& t) {                                   \
                                            return S::tangent_of(name(Dual{x[0], t}, x[1]));             \
                                          },                                                             \
                                          [](const S* x, const S& t) {                                   \
                                            return S::tangent_of(name(x[0], Dual{x[1], t}));             \
                                          },                                                             \
                                          nullptr}};                                                     \
    const S x[] = {a, b};                                                                                \
    return S::apply(f, 2, x);                                                                            \
  }                                                                                                      \
  template <class N, class R>                                                                            \
  requires std::is_arithmetic_v<N> SymbolOf<R> name(N a, const SymbolOf<R>& b) {                         \
    return name(SymbolOf<R>(a), b);                                                                      \
  }
TENON_SYMBOL_PAIR(atan2, std::atan2(x[0], x[1]))
TENON_SYMBOL_PAIR(hypot, std::hypot(x[0], x[1]))
TENON_SYMBOL_PAIR(fmod, std::fmod(x[0], x[1]))
TENON_SYMBOL_PAIR(remainder, x[0] - x[1] * std::floor(x[0] / x[1]))

}  // namespace TENON_NAMESPACE
