#include "tenon/ops/shape/shape.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace shape_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"permute", {real({2, 3, 4})}, [](const auto& x) { return tn::permute(x[0], {2, 0, -2}); }},
    {"transpose", {real({2, 3, 4})}, [](const auto& x) { return tn::transpose(x[0], 0, -1); }},
    {"flatten", {real({2, 3, 4})}, [](const auto& x) { return tn::flatten(x[0], 1); }},
    {"flatten_transposed",
     {real({2, 3, 4})},
     [](const auto& x) { return tn::flatten(tn::transpose(x[0], 0, 1)); }},
    {"reshape", {real({2, 6})}, [](const auto& x) { return tn::reshape(x[0], {3, -1}); }, {.fixed = true}},
    {"squeeze", {real({2, 1, 3, 1})}, [](const auto& x) { return tn::squeeze(x[0], 1); }},
    {"squeeze_all", {real({2, 1, 3, 1})}, [](const auto& x) { return tn::squeeze(x[0]); }},
    {"unsqueeze", {real({2, 3})}, [](const auto& x) { return tn::unsqueeze(x[0], -2); }},
    {"expand", {real({2, 1, 3})}, [](const auto& x) { return tn::expand(x[0], {4, -1, 5, -1}); }},
    {"cat", {real({2, 3}), real({2, 4}), real({2, 1})}, [](const auto& x) { return tn::cat(x, 1); }},
    {"cat_first", {real({2, 3}), real({4, 3})}, [](const auto& x) { return tn::cat(x, -2); }},
    {"cat_one", {real({2, 3})}, [](const auto& x) { return tn::cat(x, 0); }},
    {"stack", {real({2, 3}), real({2, 3})}, [](const auto& x) { return tn::stack(x, 1); }},
    {"split", {real({5, 2})}, [](const auto& x) { return tn::split(x[0], 2)[1]; }, {.fixed = true}},
    {"chunk", {real({2, 5})}, [](const auto& x) { return tn::chunk(x[0], 3, 1)[2]; }, {.fixed = true}},
    {"roll", {real({4, 5})}, [](const auto& x) { return tn::roll(x[0], {-2, 1}, {1, 0}); }},
    {"roll_flat", {real({4, 5})}, [](const auto& x) { return tn::roll(x[0], {3}); }},
    {"repeat", {real({2, 3})}, [](const auto& x) { return tn::repeat(x[0], {2, 3, 2}); }},
    {"tril", {real({3, 4, 5})}, [](const auto& x) { return tn::tril(x[0], 1); }},
    {"triu", {real({3, 4, 5})}, [](const auto& x) { return tn::triu(x[0], -1); }},
    {"unbind", {real({3, 4})}, [](const auto& x) { return tn::unbind(x[0], 1)[2]; }, {.fixed = true}},
};

/// 0, 1, 2, … in a shape.
template <class T = float>
Tensor<T> counting(const tn::Shape& shape) {
  return tn::reshape(tn::arange<T>(static_cast<T>(tn::element_count(shape))), shape);
}

TEST(Permute, IsAView) {
  const auto x = counting({2, 3});
  auto y = tn::transpose(x, 0, 1);
  expect_values(y, {3, 2}, {0, 3, 1, 4, 2, 5});
  EXPECT_EQ(y.data(), x.data());
  EXPECT_FALSE(y.is_contiguous());
  expect_values(tn::permute(counting({2, 1, 3}), {2, 0, 1}), {3, 2, 1}, {0, 3, 1, 4, 2, 5});
  expect_values(tn::transpose(tn::scalar<float>(3), 0, -1), {}, {3});
}

TEST(Reshape, KeepsTheOrderOfElementsAndSharesThemIfItCan) {
  const auto x = counting({2, 3});
  EXPECT_EQ(tn::reshape(x, {3, 2}).data(), x.data());
  expect_values(tn::reshape(x, {-1}), {6}, {0, 1, 2, 3, 4, 5});
  expect_values(tn::reshape(tn::transpose(x, 0, 1), {2, 3}), {2, 3}, {0, 3, 1, 4, 2, 5});
  expect_values(tn::reshape(tn::zeros<float>({0, 3}), {3, 0, 7}), {3, 0, 7}, {});
  expect_values(tn::reshape(from<float>({5}), {}), {}, {5});
  expect_values(tn::flatten(tn::scalar<float>(5)), {1}, {5});
  expect_values(tn::flatten(counting({2, 3, 2}), 0, 1), {6, 2}, counting({12}).to_vector());
}

TEST(Reshape, IsAViewOfStridedTensorsWhereItCanBe) {
  const auto x = counting({2, 3, 4});
  const auto is_view = [&](const Tensor<float>& y) { return y.storage().get() == x.storage().get(); };
  EXPECT_TRUE(is_view(x(tn::all, 1)));
  EXPECT_TRUE(is_view(x(tn::all, tn::all, 2)));
  EXPECT_TRUE(is_view(tn::unsqueeze(tn::transpose(x, 0, 2), 1)));
  const auto split = tn::reshape(tn::permute(x, {2, 0, 1}), {2, 2, 2, 1, 3});
  EXPECT_TRUE(is_view(split));
  expect_values(split, {2, 2, 2, 1, 3}, tn::permute(x, {2, 0, 1}).to_vector());
  const auto flipped = tn::flatten(tn::flip(x, {0, 1, 2}));
  EXPECT_TRUE(is_view(flipped));
  EXPECT_EQ(flipped.at({0}), 23);
  const auto stretched = tn::reshape(tn::expand(tn::unsqueeze(x, 0), {5, 2, 3, 4}), {5, 6, 4});
  EXPECT_TRUE(is_view(stretched));
  EXPECT_FALSE(is_view(tn::flatten(tn::transpose(x, 0, 1))));
  EXPECT_FALSE(is_view(tn::reshape(tn::transpose(x, 0, 2), {4, 2, 3})));
}

TEST(Squeeze, OnlyWhatHasExtentOne) {
  EXPECT_EQ(tn::squeeze(counting({1, 3, 1})).shape(), (tn::Shape{3}));
  EXPECT_EQ(tn::squeeze(counting({1, 3, 1}), -1).shape(), (tn::Shape{1, 3}));
  EXPECT_EQ(tn::squeeze(counting({1, 3, 1}), 1).shape(), (tn::Shape{1, 3, 1}));
  EXPECT_EQ(tn::squeeze(tn::scalar<float>(1)).shape(), tn::Shape{});
  EXPECT_EQ(tn::unsqueeze(counting({3}), 0).shape(), (tn::Shape{1, 3}));
  EXPECT_EQ(tn::unsqueeze(counting({3}), -1).shape(), (tn::Shape{3, 1}));
  EXPECT_EQ(tn::unsqueeze(tn::scalar<float>(1), 0).shape(), (tn::Shape{1}));
}

TEST(Join, CatStackSplitChunk) {
  const auto a = counting({2, 2}), b = tn::full<float>({2, 1}, 9);
  expect_values(tn::cat<float>({a, b}, 1), {2, 3}, {0, 1, 9, 2, 3, 9});
  expect_values(tn::cat<float>({tn::transpose(a, 0, 1), a}), {4, 2}, {0, 2, 1, 3, 0, 1, 2, 3});
  expect_values(tn::stack<float>({a, a}, -1), {2, 2, 2}, {0, 0, 1, 1, 2, 2, 3, 3});
  expect_values(tn::cat<float>({a, tn::zeros<float>({0, 2})}), {2, 2}, {0, 1, 2, 3});
  expect_values(tn::cat<std::int64_t>({from<std::int64_t>({1}), from<std::int64_t>({2, 3})}), {3}, {1, 2, 3});
  const auto parts = tn::split(counting({5}), 2);
  ASSERT_EQ(parts.size(), 3u);
  expect_vector(parts[0], {0, 1});
  expect_vector(parts[2], {4});
  const auto listed = tn::split(counting({5}), {1, 0, 4});
  EXPECT_EQ(listed[1].shape(), (tn::Shape{0}));
  expect_vector(listed[2], {1, 2, 3, 4});
  EXPECT_EQ(tn::chunk(counting({7}), 4).size(), 4u);
  EXPECT_EQ(tn::chunk(counting({6}), 4).size(), 3u);
  EXPECT_EQ(tn::chunk(counting({0}), 3).size(), 3u);
}

TEST(Join, ATensorJoinedTwiceGetsBothGradients) {
  auto x = counting<double>({2}).requires_grad_();
  const auto y = tn::cat<double>({x, x});
  expect_vector(tn::grad(y, {x}, {.output_gradient = from<double>({1, 2, 30, 40})})[0], {31, 42});
}

TEST(Join, ManyTensors) {
  std::vector<Tensor<double>> xs;
  for (int i = 0; i < 100; ++i) xs.push_back(tn::scalar<double>(i).requires_grad_());
  const auto gradients = tn::grad(tn::sum(tn::square(tn::stack(xs))), xs);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(gradients[static_cast<std::size_t>(i)].item(), 2 * i);
}

TEST(Roll, WrapsAround) {
  expect_vector(tn::roll(counting({5}), {2}, {0}), {3, 4, 0, 1, 2});
  expect_vector(tn::roll(counting({5}), {-7}, {0}), {2, 3, 4, 0, 1});
  expect_values(tn::roll(counting({2, 2}), {1}), {2, 2}, {3, 0, 1, 2});
  expect_values(tn::roll(counting({2, 2}), {0}, {1}), {2, 2}, {0, 1, 2, 3});
}

TEST(Repeat, Tiles) {
  expect_vector(tn::repeat(counting({2}), {2}), {0, 1, 0, 1});
  expect_values(tn::repeat(counting({2, 1}), {1, 3}), {2, 3}, {0, 0, 0, 1, 1, 1});
  expect_values(tn::repeat(counting({2}), {2, 2}), {2, 4}, {0, 1, 0, 1, 0, 1, 0, 1});
  EXPECT_EQ(tn::repeat(counting({2}), {3, 0}).shape(), (tn::Shape{3, 0}));
}

TEST(Triangles, KeepTheDiagonalAsked) {
  const auto x = counting({2, 3}) + 1;
  expect_values(tn::tril(x), {2, 3}, {1, 0, 0, 4, 5, 0});
  expect_values(tn::tril(x, 1), {2, 3}, {1, 2, 0, 4, 5, 6});
  expect_values(tn::triu(x), {2, 3}, {1, 2, 3, 0, 5, 6});
  expect_values(tn::triu(x, 2), {2, 3}, {0, 0, 3, 0, 0, 0});
  expect_values(tn::tril(from<std::int64_t>({{1, 2}, {3, 4}}), -1), {2, 2}, {0, 0, 3, 0});
  expect_values(tn::tril(tn::full<float>({2, 2}, support::inf)), {2, 2},
                {support::inf, 0, support::inf, support::inf});
}

TEST(ShapeErrors, NameTheShapes) {
  const auto x = counting({2, 3});
  expect_error<tn::ShapeError>([&] { tn::permute(x, {0}); },
                               "[permute] (0,) does not list the axes of shape (2, 3)");
  expect_error<tn::ValueError>([&] { tn::permute(x, {0, -2}); },
                               "[permute] axis 0 is named twice in (0, -2)");
  expect_error<tn::IndexError>([&] { tn::transpose(x, 0, 2); },
                               "[transpose] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ShapeError>([&] { tn::reshape(x, {4, 2}); }, "[reshape] shape (2, 3) does not fit (4, 2)");
  expect_error<tn::ShapeError>([&] { tn::reshape(x, {-1, 4}); },
                               "[reshape] shape (2, 3) does not fit (-1, 4)");
  expect_error<tn::ShapeError>([&] { tn::reshape(x, {-1, -1}); },
                               "[reshape] more than one extent is -1 in (-1, -1)");
  expect_error<tn::ShapeError>([&] { tn::reshape(x, {-2, 3}); },
                               "[reshape] negative extent in shape (-2, 3)");
  expect_error<tn::ValueError>([&] { tn::flatten(x, 1, 0); },
                               "[flatten] start axis 1 comes after end axis 0");
  expect_error<tn::ShapeError>([&] { tn::expand(x, {4, 3}); },
                               "[expand] shape (2, 3) does not stretch to (4, 3)");
  expect_error<tn::ShapeError>([&] { tn::expand(x, {3}); }, "[expand] shape (2, 3) does not stretch to (3,)");
  expect_error<tn::ValueError>([] { tn::cat<float>({}); }, "[cat] expected at least one tensor");
  expect_error<tn::ShapeError>([&] { tn::cat<float>({x, counting({2})}); },
                               "[cat] ranks differ: (2, 3) and (2,)");
  expect_error<tn::ShapeError>([&] { tn::cat<float>({x, counting({2, 2})}); },
                               "[cat] extents differ outside axis 0: (2, 3) and (2, 2)");
  expect_error<tn::ShapeError>([] { tn::cat<float>({tn::scalar<float>(1)}); },
                               "[cat] tensors of rank 0 have no axis to join");
  expect_error<tn::ShapeError>([&] { tn::stack<float>({x, counting({3, 2})}); },
                               "[stack] shapes differ: (2, 3) and (3, 2)");
  expect_error<tn::ShapeError>([&] { tn::split(x, {1, 3}, 1); },
                               "[split] lengths sum to 4, the axis has extent 3");
  expect_error<tn::ValueError>([&] { tn::split(x, 0); }, "[split] length 0 does not fill extent 2");
  expect_error<tn::ValueError>([&] { tn::chunk(x, 0); }, "[chunk] expected at least one chunk, got 0");
  expect_error<tn::ValueError>([&] { tn::roll(x, {1, 2}, {0}); },
                               "[roll] shifts (1, 2) and axes (0,) differ in number");
  expect_error<tn::ValueError>([&] { tn::roll(x, {1, 2}); },
                               "[roll] without axes expected one shift, got (1, 2)");
  expect_error<tn::ShapeError>([&] { tn::repeat(x, {2}); },
                               "[repeat] repeats (2,) are fewer than the axes of (2, 3)");
  expect_error<tn::ShapeError>([] { tn::tril(counting({3})); },
                               "[tril] expected at least two axes, got shape (3,)");
}

TEST(Cat, ListsOfTensorsNeedNoType) {
  const auto a = tn::from<float>({{1, 2}}), b = tn::from<float>({{3, 4}});
  support::expect_values(tn::cat({a, b}, 1), {1, 4}, {1, 2, 3, 4});
  support::expect_values(tn::stack({a, b}), {2, 1, 2}, {1, 2, 3, 4});
  support::expect_values(a.reshape({2, 1}), {2, 1}, {1, 2});
}

TEST(Unbind, GivesViewsOfTheEntries) {
  const auto x = from<float>({{1, 2, 3}, {4, 5, 6}});
  const auto columns = tn::unbind(x, -1);
  ASSERT_EQ(columns.size(), 3u);
  expect_vector(columns[1], {2, 5});
  EXPECT_EQ(columns[1].storage().get(), x.storage().get());
  expect_vector(tn::unbind(x)[1], {4, 5, 6});
  expect_values(tn::unbind(from<bool>({true, false}))[1], {}, {false});
  EXPECT_TRUE(tn::unbind(tn::zeros<float>({0, 2})).empty());
  EXPECT_EQ(tn::unbind(tn::zeros<float>({1, 1, 0}), 0)[0].shape(), (tn::Shape{1, 0}));
  expect_error<tn::IndexError>([] { tn::unbind(tn::scalar<float>(1)); },
                               "[extent] a tensor of rank 0 has no axes");
}

}  // namespace shape_test
