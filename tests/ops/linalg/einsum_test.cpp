#include "tenon/ops/linalg/einsum.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace einsum_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"einsum_product",
     {real({3, 4}), real({4, 2})},
     [](const auto& x) { return tn::einsum("ij,jk->ik", x); }},
    {"einsum_implicit", {real({3, 4}), real({4, 2})}, [](const auto& x) { return tn::einsum("ba,ac", x); }},
    {"einsum_batched",
     {real({2, 3, 4}), real({2, 5, 4})},
     [](const auto& x) { return tn::einsum("bij,bkj->bki", x); }},
    {"einsum_ellipsis",
     {real({2, 1, 3, 4}), real({5, 4, 2})},
     [](const auto& x) { return tn::einsum("...ij,...jk", x); }},
    {"einsum_diagonal", {real({3, 2, 3})}, [](const auto& x) { return tn::einsum("iji->ji", x); }},
    {"einsum_trace", {real({3, 3})}, [](const auto& x) { return tn::einsum("ii", x); }},
    {"einsum_cube", {real({3, 3, 3, 2})}, [](const auto& x) { return tn::einsum("iiij->ij", x); }},
    {"einsum_permute", {real({2, 3, 4})}, [](const auto& x) { return tn::einsum("abc->cab", x); }},
    {"einsum_sums", {real({2, 3}), real({4, 3})}, [](const auto& x) { return tn::einsum("ab,cb->c", x); }},
    {"einsum_outer",
     {real({2, 3}), real({4})},
     [](const auto& x) { return tn::einsum("ab,c->bca", x); },
     {.fixed = true}},
    {"einsum_pointwise",
     {real({3, 4}), real({4, 3})},
     [](const auto& x) { return tn::einsum("ab,ba->ab", x); }},
    {"einsum_chain",
     {real({2, 3}), real({3, 4}), real({4, 5}), real({5})},
     [](const auto& x) { return tn::einsum("ab,bc,cd,d->a", x); }},
    {"einsum_shared",
     {real({3, 2}), real({3, 2}), real({3, 2})},
     [](const auto& x) { return tn::einsum("ij,ij,ik->jk", x); }},
    {"tensordot",
     {real({2, 3, 4}), real({4, 3, 5})},
     [](const auto& x) { return tn::tensordot(x[0], x[1], {2, 1}, {0, -2}); }},
    {"tensordot_last",
     {real({2, 3, 4}), real({3, 4, 2})},
     [](const auto& x) { return tn::tensordot(x[0], x[1]); }},
    {"kron",
     {real({2, 3}), real({3, 2})},
     [](const auto& x) { return tn::kron(x[0], x[1]); },
     {.fixed = true}},
    {"kron_ranks",
     {real({3}), real({2, 2})},
     [](const auto& x) { return tn::kron(x[0], x[1]); },
     {.fixed = true}},
};

TEST(Einsum, Values) {
  const auto a = from<double>({{1, 2}, {3, 4}}), b = from<double>({{5, 6}, {7, 8}});
  expect_values(tn::einsum("ij,jk->ik", a, b), {2, 2}, {19, 22, 43, 50});
  expect_values(tn::einsum("ij,jk", a, b), {2, 2}, {19, 22, 43, 50});
  expect_values(tn::einsum(" i j , j k -> k i ", a, b), {2, 2}, {19, 43, 22, 50});
  expect_values(tn::einsum("ba", a), {2, 2}, {1, 3, 2, 4});
  expect_values(tn::einsum("aB", a), {2, 2}, {1, 3, 2, 4});  // capitals come first
  expect_values(tn::einsum("ii", a), {}, {5});
  expect_values(tn::einsum("ii->i", a), {2}, {1, 4});
  expect_values(tn::einsum("ij->", a), {}, {10});
  expect_values(tn::einsum("...->...", a), {2, 2}, {1, 2, 3, 4});
  expect_values(tn::einsum("i...->...", a), {2}, {4, 6});
  expect_values(tn::einsum("ij,ij,ij->j", a, a, b), {2}, {5 + 63, 24 + 128});
  expect_values(tn::einsum(",ij", tn::scalar<double>(2), a), {2, 2}, {2, 4, 6, 8});
}

TEST(Einsum, ExtentsOfOneStretch) {
  const auto a = from<double>({{1, 2}, {3, 4}}), row = from<double>({{10, 20}}), one = from<double>({{5}});
  expect_values(tn::einsum("ij,ij->ij", a, row), {2, 2}, {10, 40, 30, 80});
  expect_values(tn::einsum("ij,ij->j", a, row), {2}, {40, 120});
  expect_values(tn::einsum("ij,jk->ik", a, one), {2, 1}, {15, 35});
}

TEST(Einsum, OfIntegersAndOfNothing) {
  const auto a = from<index_t>({{1, 2}, {3, 4}});
  expect_values(tn::einsum("ij,kj->ik", a, a), {2, 2}, {5, 11, 11, 25});
  expect_values(tn::einsum("ij,jk->ik", tn::zeros<float>({2, 0}), tn::zeros<float>({0, 1})), {2, 1}, {0, 0});
}

TEST(Einsum, TakesThePairThatLeavesLeast) {
  // The first two operands have no index in common: their product would have 2^32 elements.
  const index_t n = 256;
  const auto x = tn::ones<float>({n, n}), v = tn::ones<float>({n});
  expect_values(tn::einsum("ij,kl,jl,k->i", x, x, x, v), {n},
                std::vector<float>(static_cast<std::size_t>(n), static_cast<float>(n) * n * n));
}

TEST(Tensordot, ByAxesAndByCount) {
  const auto a = tn::reshape(tn::arange<double>(6), {2, 3}), b = tn::reshape(tn::arange<double>(6), {3, 2});
  expect_values(tn::tensordot(a, b, 1), {2, 2}, {10, 13, 28, 40});
  expect_values(tn::tensordot(a, b, {0}, {1}), {3, 3}, {3, 9, 15, 4, 14, 24, 5, 19, 33});
  EXPECT_EQ(tn::tensordot(a, b, 0).shape(), (tn::Shape{2, 3, 3, 2}));
}

TEST(Kron, Blocks) {
  expect_values(tn::kron(from<double>({{1, 2}}), from<double>({{1, 1}, {3, 4}})), {2, 4},
                {1, 1, 2, 2, 3, 4, 6, 8});
  expect_values(tn::kron(from<index_t>({1, 10}), from<index_t>({1, 2, 3})), {6}, {1, 2, 3, 10, 20, 30});
}

TEST(EinsumErrors, QuoteTheEquation) {
  const auto a = tn::zeros<float>({2, 3});
  expect_error<tn::ValueError>([&] { tn::einsum("ij,jk->ik", a); },
                               "[einsum] \"ij,jk->ik\" has 2 terms for 1 operands");
  expect_error<tn::ShapeError>([&] { tn::einsum("ijk->i", a); },
                               "[einsum] a term of \"ijk->i\" names 3 axes of an operand of shape (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::einsum("i->i", a); },
                               "[einsum] a term of \"i->i\" names 1 axes of an operand of shape (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::einsum("ij,ij", a, tn::zeros<float>({2, 4})); },
                               "[einsum] extents 3 and 4 of one index of \"ij,ij\" differ");
  expect_error<tn::ShapeError>([&] { tn::einsum("ii", a); },
                               "[einsum] extents 2 and 3 of one index of \"ii\" differ");
  expect_error<tn::ShapeError>([] { tn::einsum("ii", tn::zeros<float>({1, 3})); },
                               "[einsum] an index that is repeated in one operand has extents 1 and 3");
  expect_error<tn::ValueError>([&] { tn::einsum("i1", a); },
                               "[einsum] expected letters, \"...\", \",\" and \"->\" in \"i1\"");
  expect_error<tn::ValueError>([&] { tn::einsum("i..", a); },
                               "[einsum] a dot is part of one ellipsis in each term, in \"i..\"");
  expect_error<tn::ValueError>([&] { tn::einsum("......", a); },
                               "[einsum] a dot is part of one ellipsis in each term, in \"......\"");
  expect_error<tn::ValueError>(
      [&] { tn::einsum("ij->ik", a); },
      "[einsum] each index of the result stands there once and in an operand: \"ij->ik\"");
  expect_error<tn::ValueError>(
      [&] { tn::einsum("ij->ii", a); },
      "[einsum] each index of the result stands there once and in an operand: \"ij->ii\"");
  expect_error<tn::ShapeError>([&] { tn::tensordot(a, a, {1}, {0}); },
                               "[tensordot] extents differ on axes 1 and 0: (2, 3) and (2, 3)");
  expect_error<tn::ValueError>([&] { tn::tensordot(a, a, {1, 0}, {0}); },
                               "[tensordot] axes (1, 0) and (0,) differ in number");
  expect_error<tn::ValueError>([&] { tn::tensordot(a, a, 3); },
                               "[tensordot] cannot sum over 3 axes of shapes (2, 3) and (2, 3)");
  expect_error<tn::ShapeError>([&] { tn::kron(tn::zeros<float>({1, 1, 1, 1, 1}), a); },
                               "[kron] expected at most 4 axes, got (1, 1, 1, 1, 1) and (2, 3)");
}

}  // namespace einsum_test
