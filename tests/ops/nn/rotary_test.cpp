#include "tenon/ops/nn/rotary.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace rotary_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::Tensor;

const OpCases cases{
    {"rotary_embedding",
     {real({2, 3, 4})},
     [](const auto& x) { return tn::rotary_embedding(x[0]); },
     {.fixed = true}},
    {"rotary_embedding_interleaved",
     {real({3, 4})},
     [](const auto& x) { return tn::rotary_embedding(x[0], {.start = 2, .interleaved = true}); },
     {.fixed = true}},
};

TEST(RotaryEmbedding, TurnsPairs) {
  const auto x = from<double>({{1, 0, 0, 2}, {1, 0, 0, 2}});
  const double c = std::cos(1), s = std::sin(1), c2 = std::cos(0.01), s2 = std::sin(0.01);
  expect_values(tn::rotary_embedding(x), {2, 4}, {1, 0, 0, 2, c, -2 * s2, s, 2 * c2});
  expect_values(tn::rotary_embedding(x, {.interleaved = true}), {2, 4}, {1, 0, 0, 2, c, s, -2 * s2, 2 * c2});
}

TEST(RotaryEmbedding, ProductsDependOnTheDistance) {
  const auto q = from<double>({{1, 2, 3, 4}}), k = from<double>({{-1, 0.5, 2, 1}});
  const auto product = [&](tn::index_t at) {
    return tn::sum(
               tn::mul(tn::rotary_embedding(q, {.start = at}), tn::rotary_embedding(k, {.start = at + 3})))
        .item();
  };
  EXPECT_NEAR(product(0), product(50), 1e-12);
}

TEST(RotaryEmbeddingErrors, NameShapes) {
  expect_error<tn::ShapeError>([&] { tn::rotary_embedding(tn::zeros<float>({3, 5})); },
                               "[rotary_embedding] expected shape (..., T, D) with an even D, got (3, 5)");
}

}  // namespace rotary_test
