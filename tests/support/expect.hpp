#pragma once
/// Short ways to say what a tensor holds and what an error says.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tenon/tensor/tensor.hpp"

namespace support {

inline constexpr float inf = HUGE_VALF;
inline constexpr float nan = NAN;

/// The elements of a tensor, in row-major order; NaN equals NaN.
template <class T>
void expect_values(const tn::Tensor<T>& x, const tn::Shape& shape,
                   const std::vector<std::type_identity_t<T>>& values,
                   double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-13) {
  ASSERT_EQ(x.shape(), shape) << tn::describe(x.shape()) << " instead of " << tn::describe(shape);
  const std::vector<T> got = x.to_vector();
  ASSERT_EQ(got.size(), values.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto a = static_cast<double>(got[i]), b = static_cast<double>(values[i]);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    EXPECT_LE(std::abs(a - b), tolerance * (1 + std::abs(b)))
        << "element " << i << " is " << a << ", not " << b;
  }
}
/// The same of a vector.
template <class T>
void expect_vector(const tn::Tensor<T>& x, const std::vector<std::type_identity_t<T>>& values,
                   double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-13) {
  expect_values(x, {static_cast<tn::index_t>(values.size())}, values, tolerance);
}

/// `f` throws E, with exactly this message.
template <class E, class F>
void expect_error(F f, const std::string& message) {
  try {
    f();
    FAIL() << "no error, instead of " << message;
  } catch (const E& error) {
    EXPECT_EQ(error.what(), message);
  } catch (const std::exception& error) {
    FAIL() << "an error of another type: " << error.what();
  }
}

}  // namespace support
