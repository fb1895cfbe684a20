#pragma once
/// The state of an optimizer, by name: a checkpoint keeps it, so that a resumed run computes the same bits as
/// an uninterrupted one.

#include <algorithm>    // find_if
#include <string_view>  // string_view
#include <type_traits>  // is_same_v, remove_const_t
#include <utility>      // move, pair

#include "tenon/core/reflect.hpp"
#include "tenon/nn/named_tensor.hpp"
#include "tenon/ops/shape/broadcast.hpp"

namespace TENON_NAMESPACE::optim {

/// Numbers by name. A value is any double, infinities included, or a count.
using NamedNumbers = std::vector<std::pair<std::string, double>>;

/// The state of an optimizer: tensors such as `encoder.0.weight.mean`, and numbers such as
/// `encoder.0.weight.steps` and `group0.lr`. Names are unique among the tensors and among the numbers.
template <Real T>
struct [[nodiscard]] OptimizerState {
  std::vector<NamedTensor<T>> tensors;  ///< handles, not copies: they change as the optimizer steps
  NamedNumbers numbers;                 ///< step counts, learning rates and the like
};

namespace detail {

/// Converts a count that was saved as a double; throws ValueError if it is no whole number from 0 to 2^53.
inline index_t as_count(const char* op, std::string_view name, double value) {
  check<ValueError>(
      value >= 0 && value <= 0x1p53 && value == static_cast<double>(static_cast<index_t>(value)), op, "\"",
      name, "\" is ", value, ", not a count");
  return static_cast<index_t>(value);
}

/// Reads numbers and tensors of a state by their names; `finish` throws if some were not read. Tensors are
/// copied, so that the optimizer does not share them with the state.
template <Real T>
class StateReader {
 public:
  StateReader(const char* op, const OptimizerState<T>& state)
      : op_(op), numbers_(state.numbers), tensors_(state.tensors) {}

  template <class Number>
  void read(std::string_view name, Number& value) {
    const auto found = std::find_if(numbers_.begin(), numbers_.end(),
                                    [&](const auto& number) { return number.first == name; });
    check<ValueError>(found != numbers_.end(), op_, "the state lacks the number \"", name, "\"");
    if constexpr (std::is_same_v<Number, index_t>)
      value = as_count(op_, name, found->second);
    else
      value = found->second;
    numbers_.erase(found);
  }
  /// Reads a tensor; undefined if the state has none of that name, since tensors not needed yet are not
  /// saved.
  void read(const std::string& name, Tensor<T>& tensor, const Shape& shape) {
    tensor = {};
    const auto found =
        std::find_if(tensors_.begin(), tensors_.end(), [&](const auto& saved) { return saved.name == name; });
    if (found == tensors_.end()) return;
    const Tensor<T>& saved = found->tensor;
    check<ShapeError>(saved.shape() == shape, op_, "\"", name, "\" of the state has shape ", saved.shape(),
                      ", expected ", shape);
    tensor = clone(saved.detach());
    tensors_.erase(found);
  }
  void require(const std::string& name, Tensor<T>& tensor, const Shape& shape) {
    read(name, tensor, shape);
    check<ValueError>(tensor.defined(), op_, "the state lacks the tensor \"", name, "\"");
  }
  void finish() const {
    if (!numbers_.empty())
      fail<ValueError>(op_, "nothing here is called \"", numbers_.front().first,
                       "\", as a number of the state is");
    if (!tensors_.empty())
      fail<ValueError>(op_, "nothing here is called \"", tensors_.front().name,
                       "\", as a tensor of the state is");
  }

 private:
  const char* op_;
  NamedNumbers numbers_;  // in the order of reading, so that the first comparison finds a number
  std::vector<NamedTensor<T>> tensors_;
};

/// Writes the fields of one parameter's state struct, tensors and numbers, as `prefix.field`.
template <Real T, class Fields>
void write_fields(OptimizerState<T>& state, const std::string& prefix, Fields& fields) {
  for_each_field(fields, [&]<class Field>(std::string_view field, Field& value) {
    const std::string name = join(prefix, ".", field);
    if constexpr (is_tensor<std::remove_const_t<Field>>) {
      if (value.defined()) state.tensors.push_back({name, value});
    } else {
      state.numbers.emplace_back(name, static_cast<double>(value));
    }
  });
}
/// Reads the fields of one parameter's state struct, as `write_fields` wrote them; `shape_of(field)` is a
/// tensor's shape.
template <Real T, class Fields, class ShapeOf>
void read_fields(StateReader<T>& reader, const std::string& prefix, Fields& fields, const ShapeOf& shape_of) {
  for_each_field(fields, [&]<class Field>(std::string_view field, Field& value) {
    const std::string name = join(prefix, ".", field);
    if constexpr (is_tensor<Field>)
      reader.read(name, value, shape_of(field));
    else
      reader.read(name, value);
  });
}

}  // namespace detail

/// The fields of a plain struct of numbers by their names, for a checkpoint. `from_named_numbers` is the
/// inverse.
template <class Fields>
NamedNumbers named_numbers(const Fields& fields) {
  NamedNumbers numbers;
  for_each_field(fields, [&](auto field, double value) { numbers.emplace_back(field, value); });
  return numbers;
}
/// A plain struct of numbers from its fields' names and values: the inverse of `named_numbers`.
///
///   throws: ValueError if a field is missing or a name is no field
template <class Fields>
Fields from_named_numbers(const NamedNumbers& numbers) {
  detail::StateReader<double> reader("from_named_numbers", {{}, numbers});
  Fields fields;
  for_each_field(fields, [&](auto field, double& value) { reader.read(field, value); });
  reader.finish();
  return fields;
}

}  // namespace TENON_NAMESPACE::optim
