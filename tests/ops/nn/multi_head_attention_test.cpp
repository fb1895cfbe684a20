#include "tenon/ops/nn/multi_head_attention.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace multi_head_attention_test {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
using tn::from;
using tn::multi_head_attention;
using tn::Tensor;
using tn::zeros;

const OpCases cases{
    {"multi_head_attention",
     {real({3, 2, 4}), real({12, 4}), real({12}), real({4, 4}), real({4})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return multi_head_attention<T>(
                  x[0], x[0], x[0],
                  {.in_proj = x[1], .in_proj_bias = x[2], .out_proj = x[3], .out_proj_bias = x[4]},
                  {.heads = 2, .need_weights = false})
           .output;
     },
     {.fixed = true, .tolerance = 1e-4}},
};

TEST(MultiHeadAttention, AskingForWeightsChangesNothing) {
  tn::Generator generator(1);
  const auto x = tn::randn<double>({2, 5, 6}, generator);
  const tn::MultiHeadWeights<double> w{.in_proj = tn::randn<double>({18, 6}, generator),
                                       .out_proj = tn::randn<double>({6, 6}, generator)};
  const auto with =
      multi_head_attention<double>(x, x, x, w, {.heads = 3, .batch_first = true, .is_causal = true});
  const auto without = multi_head_attention<double>(
      x, x, x, w, {.heads = 3, .batch_first = true, .need_weights = false, .is_causal = true});
  expect_values(with.output, {2, 5, 6}, without.output.to_vector());
  EXPECT_FALSE(without.weights.defined());
  expect_values(tn::sum(with.weights, {2}), {2, 5}, std::vector<double>(10, 1.0));
}

/// Scores that are all 0, of two keys and two more that are appended, with values (1, 0), (0, 1), (10, 100)
/// and 0: a mask alone says how a query attends.
struct Appended {
  tn::MultiHeadWeights<double> weights;
  Tensor<double> x = from<double>({1, 0, 0, 1}, {2, 1, 2});  // (2, 1, 2), queries as well as keys

  Appended() {
    weights.in_proj = tn::cat<double>({zeros<double>({4, 2}), tn::eye<double>(2)});
    weights.out_proj = tn::eye<double>(2);
    weights.bias_k = zeros<double>({1, 1, 2});
    weights.bias_v = tn::reshape(from<double>({10, 100}), {1, 1, 2});
  }
  /// Expects these weights of the two queries, whether they are asked for or not.
  void expect(tn::MultiHeadOptions<double> options, const std::vector<double>& w) const {
    options.add_zero_attn = true;
    std::vector<double> y;
    for (const std::size_t q : {0u, 4u}) {
      y.push_back(w[q] + 10 * w[q + 2]);
      y.push_back(w[q + 1] + 100 * w[q + 2]);
    }
    const auto with = multi_head_attention<double>(x, x, x, weights, options);
    expect_values(with.weights, {1, 2, 4}, w);
    expect_values(with.output, {2, 1, 2}, y);
    options.need_weights = false;
    expect_values(multi_head_attention<double>(x, x, x, weights, options).output, {2, 1, 2}, y);
  }
};

// No mask speaks of appended keys: every query attends to them.
TEST(MultiHeadAttention, AppendedKeysAreNotMasked) {
  const Appended appended;
  const double third = 1.0 / 3, half = 0.5;
  appended.expect({}, std::vector<double>(8, 0.25));
  appended.expect({.mask = tn::log(from<double>({{2, 3}, {1, 1}}))},
                  {2.0 / 7, 3.0 / 7, 1.0 / 7, 1.0 / 7, 0.25, 0.25, 0.25, 0.25});
  appended.expect({.mask = tn::log(from<double>({2, 3, 1, 1}, {1, 2, 2}))},
                  {2.0 / 7, 3.0 / 7, 1.0 / 7, 1.0 / 7, 0.25, 0.25, 0.25, 0.25});
  appended.expect({.forbidden = from<bool>({{true, false}, {true, true}})},
                  {0, third, third, third, 0, 0, half, half});
  appended.expect({.key_padding_mask = from<bool>({{false, true}})},
                  {third, 0, third, third, third, 0, third, third});
  appended.expect({.is_causal = true}, {third, 0, third, third, 0.25, 0.25, 0.25, 0.25});
  appended.expect({.forbidden = from<bool>({{false, false}, {true, false}}), .is_causal = true},
                  {third, 0, third, third, 0, third, third, third});
}

TEST(MultiHeadAttentionErrors, NameShapes) {
  const auto x = zeros<float>({3, 2, 4});
  const tn::MultiHeadWeights<float> w{.in_proj = zeros<float>({12, 4}), .out_proj = zeros<float>({4, 4})};
  expect_error<tn::ValueError>([&] { multi_head_attention<float>(x, x, x, w, {.heads = 3}); },
                               "[multi_head_attention] width 4 does not divide into 3 heads");
  expect_error<tn::ShapeError>(
      [&] { multi_head_attention<float>(zeros<float>({3, 4}), x, x, w, {.heads = 2}); },
      "[multi_head_attention] expected query, key and value of three axes, got (3, 4), (3, 2, 4), (3, 2, 4)");
  expect_error<tn::ShapeError>(
      [&] { multi_head_attention<float>(x, zeros<float>({3, 1, 4}), x, w, {.heads = 2}); },
      "[multi_head_attention] batches or lengths differ: query (3, 2, 4), key (3, 1, 4), value (3, 2, 4)");
  expect_error<tn::ShapeError>(
      [&] { multi_head_attention<float>(x, x, x, w, {.heads = 2, .mask = zeros<float>({3, 3, 3})}); },
      "[multi_head_attention] expected a mask of shape (L, S) or (N heads, L, S), got (3, 3, 3)");
  expect_error<tn::ShapeError>(
      [&] { multi_head_attention<float>(x, x, x, w, {.heads = 2, .key_padding_mask = zeros<bool>({3, 3})}); },
      "[multi_head_attention] expected a key padding mask of shape (N, S), here (2, 3), got (3, 3)");
  expect_error<tn::ShapeError>(
      [&] { multi_head_attention<float>(x, x, x, w, {.heads = 2, .mask = zeros<float>({3, 2})}); },
      "[multi_head_attention] a mask of shape (3, 2) does not fit 3 queries and 3 keys");
  expect_error<tn::ShapeError>(
      [&] { multi_head_attention<float>(x, x, x, w, {.heads = 2, .key_padding_mask = zeros<bool>({2, 2})}); },
      "[multi_head_attention] expected a key padding mask of shape (N, S), here (2, 3), got (2, 2)");
}

}  // namespace multi_head_attention_test
