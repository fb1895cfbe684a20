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

TENON_SYMBOL_FUNCTION_2(atan2, std::atan2(x[0], x[1]))
TENON_SYMBOL_FUNCTION_2(hypot, std::hypot(x[0], x[1]))
TENON_SYMBOL_FUNCTION_2(fmod, std::fmod(x[0], x[1]))
TENON_SYMBOL_FUNCTION_2(remainder, x[0] - x[1] * std::floor(x[0] / x[1]))

}  // namespace TENON_NAMESPACE
