#include "tenon/ops/linalg/matmul.hpp"

#include <unistd.h>  // alarm

#include <cstdlib>

#include "support/expect.hpp"
#include "support/kept.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace matmul_test {

using support::expect_error;
using support::expect_values;
using support::inf;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"matmul", {real({3, 4}), real({4, 2})}, [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_itself", {real({4, 4})}, [](const auto& x) { return tn::matmul(x[0], x[0]); }},
    {"matmul_transposed",
     {real({4, 3}), real({2, 4})},
     [](const auto& x) { return tn::matmul(tn::transpose(x[0], 0, 1), tn::transpose(x[1], 0, 1)); }},
    {"matmul_vectors", {real({5}), real({5})}, [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_matrix_vector", {real({3, 5}), real({5})}, [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_vector_matrix", {real({5}), real({5, 3})}, [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_batched",
     {real({2, 3, 4}), real({2, 4, 5})},
     [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_broadcast",
     {real({2, 1, 3, 4}), real({5, 4, 2})},
     [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_batch_matrix",
     {real({2, 3, 4}), real({4, 5})},
     [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_matrix_batch",
     {real({3, 4}), real({2, 4, 5})},
     [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_batch_vector",
     {real({2, 3, 4}), real({4})},
     [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"matmul_vector_batch",
     {real({3}), real({2, 3, 4})},
     [](const auto& x) { return tn::matmul(x[0], x[1]); }},
    {"bmm", {real({2, 3, 4}), real({2, 4, 5})}, [](const auto& x) { return tn::bmm(x[0], x[1]); }},
    {"addmm",
     {real({5}), real({3, 4}), real({4, 5})},
     [](const auto& x) { return tn::addmm(x[0], x[1], x[2], 0.5, -2); }},
    {"baddbmm",
     {real({2, 1, 5}), real({2, 3, 4}), real({2, 4, 5})},
     [](const auto& x) { return tn::baddbmm(x[0], x[1], x[2], -1, 0.5); }},
    {"dot", {real({5}), real({5})}, [](const auto& x) { return tn::dot(x[0], x[1]); }},
    {"outer", {real({3}), real({4})}, [](const auto& x) { return tn::outer(x[0], x[1]); }},
};

template <class T>
class Matmul : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Matmul, Reals);

TYPED_TEST(Matmul, ValuesOfEveryRank) {
  using T = TypeParam;
  const auto a = from<T>({{1, 2}, {3, 4}, {5, 6}}), b = from<T>({{1, 0, 2}, {0, 1, 3}});
  const auto u = from<T>({1, 10}), v = from<T>({2, 3});
  expect_values(tn::matmul(a, b), {3, 3}, {1, 2, 8, 3, 4, 18, 5, 6, 28});
  expect_values(tn::matmul(u, v), {}, {32});
  expect_values(tn::matmul(a, u), {3}, {21, 43, 65});
  expect_values(tn::matmul(u, b), {3}, {1, 10, 32});
  expect_values(tn::matmul(tn::unsqueeze(a, 0), b), {1, 3, 3}, {1, 2, 8, 3, 4, 18, 5, 6, 28});
  expect_values(tn::outer(u, v), {2, 2}, {2, 3, 20, 30});
  expect_values(tn::addmm(from<T>({1, 2, 3}), a, b, 10, -1), {3, 3}, {9, 18, 22, 7, 16, 12, 5, 14, 2});
  expect_values(tn::matmul(tn::expand(from<T>({{1, 2}}), {3, 2}), tn::flip(b, {1})), {3, 3},
                {8, 2, 1, 8, 2, 1, 8, 2, 1});
}

TYPED_TEST(Matmul, InnerExtentZeroGivesZeros) {
  expect_values(tn::matmul(tn::zeros<TypeParam>({2, 0}), tn::zeros<TypeParam>({0, 3})), {2, 3},
                {0, 0, 0, 0, 0, 0});
  expect_values(tn::matmul(tn::zeros<TypeParam>({0}), tn::zeros<TypeParam>({0})), {}, {0});
  expect_values(tn::matmul(tn::zeros<TypeParam>({2, 1, 0}), tn::zeros<TypeParam>({2, 0, 1})), {2, 1, 1},
                {0, 0});
}

TYPED_TEST(Matmul, NaNAndInfinitySpread) {
  const auto a = from<TypeParam>({{nan, 1}, {inf, 0}}), b = from<TypeParam>({{0, 1}, {1, 1}});
  expect_values(tn::matmul(a, b), {2, 2}, {nan, nan, nan, inf});
}

/// Products of every awkward size, each operand plain or transposed, against the definition.
TYPED_TEST(Matmul, AwkwardSizesAgreeWithTheDefinition) {
  using T = TypeParam;
  tn::Generator generator(1);
  for (const tn::index_t m : {1, 2, 5, 17, 33})
    for (const tn::index_t k : {1, 3, 16, 65})
      for (const tn::index_t n : {1, 4, 15, 34})
        for (int turned = 0; turned < 4; ++turned) {
          auto a = turned & 1 ? tn::transpose(tn::randn<T>({k, m}, generator), 0, 1)
                              : tn::randn<T>({m, k}, generator);
          auto b = turned & 2 ? tn::transpose(tn::randn<T>({n, k}, generator), 0, 1)
                              : tn::randn<T>({k, n}, generator);
          std::vector<T> want;
          for (tn::index_t i = 0; i < m; ++i)
            for (tn::index_t j = 0; j < n; ++j) {
              double sum = 0;
              for (tn::index_t l = 0; l < k; ++l) sum += double{a.at({i, l})} * double{b.at({l, j})};
              want.push_back(static_cast<T>(sum));
            }
          expect_values(tn::matmul(a, b), {m, n}, want, sizeof(T) == 4 ? 2e-5 : 1e-13);
        }
}

TEST(MatmulErrors, SayWhichShapes) {
  const auto z = [](const tn::Shape& shape) { return tn::zeros<float>(shape); };
  expect_error<tn::ShapeError>([&] { tn::matmul(z({2, 3}), z({4, 5})); },
                               "[matmul] inner extents differ: lhs (2, 3), rhs (4, 5)");
  expect_error<tn::ShapeError>([&] { tn::matmul(z({3}), z({4})); },
                               "[matmul] inner extents differ: lhs (3,), rhs (4,)");
  expect_error<tn::ShapeError>([&] { tn::matmul(z({}), z({4})); },
                               "[matmul] expected at least one axis each: lhs (), rhs (4,)");
  expect_error<tn::ShapeError>([&] { tn::matmul(z({2, 3, 4}), z({3, 4, 5})); },
                               "[matmul] shapes do not broadcast: (2,) and (3,)");
  expect_error<tn::ShapeError>([&] { tn::bmm(z({3, 4}), z({4, 5})); },
                               "[bmm] expected (B, N, M) and (B, M, K), got (3, 4) and (4, 5)");
  expect_error<tn::ShapeError>([&] { tn::addmm(z({2}), z({3, 4}), z({4, 5})); },
                               "[addmm] shapes do not broadcast: (2,) and (3, 5)");
  expect_error<tn::ShapeError>([&] { tn::addmm(z({2, 3, 5}), z({3, 4}), z({4, 5})); },
                               "[addmm] input of shape (2, 3, 5) does not broadcast to (3, 5)");
  expect_error<tn::ShapeError>([&] { tn::outer(z({2, 2}), z({2})); },
                               "[outer] expected vectors, got (2, 2) and (2,)");
}

TEST(MatmulOtherTypes, IntegersAreExact) {
  const auto a = from<std::int64_t>({{1, 2}, {3, std::int64_t{1} << 60}});
  expect_values(tn::matmul(a, from<std::int64_t>({{1, 0}, {1, 4}})), {2, 2},
                {3, 8, 3 + (std::int64_t{1} << 60), std::int64_t{1} << 62});
  expect_values(tn::matmul(from<std::int32_t>({1, 2}), from<std::int32_t>({3, 4})), {}, {11});
}

TEST(MatmulOtherTypes, Bfloat16IsSummedInFloatAndRoundedOnce) {
  // 256 + 1 is 256 in bfloat16: sums taken there would stay at 256.
  const auto row = tn::ones<tn::bfloat16>({1, 512}), column = tn::ones<tn::bfloat16>({512, 1});
  EXPECT_EQ(static_cast<float>(tn::matmul(row, column).item()), 512);
  tn::Generator generator(5);
  const auto a = tn::to<tn::bfloat16>(tn::randn<float>({3, 7, 5}, generator));
  const auto b = tn::to<tn::bfloat16>(tn::randn<float>({5, 4}, generator));
  const auto exact = tn::matmul(tn::to<double>(a), tn::to<double>(b)).to_vector();
  const auto got = tn::matmul(a, b).to_vector();
  ASSERT_EQ(got.size(), exact.size());
  for (std::size_t i = 0; i < got.size(); ++i)  // half a unit in the last of 8 bits, and float's rounding
    EXPECT_NEAR(static_cast<float>(got[i]), exact[i], std::abs(exact[i]) * 0x1.01p-8 + 1e-5);
  expect_values(tn::to<float>(tn::matmul(tn::transpose(b, 0, 1), tn::transpose(a, 1, 2))), {3, 4, 7},
                tn::to<float>(tn::contiguous(tn::transpose(tn::matmul(a, b), 1, 2))).to_vector());
}

TEST(AddProduct, OfBetaZeroIgnoresTheInput) {
  const auto a = from<float>({{1, 2}}), b = from<float>({{3}, {4}});
  expect_values(tn::addmm(tn::full<float>({1}, nan), a, b, 0, 2), {1, 1}, {22});
  expect_error<tn::ShapeError>([&] { tn::addmm(tn::zeros<float>({2, 1}), a, b); },
                               "[addmm] input of shape (2, 1) does not broadcast to (1, 1)");
  expect_error<tn::ShapeError>([&] { tn::baddbmm(a, a, b); },
                               "[baddbmm] expected (B, N, M) and (B, M, K), got (1, 2) and (2, 1)");
  expect_error<tn::ShapeError>([&] { tn::dot(a, b); }, "[dot] expected vectors, got (1, 2) and (2, 1)");
}

/// Products use the pool's threads, of which a child of fork has none at first.
TEST(Matmul, AChildOfForkMultiplies) {
  const int before = tn::num_threads();
  tn::set_num_threads(4);
  const auto a = tn::full<float>({512, 512}, 0.5f), b = tn::full<float>({512, 512}, 2.f);
  const auto right = [&] {
    for (const float x : tn::matmul(a, b))
      if (x != 512) return false;
    return true;
  };
  EXPECT_TRUE(right());
  EXPECT_EXIT(
      {
        alarm(60);  // ends a child that hangs
        std::_Exit(right() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
  EXPECT_TRUE(right());
  tn::set_num_threads(before);
}

TEST(Matmul, KeepsWhatAWantedGradientNeeds) {
  const auto a = tn::ones<float>({5, 2, 3}), b = tn::ones<float>({1, 3, 4});
  const auto wanted = [](const Tensor<float>& x) { return x.detach().requires_grad_(); };
  EXPECT_EQ(support::kept_inputs(tn::matmul(wanted(a), wanted(b))), "11");
  EXPECT_EQ(support::kept_inputs(tn::matmul(wanted(a), b)), "01");
  EXPECT_EQ(support::kept_inputs(tn::matmul(a, wanted(b))), "10");
}

}  // namespace matmul_test
