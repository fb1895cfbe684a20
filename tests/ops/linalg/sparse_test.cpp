#include "tenon/ops/linalg/sparse.hpp"

#include "support/expect.hpp"
#include "support/kept.hpp"
#include "support/op_case.hpp"
#include "tenon/ops/linalg/matmul.hpp"

namespace sparse_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::Csr;
using tn::from;
using tn::index_t;
using tn::Tensor;

/// (4, 3) with an empty row and a place that two entries share.
template <class T>
Csr<T> small(const Tensor<T>& values) {
  return Csr<T>(4, 3, from<index_t>({0, 2, 2, 3, 6}), from<index_t>({2, 0, 1, 0, 2, 0}), values);
}
/// 300 by 200 with 5000 entries, for several tasks.
template <class T>
Csr<T> large(const Tensor<T>& values) {
  tn::Generator generator(3);
  return tn::csr_from_entries(300, 200, tn::randint(0, 300, {5000}, generator),
                              tn::randint(0, 200, {5000}, generator), values);
}

const OpCases cases{
    {"sparse_matmul",
     {real({6}), real({3, 5})},
     [](const auto& x) { return tn::matmul(small(x[0]), x[1]); },
     {.fixed = true}},
    {"sparse_matmul_vector",
     {real({6}), real({3})},
     [](const auto& x) { return tn::matmul(small(x[0]), x[1]); },
     {.fixed = true}},
    {"sparse_matmul_transposed",
     {real({6}), real({4, 2})},
     [](const auto& x) { return tn::matmul(tn::transpose(small(x[0])), x[1]); },
     {.fixed = true}},
    {"to_dense", {real({6})}, [](const auto& x) { return tn::to_dense(small(x[0])); }, {.fixed = true}},
    {"to_csr", {real({3, 4})}, [](const auto& x) { return tn::to_csr(x[0]).values(); }, {.fixed = true}},
};

TEST(Csr, MultipliesAsItsDenseMatrixDoes) {
  const auto a = small(from<double>({1, 2, 3, 4, 5, 6}));
  const auto dense = tn::to_dense(a);
  expect_values(dense, {4, 3}, {2, 0, 1, 0, 0, 0, 0, 3, 0, 10, 0, 5});
  const auto x = from<double>({{1, -1}, {2, -2}, {3, 7}});
  expect_values(tn::matmul(a, x), {4, 2}, tn::matmul(dense, x).to_vector());
  expect_values(tn::to_dense(tn::transpose(a)), {3, 4}, tn::transpose(dense, 0, 1).to_vector());
  const auto back = tn::to_csr(dense);
  EXPECT_EQ(back.entries(), 5);
  expect_vector(back.offsets(), {0, 2, 2, 3, 5});
  expect_vector(back.indices(), {0, 2, 1, 0, 2});
  expect_vector(back.values(), {2, 1, 3, 10, 5});
  expect_values(
      tn::matmul(Csr<float>(2, 0, from<index_t>({0, 0, 0}), tn::zeros<index_t>({0}), tn::zeros<float>({0})),
                 tn::zeros<float>({0, 3})),
      {2, 3}, {0, 0, 0, 0, 0, 0});
  EXPECT_EQ(tn::to_csr(tn::zeros<float>({0, 3})).rows(), 0);
  EXPECT_EQ(tn::to_csr(tn::zeros<float>({3, 0})).rows(), 3);
}

TEST(Csr, TheSameBitsAtAnyNumberOfThreads) {
  tn::Generator generator(9);
  const auto a = large(tn::randn<float>({5000}, generator));
  const auto x = tn::randn<float>({200, 75}, generator);
  const int before = tn::num_threads();
  tn::set_num_threads(1);
  const auto one = tn::matmul(a, x).to_vector();
  tn::set_num_threads(3);
  EXPECT_EQ(tn::matmul(a, x).to_vector(), one);
  tn::set_num_threads(before);
  expect_values(tn::matmul(a, x), {300, 75}, tn::matmul(tn::to_dense(a), x).to_vector(), 1e-4);
}

TEST(CsrErrors, SayWhatIsWrong) {
  const auto v = tn::zeros<float>({2});
  const auto make = [&](index_t rows, index_t columns, const Tensor<index_t>& o, const Tensor<index_t>& i) {
    return [=] { static_cast<void>(Csr<float>(rows, columns, o, i, v)); };
  };
  expect_error<tn::ShapeError>(make(2, 2, from<index_t>({0, 2}), from<index_t>({0, 1})),
                               "[Csr] expected 3 offsets for 2 rows, got shape (2,)");
  expect_error<tn::ValueError>(make(2, 2, from<index_t>({0, 3, 2}), from<index_t>({0, 1})),
                               "[Csr] offsets must rise from 0 to the number of entries, 2");
  expect_error<tn::IndexError>(make(1, 2, from<index_t>({0, 2}), from<index_t>({0, 2})),
                               "[Csr] column 2 is outside extent 2");
  expect_error<tn::ShapeError>(make(1, 2, from<index_t>({0, 1}), from<index_t>({0})),
                               "[Csr] expected one value for each column index, got shapes (2,) and (1,)");
  expect_error<tn::ValueError>(make(-1, 2, from<index_t>({0}), from<index_t>({0, 1})),
                               "[Csr] negative extents -1 and 2");
  expect_error<tn::ShapeError>([] { tn::matmul(small(tn::zeros<float>({6})), tn::zeros<float>({4, 2})); },
                               "[matmul] a sparse matrix of 4 by 3 does not multiply shape (4, 2)");
  expect_error<tn::ShapeError>([&] { tn::to_csr(v); }, "[to_csr] expected a matrix, got shape (2,)");
  expect_error<tn::IndexError>(
      [&] { tn::csr_from_entries(1, 2, from<index_t>({0, 1}), from<index_t>({0, 1}), v); },
      "[csr_from_entries] index 1 is outside extent 1");
  expect_error<tn::IndexError>(
      [&] { tn::csr_from_entries(2, 2, from<index_t>({0, -1}), from<index_t>({0, 1}), v); },
      "[csr_from_entries] index -1 is outside extent 2");
  expect_error<tn::IndexError>(
      [&] { tn::csr_from_entries(2, 2, from<index_t>({0, 1}), from<index_t>({0, -1}), v); },
      "[csr_from_entries] index -1 is outside extent 2");
}

TEST(SparseMatmul, AConstantMatrixKeepsNoInput) {
  const tn::Csr<float> a =
      tn::csr_from_entries(2, 2, from<index_t>({0, 1}), from<index_t>({1, 0}), from<float>({2, 3}));
  const auto x = tn::ones<float>({2, 3}).requires_grad_();
  EXPECT_EQ(support::kept_inputs(tn::matmul(a, x)), "01");
}

}  // namespace sparse_test
