#include "tenon/backend/word2vec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tenon/core/generator.hpp"

namespace word2vec_test {

using tn::Generator;
using tn::index_t;
using tn::backend::SgnsBatch;
using tn::backend::SgnsScratch;
namespace hogwild = tn::backend::hogwild;

/// Two matrices of random rows, and a step over some of them.
template <class T>
struct Problem {
  index_t dim, stride;
  std::vector<T> in, out;
  std::vector<index_t> inputs, outputs;  // rows
  std::vector<T> labels;
  T rate = T(0.1);

  Problem(index_t dimensions, index_t input_count, index_t output_count, std::uint64_t seed = 1)
      : dim(dimensions), stride(hogwild::row_stride<T>(dim)) {
    Generator generator{seed};
    const auto fill = [&](std::vector<T>& matrix, std::vector<index_t>& rows, index_t count) {
      matrix.assign(static_cast<std::size_t>(count * stride), T(0));
      for (index_t r = 0; r < count; ++r) {
        rows.push_back(r);
        for (index_t d = 0; d < dim; ++d)
          matrix[static_cast<std::size_t>(r * stride + d)] = generator.uniform<T>() - T(0.5);
      }
    };
    fill(in, inputs, input_count);
    fill(out, outputs, output_count);
    for (index_t j = 0; j < output_count; ++j) labels.push_back(j % 3 == 0 ? T(1) : T(0));
  }

  /// Runs a step on this problem's matrices; changes of the inputs go to `updates` where one is given.
  template <class Step>
  double run(const Step& step, T* updates = nullptr) {
    std::vector<const T*> x;
    std::vector<T*> dx, y;
    for (const index_t r : inputs) {
      x.push_back(in.data() + r * stride);
      dx.push_back((updates ? updates : in.data()) + r * stride);
    }
    for (const index_t r : outputs) y.push_back(out.data() + r * stride);
    const auto m = static_cast<index_t>(x.size()), n = static_cast<index_t>(y.size());
    SgnsScratch<T> scratch(m, n, stride);
    double loss = 0;
    step(SgnsBatch<T>{x.data(), dx.data(), m, y.data(), labels.data(), n, stride, rate, &scratch, &loss});
    return loss;
  }
};

template <class T>
void expect_near(const std::vector<T>& got, const std::vector<T>& want, T tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], tolerance) << "at " << i;
}

const auto fast = [](const auto& grid) { tn::backend::cpu::sgns_step(grid); };
const auto plain = [](const auto& grid) { tn::backend::reference::sgns_step(grid); };

template <class T>
void expect_fast_equals_plain(Problem<T> problem, T tolerance) {
  Problem<T> oracle = problem;
  const double loss = problem.run(fast), want = oracle.run(plain);
  EXPECT_NEAR(loss, want, static_cast<double>(tolerance) * 100 * want);
  expect_near(problem.in, oracle.in, tolerance);
  expect_near(problem.out, oracle.out, tolerance);
}

TEST(Word2VecStep, EqualsPlainLoopsOverDimensionsAndWindows) {
  for (const index_t dim : {1, 7, 15, 16, 17, 31, 33, 64, 100, 300}) {
    for (const index_t m : {1, 2, 3, 6, 7, 10, 21}) {
      for (const index_t n : {1, 2, 3, 4, 5, 6, 7, 11, 12, 40}) {
        SCOPED_TRACE(std::to_string(dim) + " dimensions, " + std::to_string(m) + " x " + std::to_string(n));
        expect_fast_equals_plain(Problem<float>(dim, m, n), 2e-6f);
        expect_fast_equals_plain(Problem<double>(dim, m, n), 1e-14);
      }
    }
  }
}

TEST(Word2VecStep, RowsThatOccurTwiceReceiveBothChanges) {
  Problem<double> problem(33, 4, 4);
  problem.inputs = {0, 1, 0, 3};
  problem.outputs = {2, 1, 1, 0};
  expect_fast_equals_plain(problem, 1e-14);
}

TEST(Word2VecStep, ChangesOfInputsMayGoElsewhere) {
  Problem<double> problem(20, 1, 6);
  const std::vector<double> before = problem.in;
  std::vector<double> change(problem.in.size(), 0.0);
  Problem<double> together = problem;
  problem.run(fast, change.data());
  together.run(fast);
  EXPECT_EQ(problem.in, before);
  for (std::size_t i = 0; i < change.size(); ++i) EXPECT_NEAR(before[i] + change[i], together.in[i], 1e-15);
}

TEST(Word2VecStep, KeepsZerosBeyondTheDimensions) {
  Problem<float> problem(5, 3, 7);
  problem.run(fast);
  for (index_t r = 0; r < 3; ++r)
    for (index_t d = problem.dim; d < problem.stride; ++d)
      EXPECT_EQ(problem.in[static_cast<std::size_t>(r * problem.stride + d)], 0.0f);
}

TEST(Word2VecStep, SurvivesScoresOfAnySize) {
  Problem<float> problem(16, 2, 6);
  for (float& x : problem.in) x *= 1e4f;
  for (float& y : problem.out) y *= 1e4f;
  Problem<float> oracle = problem;
  const double loss = problem.run(fast), want = oracle.run(plain);
  EXPECT_NEAR(loss, want, 1e-5 * want);
  expect_near(problem.in, oracle.in, 0.01f);
  expect_near(problem.out, oracle.out, 0.01f);
}

/// loss(x - h g) - loss(x) = -h |g|^2 + O(h^2), with h the rate.
TEST(Word2VecStep, GoesDownTheGradient) {
  Problem<double> problem(9, 3, 5);
  problem.rate = 1e-6;
  const Problem<double> before = problem;
  const double loss = problem.run(fast);
  double squares = 0;
  const auto add = [&](const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  };
  add(problem.in, before.in);
  add(problem.out, before.out);
  const double predicted = loss - squares / problem.rate;
  EXPECT_NEAR(problem.run(fast), predicted, 1e-4 * (loss - predicted));
}

TEST(Hogwild, SumAndAddOverRows) {
  const index_t stride = hogwild::row_stride<float>(5);
  std::vector<float> rows(static_cast<std::size_t>(3 * stride)),
      mean(static_cast<std::size_t>(stride), 77.0f);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i);
  std::vector<float*> list = {rows.data(), rows.data() + stride, rows.data() + 2 * stride};
  hogwild::sum_rows(list.data(), 3, stride, 1.0f / 3, mean.data());
  for (index_t d = 0; d < stride; ++d)
    EXPECT_FLOAT_EQ(mean[static_cast<std::size_t>(d)], static_cast<float>(d + stride));
  hogwild::add_to_rows(mean.data(), stride, list.data(), 3);
  EXPECT_FLOAT_EQ(rows[0], static_cast<float>(stride));
  EXPECT_FLOAT_EQ(rows.back(), static_cast<float>(3 * stride - 1 + 2 * stride - 1));
}

}  // namespace word2vec_test
