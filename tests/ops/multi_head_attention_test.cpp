#include "tenon/ops/multi_head_attention.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace {

using support::expect_error;
using support::expect_values;
using support::OpCases;
using support::real;
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

TEST(MultiHeadAttentionErrors, NameShapes) {
  const auto x = zeros<float>({3, 2, 4});
  const tn::MultiHeadWeights<float> w{.in_proj = zeros<float>({12, 4}), .out_proj = zeros<float>({4, 4})};
  expect_error<tn::ValueError>([&] { multi_head_attention<float>(x, x, x, w, {.heads = 3}); },
                               "[multi_head_attention] width 4 does not divide into 3 heads");
  expect_error<tn::ShapeError>(
      [&] {
        multi_head_attention<float>(zeros<float>({3, 4}), x, x, w, {.heads = 2});
      },
      "[multi_head_attention] expected query, key and value of three axes, got (3, 4), (3, 2, 4), (3, 2, 4)");
  expect_error<tn::ShapeError>(
      [&] {
        multi_head_attention<float>(x, zeros<float>({3, 1, 4}), x, w, {.heads = 2});
      },
      "[multi_head_attention] batches or lengths differ: query (3, 2, 4), key (3, 1, 4), value (3, 2, 4)");
  expect_error<tn::ShapeError>(
      [&] {
        multi_head_attention<float>(x, x, x, w, {.heads = 2, .mask = zeros<float>({3, 3, 3})});
      },
      "[multi_head_attention] expected a mask of shape (L, S) or (N heads, L, S), got (3, 3, 3)");
  expect_error<tn::ShapeError>(
      [&] {
        multi_head_attention<float>(x, x, x, w, {.heads = 2, .key_padding_mask = zeros<bool>({3, 3})});
      },
      "[multi_head_attention] expected a key padding mask of shape (N, S), got (3, 3)");
}

}  // namespace
