#include "tenon/ops/shape/rearrange.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace rearrange_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;
using tn::Tensor;

const OpCases cases{
    {"movedim", {real({2, 3, 4})}, [](const auto& x) { return tn::movedim(x[0], 0, -1); }},
    {"unflatten",
     {real({2, 6})},
     [](const auto& x) { return tn::unflatten(x[0], 1, {3, -1}); },
     {.fixed = true}},
    {"tensor_split",
     {real({7, 2})},
     [](const auto& x) { return tn::tensor_split(x[0], 3)[1]; },
     {.fixed = true}},
    {"tile", {real({2, 3})}, [](const auto& x) { return tn::tile(x[0], {2}); }},
    {"repeat_interleave", {real({2, 3})}, [](const auto& x) { return tn::repeat_interleave(x[0], 3, 0); }},
    {"repeat_interleave_counts",
     {real({3, 2})},
     [](const auto& x) { return tn::repeat_interleave(x[0], from<index_t>({2, 0, 3}), 0); },
     {.fixed = true}},
    {"rot90", {real({3, 4})}, [](const auto& x) { return tn::rot90(x[0]); }},
    {"rot90_back", {real({2, 3, 4})}, [](const auto& x) { return tn::rot90(x[0], -1, 2, 0); }},
    {"vstack", {real({3}), real({3})}, [](const auto& x) { return tn::vstack(x); }},
    {"hstack", {real({2, 3}), real({2, 1})}, [](const auto& x) { return tn::hstack(x); }},
    {"broadcast_tensors",
     {real({3, 1}), real({2})},
     [](const auto& x) {
       const auto b = tn::broadcast_tensors(x);
       return tn::mul(b[0], b[1]);
     }},
    {"meshgrid",
     {real({3}), real({2})},
     [](const auto& x) {
       const auto g = tn::meshgrid(x);
       return tn::mul(g[0], g[1]);
     },
     {.fixed = true}},
    {"column_stack", {real({3}), real({3, 2})}, [](const auto& x) { return tn::column_stack(x); }},
    {"expand_as",
     {real({3, 1})},
     [](const auto& x) { return tn::expand_as(x[0], tn::zeros<bool>({3, 2})); },
     {.fixed = true}},
    {"cartesian_prod",
     {real({3}), real({2}), real({2})},
     [](const auto& x) { return tn::cartesian_prod(x); },
     {.fixed = true}},
    {"combinations", {real({5})}, [](const auto& x) { return tn::combinations(x[0], 3); }, {.fixed = true}},
};

Tensor<float> counting(const tn::Shape& shape) {
  return tn::reshape(tn::arange<float>(static_cast<float>(tn::element_count(shape))), shape);
}

TEST(Movedim, KeepsTheOrderOfTheOthers) {
  const auto x = tn::zeros<float>({2, 3, 4, 5});
  EXPECT_EQ(tn::movedim(x, 0, -1).shape(), (tn::Shape{3, 4, 5, 2}));
  EXPECT_EQ(tn::movedim(x, {3, 0}, {0, 1}).shape(), (tn::Shape{5, 2, 3, 4}));
  EXPECT_EQ(tn::swapaxes(x, 1, -1).shape(), (tn::Shape{2, 5, 4, 3}));
}

TEST(View, NeverCopies) {
  const auto x = counting({2, 3});
  EXPECT_EQ(tn::view(x, {-1}).data(), x.data());
  expect_error<tn::ShapeError>(
      [&] { tn::view(tn::transpose(x, 0, 1), {6}); },
      "[view] the strides of shape (3, 2) do not allow a view of shape (6,); reshape copies");
  expect_vector(tn::ravel(tn::transpose(x, 0, 1)), {0, 3, 1, 4, 2, 5});
  EXPECT_EQ(tn::unflatten(counting({4, 6}), -1, {2, 3}).shape(), (tn::Shape{4, 2, 3}));
}

TEST(TensorSplit, BySectionsAndByPositions) {
  const auto parts = tn::tensor_split(counting({7}), 3);
  ASSERT_EQ(parts.size(), 3u);
  expect_vector(parts[0], {0, 1, 2});
  expect_vector(parts[2], {5, 6});
  EXPECT_EQ(tn::tensor_split(counting({2}), 3)[2].shape(), (tn::Shape{0}));
  const auto cuts = tn::tensor_split(counting({7}), {2, 5, 9});
  ASSERT_EQ(cuts.size(), 4u);
  expect_vector(cuts[1], {2, 3, 4});
  expect_vector(cuts[2], {5, 6});
  EXPECT_EQ(cuts[3].size(), 0);
}

TEST(Tile, RepeatsWholesAndEntries) {
  expect_values(tn::tile(counting({2, 1}), {2}), {2, 2}, {0, 0, 1, 1});
  expect_vector(tn::tile(counting({2}), {2}), {0, 1, 0, 1});
  expect_values(tn::tile(counting({2}), {2, 1}), {2, 2}, {0, 1, 0, 1});
  expect_values(tn::repeat_interleave(counting({2, 2}), 2, 1), {2, 4}, {0, 0, 1, 1, 2, 2, 3, 3});
  expect_vector(tn::repeat_interleave(counting({2, 2}), 2), {0, 0, 1, 1, 2, 2, 3, 3});
  expect_values(tn::repeat_interleave(counting({2, 2}), from<index_t>({0, 2}), 0), {2, 2}, {2, 3, 2, 3});
}

TEST(Rot90, QuarterTurns) {
  const auto x = counting({2, 2});
  expect_values(tn::rot90(x), {2, 2}, {1, 3, 0, 2});
  expect_values(tn::rot90(x, 2), {2, 2}, {3, 2, 1, 0});
  expect_values(tn::rot90(x, 3), {2, 2}, {2, 0, 3, 1});
  expect_values(tn::rot90(x, -1), {2, 2}, {2, 0, 3, 1});
  expect_values(tn::rot90(x, 4), {2, 2}, {0, 1, 2, 3});
  expect_values(tn::fliplr(x), {2, 2}, {1, 0, 3, 2});
  expect_values(tn::flipud(x), {2, 2}, {2, 3, 0, 1});
}

TEST(Stacks, AddAxesWhereTheyLack) {
  const auto v = counting({2});
  expect_values(tn::vstack<float>({v, v}), {2, 2}, {0, 1, 0, 1});
  expect_values(tn::hstack<float>({v, v}), {4}, {0, 1, 0, 1});
  expect_values(tn::dstack<float>({v, v}), {1, 2, 2}, {0, 0, 1, 1});
  expect_values(tn::hstack<float>({tn::scalar(1.f), tn::scalar(2.f)}), {2}, {1, 2});
  EXPECT_EQ(tn::atleast_1d(tn::scalar(1.f)).shape(), (tn::Shape{1}));
  EXPECT_EQ(tn::atleast_2d(v).shape(), (tn::Shape{1, 2}));
  EXPECT_EQ(tn::atleast_3d(tn::scalar(1.f)).shape(), (tn::Shape{1, 1, 1}));
  EXPECT_EQ(tn::atleast_3d(v).shape(), (tn::Shape{1, 2, 1}));
  EXPECT_EQ(tn::atleast_3d(counting({2, 3})).shape(), (tn::Shape{2, 3, 1}));
}

TEST(Grid, BothIndexings) {
  const auto x = counting({3}), y = counting({2});
  const auto ij = tn::meshgrid<float>({x, y});
  expect_values(ij[0], {3, 2}, {0, 0, 1, 1, 2, 2});
  expect_values(ij[1], {3, 2}, {0, 1, 0, 1, 0, 1});
  const auto xy = tn::meshgrid<float>({x, y}, tn::Indexing::xy);
  expect_values(xy[0], {2, 3}, {0, 1, 2, 0, 1, 2});
  expect_values(xy[1], {2, 3}, {0, 0, 0, 1, 1, 1});
  expect_values(tn::broadcast_to(y, {2, 2}), {2, 2}, {0, 1, 0, 1});
}

TEST(RearrangeErrors, NameTheShapes) {
  const auto x = counting({2, 3});
  expect_error<tn::ValueError>([&] { tn::movedim(x, {0, 1}, {0}); },
                               "[movedim] sources (0, 1) and destinations (0,) differ in number");
  expect_error<tn::ValueError>([&] { tn::movedim(x, {0, -2}, {0, 1}); },
                               "[movedim] an axis is named twice in (0, -2) or (0, 1)");
  expect_error<tn::ShapeError>([&] { tn::unflatten(x, 1, {2, 2}); },
                               "[reshape] shape (3,) does not fit (2, 2)");
  expect_error<tn::ValueError>([&] { tn::tensor_split(x, 0); },
                               "[tensor_split] expected at least one section, got 0");
  expect_error<tn::ValueError>([&] { tn::repeat_interleave(x, -1, 0); },
                               "[repeat_interleave] negative repeats -1");
  expect_error<tn::ShapeError>([&] { tn::repeat_interleave(x, from<index_t>({1, 1, 1}), 0); },
                               "[repeat_interleave] repeats of shape (3,) are not one for each of 2 entries");
  expect_error<tn::ValueError>([&] { tn::rot90(x, 1, 1, -1); }, "[rot90] axis 1 is named twice");
  expect_error<tn::ShapeError>([&] { tn::fliplr(counting({2})); },
                               "[fliplr] expected at least two axes, got shape (2,)");
  expect_error<tn::ShapeError>([&] { tn::broadcast_to(x, {3}); },
                               "[broadcast_to] shape (2, 3) does not stretch to (3,)");
  expect_error<tn::ShapeError>([&] { tn::meshgrid<float>({x}); },
                               "[meshgrid] expected vectors, got shape (2, 3)");
  expect_error<tn::ValueError>([] { tn::hstack<float>({}); }, "[hstack] expected at least one tensor");
}

TEST(Rearrange, MoveaxisAndColumns) {
  const auto x = tn::zeros<float>({2, 3, 4});
  EXPECT_EQ(tn::moveaxis(x, 0, -1).shape(), (tn::Shape{3, 4, 2}));
  EXPECT_EQ(tn::moveaxis(x, {0, 1}, {2, 0}).shape(), (tn::Shape{3, 4, 2}));
  expect_values(tn::column_stack<float>({from<float>({1, 2}), from<float>({{3, 4}, {5, 6}})}), {2, 3},
                {1, 3, 4, 2, 5, 6});
  expect_values(tn::column_stack<float>({tn::scalar(1.f), from<float>({2})}), {1, 2}, {1, 2});
  expect_values(tn::expand_as(from<float>({1, 2}), tn::zeros<bool>({2, 2})), {2, 2}, {1, 2, 1, 2});
  expect_error<tn::ValueError>([] { tn::column_stack<float>({}); }, "[cat] expected at least one tensor");
}

TEST(Rearrange, ProductsAndCombinations) {
  const auto x = from<index_t>({1, 2, 3});
  expect_values(tn::cartesian_prod<index_t>({from<index_t>({1, 2}), from<index_t>({7, 8, 9})}), {6, 2},
                {1, 7, 1, 8, 1, 9, 2, 7, 2, 8, 2, 9});
  EXPECT_TRUE(tn::cartesian_prod<index_t>({x}).is(x));
  EXPECT_EQ(tn::cartesian_prod<index_t>({x, tn::zeros<index_t>({0})}).shape(), (tn::Shape{0, 2}));
  expect_values(tn::combinations(x), {3, 2}, {1, 2, 1, 3, 2, 3});
  expect_values(tn::combinations(x, 2, true), {6, 2}, {1, 1, 1, 2, 1, 3, 2, 2, 2, 3, 3, 3});
  expect_values(tn::combinations(x, 3), {1, 3}, {1, 2, 3});
  expect_values(tn::combinations(x, 1), {3, 1}, {1, 2, 3});
  EXPECT_EQ(tn::combinations(x, 4).shape(), (tn::Shape{0, 4}));
  EXPECT_EQ(tn::combinations(x, 0).shape(), (tn::Shape{0}));
  EXPECT_EQ(tn::combinations(tn::zeros<float>({0}), 2, true).shape(), (tn::Shape{0, 2}));
  EXPECT_EQ(tn::combinations(tn::arange<float>(7), 4, true).extent(0), 210);
  expect_error<tn::ShapeError>([] { tn::combinations(tn::zeros<float>({2, 2})); },
                               "[combinations] expected a vector, got shape (2, 2)");
  expect_error<tn::ValueError>([&] { tn::combinations(x, -1); }, "[combinations] negative count -1");
  expect_error<tn::ValueError>([] { tn::cartesian_prod<float>({}); },
                               "[cartesian_prod] expected at least one vector");
  expect_error<tn::ShapeError>([] { tn::cartesian_prod<float>({tn::zeros<float>({1, 1})}); },
                               "[cartesian_prod] expected vectors, got shape (1, 1)");
}

}  // namespace rearrange_test
