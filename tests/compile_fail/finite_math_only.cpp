// error: Tenon gives wrong results with -ffast-math
// options: -ffinite-math-only
// Without NaN and infinity alone, values are wrong as well.

#if !defined(TENON_WRONG)
#define TENON_ALLOW_FAST_MATH
#endif
#include "tenon/core/config.hpp"
