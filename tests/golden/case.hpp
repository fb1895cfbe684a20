#pragma once
/// A golden case as an operation reads it, and the results that it gives back.

#include <optional>  // optional
#include <set>       // set

#include "fixture.hpp"
#include "tenon/graph/record.hpp"

namespace golden {

/// What an operation computed, by the names of the case's `out` entries.
struct Outputs {
  std::vector<std::pair<std::string, Value>> values;
  /// By how much more than the case says a value may be off: the statistics of random numbers are those of
  /// their distribution only nearly.
  std::map<std::string, double> slack{};

  Outputs(std::initializer_list<std::pair<std::string, Value>> named) : values(named) {}
  /// One result is called y.
  template <class T>
  Outputs(const tn::Tensor<T>& y) : Outputs{{"y", y}} {}
  /// Several are `stem`0, `stem`1, …
  template <class T>
  Outputs(const std::vector<tn::Tensor<T>>& ys, const std::string& stem = "y") {
    for (std::size_t i = 0; i < ys.size(); ++i) values.emplace_back(stem + std::to_string(i), ys[i]);
  }
};

/// The operands and arguments of one case, floating tensors in type T. What the case has a gradient for is a
/// leaf of the graph; the operand is that leaf, or a view of it where the case asks for one.
template <class T>
class Case {
 public:
  explicit Case(const Fixture& fixture);

  /// An input or a parameter; their names do not collide.
  tn::Tensor<T> in(const std::string& name) const { return operand<T>(name); }
  tn::Tensor<T> param(const std::string& name) const { return operand<T>(name); }
  tn::Tensor<tn::index_t> indices(const std::string& name) const { return operand<tn::index_t>(name); }
  tn::Tensor<bool> mask(const std::string& name) const { return operand<bool>(name); }
  /// An input that may be absent: then it is undefined.
  tn::Tensor<T> optional(const std::string& name) const { return has(name) ? in(name) : tn::Tensor<T>{}; }
  /// Inputs `stem`0, `stem`1, …
  std::vector<tn::Tensor<T>> all(const std::string& stem) const;

  bool has(const std::string& name) const;
  bool is_floating(const std::string& name) const;

  bool given(const std::string& name) const { return args().given(name); }
  double number(const std::string& name) const { return args().number(name); }
  /// A number, or nothing where the argument is null.
  std::optional<T> bound(const std::string& name) const {
    return given(name) ? std::optional<T>(static_cast<T>(number(name))) : std::nullopt;
  }
  tn::index_t integer(const std::string& name) const { return args().integer(name); }
  bool flag(const std::string& name) const { return args().flag(name); }
  std::string text(const std::string& name) const { return args().text(name); }
  template <class V>
  V choice(const std::string& name, std::initializer_list<std::pair<std::string_view, V>> known) const {
    return args().choice(name, known);
  }
  tn::Dims dims(const std::string& name) const { return args().dims(name); }
  const Args& args() const { return fixture_.args; }

  /// The tensors that the case has gradients for.
  const std::map<std::string, tn::Tensor<T>>& leaves() const { return leaves_; }
  /// The operands that were never asked for.
  std::vector<std::string> unread() const;

 private:
  template <class U>
  tn::Tensor<U> operand(const std::string& name) const;
  const Value& stored(const std::string& name) const;

  const Fixture& fixture_;
  std::map<std::string, tn::Tensor<T>> leaves_;
  mutable std::set<std::string> read_;
};

extern template class Case<float>;
extern template class Case<double>;

}  // namespace golden
