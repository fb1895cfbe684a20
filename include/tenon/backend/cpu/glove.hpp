#pragma once
/// The step of GloVe over packs: a product of two rows, then one pass that changes both.

#include "tenon/backend/glove_rows.hpp"
#include "tenon/backend/pack_math.hpp"

namespace TENON_NAMESPACE::backend::cpu {

namespace detail {

template <Real T>
[[gnu::always_inline]] inline T glove_product(const GloveRows<T>& rows) {
  constexpr index_t width = Pack<T>::width;
  Pack<T> even(0), odd(0);  // rows are whole cache lines: packs come in pairs unless one fills a line
  index_t k = 0;
  for (; k + 2 * width <= rows.stride; k += 2 * width) {
    even = fma(hogwild::load(rows.row + k), hogwild::load(rows.context + k), even);
    odd = fma(hogwild::load(rows.row + k + width), hogwild::load(rows.context + k + width), odd);
  }
  if (k < rows.stride) even = fma(hogwild::load(rows.row + k), hogwild::load(rows.context + k), even);
  return reduce_add(even + odd);
}

/// One pack of a row learns from its gradient.
template <Real T>
[[gnu::always_inline]] inline void glove_change(T* x, T* squares, const Pack<T>& value, const Pack<T>& dx) {
  const Pack<T> sum = fma(dx, dx, hogwild::load(squares));
  hogwild::store(squares, sum);
  hogwild::store(x, value - dx * fast_rsqrt(sum));
}

}  // namespace detail

/// Returns the loss before the step.
template <Real T>
[[gnu::always_inline]] inline T glove_step(const GloveRows<T>& rows) {
  const T d = detail::glove_product(rows) - rows.log_count;
  const Pack<T> g(rows.rate * rows.weight * d);
  for (index_t k = 0; k < rows.stride; k += Pack<T>::width) {
    const Pack<T> x = hogwild::load(rows.row + k), y = hogwild::load(rows.context + k);
    detail::glove_change(rows.row + k, rows.row + rows.stride + k, x, g * y);
    detail::glove_change(rows.context + k, rows.context + rows.stride + k, y, g * x);
  }
  return T(0.5) * rows.weight * d * d;
}

}  // namespace TENON_NAMESPACE::backend::cpu
