#include "tenon/train/metrics/bleu.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/expect.hpp"
#include "tenon/train/metrics/edit_distance.hpp"

namespace bleu_test {

using tn::train::Bleu;
using tn::train::BleuSmoothing;
using tn::train::words_of;

void add(Bleu& bleu, const std::string& hypothesis, const std::vector<std::string>& references) {
  std::vector<std::vector<std::string_view>> words;
  for (const std::string& reference : references) words.push_back(words_of(reference));
  bleu.add(words_of(hypothesis), words);
}
Bleu of(BleuSmoothing smoothing, const std::string& hypothesis, const std::vector<std::string>& references) {
  Bleu bleu({.smoothing = smoothing});
  add(bleu, hypothesis, references);
  return bleu;
}

const std::string hypothesis = "the cat sat on the mat", reference = "the cat is on the mat";

TEST(Bleu, WorkedByHand) {
  // Matches: 5 of 6 words, 3 of 5 pairs, 1 of 4 triples, 0 of 3 quadruples; equal lengths.
  const auto value = [](BleuSmoothing s) { return of(s, hypothesis, {reference}).value(); };
  EXPECT_EQ(value(BleuSmoothing::none), 0);
  EXPECT_NEAR(value(BleuSmoothing::exponential), std::pow(5. / 6 * 3 / 5 * 1 / 4 * 1 / 6, 0.25), 1e-15);
  EXPECT_NEAR(value(BleuSmoothing::floor), std::pow(5. / 6 * 3 / 5 * 1 / 4 * 0.1 / 3, 0.25), 1e-15);
  EXPECT_NEAR(value(BleuSmoothing::add_one), std::pow(5. / 6 * 4 / 6 * 2 / 5 * 1 / 4, 0.25), 1e-15);
}

TEST(Bleu, AWordCountsAtMostAsOftenAsInOneReference) {
  const Bleu bleu =
      of(BleuSmoothing::none, "the the the the the the the",
         {"the cat is on the mat", "there is a cat on the mat"});  // Papineni et al., section 2.1
  EXPECT_DOUBLE_EQ(bleu.precisions()[0], 2.0 / 7);
  EXPECT_EQ(bleu.value(), 0);
}

TEST(Bleu, CountsOverTheCorpusNotOverSentences) {
  Bleu bleu({.smoothing = BleuSmoothing::none});
  add(bleu, "a b c d e", {"a b c d e"});
  add(bleu, "x y", {"x z"});
  EXPECT_NEAR(bleu.value(), std::pow(6. / 7 * 4 / 5 * 3 / 3 * 2 / 2, 0.25), 1e-15);
}

TEST(Bleu, ShortHypothesesPayAgainstTheClosestReference) {
  const Bleu bleu = of(BleuSmoothing::none, "a b c d", {"a b c d e f g h", "a b c d e f"});
  EXPECT_NEAR(bleu.brevity_penalty(), std::exp(1 - 6.0 / 4), 1e-15);
  EXPECT_NEAR(bleu.value(), std::exp(-0.5), 1e-15);
  // Of two as close, the shorter: no penalty.
  EXPECT_EQ(of(BleuSmoothing::none, "a b c d", {"a b c d e", "a b c"}).brevity_penalty(), 1);
}

TEST(Bleu, OfNumbersOfAVocabulary) {
  Bleu bleu;
  bleu.add(std::vector{1, 2, 3, 4, 5}, {{1, 2, 3, 4, 5}});
  EXPECT_EQ(bleu.value(), 1);
}

TEST(Bleu, OfNothing) {
  EXPECT_TRUE(std::isnan(Bleu().value()));
  EXPECT_EQ(of(BleuSmoothing::exponential, "", {"a b"}).value(), 0);
  EXPECT_EQ(of(BleuSmoothing::exponential, "x", {"a b"}).value(), 0);
  EXPECT_EQ(of(BleuSmoothing::exponential, "a b", {"a b"}).value(), 0);  // no quadruple at all
  Bleu bleu;
  support::expect_error<tn::ValueError>([&] { add(bleu, "a", {}); },
                                        "[bleu] a hypothesis needs at least one reference");
}

}  // namespace bleu_test
