#include "tenon/ops/reduce/map_sum.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace map_sum_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;

const OpCases cases{
    {"map_sum",
     {real({3, 5}), real({3, 5})},
     [](const auto& x) { return tn::map_sum([](auto a, auto b) { return a * sin(b); }, x[0], x[1]); }},
    {"map_sum_broadcast",
     {real({4, 1, 3}), real({5, 1})},
     [](const auto& x) { return tn::map_sum([](auto a, auto b) { return (a - b) * (a - b); }, x[0], x[1]); }},
    {"map_sum_linear",
     {real({7})},
     [](const auto& x) { return tn::map_sum([](auto a) { return 3 * a; }, x[0]); }},
};

TEST(MapSum, IsTheSumOfTheMap) {
  const auto x = from<double>({{1, 2}, {3, 4}});
  expect_values(tn::map_sum([](auto a) { return a * a; }, x), {}, {30});
  expect_values(tn::map_sum([](auto a, auto m) { return select(m != 0, a, 0); }, x,
                            from<bool>({{true, false}, {false, true}})),
                {}, {5});
  expect_values(tn::map_sum([](auto a) { return a + 1; }, tn::zeros<float>({0, 3})), {}, {0});
  expect_values(tn::map_sum([](auto a) { return a + 1; }, tn::scalar(2.0f)), {}, {3});
}

TEST(MapSum, OfMillionsOfFloatsKeepsItsDigits) {
  constexpr tn::index_t n = 3'000'001;
  // A chunk is summed in lanes, each sum of a lane rounded to within 2^-24; chunks are summed in double.
  constexpr double additions = static_cast<double>(tn::backend::map_chunk) / tn::backend::Pack<float>::width;
  EXPECT_NEAR(tn::map_sum([](auto a) { return a * 0.5f; }, tn::full<float>({n}, 0.2f)).item() / (0.1 * n), 1,
              additions * 0x1p-24);
}

TEST(MapSum, StoresNoTerms) {
  const auto x = tn::ones<float>({1 << 20});
  const auto before = tn::backend::memory::statistics().in_use;
  const auto y = tn::map_sum([](auto a) { return a * a; }, x);
  EXPECT_LT(tn::backend::memory::statistics().in_use - before, std::size_t{1} << 12);
}

TEST(MapSumErrors, NameTheFunctionAndTheShapes) {
  expect_error<tn::ShapeError>(
      [] {
        tn::map_sum(
            "gap", [](auto a, auto b) { return a - b; }, tn::zeros<float>({2}), tn::zeros<float>({3}));
      },
      "[gap] shapes do not broadcast: (2,) and (3,)");
}

}  // namespace map_sum_test
