#include "tenon/ops/random/random.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/nn/dropout.hpp"

namespace random_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::Generator;
using tn::index_t;

constexpr index_t many = 200'000;

const OpCases cases{
    {"dropout",
     {real({3, 5})},
     [](const auto& x) {
       Generator generator(3);
       return tn::dropout(x[0], 0.3, true, generator);
     }},
    {"feature_dropout",
     {real({3, 4, 2})},
     [](const auto& x) {
       Generator generator(3);
       return tn::feature_dropout(x[0], 0.5, true, generator);
     }},
    {"alpha_dropout",
     {real({3, 5})},
     [](const auto& x) {
       Generator generator(3);
       return tn::alpha_dropout(x[0], 0.3, true, generator);
     }},
    {"rrelu",
     {real({3, 5})},
     [](const auto& x) {
       Generator generator(3);
       return tn::rrelu(x[0], {}, true, generator);
     },
     {.tolerance = 10}},  // float draws other numbers than double
    {"gumbel_softmax",
     {real({3, 5})},
     [](const auto& x) {
       Generator generator(3);
       return tn::gumbel_softmax(x[0], {.tau = 1.5, .axis = 0}, generator);
     },
     {.fixed = true, .tolerance = 10}},
};

/// The mean is within five standard errors of what it should be.
template <class T>
void expect_mean(const tn::Tensor<T>& x, double mean, double std) {
  EXPECT_NEAR(static_cast<double>(tn::mean(x).item()), mean,
              5 * std / std::sqrt(static_cast<double>(x.size())));
}

template <class T>
class Random : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Random, Reals);

TYPED_TEST(Random, MomentsAndBounds) {
  using T = TypeParam;
  Generator g(1);
  const auto u = tn::uniform<T>({many}, -1, 3, g);
  expect_mean(u, 1, 4 / std::sqrt(12.0));
  EXPECT_TRUE(tn::amin(u).item() >= -1 && tn::amax(u).item() < 3);
  const auto n = tn::normal<T>({many}, 2, 0.5, g);
  expect_mean(n, 2, 0.5);
  EXPECT_NEAR(tn::std(n).item(), 0.5, 0.005);
  expect_mean(tn::bernoulli<T>({many}, 0.3, g), 0.3, 0.46);
  expect_mean(tn::bernoulli(tn::full<T>({many}, T(0.8)), g), 0.8, 0.4);
  expect_vector(tn::bernoulli<T>({2}, 1, g), {1, 1});
  expect_vector(tn::bernoulli(from<T>({0, 1}), g), {0, 1});
}

TYPED_TEST(Random, TruncatedNormalsHaveTheirMomentsInEitherTail) {
  using T = TypeParam;
  Generator g(2);
  const auto moments = [&](double low, double high, double mean) {
    const auto x = tn::truncated_normal<T>({many}, {.low = low, .high = high}, g);
    EXPECT_TRUE(tn::amin(x).item() >= static_cast<T>(low) && tn::amax(x).item() <= static_cast<T>(high));
    expect_mean(x, mean, 1);
  };
  // Means are (phi(a) - phi(b)) / (Phi(b) - Phi(a)).
  moments(-2, 2, 0);
  moments(-1, 3, 0.282786);
  moments(5, 7, 5.186495);
  moments(-40, -38, -38.026280);
  const auto scaled = tn::truncated_normal<T>({many}, {.mean = 10, .std = 2, .low = 8, .high = 14}, g);
  expect_mean(scaled, 10 + 2 * 0.229637, 2);
}

TYPED_TEST(Random, DropoutKeepsTheMean) {
  using T = TypeParam;
  Generator g(3);
  auto x = tn::ones<T>({many}).requires_grad_();
  const auto y = tn::dropout(x, 0.2, true, g);
  expect_mean(y, 1, 0.5);
  expect_mean(tn::to<T>(tn::eq(y, 0)), 0.2, 0.4);
  EXPECT_EQ(tn::amax(y).item(), T(1 / 0.8));
  EXPECT_EQ(tn::grad(tn::sum(y), {x})[0].to_vector(), y.to_vector());
  EXPECT_NE(tn::dropout(x, 0.2, true, g).to_vector(), y.to_vector());
}

TYPED_TEST(Random, DropoutFollowsTraining) {
  using T = TypeParam;
  const auto x = from<T>({1, 2, 3});
  EXPECT_TRUE(tn::dropout(x, 0.5, false).is(x));
  EXPECT_TRUE(tn::dropout(x, 0, true).is(x));
  expect_vector(tn::dropout(x, 1, true), {0, 0, 0});
  const tn::NoGrad evaluation;
  EXPECT_TRUE(tn::dropout(x).is(x));
  EXPECT_TRUE(tn::alpha_dropout(x).is(x));
  EXPECT_TRUE(tn::feature_dropout(tn::ones<T>({2, 2})).size() == 4);
  expect_vector(tn::rrelu(from<T>({-24, 2})), {-5.5, 2});
}

TYPED_TEST(Random, FeaturesStayOrGoTogetherAndAlphaDropoutKeepsTheMoments) {
  using T = TypeParam;
  Generator g(4);
  const auto y = tn::feature_dropout(tn::ones<T>({8, 16, 5}), 0.5, true, g);
  const auto first = tn::expand(y(tn::all, tn::all, tn::range(0, 1)), y.shape());
  EXPECT_TRUE(tn::all(tn::eq(y, first)).item());
  EXPECT_TRUE(tn::any(tn::eq(y, 0)).item() && tn::any(tn::eq(y, 2)).item());
  const auto a = tn::alpha_dropout(tn::randn<T>({many}, g), 0.3, true, g);
  expect_mean(a, 0, 1);
  EXPECT_NEAR(tn::var(a).item(), 1, 0.02);
}

TYPED_TEST(Random, ChoicesFollowTheirWeights) {
  using T = TypeParam;
  Generator g(5);
  const auto w = from<T>({{1, 0, 3}, {2, 2, 0}});
  const auto again = tn::multinomial(w, many, true, g);
  EXPECT_EQ(again.shape(), (tn::Shape{2, many}));
  const auto share = [&](const tn::Tensor<index_t>& draws, index_t choice) {
    return tn::to<double>(tn::eq(draws, choice));
  };
  expect_mean(share(again(0), 2), 0.75, 0.44);
  EXPECT_FALSE(tn::any(tn::eq(again(0), 1)).item());
  expect_mean(share(again(1), 0), 0.5, 0.5);
  // Without putting back: the first choice follows the weights as well, and none comes twice.
  const auto once = tn::multinomial(tn::expand(from<T>({1, 0, 3}), {many, 3}), 2, false, g);
  expect_mean(share(once(tn::all, 0), 2), 0.75, 0.44);
  EXPECT_FALSE(tn::any(tn::eq(once, 1)).item() || tn::any(tn::eq(once(tn::all, 0), once(tn::all, 1))).item());
  const auto drawn = tn::categorical(tn::expand(tn::log(from<T>({1, 0, 3})), {many, 3}), -1, g);
  EXPECT_EQ(drawn.shape(), tn::Shape{many});
  expect_mean(share(drawn, 2), 0.75, 0.44);
}

TYPED_TEST(Random, AHardGumbelSoftmaxIsOneHotWithTheSoftGradient) {
  using T = TypeParam;
  auto x = from<T>({{1, 2, 3}, {0, 0, 0}}).requires_grad_();
  Generator g(6), same(6);
  const auto hard = tn::gumbel_softmax(x, {.hard = true}, g), soft = tn::gumbel_softmax(x, {}, same);
  expect_vector(tn::sum(hard, {1}), {1, 1});
  expect_vector(tn::amax(hard, {1}), {1, 1});
  const auto pick = from<T>({{1, 2, 4}, {3, 1, 0}});
  expect_values(tn::grad(tn::sum(hard * pick), {x})[0], {2, 3},
                tn::grad(tn::sum(soft * pick), {x})[0].to_vector());
}

TEST(Random, PermutationsHoldEveryNumberOnce) {
  Generator g(7);
  const auto order = tn::randperm(1000, g);
  EXPECT_EQ(tn::sort(order).values.to_vector(), tn::arange<index_t>(1000).to_vector());
  EXPECT_NE(order.to_vector(), tn::randperm(1000, g).to_vector());
  EXPECT_EQ(tn::randperm(0, g).size(), 0);
  // The first place of three is taken by each as often.
  index_t zeros = 0;
  for (int i = 0; i < 3000; ++i) zeros += tn::randperm(3, g).data()[0] == 0;
  EXPECT_NEAR(static_cast<double>(zeros), 1000, 130);
}

TEST(Random, TheSameAtAnyNumberOfThreads) {
  const int before = tn::num_threads();
  const auto draw = [](int threads) {
    tn::set_num_threads(threads);
    Generator g(8);
    std::vector<float> all;
    const auto add = [&](const tn::Tensor<float>& x) {
      const auto v = x.to_vector();
      all.insert(all.end(), v.begin(), v.end());
    };
    add(tn::uniform<float>({many}, 0, 1, g));
    add(tn::truncated_normal<float>({many}, {}, g));
    add(tn::bernoulli<float>({many}, 0.5, g));
    add(tn::dropout(tn::ones<float>({many}), 0.5, true, g));
    add(tn::to<float>(tn::multinomial(tn::ones<float>({1000}), 900, false, g)));
    return all;
  };
  const auto one = draw(1);
  EXPECT_EQ(draw(2), one);
  EXPECT_EQ(draw(3), one);
  tn::set_num_threads(before);
}

TEST(RandomErrors, NameNumbersAndShapes) {
  const auto x = tn::zeros<float>({3});
  expect_error<tn::ValueError>([] { tn::uniform<float>({2}, 1, 0); },
                               "[uniform] the range from 1 to 0 is reversed");
  expect_error<tn::ValueError>([] { tn::normal<float>({2}, 0, -1); },
                               "[normal] the standard deviation is negative: -1");
  expect_error<tn::ValueError>([] { tn::truncated_normal<float>({2}, {.std = 0}); },
                               "[truncated_normal] the standard deviation is 0, expected a positive number");
  expect_error<tn::ValueError>([] { tn::truncated_normal<float>({2}, {.low = 3}); },
                               "[truncated_normal] the range from 3 to 2 is empty");
  expect_error<tn::ValueError>([] { tn::bernoulli<float>({2}, 1.5); },
                               "[bernoulli] the probability is 1.5, expected one in [0, 1]");
  expect_error<tn::ValueError>([] { tn::bernoulli(from<float>({2})); },
                               "[bernoulli] a probability lies outside [0, 1]");
  expect_error<tn::ValueError>([] { tn::randperm(-1); }, "[randperm] n is negative: -1");
  expect_error<tn::ValueError>([&] { tn::dropout(x, -0.5, true); },
                               "[dropout] the probability is -0.5, expected one in [0, 1]");
  expect_error<tn::ValueError>([&] { tn::alpha_dropout(x, 2, true); },
                               "[alpha_dropout] the probability is 2, expected one in [0, 1]");
  expect_error<tn::ShapeError>([&] { tn::feature_dropout(x, 0.5, true); },
                               "[feature_dropout] expected shape (N, C, ...), got (3,)");
  expect_error<tn::ShapeError>([] { tn::multinomial(tn::scalar(1.0f), 1); },
                               "[multinomial] expected weights of shape (K,) or (N, K), got ()");
  expect_error<tn::ValueError>([&] { tn::multinomial(x, 1); },
                               "[multinomial] the weights of a row add up to 0");
  expect_error<tn::ValueError>([] { tn::multinomial(from<float>({1, -1}), 1); },
                               "[multinomial] weight -1 is not a finite number of 0 or more");
  expect_error<tn::ValueError>([] { tn::multinomial(from<float>({1, 0, 2}), 3); },
                               "[multinomial] 3 different choices were asked for, but a row has 2 weights "
                               "above 0");
  expect_error<tn::ValueError>([] { tn::multinomial(from<float>({1}), -1); },
                               "[multinomial] the number of draws is negative: -1");
  expect_error<tn::ValueError>([&] { tn::gumbel_softmax(x, {.tau = 0}); },
                               "[gumbel_softmax] tau is 0, expected a positive number");
}

TEST(Poisson, HasItsMomentsForSmallAndLargeRates) {
  for (const double rate : {0.1, 3.5, 9.99, 10.0, 42.0, 1e6}) {
    Generator generator(5);
    const auto x = tn::poisson(tn::full<double>({many}, rate), generator);
    expect_mean(x, rate, std::sqrt(rate));
    // The fourth central moment is rate (1 + 3 rate), hence the standard deviation of the squares.
    expect_mean(tn::square(tn::sub(x, rate)), rate, std::sqrt(rate + 2 * rate * rate));
    EXPECT_TRUE(tn::all(tn::eq(x, tn::to<double>(tn::to<index_t>(x)))).item() && tn::amin(x).item() >= 0);
  }
}

TEST(Poisson, ProbabilitiesOnBothSidesOfTheChangeOfMethod) {
  for (const double rate : {9.5, 10.5}) {
    Generator generator(7);
    const auto x = tn::poisson(tn::full<float>({many}, rate), generator);
    double p = std::exp(-rate);
    for (int k = 0; k < 25; p *= rate / ++k) {
      const double share = tn::mean(tn::eq(x, k)).item();
      EXPECT_NEAR(share, p, 5 * std::sqrt(p / many) + 1e-6) << "of " << k;
    }
  }
}

TEST(Poisson, DependsOnSeedAndPlaceOnly) {
  const auto rates = tn::mul(tn::ones<double>({5000}), 12.5);
  const int before = tn::num_threads();
  const auto draw = [&](int threads) {
    tn::set_num_threads(threads);
    Generator generator(3);
    return tn::poisson(rates, generator).to_vector();
  };
  const auto one = draw(1);
  EXPECT_EQ(draw(3), one);
  tn::set_num_threads(before);
  Generator a(3), b(3);
  const auto first = tn::poisson(from<double>({2, 40}), a), second = tn::poisson(from<double>({30, 40}), b);
  EXPECT_EQ(first.at({1}), second.at({1}));  // the rate of one element does not move the others
  EXPECT_EQ(a.state().block, b.state().block);
  expect_values(tn::poisson(tn::zeros<float>({2, 2}), a), {2, 2}, {0, 0, 0, 0});
  EXPECT_EQ(tn::poisson(tn::zeros<float>({0}), a).size(), 0);
  for (double bad : {-1.0, HUGE_VAL, std::nan("")})
    expect_error<tn::ValueError>([&] { tn::poisson(from<double>({bad}), a); },
                                 "[poisson] a rate is not a finite number of 0 or more");
}

}  // namespace random_test
