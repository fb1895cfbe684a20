#include "tenon/models/word_vectors/glove.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "models/word_vectors/topic_text.hpp"
#include "support/temporary_folder.hpp"

namespace glove_test {

using support::message_of;
using tenon::testing::separation;
using tenon::testing::topics;
using tn::index_t;
using namespace tn::models;
using tn::text::Corpus;
using tn::text::StringReader;
using Phase = GloveProgress::Phase;

Corpus read(const std::string& text, const GloveOptions& options) {
  StringReader reader(text);
  return tn::text::read_corpus(reader, {}, Glove::limits(options));
}
WordVectors train(const std::string& text, const GloveOptions& options) {
  StringReader reader(text);
  return Glove::train(reader, options);
}

/// One thread, so that each run gives the same bits.
GloveOptions small() {
  GloveOptions options;
  options.size = 20;
  options.threads = 1;
  options.iterations = 25;
  options.memory = 0.01;
  return options;
}

/// GloVe learns from how often words meet, not from words that never do: biases explain those.
TEST(Glove, LearnsWhichWordsStandTogether) {
  const std::string text = topics(3000, 1, true);
  GloveOptions options = small();
  EXPECT_GT(separation(train(text, options)), 0.5f);
  options.output = GloveOutput::word;
  EXPECT_GT(separation(train(text, options)), 0.5f);
  options.threads = 3;
  EXPECT_GT(separation(train(text, options)), 0.5f);
}

TEST(Glove, OneThreadAndOneSeedGiveTheSameBits) {
  const std::string text = topics(300);
  GloveOptions options = small();
  options.iterations = 3;
  const WordVectors first = train(text, options);
  EXPECT_EQ(train(text, options).values(), first.values());
  options.memory = 0.001;
  EXPECT_EQ(train(text, options).values(), first.values());
  options.seed = 2;
  EXPECT_NE(train(text, options).values(), first.values());
}

/// Pairs are counted anew by the run that goes on.
TEST(Glove, ARunThatWasInterruptedEndsAsOneThatWasNot) {
  const support::TemporaryFolder folder;
  GloveOptions options = small();
  const std::string text = topics(1000);
  Glove whole(read(text, options), options);
  EXPECT_FALSE(whole.done());
  EXPECT_TRUE(whole.run());
  EXPECT_TRUE(whole.done());

  options.checkpoint = folder / "checkpoint";
  options.checkpoint_interval = 1e-6;  // saved after each block or two
  Glove interrupted(read(text, options), options);
  ASSERT_FALSE(interrupted.run([](const GloveProgress& progress) {
    return progress.phase != Phase::training || progress.fraction < 0.3;
  }));
  EXPECT_FALSE(interrupted.done());
  Glove resumed(read(text, options), options);
  resumed.load(options.checkpoint);
  EXPECT_TRUE(resumed.run());
  EXPECT_EQ(resumed.vectors().values(), whole.vectors().values());
  EXPECT_TRUE(interrupted.run());  // which may also go on itself
  EXPECT_EQ(interrupted.vectors().values(), whole.vectors().values());
}

TEST(Glove, StopsWhileItCounts) {
  const GloveOptions options = small();
  Glove run(read(topics(3000), options), options);
  EXPECT_FALSE(run.run([](const GloveProgress&) { return false; }));
  EXPECT_FALSE(run.run([](const GloveProgress& p) { return p.phase == Phase::counting; }));
  EXPECT_EQ(run.pair_count(), 0);
}

/// Nothing was trained yet, but the program says that the checkpoint is there to go on from.
TEST(Glove, WhatIsStoppedWhileItCountsLeavesACheckpoint) {
  const support::TemporaryFolder folder;
  GloveOptions options = small();
  options.checkpoint = folder / "checkpoint";
  const std::string text = topics(300);
  Glove stopped(read(text, options), options);
  EXPECT_FALSE(stopped.run([](const GloveProgress&) { return false; }));
  Glove resumed(read(text, options), options);
  resumed.load(options.checkpoint);
  EXPECT_TRUE(resumed.run());
  EXPECT_EQ(resumed.vectors().values(), train(text, options).values());
}

TEST(Glove, CheckpointsOfOtherRunsAreRefused) {
  const support::TemporaryFolder folder;
  const std::string path = folder / "checkpoint", text = topics(100);
  const GloveOptions options = small();
  Glove(read(text, options), options).save(path);
  const auto with = [&](auto change) {
    GloveOptions other = options;
    change(other);
    return message_of<tn::ValueError>([&] { Glove(read(text, other), other).load(path); });
  };
  const auto made_with = [&](const std::string& what) {
    return "[glove] the checkpoint " + path + " was made with " + what;
  };
  EXPECT_EQ(with([](auto&) {}), "");
  EXPECT_EQ(with([](auto& o) { o.size = 21; }), made_with("size = 20, this run has 21"));
  EXPECT_EQ(with([](auto& o) { o.x_max = 7; }), made_with("x_max = 100, this run has 7"));
  EXPECT_EQ(with([](auto& o) { o.alpha = 0.5; }), made_with("alpha = 0.75, this run has 0.5"));
  EXPECT_EQ(with([](auto& o) { o.window = 8; }), made_with("window = 10, this run has 8"));
  EXPECT_EQ(with([](auto& o) { o.iterations = 24; }), made_with("iterations = 25, this run has 24"));
  EXPECT_EQ(with([](auto& o) { o.eta = 0.25; }), made_with("eta = 0.050000000000000003, this run has 0.25"));
  EXPECT_EQ(with([](auto& o) { o.seed = 2; }), made_with("seed = 1, this run has 2"));
  const std::string belongs = "[glove] the checkpoint " + path + " belongs to another ";
  EXPECT_EQ(with([](auto& o) { o.max_vocab = 7; }),
            belongs + "text");  // of words that are numbered otherwise
  EXPECT_EQ(with([](auto& o) { o.min_count = 30; }), belongs + "text");
  std::string renamed = text;
  for (char& c : renamed)
    if (c == 'a') c = 'z';
  // What does not change the state that is saved may be different.
  EXPECT_EQ(with([&](auto& o) {
              o.threads = 2;
              o.memory = 0.02;
              o.output = GloveOutput::word;
              o.checkpoint = path;
              o.checkpoint_interval = 5;
            }),
            "");
  const auto of_text = [&](const std::string& other) {
    return message_of<tn::ValueError>([&] { Glove(read(other, options), options).load(path); });
  };
  EXPECT_EQ(of_text(renamed), belongs + "vocabulary");
  EXPECT_EQ(of_text(text + "a0"), belongs + "text");
}

TEST(Glove, ProgressIsReportedPhaseByPhase) {
  const GloveOptions options = small();
  Glove run(read(topics(3000), options), options);
  std::vector<GloveProgress> reports;
  EXPECT_TRUE(run.run([&](const GloveProgress& progress) {
    reports.push_back(progress);
    return true;
  }));
  std::vector<GloveProgress> ends;  // the last of each phase
  for (std::size_t k = 0; k < reports.size(); ++k) {
    if (k + 1 == reports.size() || reports[k + 1].phase != reports[k].phase)
      ends.push_back(reports[k]);
    else
      EXPECT_LE(reports[k].fraction, reports[k + 1].fraction);
  }
  ASSERT_EQ(ends.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(ends[k].phase, static_cast<Phase>(k));
    EXPECT_NEAR(ends[k].fraction, 1, 1e-9);
    EXPECT_NEAR(ends[k].seconds_left, 0, 1e-6);
    EXPECT_GT(ends[k].rate, 0);
  }
  EXPECT_EQ(run.pair_count(), 110 * 111 / 2 - 45 * 100);  // no two topics meet
  EXPECT_GT(ends[2].loss, 0);
  EXPECT_LT(ends[2].loss, 0.5);
}

TEST(Glove, WordsComeWithTheirCounts) {
  GloveOptions options = small();
  options.size = 3;
  options.min_count = 2;
  const WordVectors vectors = train("b a b a b\na c c\n\n b b", options);
  EXPECT_EQ(vectors.words(), (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(vectors.counts(), (std::vector<index_t>{5, 3, 2}));
  EXPECT_EQ(vectors.dim(), 3);
  for (const float value : vectors.values()) EXPECT_TRUE(std::isfinite(value));
}

TEST(Glove, TextsWithoutPairsTrainToTheirBeginning) {
  GloveOptions options = small();
  options.min_count = 1;
  const WordVectors vectors = train("a\nb\nc\n", options);
  EXPECT_EQ(vectors.size(), 3);
  for (const float value : vectors.values()) EXPECT_LE(std::abs(value), 2 * 0.5f / 20);
}

TEST(Glove, WhatCannotBeTrainedIsSaid) {
  GloveOptions options = small();
  EXPECT_EQ(message_of<tn::ValueError>([&] { train("", options); }), "[glove] the text has no words");
  EXPECT_EQ(
      message_of<tn::ValueError>([&] { train("a b c a", options); }),
      "[glove] none of the 4 words of the text is in the vocabulary; words must occur 5 times (min_count)");
  options.x_max = 0;
  EXPECT_EQ(message_of<tn::ValueError>([&] { train("a", options); }),
            "[glove] x_max must be a positive number, not 0");
  options = {};
  options.memory = -1;
  EXPECT_EQ(message_of<tn::ValueError>([&] { train("a", options); }),
            "[glove] memory must lie between 0.001 and 1000000 GB, not -1");
}

}  // namespace glove_test
