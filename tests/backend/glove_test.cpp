#include "tenon/backend/glove.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tenon/backend/reference/glove.hpp"
#include "tenon/core/generator.hpp"

namespace glove_test {

using tn::Generator;
using tn::index_t;
using tn::backend::fixed_squares;
using tn::backend::GloveRows;

/// A row and a context row with their sums of squares, coordinates beyond `dim` being zero.
template <class T>
struct Problem {
  index_t dim, stride;
  std::vector<T> row, context;
  T log_count = T(1.5), weight = T(0.7), rate = T(0.3);

  explicit Problem(index_t dimensions) : dim(dimensions), stride(tn::backend::hogwild::row_stride<T>(dim)) {
    Generator generator{static_cast<std::uint64_t>(dim)};
    for (std::vector<T>* values : {&row, &context}) {
      values->assign(static_cast<std::size_t>(2 * stride), T(0));
      for (index_t k = 0; k < dim; ++k) at(*values, k) = generator.uniform<T>() - T(0.5);
      for (index_t k = 0; k < stride; ++k) at(*values, stride + k) = T(1) + generator.uniform<T>();
    }
  }
  static T& at(std::vector<T>& values, index_t k) { return values[static_cast<std::size_t>(k)]; }

  template <class Step>
  T run(const Step& step) {
    return step(GloveRows<T>{row.data(), context.data(), stride, log_count, weight, rate});
  }
};

const auto fast = [](const auto& rows) { return tn::backend::cpu::glove_step(rows); };
const auto plain = [](const auto& rows) { return tn::backend::reference::glove_step(rows); };

template <class T>
void expect_fast_equals_plain(index_t dim, T tolerance) {
  SCOPED_TRACE(std::to_string(dim) + " dimensions");
  Problem<T> problem(dim), oracle(dim);
  for (int step = 0; step < 3; ++step) {
    const T want = oracle.run(plain);
    EXPECT_NEAR(problem.run(fast), want, tolerance * (1 + want));
  }
  for (std::size_t k = 0; k < problem.row.size(); ++k) {
    ASSERT_NEAR(problem.row[k], oracle.row[k], tolerance * (1 + std::abs(oracle.row[k]))) << "at " << k;
    ASSERT_NEAR(problem.context[k], oracle.context[k], tolerance * (1 + std::abs(oracle.context[k])));
  }
}

// Sums of up to 300 products below 1/4 and three steps: some tens of roundings of numbers around 1.
TEST(GloveStep, EqualsPlainLoopsOverDimensions) {
  for (const index_t dim : {1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 102, 302}) {
    expect_fast_equals_plain<float>(dim, 1e-5f);
    expect_fast_equals_plain<double>(dim, 1e-14);
  }
}

/// <x, y> = 1 * 2 + 2 * 1 = 4, d = 4 - 1 = 3, g = 0.5 * 2 * 3 = 3: dx = 3 y = (6, 3), dy = 3 x = (3, 6).
TEST(GloveStep, ByHand) {
  Problem<double> problem(2);
  problem.row.assign(problem.row.size(), 0);
  problem.context = problem.row;
  const auto set = [&](std::vector<double>& values, double a, double b, double squares) {
    values[0] = a;
    values[1] = b;
    for (index_t k = 0; k < problem.stride; ++k) problem.at(values, problem.stride + k) = squares;
  };
  set(problem.row, 1, 2, 1);
  set(problem.context, 2, 1, 7);
  problem.log_count = 1;
  problem.weight = 2;
  problem.rate = 0.5;
  EXPECT_DOUBLE_EQ(problem.run(fast), 0.5 * 2 * 9);
  // A root, a reciprocal and a product of numbers around 1 are three roundings of 2^-53 each.
  constexpr double tolerance = 3 * 0x1p-53;
  EXPECT_NEAR(problem.row[0], 1 - 6 / std::sqrt(37.0), tolerance);
  EXPECT_NEAR(problem.row[1], 2 - 3 / std::sqrt(10.0), 2 * tolerance);
  EXPECT_NEAR(problem.context[0], 2 - 3 / 4.0, 2 * tolerance);
  EXPECT_NEAR(problem.context[1], 1 - 6 / std::sqrt(43.0), tolerance);
  EXPECT_DOUBLE_EQ(problem.at(problem.row, problem.stride), 37);
  EXPECT_DOUBLE_EQ(problem.at(problem.context, problem.stride + 1), 43);
}

TEST(GloveStep, KeepsFixedCoordinatesAndZerosBeyondTheDimensions) {
  const auto check = [](auto problem) {
    using T = std::remove_reference_t<decltype(problem.row[0])>;
    problem.at(problem.row, 3) = 1;
    problem.at(problem.row, problem.stride + 3) = fixed_squares<T>;
    problem.rate = T(1000);
    const T other = problem.at(problem.context, 3);
    for (int step = 0; step < 5; ++step) problem.run(fast);
    EXPECT_EQ(problem.at(problem.row, 3), T(1));
    EXPECT_NE(problem.at(problem.context, 3), other);
    for (index_t k = problem.dim; k < problem.stride; ++k) {
      EXPECT_EQ(problem.at(problem.row, k), T(0));
      EXPECT_EQ(problem.at(problem.context, k), T(0));
    }
  };
  check(Problem<float>(5));
  check(Problem<double>(5));
}

/// What is squared is in the divisor too, so that no step is longer than 1.
TEST(GloveStep, SurvivesMissesOfAnySize) {
  Problem<float> problem(16);
  problem.log_count = 1e9f;
  const Problem<float> before = problem;
  problem.run(fast);
  for (std::size_t k = 0; k < 16; ++k) {
    EXPECT_LE(std::abs(problem.row[k] - before.row[k]), 1.00001f);
    EXPECT_TRUE(std::isfinite(problem.row[k]));
  }
}

}  // namespace glove_test
