#include "tenon/train/metrics/mean.hpp"

#include <gtest/gtest.h>

#include "tenon/tensor/create.hpp"

namespace mean_test {

using tn::train::Mean;
using tn::train::Perplexity;

TEST(Mean, WeighsBatchesByTheirSize) {
  Mean loss;
  loss.add(tn::scalar(2.0), 3);
  loss.add(tn::scalar(6.0f), 1);
  EXPECT_EQ(loss.value(), 3.0);
  EXPECT_EQ(loss.weight(), 4.0);
}

TEST(Mean, OfNothingIsNaN) {
  EXPECT_TRUE(std::isnan(Mean().value()));
}

TEST(Perplexity, OfAUniformGuessIsTheSizeOfTheVocabulary) {
  Perplexity perplexity;
  perplexity.add(tn::scalar(std::log(50.0)), 35);
  perplexity.add(std::log(50.0), 7);
  EXPECT_NEAR(perplexity.value(), 50, 1e-12);
}

TEST(Perplexity, IsOverTokensNotOverBatches) {
  Perplexity perplexity;
  perplexity.add(std::log(2.0), 3);
  perplexity.add(std::log(32.0), 1);
  EXPECT_NEAR(perplexity.value(), 4, 1e-14);  // (2 2 2 32)^(1/4)
  EXPECT_TRUE(std::isnan(Perplexity().value()));
}

}  // namespace mean_test
