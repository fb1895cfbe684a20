#pragma once
/// `map`: an element-wise function is a generic lambda. Written once, it is the SIMD kernel, the fused gradient of all its
/// inputs, and the second derivative.
///
///     auto y = tn::map([](auto x, auto b, auto s) { return s * tanh(x + b); }, x, bias, scale);

#include <tuple>    // tuple
#include <utility>  // index_sequence

#include "tenon/backend/map.hpp"
#include "tenon/core/dual.hpp"
#include "tenon/ops/broadcast.hpp"

namespace TENON_NAMESPACE {

namespace detail {

using backend::MapOutput;
using backend::Pack;

/// A pack of T in the place of each tensor X.
template <class T, class X>
using pack_for = Pack<T>;

template <class X, class... Rest>
const X& first(const X& x, const Rest&...) { return x; }

/// The type in which a map over tensors of types X computes: the first real one, else the first that is not bool.
template <class... X>
struct MapScalar {
  using type = bool;
};
template <class X, class... Rest>
struct MapScalar<X, Rest...> {
  using rest = typename MapScalar<Rest...>::type;
  using type = std::conditional_t<Real<X> || (!Real<rest> && !std::is_same_v<X, bool>), X, rest>;
};
template <class... X>
using map_scalar_t = typename MapScalar<typename X::value_type...>::type;

/// Inputs of the computing type take part in differentiation; others (masks, integers) are constants.
template <class T, class X>
inline constexpr bool is_variable = Real<T> && std::is_same_v<X, Tensor<T>>;
template <class T, class... X>
inline constexpr int variable_count = (0 + ... + int{is_variable<T, X>});
/// The number of variables among the first i types.
template <class T, class... X>
constexpr int variables_before(int i) {
  constexpr bool variable[] = {is_variable<T, X>..., false};
  int count = 0;
  for (int k = 0; k < i; ++k) count += variable[k];
  return count;
}

// Seeds: input i becomes a dual whose tangent is 1 for itself and 0 for the other variables ---------------------------

template <int I, int... K>
auto unit_tangents(std::integer_sequence<int, K...>) { return Tangents<std::conditional_t<K == I, One, Zero>...>{}; }

/// Calls f on duals; a Signature knows which of its arguments are variables.
template <class T, class... X>
struct Signature {
  static constexpr int variables = variable_count<T, X...>;

  template <class F, class... V>
  static auto differentiate(const F& f, const V&... v) {
    return apply(f, std::index_sequence_for<X...>{}, v...);
  }

 private:
  template <class F, std::size_t... I, class... V>
  static auto apply(const F& f, std::index_sequence<I...>, const V&... v) {
    return f(seed<static_cast<int>(I), X>(v)...);
  }
  template <int I, class Type, class V>
  static auto seed(const V& v) {
    if constexpr (is_variable<T, Type>) {
      using Unit = decltype(unit_tangents<variables_before<T, X...>(I)>(std::make_integer_sequence<int, variables>{}));
      return Dual<V, Unit>{v, {}};
    } else {
      return v;
    }
  }
};

template <int K, class H, class... R>
const auto& nth(const Tangents<H, R...>& t) {
  if constexpr (K == 0)
    return t.head;
  else
    return nth<K - 1>(t.rest);
}

/// The tangent of variable K in the result of `differentiate` on arguments of nesting depth L - 1.
template <int K, int L, class Y>
auto tangent_of(const Y& y) {
  if constexpr (dual_depth<Y> == L)
    return nth<K>(y.tangent);
  else
    return Zero{};
}

/// g times the derivative of f by variable K: the gradient of a map is a map.
template <class F, int K, class T, class... X>
struct Partial {
  F f;
  template <class G, class... V>
  auto operator()(const G& g, const V&... v) const {
    constexpr int L = std::max({dual_depth<V>...}) + 1;
    return product(g, tangent_of<K, L>(Signature<T, X...>::differentiate(f, v...)));
  }

 private:
  template <class G, class D>
  static auto product(const G& g, const D& d) {
    if constexpr (tangent::is_zero<D>)
      return 0.0 * g;
    else
      return tangent::scale(g, d);
  }
};

/// All such gradients at once, for one pass over memory.
template <class F, class T, class... X>
struct AllPartials {
  F f;
  static constexpr int count = variable_count<T, X...>;

  template <class... V>
  backend::Packs<T, count> operator()(const Pack<T>& g, const V&... v) const {
    const auto y = Signature<T, X...>::differentiate(f, v...);
    return collect(g, y, std::make_integer_sequence<int, count>{});
  }

 private:
  template <class Y, int... K>
  static backend::Packs<T, count> collect(const Pack<T>& g, const Y& y, std::integer_sequence<int, K...>) {
    return {{multiply(g, tangent_of<K, 1>(y))...}};
  }
  template <class D>
  static Pack<T> multiply(const Pack<T>& g, const D& d) {
    if constexpr (tangent::is_zero<D>)
      return Pack<T>(0);
    else
      return tangent::scale(g, d);
  }
};

// Running ------------------------------------------------------------------------------------------------------------

/// One output of a pass: null data for a gradient that nobody wants.
template <class T>
struct Target {
  Tensor<T> tensor;
  typename MapOutput<T>::Kind kind = MapOutput<T>::Kind::dense;
};

template <class T, class X>
bool is_plain(const X& x, const Shape& shape) {
  return std::is_same_v<typename X::value_type, T> && x.is_contiguous() && x.shape() == shape;
}

/// Below this, a pass over dense operands is one call of the loop.
inline constexpr index_t direct_limit = 16 * backend::map_chunk;

/// Evaluates f over `shape` into one dense output of type R.
template <class T, class R, class F, class... X>
void run_one(const F& f, Tensor<R>& out, const Shape& shape, const X&... x) {
  constexpr int inputs = sizeof...(X);
  const backend::MapLoop<T> loop = &backend::map_loop<T, inputs, 1, F>;
  if constexpr (std::is_same_v<R, T> && (std::is_same_v<typename X::value_type, T> && ...)) {
    if (out.size() <= direct_limit && (is_plain<T>(x, shape) && ...)) {
      const T* in[] = {x.data()...};
      T* target[] = {out.mutable_data()};
      return loop(&f, out.size(), in, target);
    }
  }
  backend::MapPlan<T> plan;
  plan.shape = shape;
  ((plan.in[plan.inputs++] = backend::map_input<T>(x.data(), broadcast_strides(x, shape))), ...);
  plan.outputs = 1;
  plan.out[0] = {MapOutput<T>::Kind::dense, out.mutable_data(),
                 std::is_same_v<R, T> ? nullptr : &backend::store_run<T, R>, sizeof(R)};
  backend::run_map(plan, loop, &f);
}

/// Evaluates f over `shape` into several outputs of type T.
template <class T, int Out, class F, class... X>
void run_many(const F& f, Target<T> (&targets)[Out], const Shape& shape, const X&... x) {
  backend::MapPlan<T> plan;
  plan.shape = shape;
  ((plan.in[plan.inputs++] = backend::map_input<T>(x.data(), broadcast_strides(x, shape))), ...);
  plan.outputs = Out;
  for (int o = 0; o < Out; ++o) {
    const bool wanted = targets[o].tensor.defined();
    plan.out[o].kind = wanted ? targets[o].kind : MapOutput<T>::Kind::none;
    plan.out[o].data = wanted ? targets[o].tensor.mutable_data() : nullptr;
  }
  backend::run_map(plan, &backend::map_loop<T, static_cast<int>(sizeof...(X)), Out, F>, &f);
}

// Differentiation ----------------------------------------------------------------------------------------------------

/// Of an input that is not a variable the rule keeps the handle; a variable is restored from the graph.
struct FromGraph {};
template <class T, class X>
using captured_t = std::conditional_t<is_variable<T, X>, FromGraph, X>;
template <class T, class X>
captured_t<T, X> capture([[maybe_unused]] const X& x) {
  if constexpr (is_variable<T, X>)
    return FromGraph{};
  else
    return x;
}
template <int K, class T, class C>
auto restore(const Pull<T>& p, const C& captured) {
  if constexpr (std::is_same_v<C, FromGraph>)
    return p.input(K);
  else
    return captured;
}

/// Whether a derivative is a number known without looking at the inputs.
template <class D>
inline constexpr bool is_constant_tangent = tangent::is_zero<D> || tangent::is_one<D> || std::is_arithmetic_v<D>;

/// Whether all derivatives are such numbers: then no input needs to be kept.
template <class Y, int... K>
constexpr bool all_constant(std::integer_sequence<int, K...>) {
  return (is_constant_tangent<decltype(tangent_of<K, 1>(std::declval<Y>()))> && ...);
}

template <int Order, class T, class F, class... X>
auto map_at(const char* name, const F& f, const X&... x);

/// c g, where c is the type of a constant derivative or its value.
template <class T, class D>
Tensor<T> constant_multiple(const Tensor<T>& g, const D& d) {
  if constexpr (tangent::is_zero<D>)
    return {};
  else if constexpr (tangent::is_one<D>)
    return g;
  else
    return map_at<0, T>("mul", [c = static_cast<T>(d)](auto v) { return c * v; }, g);
}

template <int Order, class T, class F, class... X>
struct MapRule {
  F f;
  std::tuple<captured_t<T, X>...> captured;
  Shape shapes[sizeof...(X)];

  static constexpr int variables = variable_count<T, X...>;
  using Value = decltype(Signature<T, X...>::differentiate(std::declval<F>(), std::declval<pack_for<T, X>>()...));
  using Variables = std::make_integer_sequence<int, variables>;
  static constexpr bool linear = all_constant<Value>(Variables{});

  Gradients<T> operator()(const Pull<T>& p) const {
    Gradients<T> gradients;
    if constexpr (linear)
      constant(p, gradients, Variables{});
    else
      std::apply([&](const auto&... c) { general(p, gradients, std::index_sequence_for<X...>{}, c...); }, captured);
    return gradients;
  }

 private:
  static constexpr int position_of(int variable) {
    constexpr bool flags[] = {is_variable<T, X>...};
    int position = 0;
    for (int seen = 0; !flags[position] || seen++ != variable; ++position) {
    }
    return position;
  }
  const Shape& shape_of(int variable) const { return shapes[position_of(variable)]; }

  /// Derivatives that do not depend on the inputs: evaluated once, on any input.
  template <int... K>
  void constant(const Pull<T>& p, Gradients<T>& gradients, std::integer_sequence<int, K...>) const {
    const auto y = Signature<T, X...>::differentiate(f, pack_for<T, X>(0)...);
    (gradients.push_back(p.needs(K) ? reduced(constant_multiple(p.gradient(), tangent_of<K, 1>(y)), K) : Tensor<T>{}), ...);
  }
  Tensor<T> reduced(const Tensor<T>& g, int variable) const { return g.defined() ? sum_to(g, shape_of(variable)) : g; }

  template <std::size_t... I, class... C>
  void general(const Pull<T>& p, Gradients<T>& gradients, std::index_sequence<I...>, const C&... c) const {
    const auto use = [&](const auto&... x) {
      if (grad_enabled())
        recorded(p, gradients, Variables{}, x...);
      else
        fused(p, gradients, Variables{}, x...);
    };
    use(restore<variables_before<T, X...>(static_cast<int>(I)), T>(p, c)...);
  }

  /// One map for each gradient, recorded, so that they can be differentiated in turn.
  template <int... K>
  void recorded([[maybe_unused]] const Pull<T>& p, [[maybe_unused]] Gradients<T>& gradients, std::integer_sequence<int, K...>,
                [[maybe_unused]] const X&... x) const {
    if constexpr (Order == 0)
      (gradients.push_back(p.needs(K) ? sum_to(map_at<1, T>("map_backward", Partial<F, K, T, X...>{f}, p.gradient(), x...), shape_of(K))
                                      : Tensor<T>{}), ...);
    else
      fail<GraphError>("map", "element-wise functions are differentiable twice, not three times");
  }

  /// All gradients in one pass over memory; that of a broadcast number is summed on the way.
  template <int... K>
  void fused(const Pull<T>& p, Gradients<T>& gradients, std::integer_sequence<int, K...>, const X&... x) const {
    const Tensor<T>& g = p.gradient();
    Tensor<T> out[] = {target(p, K)...};
    using Gradient = std::conditional_t<variables == 1, Partial<F, 0, T, X...>, AllPartials<F, T, X...>>;
    if constexpr (variables == 1) {
      if (out[0].shape() == g.shape()) {
        run_one<T>(Gradient{f}, out[0], g.shape(), g, x...);
        gradients.push_back(std::move(out[0]));
        return;
      }
    }
    Target<T> targets[] = {Target<T>{out[K], out[K].defined() && out[K].size() == 1 && g.size() != 1 ? MapOutput<T>::Kind::total
                                                                                                   : MapOutput<T>::Kind::dense}...};
    run_many<T>(Gradient{f}, targets, g.shape(), g, x...);
    (gradients.push_back(reduced(out[K], K)), ...);
  }
  Tensor<T> target(const Pull<T>& p, int variable) const {
    if (!p.needs(variable)) return {};
    const Shape& shape = shape_of(variable);
    return Tensor<T>::empty(element_count(shape) == 1 ? shape : p.gradient().shape());
  }
};

/// Recording for maps of tensors some of which are constants: only variables are inputs in the graph.
template <class T, class X>
void add_variable(SmallVector<graph::Input<T>, 4>& inputs, const X& x, bool keeps_elements) {
  if constexpr (is_variable<T, X>) inputs.push_back({x, keeps_elements});
}
template <class T, class X>
bool wants_gradient(const X& x) {
  if constexpr (is_variable<T, X>)
    return x.requires_grad();
  else
    return false;
}

template <int Order, class T, class F, class... X>
auto map_at(const char* name, const F& f, const X&... x) {
  using Y = decltype(f(std::declval<pack_for<T, X>>()...));
  constexpr bool compares = std::is_same_v<Y, backend::Mask<T>>;
  using R = std::conditional_t<compares, bool, T>;
  Shape shape = first(x...).shape();
  ((shape = x.shape() == shape ? shape : broadcast_shapes(shape, x.shape(), name)), ...);
  Tensor<R> out = Tensor<R>::empty(shape);
  run_one<T>(f, out, shape, x...);
  if constexpr (!compares && variable_count<T, X...> > 0) {
    using Rule = MapRule<Order, T, F, X...>;
    if constexpr (IsDual<typename Rule::Value>) {
      if (grad_enabled() && (wants_gradient<T>(x) || ...)) {
        SmallVector<graph::Input<T>, 4> inputs;
        (add_variable<T>(inputs, x, !Rule::linear), ...);
        return record(name, out, inputs.begin(), inputs.size(), Rule{f, {capture<T>(x)...}, {x.shape()...}});
      }
    }
  }
  return out;
}

}  // namespace detail

/// Applies a generic lambda of one to seven tensors element by element, fused, broadcasting.
///   y = f(x0, x1, …)        dx_i = g df/dx_i, all in one pass; differentiable twice
///   x       shapes that broadcast; tensors of other types than the computing one (masks, integers) are constants
///   returns the common shape; bool when f compares
///   throws  ShapeError when shapes do not broadcast
///   keeps   the inputs, or nothing when all derivatives are numbers
///   cost    one pass over memory in each direction
/// The lambda may use + - * /, comparisons, `select(mask, a, b)`, exp expm1 log log1p sqrt rsqrt sin cos tanh sigmoid
/// log_sigmoid erf abs sign pow.
template <class F, class... X>
  requires(is_tensor<X> && ...)
auto map(const char* name, const F& f, const X&... x) {
  static_assert(sizeof...(X) >= 1 && sizeof...(X) < backend::max_map_operands, "map takes one to seven tensors");
  return detail::map_at<0, detail::map_scalar_t<X...>>(name, f, x...);
}
template <class F, class... X>
  requires(!std::is_convertible_v<F, const char*>)
auto map(const F& f, const X&... x) {
  return map("map", f, x...);
}

}  // namespace TENON_NAMESPACE
