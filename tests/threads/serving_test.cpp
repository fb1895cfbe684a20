// A model that threads share, as docs/serving.md has it. Under ThreadSanitizer it shows that evaluation
// writes nothing.

#include <gtest/gtest.h>

#include <thread>

#include "tenon/models/language/text_cnn.hpp"
#include "tenon/nn/conv.hpp"
#include "tenon/nn/dropout.hpp"
#include "tenon/nn/norm.hpp"

namespace serving_test {

namespace nn = tn::nn;
using tn::index_t;
using tn::Tensor;

/// Calls `predict` in four threads, which record, and expects what it gives in this one.
template <class F>
void expect_same_in_threads(const F& predict) {
  const std::vector<float> want = predict().to_vector();
  std::vector<std::vector<float>> got(4);
  std::vector<std::thread> threads;
  for (auto& result : got)
    threads.emplace_back([&] {
      for (int call = 0; call < 10; ++call) {
        result = predict().to_vector();
        if (result != want) return;
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : got) EXPECT_EQ(result, want);
}

TEST(Serving, StatisticsOfNormsStandStill) {
  struct Net {
    nn::Conv2d<float> conv{1, 2, {3, 3}};
    nn::BatchNorm2d<float> norm{2};
    nn::Dropout dropout{0.5};
    Tensor<float> operator()(const Tensor<float>& x) const { return dropout(norm(conv(x))); }
  };
  Net net;
  const auto x = tn::randn<float>({3, 1, 5, 5});
  net(x);
  nn::eval(net);
  const auto mean = net.norm.running_mean.to_vector(), var = net.norm.running_var.to_vector();
  expect_same_in_threads([&] { return net(x); });
  EXPECT_EQ(net.norm.running_mean.to_vector(), mean);
  EXPECT_EQ(net.norm.running_var.to_vector(), var);
  EXPECT_EQ(net.norm.num_batches_tracked.item(), 1);
  nn::train(net);
  net(x);
  EXPECT_EQ(net.norm.num_batches_tracked.item(), 2);
}

TEST(Serving, RowsBeyondMaxNormAreCutInACopy) {
  nn::Embedding<float> table(6, 4, {.max_norm = 0.5});
  const auto before = table.weight.to_vector();
  nn::eval(table);
  const auto index = tn::arange<index_t>(6);
  expect_same_in_threads([&] { return table(index); });
  EXPECT_EQ(table.weight.to_vector(), before);
}

TEST(Serving, AModelWithDropoutIsShared) {
  tn::models::TextCnn<float> net({.words = 20, .dim = 4, .filters = 3});
  nn::eval(net);
  const auto ids = tn::reshape(tn::arange<index_t>(16), {2, 8});
  expect_same_in_threads([&] { return net(ids); });
}

}  // namespace serving_test
