#pragma once
/// Modules are plain structs. Their parameters and buffers are found by visiting the members, under paths
/// like those of PyTorch's state dictionaries:
///
///     struct Mlp {
///       nn::Linear<float> in{784, 128}, out{128, 10};
///       Tensor<float> operator()(const Tensor<float>& x) const { return out(relu(in(x))); }
///     };
///     Mlp model;
///     for (const auto& [path, weight] : nn::named_parameters(model)) …     // "in.weight", "in.bias", …
///
/// Members may be modules, parameters and buffers; vectors, arrays, tuples, optionals, variants and pointers
/// of them; and maps, whose keys become part of the path: `heads.a.weight`. Trivially copyable members,
/// strings, and containers of both are data and are skipped. A class with constructors names all its members
/// by `TENON_FIELDS(weight, bias);`. Members that are no part of the model, such as a `std::function` or a
/// tensor that copies are to share, are named by `TENON_LEFT_OUT(cache);` instead.

#include <array>        // tuple_size
#include <string>       // string, to_string
#include <string_view>  // string_view
#include <type_traits>  // is_copy_assignable, is_trivially_copyable

#include "tenon/core/reflect.hpp"
#include "tenon/nn/mode.hpp"
#include "tenon/nn/named_tensor.hpp"
#include "tenon/nn/parameter.hpp"

namespace TENON_NAMESPACE::nn {

/// Identifies a module by address and type. The address alone does not suffice: a module and its first member
/// share it.
struct ModuleIdentity {
  const void* address = nullptr;  ///< of the module
  const void* type = nullptr;     ///< an address that is unique to the module's type
  friend bool operator==(const ModuleIdentity&, const ModuleIdentity&) = default;
};

/// Receives the parts of a model from `walk`, in the order of the members. Each function does nothing unless
/// overridden.
class ModuleVisitor {
 public:
  virtual ~ModuleVisitor() = default;
  /// A parameter, frozen or not. Undefined tensors are skipped.
  virtual void parameter(const std::string& /*path*/, const AnyTensor&) {}
  /// A buffer.
  virtual void buffer(const std::string& /*path*/, const AnyTensor&) {}
  /// The switch between training and evaluation of a layer.
  virtual void mode(const Mode&) {}
  /// The beginning of a module, before its members. `type` is the class name without namespace and template
  /// arguments.
  virtual void enter(const std::string& /*path*/, const ModuleIdentity&, std::string_view /*type*/) {}
  /// The end of the module entered last.
  virtual void leave() {}
};

namespace detail {

template <class M>
inline constexpr char type_tag = 0;

template <class M>
ModuleIdentity identity(const M& module) {
  return {&module, &type_tag<M>};
}

/// The name of a type without namespaces and template arguments.
template <class M>
consteval std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(text.find("M = ") + 4);
  text = text.substr(0, text.find_first_of("<;]"));
  return text.substr(text.rfind(':') + 1);
}

template <class M>
inline constexpr bool is_parameter = false;
template <class T>
inline constexpr bool is_parameter<ModuleTensor<T, true>> = true;
template <class M>
inline constexpr bool is_buffer = false;
template <class T>
inline constexpr bool is_buffer<ModuleTensor<T, false>> = true;

template <class M>
concept Tuple = requires { std::tuple_size<M>::value; };
/// A struct whose members can be visited, and which is therefore walked as a module.
template <class M>
concept TellsMembers = (PlainStruct<M> && !Tuple<M>) || HasFields<M>;
template <class M>
concept Range = requires(const M& m) {
  m.begin();
  m.end();
} && !is_tensor<M> && !is_parameter<M> && !is_buffer<M> && !TellsMembers<M>;
template <Range M>
using Element = std::remove_cvref_t<decltype(*std::declval<const M&>().begin())>;
/// A map, ordered or not. Unordered ones have a member type `hasher`.
template <class M>
concept Map = Range<M> && requires { typename M::mapped_type; };
/// unique_ptr, shared_ptr and optional.
template <class M>
concept Nullable = requires(const M& m) {
  *m;
  m.operator->();
  static_cast<bool>(m);
};
template <class M>
concept Variant = requires(const M& m) { m.valueless_by_exception(); };
/// A module with a `walk` of its own, because its members are known only at run time.
template <class M>
concept Walkable = requires { typename M::walks_itself; };

template <class M>
consteval bool is_data();
template <class Tuple, std::size_t... index>
consteval bool all_data(std::index_sequence<index...>) {
  return (is_data<std::remove_cv_t<std::tuple_element_t<index, Tuple>>>() && ...);
}
template <class M>
consteval bool is_data() {
  if constexpr (std::is_trivially_copyable_v<M> || std::is_same_v<M, Dims>) {
    return true;
  } else if constexpr (Range<M>) {
    if constexpr (std::is_same_v<Element<M>, M>)  // a path is a range of paths
      return true;
    else
      return is_data<Element<M>>();
  } else if constexpr (Tuple<M>) {
    return all_data<M>(std::make_index_sequence<std::tuple_size_v<M>>());
  } else {
    return false;
  }
}

/// Whether a type that is neither data, tensor nor container is a module. Anything but a module or a `Mode`
/// is a compile error that says how to make it one.
template <class M>
consteval bool is_module() {
  constexpr bool tells = TellsMembers<M>, array = std::is_array_v<M>, known = std::is_same_v<M, Mode>;
  static_assert(!array, "a C array in a module: make it a std::array");
  static_assert(
      tells || array || known,
      "neither data nor a module: the members of a class with constructors or base classes are told "
      "by TENON_FIELDS(...), and what is no part of the model, as a std::function, is named by "
      "TENON_LEFT_OUT(...) of the class around it");
  return tells;
}

/// The scalar type of the first parameter or buffer of real numbers; void when there is none.
template <class M>
struct ScalarOf;

template <class... M>
struct FirstScalar {
  using type = void;
};
template <class M, class... Rest>
struct FirstScalar<M, Rest...> {
  using first = typename ScalarOf<std::remove_cvref_t<M>>::type;
  using type = typename std::conditional_t<std::is_void_v<first>, FirstScalar<Rest...>,
                                           std::type_identity<first>>::type;
};
template <class Tuple>
struct FirstScalarOfTuple;
template <template <class...> class Tuple, class... M>
struct FirstScalarOfTuple<Tuple<M...>> : FirstScalar<M...> {};

template <class M>
struct ScalarOf {
  static consteval auto find() {
    if constexpr (is_parameter<M> || is_buffer<M> || is_tensor<M>) {
      using T = typename M::value_type;
      return std::conditional_t<Real<T>, std::type_identity<T>, std::type_identity<void>>{};
    } else if constexpr (requires { typename M::module_scalar; }) {
      return std::type_identity<typename M::module_scalar>{};
    } else if constexpr (is_data<M>()) {
      return std::type_identity<void>{};
    } else if constexpr (Range<M>) {
      return ScalarOf<Element<M>>{};
    } else if constexpr (Nullable<M>) {
      return ScalarOf<std::remove_cvref_t<decltype(*std::declval<const M&>())>>{};
    } else if constexpr (Variant<M> || Tuple<M>) {
      return FirstScalarOfTuple<M>{};
    } else if constexpr (is_module<M>()) {
      return FirstScalarOfTuple<decltype(tie_fields(std::declval<M&>()))>{};
    } else {
      return std::type_identity<void>{};
    }
  }
  using type = typename decltype(find())::type;
};

inline std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : tenon::join(path, ".", name);
}

/// The part of a path that a map's key becomes.
template <class Key>
std::string key_name(const Key& key) {
  static_assert(std::is_integral_v<Key> || std::is_convertible_v<const Key&, std::string_view>,
                "a map of modules names them by its keys: strings or integers");
  if constexpr (std::is_integral_v<Key>)
    return std::to_string(key);
  else
    return std::string(std::string_view(key));
}

template <class M>
void walk(const M& m, const std::string& path, ModuleVisitor& visitor);

template <class M>
void walk_module(const M& m, const std::string& path, ModuleVisitor& visitor) {
  if constexpr (HasFields<M>)
    static_assert(
        names_all_members<M>(),
        "TENON_FIELDS leaves out a member: name all of them in the order of their declaration, data too, and "
        "by TENON_LEFT_OUT what is no part of the model");
  visitor.enter(path, identity(m), type_name<M>());
  if constexpr (!is_data<M>())
    for_each_field(
        m, [&](std::string_view name, const auto& member) { walk(member, join(path, name), visitor); });
  visitor.leave();
}

template <class M>
void walk(const M& m, const std::string& path, ModuleVisitor& visitor) {
  if constexpr (is_parameter<M>) {
    if (m.defined()) visitor.parameter(path, m);
  } else if constexpr (is_buffer<M>) {
    if (m.defined()) visitor.buffer(path, m);
  } else if constexpr (is_data<M>()) {
    if constexpr (std::is_class_v<M> && requires { typename M::is_layer; }) walk_module(m, path, visitor);
  } else if constexpr (is_tensor<M>) {
    static_assert(
        !is_tensor<M>,
        "a Tensor in a module is a handle that copies of the module would share: make it a Parameter "
        "(trained) or a Buffer (saved), or leave it out by TENON_LEFT_OUT");
  } else if constexpr (std::is_same_v<M, Mode>) {
    visitor.mode(m);
  } else if constexpr (Walkable<M>) {
    m.walk(path, visitor);
  } else if constexpr (Map<M>) {
    static_assert(
        !requires { typename M::hasher; },
        "an unordered map in a module has no order that parameters could keep: make it a std::map");
    for (const auto& [key, value] : m) detail::walk(value, join(path, key_name(key)), visitor);
  } else if constexpr (Range<M>) {
    std::size_t index = 0;
    for (const auto& element : m) detail::walk(element, join(path, std::to_string(index++)), visitor);
  } else if constexpr (Nullable<M>) {
    if (m) detail::walk(*m, path, visitor);
  } else if constexpr (Variant<M>) {
    visit([&](const auto& alternative) { detail::walk(alternative, path, visitor); }, m);
  } else if constexpr (Tuple<M>) {
    [&]<std::size_t... index>(std::index_sequence<index...>) {
      (detail::walk(std::get<index>(m), join(path, std::to_string(index)), visitor), ...);
    }(std::make_index_sequence<std::tuple_size_v<M>>());
  } else if constexpr (is_module<M>()) {
    walk_module(m, path, visitor);
  }
}

struct ModeSetter final : ModuleVisitor {
  explicit ModeSetter(bool on) : training(on) {}
  void mode(const Mode& m) override { m.set_training(training); }
  bool training;
};

/// Gathers each tensor once, even where two pointers share a module.
struct Collector final : ModuleVisitor {
  ModuleState parameters, state;  // frozen parameters too; parameters and buffers

  void parameter(const std::string& path, const AnyTensor& x) override {
    if (add(path, x)) parameters.push_back({path, x});
  }
  void buffer(const std::string& path, const AnyTensor& x) override { add(path, x); }

 private:
  bool add(const std::string& path, const AnyTensor& x) {
    for (const auto& known : state)
      if (known.tensor.is(x)) return false;
    state.push_back({path, x});
    return true;
  }
};

}  // namespace detail

/// The scalar type in which a model computes: that of its first parameter or buffer of real numbers, or void
/// for a model without any.
template <class M>
using ScalarOf = typename detail::ScalarOf<M>::type;

/// Passes all modules, parameters, buffers and modes of a model to `visitor`, in the order of the members.
template <class M>
void walk(const M& model, ModuleVisitor& visitor) {
  static_assert(!std::is_void_v<ScalarOf<M>>, "the model has no parameters and no buffers");
  detail::walk(model, "", visitor);
}

namespace detail {
template <class M>
Collector collect(const M& model) {
  Collector collector;
  nn::walk(model, collector);
  return collector;
}
}  // namespace detail

/// Handles and paths of the parameters that are not frozen, in the order of the members. A parameter that
/// several paths share is listed once, under its first path.
///
///   throws: ValueError if a parameter is of another scalar type than the model's first; `named_parameters<U>`
///     lists those of type U alone
template <class M>
[[nodiscard]] std::vector<NamedTensor<ScalarOf<M>>> named_parameters(const M& model) {
  std::vector<NamedTensor<ScalarOf<M>>> trained;
  for (const auto& [name, tensor] : detail::collect(model).parameters) {
    if (!tensor.requires_grad()) continue;
    check<ValueError>(tensor.template holds<ScalarOf<M>>(), "parameters", name, " is of ",
                      info(tensor.dtype()).name, ", the model of ", scalar_name<ScalarOf<M>>(),
                      ": ask for parameters<float>(model) and so on, "
                      "a list for each type");
    trained.push_back({name, tensor.template as<ScalarOf<M>>()});
  }
  return trained;
}
/// Handles and paths of those parameters that are of type U and not frozen, in the order of the members.
template <Real U, class M>
[[nodiscard]] std::vector<NamedTensor<U>> named_parameters(const M& model) {
  std::vector<NamedTensor<U>> trained;
  for (const auto& [name, tensor] : detail::collect(model).parameters)
    if (tensor.requires_grad() && tensor.template holds<U>())
      trained.push_back({name, tensor.template as<U>()});
  return trained;
}

namespace detail {
/// The tensors of a list without their names.
template <class T>
std::vector<Tensor<T>> without_names(std::vector<NamedTensor<T>> named) {
  std::vector<Tensor<T>> handles;
  for (auto& [name, tensor] : named) handles.push_back(std::move(tensor));
  return handles;
}
}  // namespace detail

/// Handles of the parameters that are not frozen: the list that optimizers and `grad` take; `named_parameters`
/// gives order and errors.
template <class M>
[[nodiscard]] std::vector<Tensor<ScalarOf<M>>> parameters(const M& model) {
  return detail::without_names<ScalarOf<M>>(named_parameters(model));
}
/// Handles of those parameters that are of type U and not frozen.
template <Real U, class M>
[[nodiscard]] std::vector<Tensor<U>> parameters(const M& model) {
  return detail::without_names<U>(named_parameters<U>(model));
}

/// The number of elements of all parameters, frozen or not. Shared parameters count once.
template <class M>
[[nodiscard]] index_t parameter_count(const M& model) {
  index_t count = 0;
  for (const auto& named : detail::collect(model).parameters) count += named.tensor.size();
  return count;
}

/// Handles of all tensors of a model that a file keeps: parameters, frozen ones too, and buffers, of any scalar
/// types, in the order of the members.
template <class M>
[[nodiscard]] ModuleState state(const M& model) {
  return detail::collect(model).state;
}

/// Freezes all parameters of a model, or of a part of it: they require no gradient. With `frozen` false,
/// unfreezes them. Call it before `parameters(model)` is passed to an optimizer, which would otherwise hold
/// the frozen ones too.
template <class M>
  requires(!std::is_const_v<M>)
void freeze(M& model, bool frozen = true) {
  for (const auto& named : detail::collect(model).parameters)
    named.tensor.visit([&]<class T>(Tensor<T> x) {
      if constexpr (Real<T>) x.requires_grad_(!frozen);
    });
}

/// Sets a model, or a part of it, to training mode, which is the initial mode: its layers behave as
/// `tenon::training()` of the calling thread says, which by default is true wherever operations are recorded.
/// With `on` false, sets it to evaluation mode; see `eval`.
template <class M>
  requires(!std::is_const_v<M>)
void train(M& model, bool on = true) {
  detail::ModeSetter setter(on);
  detail::walk(model, "", setter);
}

/// Sets a model, or a part of it, to evaluation mode until `train(model)`, for all threads and whether or not
/// operations are recorded: dropout passes its input through, norms use their running statistics, and calling
/// the model writes to none of its buffers. Functions that a module calls directly, such as `dropout(x)`, are
/// not affected unless the module passes them a `Mode`.
template <class M>
  requires(!std::is_const_v<M>)
void eval(M& model) {
  train(model, false);
}

}  // namespace TENON_NAMESPACE::nn
