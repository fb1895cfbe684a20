#pragma once
/// Reflection: the members of a plain struct with their names, by which a module can be a struct without
/// registration.
///
///     for_each_field(options, [](std::string_view name, auto& member) { … });
///
/// It works on aggregates of up to 32 members without base classes, references and C arrays. A class with
/// constructors names its members by `TENON_FIELDS(weight, bias)`, and those that are not to be visited by
/// `TENON_LEFT_OUT(cache)`. As in Antony Polukhin's Boost.PFR, the number of members is the largest number of
/// initialisers that the struct accepts, and their names are taken from the compiler's text for a pointer to
/// each.

#include <array>        // array
#include <cstddef>      // size_t
#include <memory>       // addressof
#include <string_view>  // string_view
#include <tuple>        // tuple
#include <type_traits>  // is_aggregate
#include <utility>      // index_sequence

#include "tenon/core/tie_members.hpp"

namespace TENON_NAMESPACE {

/// A class that names its members by TENON_FIELDS or visits them itself: `visit_fields(f)` calls f(name,
/// member) for each, `tie_fields()` returns a tuple of references to them.
template <class M>
concept HasFields = requires(M& m) { m.visit_fields([](std::string_view, auto&) {}); };

/// A struct whose members can be found without TENON_FIELDS: an aggregate with members.
template <class M>
concept PlainStruct = std::is_aggregate_v<M> && std::is_class_v<M> && !std::is_empty_v<M>;

namespace detail {

/// Stands for a member of any type while members are counted.
struct AnyField {
  template <class T>
  operator T() const noexcept;
};

template <std::size_t>
using AnyFieldAt = AnyField;

template <class M, class... Fields>
constexpr std::size_t count_fields() {
  if constexpr (sizeof...(Fields) <= max_fields && requires { M{Fields{}..., AnyField{}}; }) {
    return count_fields<M, Fields..., AnyField>();
  } else {
    return sizeof...(Fields);
  }
}

/// Whether member `index` is a C array: `{}` initialises the whole member, whereas an AnyField initialises
/// only one element of an array, so that with an array at this place `count` initialisers are too many.
template <class M, std::size_t count, std::size_t index>
consteval bool is_array_at() {
  return []<std::size_t... before, std::size_t... after>(std::index_sequence<before...>,
                                                         std::index_sequence<after...>) {
    return requires { M{AnyFieldAt<before>{}..., {}}; } &&
           !requires { M{AnyFieldAt<before>{}..., {}, AnyFieldAt<after>{}...}; };
  }(std::make_index_sequence<index>(), std::make_index_sequence<count - index - 1>());
}
template <class M, std::size_t count>
consteval bool has_array() {
  return []<std::size_t... index>(std::index_sequence<index...>) {
    return (is_array_at<M, count, index>() || ...);
  }(std::make_index_sequence<count>());
}

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif

/// An object that is declared but never defined, used only for the addresses of its members.
template <class M>
struct Unmade {
  M value;
};
template <class M>
extern const Unmade<M> unmade;

template <class P>
struct FieldAddress {
  P pointer;
};

/// The name of a member, from the compiler's text for this function.
template <FieldAddress address>
consteval std::string_view field_name() {
  std::string_view text = __PRETTY_FUNCTION__;
#if defined(__clang__)
  text = text.substr(0, text.rfind('}'));
  return text.substr(text.rfind('.') + 1);
#else
  text = text.substr(0, text.rfind(')'));
  return text.substr(text.rfind(':') + 1);
#endif
}

template <class M, std::size_t count, std::size_t index>
consteval std::string_view name_of() {
  constexpr auto pointer = std::addressof(std::get<index>(tie_members<count>(unmade<M>.value)));
  return field_name<FieldAddress<decltype(pointer)>{pointer}>();
}

template <class M, std::size_t count>
consteval std::array<std::string_view, count> field_names() {
  return []<std::size_t... index>(std::index_sequence<index...>) {
    return std::array<std::string_view, count>{name_of<M, count, index>()...};
  }(std::make_index_sequence<count>());
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <class F, std::size_t count, class Fields, std::size_t... index>
void visit_each(F& f, const std::array<std::string_view, count>& names, const Fields& fields,
                std::index_sequence<index...>) {
  (f(names[index], std::get<index>(fields)), ...);
}

/// Takes the next name off a list such as "weight, bias".
inline std::string_view next_name(std::string_view& list) {
  const std::size_t end = list.find(',');
  const std::string_view name = list.substr(0, end);
  list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  while (!list.empty() && list.front() == ' ') list.remove_prefix(1);
  return name;
}

template <class F, class... Fields>
void visit_named(F&& f, std::string_view names, Fields&... fields) {
  (f(next_name(names), fields), ...);
}

}  // namespace detail

/// References to all members, as a tuple.
template <class M>
constexpr auto tie_fields(M& object) {
  if constexpr (HasFields<M>) {
    return object.tie_fields();
  } else {
    static_assert(PlainStruct<std::remove_const_t<M>>,
                  "the members of a class with constructors or base classes are told by TENON_FIELDS(...)");
    constexpr std::size_t count = detail::count_fields<std::remove_const_t<M>>();
    static_assert(count > 0,
                  "members that are references, or that cannot be made without arguments, are told by "
                  "TENON_FIELDS(...)");
    constexpr bool arrays = count <= max_fields && detail::has_array<std::remove_const_t<M>, count>();
    static_assert(!arrays, "the elements of a C array cannot be told from members: make it a std::array");
    return detail::tie_members<arrays ? 0 : count>(object);
  }
}

namespace detail {

constexpr std::size_t round_up(std::size_t bytes, std::size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}
/// The size of a class M with members of these types in this order.
template <class M, class... Fields>
consteval std::size_t size_in_order(const std::tuple<Fields&...>*) {
  std::size_t end = std::is_polymorphic_v<M> ? sizeof(void*) : 0;
  ((end = round_up(end, alignof(Fields)) + sizeof(Fields)), ...);
  return round_up(end, alignof(M));
}
/// The largest size that members of these types can add to a class M, in any order.
template <class M, class... Fields>
consteval std::size_t size_in_any_order(const std::tuple<Fields&...>*) {
  return (std::size_t{0} + ... + round_up(sizeof(Fields), alignof(M)));
}

}  // namespace detail

/// Whether TENON_FIELDS, in the order of declaration, and TENON_LEFT_OUT together name all members of a
/// class. It compares sizes, so a missing member that fits into the padding between others is not noticed.
template <HasFields M>
consteval bool names_all_members() {
  constexpr decltype(tie_fields(std::declval<const M&>()))* told = nullptr;
  if constexpr (requires(const M& m) { m.tie_left_out(); }) {
    constexpr decltype(std::declval<const M&>().tie_left_out())* left_out = nullptr;
    return sizeof(M) <= detail::size_in_any_order<M>(told) + detail::size_in_any_order<M>(left_out) +
                            (std::is_polymorphic_v<M> ? sizeof(void*) : 0);
  } else {
    return sizeof(M) <= detail::size_in_order<M>(told);
  }
}

/// Calls f(name, member) for each member in the order of declaration.
template <class M, class F>
void for_each_field(M& object, F&& f) {
  using Plain = std::remove_const_t<M>;
  if constexpr (HasFields<M>) {
    object.visit_fields(f);
  } else {
    const auto fields = tie_fields(object);
    constexpr std::size_t count = std::tuple_size_v<decltype(fields)>;
    static constexpr auto names = detail::field_names<Plain, count>();
    detail::visit_each(f, names, fields, std::make_index_sequence<count>());
  }
}

}  // namespace TENON_NAMESPACE

/// Within a class: names all members in the order of their declaration, for `for_each_field`.
#define TENON_FIELDS(...)                                                   \
  template <class TenonVisitor>                                             \
  void visit_fields(TenonVisitor&& tenon_visitor) {                         \
    ::tenon::detail::visit_named(tenon_visitor, #__VA_ARGS__, __VA_ARGS__); \
  }                                                                         \
  template <class TenonVisitor>                                             \
  void visit_fields(TenonVisitor&& tenon_visitor) const {                   \
    ::tenon::detail::visit_named(tenon_visitor, #__VA_ARGS__, __VA_ARGS__); \
  }                                                                         \
  auto tie_fields() {                                                       \
    return std::tie(__VA_ARGS__);                                           \
  }                                                                         \
  auto tie_fields() const {                                                 \
    return std::tie(__VA_ARGS__);                                           \
  }                                                                         \
  static_assert(true)

/// Within a class with TENON_FIELDS: names the members that are not visited.
#define TENON_LEFT_OUT(...)       \
  auto tie_left_out() const {     \
    return std::tie(__VA_ARGS__); \
  }                               \
  static_assert(true)
