#include "tenon/ops/shape/diagonal.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace diagonal_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"diagonal", {real({3, 4})}, [](const auto& x) { return tn::diagonal(x[0]); }},
    {"diagonal_batched", {real({2, 3, 4})}, [](const auto& x) { return tn::diagonal(x[0], -1, 2, 0); }},
    {"diag_embed", {real({2, 3})}, [](const auto& x) { return tn::diag_embed(x[0], 1); }, {.fixed = true}},
    {"diag_embed_axes",
     {real({2, 3})},
     [](const auto& x) { return tn::diag_embed(x[0], -2, 0, 2); },
     {.fixed = true}},
    {"diag", {real({4})}, [](const auto& x) { return tn::diag(x[0]); }, {.fixed = true}},
    {"trace", {real({4, 3})}, [](const auto& x) { return tn::trace(x[0]); }},
    {"block_diag", {real({2, 3}), real({4})}, [](const auto& x) { return tn::block_diag(x); }},
};

TEST(Diagonal, IsAView) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  const auto d = tn::diagonal(x, 1);
  expect_vector(d, {2, 6});
  EXPECT_EQ(d.storage().get(), x.storage().get());
  expect_vector(tn::diagonal(x), {1, 5});
  expect_vector(tn::diagonal(x, -1), {4});
  expect_vector(tn::diagonal(x, 0, 1, 0), {1, 5});
  expect_vector(tn::diagonal(x, 3), {});
  expect_vector(tn::diagonal(x, -2), {});
  expect_vector(tn::diagonal(x, std::numeric_limits<tn::index_t>::min()), {});
  EXPECT_EQ(tn::diagonal(tn::zeros<float>({2, 3, 4}), 0, 0, 2).shape(), (tn::Shape{3, 2}));
}

TEST(Diagonal, PutIn) {
  const auto v = from<std::int64_t>({1, 2});
  expect_values(tn::diag(v), {2, 2}, {1, 0, 0, 2});
  expect_values(tn::diag(v, 1), {3, 3}, {0, 1, 0, 0, 0, 2, 0, 0, 0});
  expect_values(tn::diag(v, -1), {3, 3}, {0, 0, 0, 1, 0, 0, 0, 2, 0});
  expect_vector(tn::diag(from<float>({{1, 2}, {3, 4}})), {1, 4});
  expect_values(tn::diag_embed(from<float>({{1, 2}, {3, 4}})), {2, 2, 2}, {1, 0, 0, 2, 3, 0, 0, 4});
  expect_values(tn::diag(tn::zeros<float>({0})), {0, 0}, {});
  EXPECT_EQ(tn::trace(from<float>({{1, 2}, {3, 4}})).item(), 5);
}

TEST(DiagonalErrors, NameTheShape) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::ShapeError>([] { tn::diagonal(tn::zeros<float>({2})); },
                               "[diagonal] expected at least two axes, got rank 1");
  expect_error<tn::ValueError>([&] { tn::diagonal(x, 0, 1, -1); }, "[diagonal] axis 1 is named twice");
  expect_error<tn::IndexError>([&] { tn::diagonal(x, 0, 0, 2); },
                               "[diagonal] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ShapeError>([] { tn::diag_embed(tn::scalar<float>(1)); },
                               "[diag_embed] a tensor of rank 0 has no axis to embed");
  expect_error<tn::ShapeError>([] { tn::diag(tn::zeros<float>({1, 1, 1})); },
                               "[diag] expected a vector or a matrix, got shape (1, 1, 1)");
  expect_error<tn::ShapeError>([] { tn::trace(tn::zeros<float>({1})); },
                               "[trace] expected a matrix, got shape (1,)");
}

TEST(Diagonal, Blocks) {
  expect_values(tn::block_diag<float>({from<float>({{1}, {2}}), tn::scalar(3.f), tn::zeros<float>({0, 1}),
                                       from<float>({4, 5})}),
                {4, 5}, {1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 4, 5});
  expect_values(tn::block_diag<bool>({from<bool>({true})}), {1, 1}, {true});
  expect_error<tn::ValueError>([] { tn::block_diag<float>({}); },
                               "[block_diag] expected at least one tensor");
  expect_error<tn::ShapeError>([] { tn::block_diag<float>({tn::zeros<float>({1, 1, 1})}); },
                               "[block_diag] expected matrices, got shape (1, 1, 1)");
}

TEST(Diagonal, PositionsInTriangles) {
  expect_values(tn::tril_indices(3, 2), {2, 5}, {0, 1, 1, 2, 2, 0, 0, 1, 0, 1});
  expect_values(tn::triu_indices(2, 3, 1), {2, 3}, {0, 0, 1, 1, 2, 2});
  expect_values(tn::tril_indices(2, 2, -2), {2, 0}, {});
  EXPECT_EQ(tn::triu_indices(3, 4, -9).shape(), (tn::Shape{2, 12}));
  EXPECT_EQ(tn::triu_indices(0, 4).shape(), (tn::Shape{2, 0}));
  expect_error<tn::ValueError>([] { tn::tril_indices(-1, 2); }, "[tril_indices] negative extents -1 and 2");
  expect_error<tn::ValueError>([] { tn::triu_indices(1, -2); }, "[triu_indices] negative extents 1 and -2");
}

}  // namespace diagonal_test
