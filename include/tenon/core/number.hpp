#pragma once
/// Plain numbers as arguments beside tensors. They are converted to the tensor's type, or refused if an
/// integer type cannot represent them.

#include <limits>       // numeric_limits
#include <type_traits>  // is_arithmetic_v

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

/// A built-in arithmetic type.
template <class S>
concept Number = std::is_arithmetic_v<S>;

/// The type of sums of T: 64 bits for integers and masks, as in NumPy and PyTorch.
template <Scalar T>
using sum_t = std::conditional_t<std::is_integral_v<T>, index_t, T>;

/// The position of a number relative to the values of an integer type T.
template <class T>
struct NumberPlace {
  enum class Side { below, within, above, nowhere } side;  ///< relative to T's range; NaN is nowhere
  T floor = T(0);                                          ///< if within: the largest T not above the number
  bool exact = false;                                      ///< if within: whether `floor` equals the number
};
/// The position of a number relative to the values of an integer type T.
template <class T, Number S>
  requires std::is_integral_v<T>
constexpr NumberPlace<T> place_of(S number) {
  using Place = NumberPlace<T>;
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<S>) {
    constexpr S lowest = static_cast<S>(Limits::lowest()), end = 2 * static_cast<S>(Limits::max() / 2 + 1);
    if (number != number) return {Place::Side::nowhere};
    if (number < lowest) return {Place::Side::below};
    if (number >= end) return {Place::Side::above};
    const T cut = static_cast<T>(static_cast<index_t>(number));  // towards 0
    const bool exact = static_cast<S>(cut) == number;
    return {Place::Side::within, static_cast<T>(cut - T(!exact && number < 0)), exact};
  } else {
    __extension__ using Wide = __int128;
    if (static_cast<Wide>(number) < static_cast<Wide>(Limits::lowest())) return {Place::Side::below};
    if (static_cast<Wide>(number) > static_cast<Wide>(Limits::max())) return {Place::Side::above};
    return {Place::Side::within, static_cast<T>(number), true};
  }
}

/// A number converted to T: rounded for a real T, exact for an integer T.
///
///   throws: ValueError if T is an integer type that cannot represent the number
template <Scalar T, Number S>
constexpr T number_as(S number, const char* op) {
  if constexpr (std::is_integral_v<T>) {
    const NumberPlace<T> place = place_of<T>(number);
    check<ValueError>(place.exact, op, number, " is not a number of ", scalar_name<T>(),
                      ": convert the tensor first, as in to<float>(x)");
    return place.floor;
  } else {
    return static_cast<T>(number);
  }
}

/// A function argument for an element of a Tensor<T>, to which any number converts. Conversion does not
/// throw; `get` does.
template <Scalar T>
class ElementArgument {
 public:
  ElementArgument(T value) : value_(value) {}
  template <Number S>
    requires(!std::is_same_v<S, T>)
  ElementArgument(S number) : given_(static_cast<double>(number)) {
    if constexpr (std::is_integral_v<T>) {
      const NumberPlace<T> place = place_of<T>(number);
      value_ = place.floor;
      fits_ = place.exact;
    } else {
      value_ = static_cast<T>(number);
    }
  }
  /// The number as T.    throws: ValueError, naming `op`, if T is an integer type that cannot represent it
  T get(const char* op) const {
    check<ValueError>(fits_, op, given_, " is not a number of ", scalar_name<T>());
    return value_;
  }

 private:
  T value_;
  bool fits_ = true;
  double given_ = 0;
};

}  // namespace TENON_NAMESPACE
