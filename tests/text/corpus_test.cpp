#include "tenon/text/corpus.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace corpus_test {

using tn::index_t;
using tn::text::Corpus;
using tn::text::read_corpus;
using tn::text::StringReader;
using tn::text::TokenStream;
using tn::text::Vocabulary;
using tn::text::VocabularyLimits;

Corpus read(const std::string& text, const VocabularyLimits& limits = {.min_count = 1}) {
  StringReader reader(text);
  return read_corpus(reader, {}, limits);
}

/// The text again, with "|" between sentences.
std::string spell(const Corpus& corpus) {
  std::string text;
  std::vector<TokenStream::Token> scratch(TokenStream::block_size);
  for (index_t b = 0; b < corpus.tokens.block_count(); ++b) {
    const auto* tokens = corpus.tokens.block(b, scratch.data());
    for (index_t i = 0; i < corpus.tokens.block_length(b); ++i)
      text += tokens[i] == TokenStream::sentence_end ? "| "
                                                     : std::string(corpus.vocabulary.word(tokens[i])) + " ";
  }
  return text;
}

TEST(Corpus, LinesAreSentences) {
  const Corpus corpus = read("b a a\n\nc a\n");
  EXPECT_EQ(spell(corpus), "b a a | c a | ");
  EXPECT_EQ(corpus.lines, 3u);
  EXPECT_EQ(corpus.words, 5u);
  EXPECT_EQ(corpus.vocabulary.word(0), "a");
  EXPECT_EQ(corpus.vocabulary.count(0), 3u);
}

TEST(Corpus, TheMarkOfASentencesEndEndsIt) {
  EXPECT_EQ(spell(read("a b </s> c </s>\n</s> d")), "a b | c | d ");
}

TEST(Corpus, JoinedLinesAreOneSentence) {
  StringReader reader("b a\n\nc </s> a\nb\n");
  const Corpus corpus = read_corpus(reader, {.join_lines = true}, VocabularyLimits{.min_count = 1});
  EXPECT_EQ(spell(corpus), "b a c | a b ");
  EXPECT_EQ(corpus.lines, 4u);
}

TEST(Corpus, RareWordsArePassedOver) {
  const Corpus corpus = read("a x a\ny\nb b a", {.min_count = 2});
  EXPECT_EQ(spell(corpus), "a a | b b a ");
  EXPECT_EQ(corpus.words, 7u);
  EXPECT_EQ(corpus.vocabulary.total(), 5u);
  EXPECT_EQ(corpus.known, 5u);
}

TEST(Corpus, TheVocabularyMayBeLimited) {
  EXPECT_EQ(spell(read("a b c a b a", {.min_count = 1, .max_size = 2})), "a b a b a ");
}

TEST(Corpus, TheVocabularyMayBeGiven) {
  Vocabulary vocabulary;
  vocabulary.add("b", 10);
  vocabulary.add("a", 5);
  StringReader reader("a x b\nx\na");
  const Corpus corpus = read_corpus(reader, {}, vocabulary);
  EXPECT_EQ(spell(corpus), "a b | a ");
  EXPECT_EQ(corpus.vocabulary.count(0), 10u);
  EXPECT_EQ(corpus.words, 5u);
  EXPECT_EQ(corpus.known, 3u);  // of the text, not of the counts
}

TEST(Corpus, NothingIsAnEmptyCorpus) {
  for (const char* text : {"", "\n\n", "a b c"}) {
    const Corpus corpus = read(text, {.min_count = 2});
    EXPECT_EQ(corpus.tokens.size(), 0);
    EXPECT_EQ(corpus.vocabulary.size(), 0);
  }
}

/// Words without end: the rarest are forgotten, the frequent stay with their numbers right.
TEST(Corpus, TooManyDifferentWordsAreForgottenAgain) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "often " + std::to_string(i) + (i % 3 ? " " : " second\n");
  const Corpus corpus = read(text, {.min_count = 100, .max_distinct = 50});
  ASSERT_EQ(corpus.vocabulary.size(), 2);
  EXPECT_EQ(corpus.vocabulary.word(0), "often");
  EXPECT_EQ(corpus.vocabulary.count(0), 5000u);
  EXPECT_EQ(spell(corpus).substr(0, 44), "often second | often often often second | of");
  EXPECT_EQ(corpus.words, 5000u * 2 + 1667u);
  EXPECT_EQ(corpus.known, corpus.vocabulary.total());
}

TEST(Corpus, BinaryGarbageIsJustStrangeWords) {
  std::string garbage;
  std::uint32_t x = 1;
  for (int i = 0; i < 1000000; ++i)
    garbage.push_back(static_cast<char>((x = x * 1664525u + 1013904223u) >> 24));
  const Corpus corpus = read(garbage, {.min_count = 5});
  EXPECT_GT(corpus.words, 100000u);
  for (index_t id = 0; id < corpus.vocabulary.size(); ++id) EXPECT_GE(corpus.vocabulary.count(id), 5u);
}

}  // namespace corpus_test
