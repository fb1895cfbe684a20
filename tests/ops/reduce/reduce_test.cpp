#include "tenon/ops/reduce/reduce.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/reduce/cumulative.hpp"
#include "tenon/ops/reduce/norm.hpp"

namespace reduce_test {

using support::between;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::inf;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;

const OpCases cases{
    {"sum", {real({3, 4, 5})}, [](const auto& x) { return tn::sum(x[0]); }},
    {"sum_last", {real({3, 4, 5})}, [](const auto& x) { return tn::sum(x[0], {-1}); }},
    {"sum_first", {real({3, 4, 5})}, [](const auto& x) { return tn::sum(x[0], {0}, true); }},
    {"sum_two", {real({3, 4, 5})}, [](const auto& x) { return tn::sum(x[0], {2, 0}); }},
    {"mean", {real({3, 4, 5})}, [](const auto& x) { return tn::mean(x[0], {1}); }},
    {"var", {real({4, 5})}, [](const auto& x) { return tn::var(x[0], {1}, 0); }},
    {"var_unbiased", {real({4, 5})}, [](const auto& x) { return tn::var(x[0]); }, {.fixed = true}},
    {"std", {real({4, 5})}, [](const auto& x) { return tn::std(x[0], {0}, 1, true); }, {.fixed = true}},
    {"var_of_var_mean", {real({4, 5})}, [](const auto& x) { return tn::var_mean(x[0], {1}, 0).var; }},
    {"mean_of_var_mean", {real({4, 5})}, [](const auto& x) { return tn::var_mean(x[0], {0}).mean; }},
    {"nansum", {real({4, 5})}, [](const auto& x) { return tn::nansum(x[0], {1}); }},
    {"nanmean", {real({4, 5})}, [](const auto& x) { return tn::nanmean(x[0], {0}, true); }},
    {"amax", {real({3, 4, 5})}, [](const auto& x) { return tn::amax(x[0], {0, 2}); }, {.empty_throws = true}},
    {"amin",
     {real({3, 4, 5})},
     [](const auto& x) { return tn::amin(x[0], {1}, true); },
     {.empty_throws = true}},
    {"max_of_axis",
     {real({4, 5})},
     [](const auto& x) { return tn::max(x[0], 0).values; },
     {.empty_throws = true}},
    {"min_of_axis",
     {real({4, 5})},
     [](const auto& x) { return tn::min(x[0], 1, true).values; },
     {.empty_throws = true}},
    {"max", {real({4, 5})}, [](const auto& x) { return tn::max(x[0]); }, {.empty_throws = true}},
    {"prod", {between(0.9, 1.1, {3, 5})}, [](const auto& x) { return tn::prod(x[0], 1); }, {.fixed = true}},
    {"prod_of_all", {real({2, 3})}, [](const auto& x) { return tn::prod(x[0]); }, {.fixed = true}},
    {"logsumexp", {real({3, 4, 5})}, [](const auto& x) { return tn::logsumexp(x[0], {1}); }},
    {"logsumexp_two", {real({3, 4, 5})}, [](const auto& x) { return tn::logsumexp(x[0], {0, 2}, true); }},
    {"cumsum", {real({3, 4, 5})}, [](const auto& x) { return tn::cumsum(x[0], 1); }},
    {"cumsum_last", {real({3, 5})}, [](const auto& x) { return tn::cumsum(x[0], -1); }},
    {"vector_norm", {real({3, 5})}, [](const auto& x) { return tn::vector_norm(x[0], 2, {1}, true); }},
    {"norm_1", {real({3, 5})}, [](const auto& x) { return tn::norm(x[0], 1, {1}); }},
    {"norm_2", {real({3, 5})}, [](const auto& x) { return tn::norm(x[0], 2, {0}); }},
    {"norm_3", {real({3, 5})}, [](const auto& x) { return tn::norm(x[0], 3); }},
    {"norm_inf", {real({3, 5})}, [](const auto& x) { return tn::norm(x[0], double{inf}, {1}, true); }},
    {"norm_minus_inf", {real({3, 5})}, [](const auto& x) { return tn::norm(x[0], -double{inf}, {1}); }},
    {"std_mean",
     {real({3, 4})},
     [](const auto& x) {
       const auto both = tn::std_mean(x[0], {1});
       return tn::stack<typename std::decay_t<decltype(x[0])>::value_type>({both.std, both.mean});
     },
     {.fixed = true}},
    {"aminmax",
     {real({3, 4})},
     [](const auto& x) {
       const auto both = tn::aminmax(x[0], {0});
       return tn::sub(both.max, both.min);
     },
     {.empty_throws = true}},
};

template <class T>
class Reduce : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Reduce, Reals);

TYPED_TEST(Reduce, Values) {
  using T = TypeParam;
  const auto x = from<T>({{1, 2, 3}, {4, 5, 9}});
  expect_values(tn::sum(x), {}, {24});
  expect_values(tn::sum(x, {0}), {3}, {5, 7, 12});
  expect_values(tn::sum(x, {1}, true), {2, 1}, {6, 18});
  expect_values(tn::mean(x, {-1}), {2}, {2, 6});
  expect_values(tn::var(x, {1}), {2}, {1, 7});
  expect_values(tn::var(x, {1}, 0), {2}, {T(2.0 / 3), T(14.0 / 3)});
  expect_values(tn::std(x, {1}), {2}, {1, std::sqrt(T(7))});
  expect_values(tn::amax(x, {1}), {2}, {3, 9});
  expect_values(tn::amin(x), {}, {1});
  expect_values(tn::prod(x, 1), {2}, {6, 180});
  expect_values(tn::prod(x), {}, {1080});
  expect_values(tn::cumsum(x, 1), {2, 3}, {1, 3, 6, 4, 9, 18});
  expect_values(tn::cumsum(x, 0), {2, 3}, {1, 2, 3, 5, 7, 12});
  expect_values(tn::logsumexp(tn::log(x), {1}), {2}, {std::log(T(6)), std::log(T(18))});
  const auto v = from<T>({3, -4, 0});
  expect_values(tn::norm(v), {}, {5});
  expect_values(tn::norm(v, 1), {}, {7});
  expect_values(tn::norm(v, 0), {}, {2});
  expect_values(tn::norm(v, double{inf}), {}, {4});
  expect_values(tn::norm(v, -double{inf}), {}, {0});
  expect_values(tn::norm(v, 3), {}, {std::cbrt(T(91))});
}

TYPED_TEST(Reduce, VarianceAndMeanTogether) {
  using T = TypeParam;
  const auto x = from<T>({{1, 2, 3}, {4, 5, 9}});
  const auto both = tn::var_mean(x, {1}), wide = tn::var_mean(x, {0}, 0, true);
  expect_vector(both.var, {1, 7});
  expect_vector(both.mean, {2, 6});
  expect_values(wide.var, {1, 3}, {2.25, 2.25, 9});
  expect_values(wide.mean, {1, 3}, {2.5, 3.5, 6});
}

TYPED_TEST(Reduce, NaNLeftOut) {
  using T = TypeParam;
  auto x = from<T>({{1, nan, 3}, {nan, nan, nan}}).requires_grad_();
  expect_vector(tn::nansum(x, {1}), {4, 0});
  expect_vector(tn::nanmean(x, {1}), {2, nan});
  expect_values(tn::nanmean(x), {}, {2});
  expect_values(tn::grad(tn::nanmean(x), {x})[0], {2, 3}, {0.5, 0, 0.5, 0, 0, 0});
}

TYPED_TEST(Reduce, AnyAllAndHowMany) {
  using T = TypeParam;
  const auto x = from<T>({{0, 2, nan}, {0, 0, 1}, {3, 1, 1}});
  expect_values(tn::any(x), {}, {true});
  expect_values(tn::all(x), {}, {false});
  expect_vector(tn::all(x, {1}), {false, false, true});
  expect_values(tn::any(x, {0}, true), {1, 3}, {true, true, true});
  expect_vector(tn::any(tn::eq(x, 0), {1}), {true, true, false});
  expect_values(tn::count_nonzero(x), {}, {6});
  expect_vector(tn::count_nonzero(x, {1}), {2, 1, 3});
  const auto nothing = tn::zeros<T>({0, 2});
  expect_vector(tn::any(nothing, {0}), {false, false});
  expect_vector(tn::all(nothing, {0}), {true, true});
  expect_values(tn::count_nonzero(nothing), {}, {0});
  expect_vector(tn::any(from<std::int64_t>({{0, 0}, {0, -1}}), {1}), {false, true});
}

TYPED_TEST(Reduce, PositionsOfExtrema) {
  const auto x = from<TypeParam>({{1, 7, 3}, {4, 5, 9}});
  expect_values(tn::argmax(x, 1), {2}, {1, 2});
  expect_values(tn::argmax(x, 0, true), {1, 3}, {1, 0, 1});
  expect_values(tn::argmin(x, -1), {2}, {0, 0});
  expect_values(tn::argmax(x), {}, {5});
  expect_values(tn::argmin(x), {}, {0});
  expect_values(tn::argmax(tn::transpose(x, 0, 1)), {}, {5});
  const auto found = tn::max(x, 1, true);
  expect_values(found.values, {2, 1}, {7, 9});
  expect_values(found.indices, {2, 1}, {1, 2});
  const auto least = tn::min(x, 0);
  expect_values(least.values, {3}, {1, 5, 3});
  expect_values(least.indices, {3}, {0, 1, 0});
}

TYPED_TEST(Reduce, TheFirstOfEqualsAndNaNBeforeAll) {
  expect_values(tn::argmax(from<TypeParam>({1, 3, 3, 2}), 0), {}, {1});
  expect_values(tn::argmin(from<TypeParam>({2, 1, 3, 1}), 0), {}, {1});
  const auto x = from<TypeParam>({1, nan, inf, nan});
  expect_values(tn::argmax(x, 0), {}, {1});
  expect_values(tn::argmin(x, 0), {}, {1});
  expect_values(tn::amax(x), {}, {nan});
  expect_values(tn::amin(x), {}, {nan});
  expect_values(tn::max(x, 0).values, {}, {nan});
}

TYPED_TEST(Reduce, EqualElementsShareTheGradientOfAnExtremum) {
  auto x = from<TypeParam>({{1, 3, 3}, {5, 2, 5}}).requires_grad_();
  expect_values(tn::grad(tn::sum(tn::amax(x, {1})), {x})[0], {2, 3}, {0, 0.5, 0.5, 0.5, 0, 0.5});
  expect_values(tn::grad(tn::sum(tn::max(x, 1).values), {x})[0], {2, 3}, {0, 1, 0, 1, 0, 0});
}

TYPED_TEST(Reduce, ZerosInAProductHaveTheirGradient) {
  auto x = from<TypeParam>({{2, 0, 3, 5}, {0, 0, 3, 5}, {2, 4, 3, 5}}).requires_grad_();
  const auto y = tn::prod(x, 1);
  expect_vector(y, {0, 0, 120});
  expect_values(tn::grad(tn::sum(y), {x})[0], {3, 4}, {0, 30, 0, 0, 0, 0, 0, 0, 60, 30, 40, 24});
}

TYPED_TEST(Reduce, OfNothing) {
  const auto x = tn::zeros<TypeParam>({2, 0});
  expect_values(tn::sum(x), {}, {0});
  expect_values(tn::sum(x, {1}), {2}, {0, 0});
  expect_values(tn::sum(x, {0}), {0}, {});
  expect_values(tn::mean(x, {1}), {2}, {nan, nan});
  expect_values(tn::var(x, {1}), {2}, {nan, nan});
  expect_values(tn::prod(x, 1), {2}, {1, 1});
  expect_values(tn::prod(x), {}, {1});
  expect_values(tn::logsumexp(x, {1}), {2}, {-inf, -inf});
  expect_values(tn::cumsum(x, 1), {2, 0}, {});
  expect_values(tn::norm(x, 2, {1}), {2}, {0, 0});
  expect_values(tn::amax(x, {0}), {0}, {});
}

TYPED_TEST(Reduce, OfOneElementAndOfRankZero) {
  expect_values(tn::var(from<TypeParam>({7})), {}, {nan});
  expect_values(tn::var(from<TypeParam>({7}), {}, 0), {}, {0});
  const auto x = tn::scalar<TypeParam>(7);
  expect_values(tn::sum(x), {}, {7});
  expect_values(tn::sum(x, {0}), {}, {7});
  expect_values(tn::mean(x, {-1}), {}, {7});
  expect_values(tn::amax(x), {}, {7});
  expect_values(tn::argmax(x, 0), {}, {0});
  expect_values(tn::max(x, 0).values, {}, {7});
  expect_values(tn::prod(x, 0), {}, {7});
  expect_values(tn::cumsum(x, 0), {}, {7});
  expect_values(tn::logsumexp(x, {0}), {}, {7});
  expect_values(tn::norm(x), {}, {7});
}

TYPED_TEST(Reduce, LogsumexpOfInfinitiesAndLargeNumbers) {
  using T = TypeParam;
  expect_vector(tn::logsumexp(from<T>({{1e4, 1e4}, {-inf, 3}, {-inf, -inf}, {inf, 1}, {nan, 1}}), {1}),
                {T(1e4) + std::log(T(2)), 3, -inf, inf, nan});
  auto x = from<T>({-inf, 3, 3}).requires_grad_();
  expect_vector(tn::grad(tn::logsumexp(x, {0}), {x})[0], {0, 0.5, 0.5});
}

TYPED_TEST(Reduce, GradientsOfNormsAtZeroAreZero) {
  auto x = from<TypeParam>({0, 0}).requires_grad_();
  expect_vector(tn::grad(tn::norm(x), {x})[0], {0, 0});
  expect_vector(tn::grad(tn::norm(x, 1), {x})[0], {0, 0});
}

TEST(Reduce, FloatSumsOfMillionsKeepTheirDigits) {
  constexpr tn::index_t n = 3'000'001;
  EXPECT_NEAR(tn::sum(tn::full<float>({n}, 0.1f)).item() / (0.1 * n), 1, 1e-6);
  EXPECT_NEAR(tn::mean(tn::full<float>({n, 2}, 0.3f), {0}).at({1}), 0.3, 1e-6);
  expect_values(tn::sum(tn::ones<float>({1 << 25})), {}, {1 << 25});
}

TEST(Reduce, IntegersAndBooleans) {
  const auto x = from<std::int64_t>({{1, 2}, {3, -4}});
  expect_values(tn::sum(x), {}, {2});
  expect_values(tn::sum(x, {0}), {2}, {4, -2});
  expect_values(tn::amax(x, {1}), {2}, {2, 3});
  expect_values(tn::prod(x, 0), {2}, {3, -8});
  expect_values(tn::cumsum(x, 1), {2, 2}, {1, 3, 3, -1});
  expect_values(tn::argmax(x), {}, {2});
}

TEST(Reduce, SumsOfIntegersAndMasksAreOf64Bits) {
  using std::int64_t;
  static_assert(std::is_same_v<decltype(tn::sum(from<bool>({true}))), tn::Tensor<int64_t>>);
  expect_values(tn::sum(tn::gt(from<float>({1, 2, 3}), 0)), {}, {int64_t{3}});
  expect_values(tn::sum(from<std::uint8_t>({200, 100})), {}, {int64_t{300}});
  expect_values(tn::sum(from<std::int32_t>({2000000000, 2000000000})), {}, {int64_t{4000000000}});
  expect_vector(tn::cumsum(from<std::uint8_t>({200, 100}), 0), {int64_t{200}, int64_t{300}});
  expect_vector(tn::cumsum(from<bool>({true, false, true}), -1), {int64_t{1}, int64_t{1}, int64_t{2}});
  expect_vector(tn::cumsum(from<std::int32_t>({2000000000, 2000000000}), 0),
                {int64_t{2000000000}, int64_t{4000000000}});
  expect_values(tn::prod(from<std::uint8_t>({20, 20})), {}, {int64_t{400}});
  expect_values(tn::prod(from<std::int32_t>({1 << 20, 1 << 20}), 0), {}, {int64_t{1} << 40});
  expect_values(tn::prod(from<bool>({true, true})), {}, {int64_t{1}});
  expect_values(tn::prod(tn::zeros<std::uint8_t>({0})), {}, {int64_t{1}});
  expect_values(tn::count_nonzero(from<std::uint8_t>({200, 0, 100})), {}, {int64_t{2}});
}

TEST(Reduce, SumsOfMasksOverAnyAxesOfAnyView) {
  const auto mask = tn::gt(tn::reshape(tn::arange<float>(2 * 3 * 4), {2, 3, 4}), 5);
  const auto numbers = tn::to<tn::index_t>(mask);
  const tn::Dims choices[] = {{}, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {2, 0, 1}};
  for (const tn::Dims& axes : choices)
    for (const bool keepdim : {false, true}) {
      const auto want = tn::sum(numbers, axes, keepdim);
      const auto turned = tn::permute(mask, {2, 0, 1});
      expect_values(tn::sum(mask, axes, keepdim), want.shape(), want.to_vector());
      const auto of_turned = tn::sum(tn::permute(numbers, {2, 0, 1}), axes, keepdim);
      expect_values(tn::sum(turned, axes, keepdim), of_turned.shape(), of_turned.to_vector());
    }
  expect_values(tn::sum(tn::expand(from<bool>({true}), {3}), {0}), {}, {std::int64_t{3}});
  expect_values(tn::sum(tn::zeros<bool>({0, 2}), {0}), {2}, {std::int64_t{0}, std::int64_t{0}});
  expect_values(tn::sum(tn::scalar<std::uint8_t>(7)), {}, {std::int64_t{7}});
}

TEST(Reduce, MeansOfIntegersAndMasksAreDoubles) {
  static_assert(std::is_same_v<decltype(tn::mean(from<bool>({true}))), tn::Tensor<double>>);
  expect_values(tn::mean(from<bool>({true, false, true, true})), {}, {0.75});
  expect_values(tn::mean(from<std::uint8_t>({200, 101})), {}, {150.5});
  expect_values(tn::mean(from<std::int32_t>({{1, 2}, {2000000000, 2000000000}}), {1}), {2}, {1.5, 2e9});
}

TEST(Reduce, AxesOfATransposedTensorInAnyOrder) {
  tn::Generator generator(5);
  const auto x = tn::randn<double>({3, 4, 5}, generator);
  const auto turned = tn::permute(x, {2, 0, 1});  // (5, 3, 4)
  expect_values(tn::sum(turned, {0}), {3, 4}, tn::sum(x, {2}).to_vector());
  expect_values(tn::sum(turned, {1, 2}), {5}, tn::sum(x, {0, 1}).to_vector());
  expect_values(tn::sum(turned, {2, 0}, true), {1, 3, 1}, tn::sum(x, {1, 2}).to_vector());
  expect_values(tn::amax(turned, {1}), {5, 4}, tn::transpose(tn::amax(x, {0}), 0, 1).to_vector());
}

TEST(ReduceErrors, NameWhatIsWrong) {
  const auto x = tn::zeros<float>({2, 3});
  expect_error<tn::IndexError>([&] { tn::sum(x, {2}); }, "[sum] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ValueError>([&] { tn::sum(x, {0, -2}); }, "[sum] axis -2 is named twice");
  expect_error<tn::IndexError>([&] { tn::any(x, {2}); }, "[any] axis 2 is outside [-2, 2) of rank 2");
  expect_error<tn::ValueError>([&] { tn::all(x, {0, 0}); }, "[all] axis 0 is named twice");
  expect_error<tn::IndexError>([&] { tn::mean(x, {5}); }, "[mean] axis 5 is outside [-2, 2) of rank 2");
  expect_error<tn::IndexError>([&] { tn::nanmean(x, {5}); }, "[nanmean] axis 5 is outside [-2, 2) of rank 2");
  expect_error<tn::ValueError>([] { tn::amax(tn::zeros<float>({2, 0})); },
                               "[amax] nothing to choose from: axis 1 of shape (2, 0) is empty");
  expect_error<tn::ValueError>([] { tn::amin(tn::zeros<float>({2, 0}), {1}); },
                               "[amin] nothing to choose from: axis 1 of shape (2, 0) is empty");
  expect_error<tn::ValueError>([] { tn::argmax(tn::zeros<float>({2, 0}), 1); },
                               "[argmax] nothing to choose from: axis 1 of shape (2, 0) is empty");
  expect_error<tn::ValueError>([] { tn::argmin(tn::zeros<float>({0})); },
                               "[argmin] nothing to choose from: axis 0 of shape (0,) is empty");
}

TEST(Reduce, PairsOfResults) {
  const auto x = from<float>({{1, 3}, {2, 6}});
  const auto both = tn::std_mean(x, {1}, 0, true);
  expect_values(both.std, {2, 1}, {1, 2});
  expect_values(both.mean, {2, 1}, {2, 4});
  expect_values(tn::std_mean(x).mean, {}, {3});
  const auto ends = tn::aminmax(x, {0});
  expect_vector(ends.min, {1, 3});
  expect_vector(ends.max, {2, 6});
  expect_values(tn::aminmax(from<std::int32_t>({3, -1, 2}), {}, true).min, {1}, {-1});
  expect_error<tn::ValueError>([] { tn::aminmax(tn::zeros<float>({0})); },
                               "[amin] nothing to choose from: axis 0 of shape (0,) is empty");
}

TEST(Equality, OfWholeTensors) {
  const auto x = from<float>({1, 2});
  EXPECT_TRUE(tn::equal(x, from<float>({1, 2})));
  EXPECT_FALSE(tn::equal(x, from<float>({1, 3})));
  EXPECT_FALSE(tn::equal(x, from<float>({{1, 2}})));
  EXPECT_FALSE(tn::equal(from<float>({nan}), from<float>({nan})));
  EXPECT_TRUE(tn::equal(tn::zeros<bool>({0}), tn::zeros<bool>({0})));
  EXPECT_TRUE(tn::allclose(x, from<float>({1.000001f, 2})));
  EXPECT_FALSE(tn::allclose(x, from<float>({1.0001f, 2})));
  EXPECT_TRUE(tn::allclose(x, from<float>({1.01f, 2}), {.rtol = 0, .atol = 0.02}));
  EXPECT_TRUE(tn::allclose(from<double>({nan}), from<double>({nan}), {.equal_nan = true}));
  EXPECT_TRUE(tn::allclose(tn::ones<float>({2, 2}), tn::scalar(1.f)));
  EXPECT_TRUE(tn::allclose(tn::zeros<float>({0}), tn::scalar(1.f)));
  expect_error<tn::ValueError>([&] { tn::allclose(x, x, {.rtol = -1}); },
                               "[isclose] a tolerance is negative: rtol -1, atol 1e-08");
}

}  // namespace reduce_test
