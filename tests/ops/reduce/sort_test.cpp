#include "tenon/ops/reduce/sort.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace sort_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::real;
using tn::from;
using tn::index_t;

const OpCases cases{
    {"sort", {real({3, 4, 5})}, [](const auto& x) { return tn::sort(x[0], 1).values; }},
    {"sort_descending", {real({3, 5})}, [](const auto& x) { return tn::sort(x[0], -1, true).values; }},
    {"topk", {real({3, 5})}, [](const auto& x) { return tn::topk(x[0], 3).values; }, {.fixed = true}},
    {"topk_smallest",
     {real({4, 3})},
     [](const auto& x) { return tn::topk(x[0], 2, 0, false).values; },
     {.fixed = true}},
    {"kthvalue", {real({3, 5})}, [](const auto& x) { return tn::kthvalue(x[0], 2).values; }, {.fixed = true}},
    {"median_of_axis",
     {real({3, 4})},
     [](const auto& x) { return tn::median(x[0], 1, true).values; },
     {.empty_throws = true}},
    {"median", {real({3, 5})}, [](const auto& x) { return tn::median(x[0]); }},
    {"bincount_weights",
     {real({4})},
     [](const auto& x) { return tn::bincount(from<index_t>({1, 0, 3, 1}), x[0]); },
     {.fixed = true}},
    {"mode", {real({3, 4})}, [](const auto& x) { return tn::mode(x[0], 0).values; }, {.empty_throws = true}},
};

template <class T>
class Sort : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Sort, Reals);

TYPED_TEST(Sort, StableWithNaNLast) {
  using T = TypeParam;
  const auto x = from<T>({1, nan, -0.0, 0, inf, nan, 1});
  const auto up = tn::sort(x), down = tn::sort(x, 0, true);
  expect_vector(up.values, {-0.0, 0, 1, 1, inf, nan, nan});
  expect_vector(up.indices, {2, 3, 0, 6, 4, 1, 5});
  expect_vector(down.values, {nan, nan, inf, 1, 1, -0.0, 0});
  expect_vector(down.indices, {1, 5, 4, 0, 6, 2, 3});
  EXPECT_TRUE(std::signbit(up.values.at({0})) && !std::signbit(up.values.at({1})));
}

TYPED_TEST(Sort, AlongAnyAxis) {
  using T = TypeParam;
  const auto x = from<T>({{3, 1, 2}, {0, 5, 4}});
  expect_values(tn::sort(x).values, {2, 3}, {1, 2, 3, 0, 4, 5});
  expect_values(tn::argsort(x), {2, 3}, {1, 2, 0, 0, 2, 1});
  expect_values(tn::sort(x, 0).values, {2, 3}, {0, 1, 2, 3, 5, 4});
  expect_values(tn::argsort(x, 0, true), {2, 3}, {0, 1, 1, 1, 0, 0});
  expect_values(tn::sort(tn::scalar<T>(3)).indices, {}, {0});
  expect_values(tn::sort(tn::zeros<T>({2, 0})).values, {2, 0}, {});
}

TYPED_TEST(Sort, Selecting) {
  using T = TypeParam;
  const auto x = from<T>({{3, 1, 2, 1}, {nan, 5, 4, 7}});
  const auto top = tn::topk(x, 2);
  expect_values(top.values, {2, 2}, {3, 2, nan, 7});
  expect_values(top.indices, {2, 2}, {0, 2, 0, 3});
  expect_values(tn::topk(x, 3, 1, false).indices, {2, 3}, {1, 3, 2, 2, 1, 3});
  expect_values(tn::topk(x, 0, 0).values, {0, 4}, {});
  const auto second = tn::kthvalue(x, 2);
  expect_vector(second.values, {1, 5});
  expect_vector(second.indices, {3, 1});
  expect_values(tn::kthvalue(x, 4, 1, true).values, {2, 1}, {3, nan});
  const auto middle = tn::median(x, 1);
  expect_vector(middle.values, {1, nan});
  expect_vector(middle.indices, {3, 0});
  expect_vector(tn::median(x, 0).values, {nan, 1, 2, 1});
  expect_values(tn::median(from<T>({4, 1, 3, 2})), {}, {2});
  expect_values(tn::median(tn::zeros<T>({0})), {}, {nan});
}

TYPED_TEST(Sort, EqualElementsShareTheGradientOfTheMedianOfAll) {
  auto x = from<TypeParam>({1, 2, 2, 3}).requires_grad_();
  expect_vector(tn::grad(tn::median(x), {x})[0], {0, 0.5, 0.5, 0});
  expect_vector(tn::grad(tn::median(x, 0).values, {x})[0], {0, 1, 0, 0});
}

TYPED_TEST(Sort, DifferentElements) {
  using T = TypeParam;
  const auto u = tn::unique(from<T>({{3, 1, 3}, {2, 1, 1}}));
  expect_vector(u.values, {1, 2, 3});
  expect_values(u.inverse, {2, 3}, {2, 0, 2, 1, 0, 0});
  expect_vector(u.counts, {3, 1, 2});
  expect_vector(tn::unique(from<T>({nan, 1, nan})).values, {1, nan, nan});
  const auto runs = tn::unique_consecutive(from<T>({1, 1, 2, 2, 2, 1}));
  expect_vector(runs.values, {1, 2, 1});
  expect_vector(runs.inverse, {0, 0, 1, 1, 1, 2});
  expect_vector(runs.counts, {2, 3, 1});
  EXPECT_EQ(tn::unique(tn::zeros<T>({0})).values.shape(), tn::Shape{0});
}

TYPED_TEST(Sort, Searching) {
  using T = TypeParam;
  const auto edges = from<T>({1, 2, 2, 3}), x = from<T>({nan, 0, 2, 3, 9});
  expect_vector(tn::searchsorted(edges, x), {4, 0, 1, 3, 4});
  expect_vector(tn::searchsorted(edges, x, true), {4, 0, 3, 4, 4});
  expect_values(tn::bucketize(from<T>({{1, 2}}), edges), {1, 2}, {0, 1});
  expect_values(tn::searchsorted(from<T>({{1, 2}, {5, 6}}), from<T>({{2, 3, 0}, {6, 7, 5}})), {2, 3},
                {1, 2, 0, 1, 2, 0});
  expect_values(tn::searchsorted(tn::zeros<T>({0}), tn::scalar<T>(1)), {}, {0});
  // NaN is greater than any number in the sequence, too.
  const auto ends = from<T>({1, 3, nan, nan}), among = from<T>({2, nan, 9});
  expect_vector(tn::searchsorted(ends, among), {1, 2, 2});
  expect_vector(tn::searchsorted(ends, among, true), {1, 4, 2});
}

TYPED_TEST(Sort, Histograms) {
  using T = TypeParam;
  const auto x = from<T>({1, 2, 1, nan, 3, -5, 0});
  const auto h = tn::histogram(x, 4, 0, 3);
  expect_vector(h.counts, {1, 2, 1, 1});
  expect_vector(h.edges, {0, 0.75, 1.5, 2.25, 3});
  expect_vector(tn::histc(from<T>({1, 2, 4}), 3), {1, 1, 1});
  expect_vector(tn::histc(from<T>({2, 2}), 2), {0, 2});
  expect_vector(tn::histc(tn::zeros<T>({0}), 2), {0, 0});
}

TEST(Sort, IntegersAndBooleans) {
  const auto x = from<std::int64_t>({5, -1, INT64_MAX, INT64_MIN});
  expect_vector(tn::argsort(x), {3, 1, 0, 2});
  expect_vector(tn::median(from<std::int32_t>({3, -1, 2}), 0, true).values, {2});
  expect_vector(tn::unique(from<bool>({true, false, true})).counts, {1, 2});
  expect_vector(tn::bincount(from<index_t>({1, 3, 1})), {0, 2, 0, 1});
  expect_vector(tn::bincount(from<index_t>({1}), 4), {0, 1, 0, 0});
  expect_vector(tn::bincount(tn::zeros<index_t>({0})), {});
  expect_vector(tn::bincount(from<index_t>({1, 0, 1}), from<float>({1, 2, 4})), {2, 5});
}

TEST(SortErrors, NameWhatIsWrong) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::IndexError>([&] { tn::sort(x, 2); }, "[sort] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::IndexError>([&] { tn::topk(x, 4); },
                               "[topk] k is 4, but there are 3 elements along axis -1 of shape (2, 3)");
  expect_error<tn::IndexError>([&] { tn::topk(x, -1, 0); },
                               "[topk] k is -1, but there are 2 elements along axis 0 of shape (2, 3)");
  expect_error<tn::IndexError>([&] { tn::kthvalue(x, 0); },
                               "[kthvalue] k is 0, but there are 3 elements along axis -1 of shape (2, 3)");
  expect_error<tn::ValueError>([] { tn::median(tn::zeros<float>({2, 0}), 1); },
                               "[median] nothing to choose from: axis 1 of shape (2, 0) is empty");
  expect_error<tn::ShapeError>([&] { tn::searchsorted(x, tn::zeros<float>({3})); },
                               "[searchsorted] expected a vector, or sequences and values that agree but for "
                               "the last axis; got (2, 3) and (3,)");
  expect_error<tn::ShapeError>([&] { tn::bucketize(x, x); },
                               "[bucketize] expected a vector of boundaries, got shape (2, 3)");
  expect_error<tn::ValueError>([] { tn::bincount(from<index_t>({1, -2})); },
                               "[bincount] expected numbers from 0 on, got -2");
  expect_error<tn::ShapeError>([] { tn::bincount(tn::zeros<index_t>({1, 2})); },
                               "[bincount] expected a vector, got shape (1, 2)");
  expect_error<tn::ValueError>([] { tn::bincount(from<index_t>({1}), -1); },
                               "[bincount] the minimum length is negative: -1");
  expect_error<tn::ShapeError>([] { tn::bincount(from<index_t>({1}), tn::zeros<float>({2})); },
                               "[bincount] expected weights of shape (1,), got (2,)");
  expect_error<tn::ValueError>([&] { tn::histogram(x, 0); }, "[histogram] expected at least 1 bin, got 0");
  expect_error<tn::ValueError>([&] { tn::histc(x, 2, 3, 1); },
                               "[histogram] the range from 3 to 1 is reversed");
  expect_error<tn::ValueError>([] { tn::histc(tn::full<float>({2}, nan), 2); },
                               "[histogram] the range from nan to nan is not finite");
}

TYPED_TEST(Sort, ModeIsTheLeastOfTheMostFrequentAndItsLastPosition) {
  using T = TypeParam;
  const auto m = tn::mode(from<T>({2, 1, 1, 2, 3}));
  expect_values(m.values, {}, {1});
  expect_values(m.indices, {}, {2});
  const auto rows = tn::mode(from<T>({{5, nan, 5, 4}, {nan, nan, inf, nan}, {0, -0.0, 1, -1}}), 1, true);
  expect_values(rows.values, {3, 1}, {5, inf, 0});
  expect_values(rows.indices, {3, 1}, {2, 2, 1});
  expect_values(tn::mode(from<T>({nan, nan})).values, {}, {nan});
  expect_values(tn::mode(tn::scalar<T>(4)).indices, {}, {0});
  expect_vector(tn::mode(from<index_t>({{1, 2}, {1, 3}, {0, 3}}), 0).values, {1, 3});
  EXPECT_EQ(tn::mode(tn::zeros<T>({0, 3})).values.shape(), (tn::Shape{0}));
  expect_error<tn::ValueError>([] { tn::mode(tn::zeros<T>({3, 0})); },
                               "[mode] nothing to choose from: axis -1 of shape (3, 0) is empty");
}

TEST(IsIn, FindsEqualElements) {
  const auto x = from<float>({{1, nan, 3}, {-0.f, inf, 2}});
  expect_values(tn::isin(x, from<float>({3, 0, nan, 3, inf})), {2, 3},
                {false, false, true, true, true, false});
  expect_values(tn::isin(x, tn::zeros<float>({2, 0})), {2, 3}, std::vector<bool>(6, false));
  expect_vector(tn::isin(from<index_t>({5, 7, 5, 9}), tn::from<index_t>({{5, 1}, {9, 2}})),
                {true, false, true, true});
  EXPECT_TRUE(tn::isin(tn::scalar(2.0), tn::scalar(2.0)).item());
  EXPECT_EQ(tn::isin(tn::zeros<float>({0, 3}), x).shape(), (tn::Shape{0, 3}));
}

}  // namespace sort_test
