#pragma once
/// A node of an ONNX graph as an operation reads it, and the operations that this program knows. One line
/// maps an operator of the standard to the library:
///
///     {"Exp", reals<[](const auto& x) { return exp(x); }>},

#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "value.hpp"

namespace onnx_tests {

class Node {
 public:
  Node(const onnx::NodeProto& proto, std::vector<Value> inputs) : proto_(proto), inputs_(std::move(inputs)) {}

  int inputs() const { return static_cast<int>(inputs_.size()); }
  int outputs() const { return proto_.output_size(); }
  bool wants(int output) const { return output < outputs() && !proto_.output(output).empty(); }

  bool has(int i) const { return i < inputs() && value(i).index() != 0; }
  const Value& value(int i) const { return inputs_[static_cast<std::size_t>(i)]; }
  template <class T>
  tn::Tensor<T> in(int i) const {
    if (!has(i)) throw Unsupported("no input " + std::to_string(i));
    if (!std::holds_alternative<tn::Tensor<T>>(value(i))) throw Unsupported("mixed scalar types");
    return std::get<tn::Tensor<T>>(value(i));
  }
  /// An input that may be left out: then it is undefined.
  template <class T>
  tn::Tensor<T> optional(int i) const {
    return has(i) ? in<T>(i) : tn::Tensor<T>{};
  }
  /// Indices and sizes, which are int64 or int32.
  tn::Tensor<tn::index_t> indices(int i) const;
  std::vector<tn::index_t> list(int i) const;

  // Attributes, or what stands for one that is not given. Which were asked for is remembered: one that nobody
  // looked at is one that an operation silently ignored.
  bool given(const char* name) const { return find(name) != nullptr; }
  tn::index_t integer(const char* name, tn::index_t otherwise) const;
  double number(const char* name, double otherwise) const;
  std::string text(const char* name, const char* otherwise) const;
  /// What stands for the attribute's text. throws Unsupported when that is not among the `known`
  template <class V>
  V choice(const char* name, const char* otherwise,
           std::initializer_list<std::pair<std::string_view, V>> known) const {
    const std::string given = text(name, otherwise);
    for (const auto& [word, value] : known)
      if (word == given) return value;
    throw Unsupported(std::string(name) + " " + given);
  }
  std::vector<tn::index_t> integers(const char* name, std::vector<tn::index_t> otherwise = {}) const;
  std::vector<std::string> texts(const char* name, std::vector<std::string> otherwise) const;
  Value tensor(const char* name) const;

  /// Of attributes that have no effect on the result, or that repeat what an input says.
  void ignore(std::initializer_list<const char*> names) const { read_.insert(names.begin(), names.end()); }
  /// throws Unsupported when an attribute was never asked for
  void expect_all_read() const;

 private:
  const onnx::AttributeProto* find(const char* name) const;

  const onnx::NodeProto& proto_;
  std::vector<Value> inputs_;
  mutable std::set<std::string> read_;
};

using Results = std::vector<Value>;
using Operator = Results (*)(const Node&);

/// Registers the operators of one file.
struct Family {
  Family(std::initializer_list<std::pair<const char*, Operator>> operators);
};

/// The operator of that name. throws Unsupported
Operator find_operator(const std::string& name);

/// throws Unsupported unless `condition`
inline void require(bool condition, const char* what) {
  if (!condition) throw Unsupported(what);
}

// Lines of the table ---------------------------------------------------------------------------------------

/// f(T{}) for the scalar type of input `which`, if that is among those named.
template <class... T, class F>
Results dispatch(const Node& node, F f, int which = 0) {
  Results results;
  const auto attempt = [&]<class U>(U) {
    if (!std::holds_alternative<tn::Tensor<U>>(node.value(which))) return false;
    results = Results{f(U{})};
    return true;
  };
  if (node.inputs() <= which || !(attempt(T{}) || ...)) throw Unsupported("scalar type");
  return results;
}
template <class F>
Results any_real(const Node& node, F f, int which = 0) {
  return dispatch<float, double>(node, f, which);
}
template <class F>
Results any_number(const Node& node, F f, int which = 0) {
  return dispatch<float, double, std::int64_t, std::int32_t, std::uint8_t>(node, f, which);
}
template <class F>
Results any_type(const Node& node, F f, int which = 0) {
  return dispatch<float, double, std::int64_t, std::int32_t, std::uint8_t, bool>(node, f, which);
}

/// f(x) of floating tensors, of numbers.
template <auto f>
Results reals(const Node& node) {
  return any_real(node, [&]<class T>(T) { return f(node.in<T>(0)); });
}
template <auto f>
Results numbers(const Node& node) {
  return any_number(node, [&]<class T>(T) { return f(node.in<T>(0)); });
}
/// f(a, b) of numbers.
template <auto f>
Results pairs(const Node& node) {
  return any_number(node, [&]<class T>(T) { return f(node.in<T>(0), node.in<T>(1)); });
}

}  // namespace onnx_tests
