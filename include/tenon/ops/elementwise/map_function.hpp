#pragma once
/// The compiled forms of an element-wise function: loops of its value, of its gradients, and of their
/// gradients; and its formula, from which derivatives of higher order are taken.
///
/// Only these loops depend on the function; all else (map.hpp) is compiled once for each scalar type. So an
/// op needs three small loops of machine code, however it is used.

#include "tenon/backend/map.hpp"
#include "tenon/core/dual.hpp"
#include "tenon/core/symbol.hpp"
#include "tenon/tensor/tensor.hpp"

namespace TENON_NAMESPACE::detail {

using backend::Pack;
using backend::Packs;

inline constexpr int max_map_arguments = 7;

/// An element-wise function that tells which of its variables each of its gradients needs: bit i of the k-th
/// number says that the gradient of variable k depends on variable i. The graph keeps no others. Without this
/// all are taken to need all. Of a product x y, dx needs y and dy needs x:
///
///     needs<0b10, 0b01>([](auto x, auto y) { return x * y; })
template <class F, unsigned... of_gradient>
struct Needs : F {
  static constexpr unsigned needs[sizeof...(of_gradient)] = {of_gradient...};
};
template <unsigned... of_gradient, class F>
constexpr Needs<F, of_gradient...> needs(F f) {
  return {f};
}

/// An element-wise function of one variable whose derivative at its result is that at its argument, f'(f(x))
/// = f'(x), as of relu. The graph keeps the result in the place of x, because the next op often keeps it,
/// too.
template <class F>
struct OfResult : F {
  static constexpr bool derivative_of_result = true;
};
template <class F>
constexpr OfResult<F> of_result(F f) {
  return {f};
}

template <class T>
struct MapFunction {
  int arguments;
  int variables;                            // arguments that take part in differentiation
  bool is_variable[max_map_arguments + 1];  // whether argument i takes part in differentiation
  backend::MapLoop<T> value;                // x… → y
  bool differentiable = false;
  // g, x… → g df/dx_k for each variable k; null where these derivatives are numbers
  backend::MapLoop<T> gradients = nullptr;
  // g, x…, h… → the gradients of g sum_k h_k df/dx_k by g and each variable
  backend::MapLoop<T> curvature = nullptr;
  // the numbers df/dx_k, else null
  void (*constants)(const void* function, T* derivatives) = nullptr;
  // f of symbols; null where the derivatives are numbers
  Symbol (*formula)(const void* function, const Symbol* x) = nullptr;
  // bit i of the k-th: whether the gradient of variable k needs variable i
  unsigned needs[max_map_arguments] = {};
  // whether the derivative is taken at the result
  bool of_result = false;
};

/// Arguments of the computing type are variables; others (masks, integers) are constants.
template <class T, class X>
inline constexpr bool is_variable = Real<T> && std::is_same_v<X, T>;

/// A pack of T in the place of an argument of type X.
template <class T, class X>
using pack_for = Pack<T>;

// Seeds: variable k becomes a dual whose tangent is 1 for itself and 0 for the others
// ---------------------------------

template <int I, int... K>
auto unit_tangents(std::integer_sequence<int, K...>) {
  return Tangents<std::conditional_t<K == I, One, Zero>...>{};
}

/// How a function of arguments of types X is differentiated.
template <class T, class... X>
struct Signature {
  static constexpr int variables = (0 + ... + int{is_variable<T, X>});
  using Variables = std::make_integer_sequence<int, variables>;
  using Arguments = std::index_sequence_for<X...>;

  /// The number of variables before argument i.
  static constexpr int variable_of(int i) {
    constexpr bool flags[] = {is_variable<T, X>..., false};
    int count = 0;
    for (int k = 0; k < i; ++k) count += flags[k];
    return count;
  }

  /// f on duals that carry all first derivatives; v are values of any kind.
  template <class F, class... V>
  static auto differentiate(const F& f, const V&... v) {
    return differentiate_at(f, Arguments{}, v...);
  }
  /// f on duals within duals: the derivative along h, and all derivatives of that.
  template <class F, class... V>
  static auto differentiate_twice(const F& f, const Pack<T>* h, const V&... v) {
    return differentiate_twice_at(f, h, Arguments{}, v...);
  }

 private:
  template <class F, std::size_t... I, class... V>
  static auto differentiate_at(const F& f, std::index_sequence<I...>, const V&... v) {
    return f(seed<static_cast<int>(I), X>(v)...);
  }
  template <class F, std::size_t... I, class... V>
  static auto differentiate_twice_at(const F& f, const Pack<T>* h, std::index_sequence<I...>, const V&... v) {
    return f(along<static_cast<int>(I), X>(h, seed<static_cast<int>(I), X>(v))...);
  }
  template <int I, class Type, class V>
  static auto seed(const V& v) {
    if constexpr (is_variable<T, Type>)
      return Dual{v, unit_tangents<variable_of(I)>(Variables{})};
    else
      return v;
  }
  template <int I, class Type, class V>
  static auto along(const Pack<T>* h, const V& v) {
    if constexpr (is_variable<T, Type>)
      return Dual{v, h[variable_of(I)]};
    else
      return v;
  }
};

// Taking results apart
// -------------------------------------------------------------------------------------------------

/// The tangent of variable K; a value that is not a dual depends on no variable.
template <int K, class Y>
auto tangent_of(const Y& y) {
  if constexpr (IsDual<Y>)
    return nth<K>(y.tangent);
  else
    return Zero{};
}
template <class T, class D>
Pack<T> times(const Pack<T>& g, const D& d) {
  if constexpr (tangent::is_zero<D>)
    return Pack<T>(0);
  else
    return tangent::scale(g, d);
}

/// (g, x…) → g df/dx_k
template <class F, class T, class... X>
struct MapGradients {
  const F& f;
  static constexpr int count = Signature<T, X...>::variables;

  template <class... V>
  auto operator()(const Pack<T>& g, const V&... v) const {
    return collect(g, Signature<T, X...>::differentiate(f, v...), typename Signature<T, X...>::Variables{});
  }

 private:
  template <class Y, int... K>
  static auto collect(const Pack<T>& g, const Y& y, std::integer_sequence<int, K...>) {
    if constexpr (count == 1)
      return times<T>(g, tangent_of<0>(y));
    else
      return Packs<T, count>{{times<T>(g, tangent_of<K>(y))...}};
  }
};

/// (g, x…, h…) → the gradients of s = g sum_k h_k df/dx_k by g and each x_k
template <class F, class T, class... X>
struct MapCurvature {
  const F& f;
  static constexpr int arguments = static_cast<int>(sizeof...(X)), count = Signature<T, X...>::variables;

  template <class... V>
  auto operator()(const V&... operands) const {
    const Pack<T> all[] = {operands...};
    return at(all[0], all + 1, all + 1 + arguments, typename Signature<T, X...>::Arguments{});
  }

 private:
  template <std::size_t... I>
  static auto evaluate(const F& f, const Pack<T>* x, const Pack<T>* h, std::index_sequence<I...>) {
    return Signature<T, X...>::differentiate_twice(f, h, x[I]...);
  }
  template <std::size_t... I>
  Packs<T, count + 1> at(const Pack<T>& g, const Pack<T>* x, const Pack<T>* h,
                         std::index_sequence<I...> order) const {
    return collect(g, along_h(evaluate(f, x, h, order)), typename Signature<T, X...>::Variables{});
  }
  template <class Y>
  static auto along_h(const Y& y) {
    if constexpr (IsDual<Y>)
      return y.tangent;
    else
      return Zero{};
  }
  /// d is the derivative along h: a dual over the variables, or a value that does not depend on them.
  template <class D, int... K>
  static Packs<T, count + 1> collect(const Pack<T>& g, const D& d, std::integer_sequence<int, K...>) {
    if constexpr (IsDual<D>)
      return {{Pack<T>(d.value), times<T>(g, tangent_of<K>(d))...}};
    else
      return {{times<T>(Pack<T>(1), d), (static_cast<void>(K), Pack<T>(0))...}};
  }
};

// The table of a function
// ----------------------------------------------------------------------------------------------

template <class D>
inline constexpr bool is_constant_tangent =
    tangent::is_zero<D> || tangent::is_one<D> || std::is_arithmetic_v<D>;

template <class Y, int... K>
constexpr bool all_constant(std::integer_sequence<int, K...>) {
  return (is_constant_tangent<decltype(tangent_of<K>(std::declval<Y>()))> && ...);
}
template <class T, class D>
T constant_value(const D& d) {
  if constexpr (tangent::is_zero<D>)
    return T(0);
  else if constexpr (tangent::is_one<D>)
    return T(1);
  else
    return static_cast<T>(d);
}

/// Derivatives that are numbers: taken at arbitrary arguments.
template <class F, class T, class... X>
void map_constants(const void* function, T* derivatives) {
  const auto y = Signature<T, X...>::differentiate(*static_cast<const F*>(function), pack_for<T, X>(0)...);
  [&]<int... K>(std::integer_sequence<int, K...>) {
    ((derivatives[K] = constant_value<T>(tangent_of<K>(y))), ...);
  }(typename Signature<T, X...>::Variables{});
}

/// f run on symbols.
template <class F, std::size_t... I>
Symbol map_formula(const void* function, const Symbol* x, std::index_sequence<I...>) {
  return (*static_cast<const F*>(function))(x[I]...);
}
template <class F, int n>
Symbol map_formula(const void* function, const Symbol* x) {
  return map_formula<F>(function, x, std::make_index_sequence<n>{});
}

template <class F, class T, class... X>
constexpr MapFunction<T> make_map_function() {
  constexpr int n = static_cast<int>(sizeof...(X)), variables = Signature<T, X...>::variables;
  MapFunction<T> function{n, variables, {is_variable<T, X>...}, &backend::map_loop<T, n, 1, F>};
  if constexpr (variables > 0) {
    using Value =
        decltype(Signature<T, X...>::differentiate(std::declval<F>(), std::declval<pack_for<T, X>>()...));
    if constexpr (IsDual<Value>) {
      function.differentiable = true;
      if constexpr (all_constant<Value>(typename Signature<T, X...>::Variables{})) {
        function.constants = &map_constants<F, T, X...>;
      } else {
        function.gradients = &backend::derived_map_loop<T, 1 + n, variables, F, MapGradients<F, T, X...>>;
        function.curvature =
            &backend::derived_map_loop<T, 1 + n + variables, 1 + variables, F, MapCurvature<F, T, X...>>;
        function.formula = &map_formula<F, n>;
        function.of_result = requires { F::derivative_of_result; };
        for (int k = 0; k < variables; ++k) {
          if constexpr (requires { F::needs; })
            function.needs[k] = F::needs[k];
          else if (!function.of_result)
            function.needs[k] = ~0U;
        }
      }
    }
  }
  return function;
}
template <class F, class T, class... X>
inline constexpr MapFunction<T> map_function = make_map_function<F, T, X...>();

}  // namespace TENON_NAMESPACE::detail
