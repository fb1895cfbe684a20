#pragma once
/// Conversion of a model to another scalar type: `nn::to<double>(model)`.

#include "tenon/nn/module.hpp"
#include "tenon/ops/elementwise/cast.hpp"

namespace TENON_NAMESPACE::nn {

namespace detail {

/// The type of a module with scalar type U in place of T: T becomes U, and so do all arguments of a template.
template <class M, class T, class U>
struct Rebind {
  using type = std::conditional_t<std::is_same_v<M, T>, U, M>;
};
template <class T, class U, bool trained>
struct Rebind<ModuleTensor<T, trained>, T, U> {
  using type = ModuleTensor<U, trained>;
};
template <template <class...> class M, class... A, class T, class U>
struct Rebind<M<A...>, T, U> {
  using type = M<typename Rebind<A, T, U>::type...>;
};
template <template <class, std::size_t> class Array, class A, std::size_t n, class T, class U>
struct Rebind<Array<A, n>, T, U> {
  using type = Array<typename Rebind<A, T, U>::type, n>;
};

template <class From, class To>
void convert(const From& from, To& to) {
  if constexpr (is_parameter<From> || is_buffer<From>) {
    using U = typename To::value_type;
    to = from.defined() ? To(tenon::to<U>(from.detach())) : To();
    if constexpr (is_parameter<To>)
      if (to.defined()) to.requires_grad_(from.requires_grad());
  } else if constexpr (std::is_same_v<From, Mode> ||
                       (std::is_same_v<From, To> && is_data<From>() && std::is_copy_assignable_v<From>)) {
    to = from;
  } else if constexpr (Walkable<From>) {
    static_assert(!Walkable<From>,
                  "to<U>(model): what an AnyModule holds is known at run time only; make the model anew with "
                  "U and load its values by name");
  } else if constexpr (std::is_arithmetic_v<From>) {
    to = static_cast<To>(from);
  } else if constexpr (Map<From>) {
    to.clear();
    for (const auto& [key, value] : from) convert(value, to[key]);
  } else if constexpr (Range<From>) {
    if constexpr (requires { to.resize(from.size()); }) to.resize(from.size());
    auto target = to.begin();
    for (const auto& element : from) convert(element, *target++);
  } else if constexpr (Nullable<From>) {
    to.reset();
    if (!from) return;
    if constexpr (requires { to.emplace(); })
      to.emplace();
    else
      to.reset(new std::remove_cvref_t<decltype(*to)>());
    convert(*from, *to);
  } else if constexpr (Variant<From>) {
    visit(
        [&]<class M>(const M& held) {
          using T = typename ScalarOf<From>::type;
          using U = typename ScalarOf<To>::type;
          convert(held, to.template emplace<typename Rebind<M, T, U>::type>());
        },
        from);
  } else {
    const auto convert_all = [](const auto& sources, const auto& targets) {
      [&]<std::size_t... index>(std::index_sequence<index...>) {
        (convert(std::get<index>(sources), std::get<index>(targets)), ...);
      }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(sources)>>>());
    };
    if constexpr (Tuple<From>)
      std::apply([&](auto&... targets) { convert_all(from, std::tie(targets...)); }, to);
    else
      convert_all(tie_fields(from), tie_fields(to));
  }
}

}  // namespace detail

/// A copy of the model with its parameters and buffers converted to U. The model's type must be a template
/// over the scalar type, such as `Linear<T>` or `template <class T> struct Mlp`, and default-constructible. A
/// model that holds an `AnyModule` does not compile, because the type inside is known only at run time.
template <Real U, class M>
[[nodiscard]] auto to(const M& model) {
  using T = ScalarOf<M>;
  using Target = typename detail::Rebind<M, T, U>::type;
  static_assert(std::is_same_v<T, U> || !std::is_same_v<Target, M>,
                "to<U>(model): the model's type is not a template over its scalar type");
  Target target;
  detail::convert(model, target);
  return target;
}

}  // namespace TENON_NAMESPACE::nn
