#include "tenon/models/word_vectors/word2vec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "models/word_vectors/topic_text.hpp"
#include "support/temporary_folder.hpp"

namespace word2vec_test {

using support::message_of;
using tenon::testing::separation;
using tenon::testing::topics;
using tn::index_t;
using namespace tn::models;
using tn::text::Corpus;
using tn::text::StringReader;
using tn::text::TokenStream;

Corpus read(const std::string& text, const Word2VecOptions& options) {
  StringReader reader(text);
  return tn::text::read_corpus(reader, {}, Word2Vec::limits(options));
}
WordVectors train(const std::string& text, const Word2VecOptions& options) {
  StringReader reader(text);
  return Word2Vec::train(reader, options);
}
/// One thread, so that each run gives the same bits.
Word2VecOptions small() {
  Word2VecOptions options;
  options.size = 20;
  options.sample = 0;
  options.threads = 1;
  options.epochs = 3;
  return options;
}

/// Every way to train.
struct Way {
  const char* name;
  bool cbow, hs;
  int negative;
  index_t shared;
};
class Ways : public testing::TestWithParam<Way> {
 protected:
  static Word2VecOptions options() {
    Word2VecOptions options = small();
    options.cbow = GetParam().cbow;
    options.hs = GetParam().hs;
    options.negative = GetParam().negative;
    options.shared_negatives = GetParam().shared;
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(Word2Vec, Ways,
                         testing::Values(Way{"SkipGram", false, false, 5, 2},
                                         Way{"SkipGramWindows", false, false, 5, 1},
                                         Way{"SkipGramOwnNegatives", false, false, 5, 0},
                                         Way{"SkipGramTree", false, true, 0, 1},
                                         Way{"SkipGramBoth", false, true, 3, 1},
                                         Way{"Cbow", true, false, 5, 1}, Way{"CbowTree", true, true, 0, 1}),
                         [](const auto& way) { return way.param.name; });

TEST_P(Ways, LearnWhichWordsStandTogether) {
  Word2VecOptions options = this->options();
  const std::string text = topics(3000);
  EXPECT_GT(separation(train(text, options)), 0.5f);
  options.threads = 3;
  EXPECT_GT(separation(train(text, options)), 0.5f);
}

TEST_P(Ways, OneThreadAndOneSeedGiveTheSameBits) {
  Word2VecOptions options = this->options();
  const std::string text = topics(300);
  const WordVectors first = train(text, options);
  EXPECT_EQ(train(text, options).values(), first.values());
  options.seed = 2;
  EXPECT_NE(train(text, options).values(), first.values());
}

TEST_P(Ways, ARunThatWasInterruptedEndsAsOneThatWasNot) {
  const support::TemporaryFolder folder;
  Word2VecOptions options = this->options();
  const std::string text = topics(6000);  // some 20 blocks
  Word2Vec whole(read(text, options), options);
  EXPECT_TRUE(whole.run());

  options.checkpoint = folder / "checkpoint";
  Word2Vec interrupted(read(text, options), options);
  ASSERT_FALSE(interrupted.run([](const Word2VecProgress& progress) { return progress.fraction == 0; }));
  EXPECT_FALSE(interrupted.done());
  Word2Vec resumed(read(text, options), options);
  resumed.load(options.checkpoint);
  EXPECT_TRUE(resumed.run());
  EXPECT_EQ(resumed.vectors().values(), whole.vectors().values());
}

/// Two words between two marks: windows at 1/4 and 2/4 of the block, so that rates from 1 to 3 are 1.5 and 2.
/// Vectors of outputs begin as zeros, and half of a vector is added where the chance was 1/2.
TEST(Word2Vec, TheRateFallsWithinABlock) {
  for (const bool cbow : {false, true}) {
    Word2VecOptions options = small();
    options.cbow = cbow;
    options.negative = 1;
    options.ns_exponent = 3;  // which always draws word 0
    const word2vec::Word2VecTables tables({1'000'000, 1, 1}, options);
    word2vec::Word2VecModel model(3, options);
    const std::vector<float> one(model.vectors.row(1), model.vectors.row(1) + options.size),
        two(model.vectors.row(2), model.vectors.row(2) + options.size);
    const std::vector<TokenStream::Token> tokens{1, 2};
    word2vec::BlockTrainer(options, tables, model)
        .train(tokens.data(), 2, word_vectors::FastRandom(1, 0), 1, 3);
    for (index_t d = 0; d < options.size; ++d) {
      const auto at = static_cast<std::size_t>(d);
      EXPECT_FLOAT_EQ(model.outputs.row(1)[d], 1.5f / 2 * two[at]);
      EXPECT_FLOAT_EQ(model.outputs.row(2)[d], 2.0f / 2 * one[at]);
    }
  }
}

TEST(Word2Vec, CheckpointsOnTheWayDoNotChangeTheResult) {
  const support::TemporaryFolder folder;
  Word2VecOptions options = small();
  const std::string text = topics(8000);
  Word2Vec plain(read(text, options), options);
  plain.run();
  options.checkpoint = folder / "checkpoint";
  options.checkpoint_interval = 1e-6;
  Word2Vec saving(read(text, options), options);
  EXPECT_TRUE(saving.run());
  EXPECT_EQ(saving.vectors().values(), plain.vectors().values());
}

TEST(Word2Vec, CheckpointsOfOtherRunsAreRefused) {
  const support::TemporaryFolder folder;
  const std::string path = folder / "checkpoint", text = topics(100);
  Word2VecOptions options = small();
  Word2Vec(read(text, options), options).save(path);
  const auto refusal = [&](const std::string& other_text, const Word2VecOptions& other) {
    return message_of<tn::ValueError>([&] { Word2Vec(read(other_text, other), other).load(path); });
  };
  EXPECT_EQ(refusal(text, options), "");
  const auto with = [&](auto change) {
    Word2VecOptions other = options;
    change(other);
    return refusal(text, other);
  };
  const auto made_with = [&](const std::string& what) {
    return "[word2vec] the checkpoint " + path + " was made with " + what;
  };
  EXPECT_EQ(with([](auto& o) { o.size = 21; }), made_with("size = 20, this run has 21"));
  EXPECT_EQ(with([](auto& o) { o.window = 8; }), made_with("window = 5, this run has 8"));
  EXPECT_EQ(with([](auto& o) { o.negative = 6; }), made_with("negative = 5, this run has 6"));
  EXPECT_EQ(with([](auto& o) { o.shared_negatives = 1; }), made_with("shared_negatives = 2, this run has 1"));
  EXPECT_EQ(with([](auto& o) { o.hs = true; }), made_with("hs = 0, this run has 1"));
  EXPECT_EQ(with([](auto& o) { o.ns_exponent = 0.5; }), made_with("ns_exponent = 0.75, this run has 0.5"));
  EXPECT_EQ(with([](auto& o) { o.sample = 0.25; }), made_with("sample = 0, this run has 0.25"));
  EXPECT_EQ(with([](auto& o) { o.epochs = 4; }), made_with("epochs = 3, this run has 4"));
  EXPECT_EQ(with([](auto& o) { o.alpha = 0.5; }),
            made_with("alpha = 0.025000000000000001, this run has 0.5"));
  EXPECT_EQ(with([](auto& o) { o.min_alpha = 0; }), made_with("min_alpha = 0.0001, this run has 0"));
  EXPECT_EQ(with([](auto& o) { o.seed = 2; }), made_with("seed = 1, this run has 2"));
  EXPECT_EQ(with([](auto& o) {
              o.cbow = true;
              o.alpha = 0.025;  // which is another default
            }),
            made_with("cbow = 0, this run has 1"));
  EXPECT_EQ(with([](auto& o) { o.cbow_mean = false; }), made_with("cbow_mean = 1, this run has 0"));
  const std::string belongs = "[word2vec] the checkpoint " + path + " belongs to another ";
  EXPECT_EQ(with([](auto& o) { o.max_vocab = 7; }),
            belongs + "text");  // of words that are numbered otherwise
  EXPECT_EQ(with([](auto& o) { o.min_count = 30; }), belongs + "text");
  std::string renamed = text;
  for (char& c : renamed)
    if (c == 'a') c = 'z';
  // What does not change the result may be different.
  EXPECT_EQ(with([&](auto& o) {
              o.threads = 2;
              o.checkpoint = path;
              o.checkpoint_interval = 5;
            }),
            "");
  EXPECT_EQ(refusal(renamed, options), belongs + "vocabulary");
  EXPECT_EQ(refusal(text + "a0 a0", options), belongs + "text");
}

TEST(Word2Vec, FilesThatAreNotCheckpointsAreRefused) {
  const support::TemporaryFolder folder;
  const std::string path = folder / "checkpoint", text = topics(100);
  const Word2VecOptions options = small();
  Word2Vec run(read(text, options), options);
  run.save(path);
  const std::string bytes = support::read_file(path);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 1})
    EXPECT_THROW(run.load(folder.write("cut", std::string_view(bytes).substr(0, size))), tn::IoError);
  EXPECT_THROW(run.load(folder / "none"), tn::IoError);
  EXPECT_THROW(run.save(folder / "none/checkpoint"), tn::IoError);
}

TEST(Word2Vec, ProgressIsReported) {
  const Word2VecOptions options = small();
  Word2Vec run(read(topics(8000), options), options);
  std::vector<Word2VecProgress> reports;
  EXPECT_TRUE(run.run([&](const Word2VecProgress& progress) {
    reports.push_back(progress);
    return true;
  }));
  for (std::size_t i = 1; i < reports.size(); ++i) {
    EXPECT_GE(reports[i].fraction, reports[i - 1].fraction);
    EXPECT_LE(reports[i].alpha, reports[i - 1].alpha);
  }
  const Word2VecProgress last = reports.back();
  EXPECT_NEAR(last.fraction, 1, 1e-9);
  EXPECT_NEAR(last.alpha, options.min_alpha, 1e-9);
  EXPECT_NEAR(last.seconds_left, 0, 1e-6);
  EXPECT_GT(last.words_per_second, 0);
  EXPECT_GT(last.loss, 0);
  EXPECT_LT(last.loss, 6 * std::log(2.0));  // what vectors of zeros give
}

TEST(Word2Vec, WordsComeWithTheirCounts) {
  const WordVectors vectors = train("b a b a b\na c c\n\n b b", [] {
    Word2VecOptions options = small();
    options.size = 3;
    options.min_count = 2;
    return options;
  }());
  EXPECT_EQ(vectors.words(), (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(vectors.counts(), (std::vector<index_t>{5, 3, 2}));
  EXPECT_EQ(vectors.dim(), 3);
  for (const float value : vectors.values()) EXPECT_TRUE(std::isfinite(value));
}

TEST(Word2Vec, CbowMayAddUp) {
  Word2VecOptions options = small();
  options.cbow = true;
  const WordVectors mean = train(topics(2000), options);
  options.cbow_mean = false;
  const WordVectors sum = train(topics(2000), options);
  EXPECT_NE(mean.values(), sum.values());
  EXPECT_GT(separation(sum), 0.5f);
}

TEST(Word2Vec, DimensionsOfAnySize) {
  for (const index_t size : {1, 2, 15, 16, 17, 33, 100}) {
    Word2VecOptions options = small();
    options.size = size;
    for (const bool cbow : {false, true}) {
      options.cbow = cbow;
      const WordVectors vectors = train(topics(50), options);
      EXPECT_EQ(vectors.dim(), size);
      for (const float value : vectors.values()) ASSERT_TRUE(std::isfinite(value));
    }
  }
}

TEST(Word2Vec, ATextInATemporaryFileTrainsToTheSameBits) {
  const Word2VecOptions options = small();
  Corpus memory = read(topics(3000), options), file = read(topics(3000), options);
  TokenStream stream(0);
  std::vector<TokenStream::Token> scratch(TokenStream::block_size);
  for (index_t b = 0; b < memory.tokens.block_count(); ++b)
    for (index_t i = 0; i < memory.tokens.block_length(b); ++i)
      stream.append(memory.tokens.block(b, scratch.data())[i]);
  file.tokens = std::move(stream);
  ASSERT_FALSE(file.tokens.in_memory());
  Word2Vec a(std::move(memory), options), b(std::move(file), options);
  a.run();
  b.run();
  EXPECT_EQ(a.vectors().values(), b.vectors().values());
}

TEST(Word2Vec, TextsWithoutWordsSayWhatIsMissing) {
  const Word2VecOptions options = small();
  EXPECT_EQ(message_of<tn::ValueError>([&] { train("", options); }), "[word2vec] the text has no words");
  EXPECT_EQ(message_of<tn::ValueError>([&] { train(" \n\n ", options); }),
            "[word2vec] the text has no words");
  EXPECT_EQ(message_of<tn::ValueError>([&] { train("a b c a", options); }),
            "[word2vec] none of the 4 words of the text is in the vocabulary; words must occur 5 times "
            "(min_count)");
}

TEST(Word2Vec, TextsOfOneWordTrain) {
  for (const bool hs : {false, true}) {
    Word2VecOptions options = small();
    options.hs = hs;
    options.negative = hs ? 0 : 5;
    const WordVectors vectors = train("a a a a a a a", options);
    EXPECT_EQ(vectors.words(), std::vector<std::string>{"a"});
  }
}

TEST(Word2Vec, OneEndlessLineTrains) {
  std::string text = topics(20000);
  for (char& c : text)
    if (c == '\n') c = ' ';
  EXPECT_GT(train(text, small()).size(), 100);
}

TEST(Word2Vec, BinaryGarbageTrains) {
  std::string garbage;
  std::uint32_t x = 1;
  for (int i = 0; i < 1000000; ++i)
    garbage.push_back(static_cast<char>((x = x * 1664525u + 1013904223u) >> 24));
  const WordVectors vectors = train(garbage, small());
  for (const float value : vectors.values()) ASSERT_TRUE(std::isfinite(value));
}

TEST(Word2VecOptions, SayWhatMakesNoSense) {
  const auto complaint = [](auto change) {
    Word2VecOptions options;
    change(options);
    return message_of<tn::ValueError>([&] { options.validate(); });
  };
  EXPECT_EQ(complaint([](auto&) {}), "");
  EXPECT_EQ(complaint([](auto& o) { o.size = 0; }), "[word2vec] size must lie between 1 and 65536, not 0");
  EXPECT_EQ(complaint([](auto& o) { o.window = 0; }), "[word2vec] window must lie between 1 and 1000, not 0");
  EXPECT_EQ(complaint([](auto& o) { o.negative = 0; }),
            "[word2vec] nothing to train: give negative samples (negative > 0) or hierarchical softmax (hs)");
  EXPECT_EQ(complaint([](auto& o) { o.sample = -1; }), "[word2vec] sample must lie between 0 and 1, not -1");
  EXPECT_EQ(complaint([](auto& o) { o.epochs = 0; }),
            "[word2vec] epochs must lie between 1 and 1000000, not 0");
  EXPECT_EQ(complaint([](auto& o) { o.alpha = std::nan(""); }),
            "[word2vec] alpha must lie between 0 and 10, not nan");
  EXPECT_EQ(complaint([](auto& o) { o.min_alpha = 0.5; }),
            "[word2vec] min_alpha must lie between 0 and alpha (0.025), not 0.5");
  EXPECT_EQ(complaint([](auto& o) { o.checkpoint_interval = 5; }),
            "[word2vec] checkpoint_interval needs a checkpoint file");
}

}  // namespace word2vec_test
