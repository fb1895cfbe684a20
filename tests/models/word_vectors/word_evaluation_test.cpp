#include "tenon/models/word_vectors/word_evaluation.hpp"

#include <gtest/gtest.h>

#include "support/gzip.hpp"
#include "support/temporary_folder.hpp"

namespace word_evaluation_test {

using namespace tn::models;
using support::message_of;
using support::TemporaryFolder;

// Columns: kingdom, gender, country, capital.
WordQueries small_world() {
  return WordQueries(WordVectors({{"man", "woman", "king", "queen", "france", "paris", "italy", "rome"},
                                  {},
                                  4,
                                  {0, 1, 0, 0, 0, -1, 0, 0, 2, 1,   0, 0, 2, -1,  0, 0,  //
                                   0, 0, 2, 0, 0, 0,  2, 1, 0, .5f, 2, 0, 0, .5f, 2, 1}}));
}

constexpr const char* questions =
    "// a comment\n"
    ": capitals\r\n"
    "France Paris Italy Rome\r\n"
    "Italy Rome France Paris\n"
    "France Paris Spain Madrid\n"
    "\n"
    ": gram1-royal\n"
    "man woman king queen\n"
    "man king woman france\n";

TEST(Analogies, AreReadBySection) {
  TemporaryFolder folder;
  const auto sections = read_analogies(folder.write("q", questions));
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[0].name, "capitals");
  EXPECT_EQ(sections[0].questions.size(), 3u);
  EXPECT_EQ(sections[0].questions[0].word[3], "Rome");
  EXPECT_FALSE(sections[0].syntactic());
  EXPECT_TRUE(sections[1].syntactic());
}

TEST(Questions, MayBeginWithTheMarkOfUtf8AndBeCompressed) {
  TemporaryFolder folder;
  const std::string mark = "\xef\xbb\xbf";
  const auto sections =
      read_analogies(folder.write("q", support::gzip(mark + ": royal\nman woman king queen\n")));
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections[0].name, "royal");
  EXPECT_EQ(parse_analogies(mark + "man woman king queen\n", "q")[0].questions[0].word[0], "man");
  const auto pairs = read_similarities(folder.write("s", mark + "king\tqueen\t9\nman\twoman\t8\n"));
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].a, "king");
  EXPECT_EQ(evaluate_similarities(small_world(), pairs).covered, 2);
}

TEST(Analogies, AreScoredBySectionAndKind) {
  const AnalogyReport report = evaluate_analogies(small_world(), parse_analogies(questions, "q"));
  EXPECT_EQ(report.sections, (std::vector<std::string>{"capitals", "gram1-royal"}));
  EXPECT_EQ(report.scores[0].correct, 2);  // looked up in lower case
  EXPECT_EQ(report.scores[0].covered, 2);
  EXPECT_EQ(report.scores[0].total, 3);
  EXPECT_EQ(report.scores[1].correct, 1);
  EXPECT_EQ(report.scores[1].covered, 2);
  EXPECT_EQ(report.semantic.correct, 2);
  EXPECT_EQ(report.syntactic.covered, 2);
  EXPECT_EQ(report.total.total, 5);
  EXPECT_DOUBLE_EQ(report.total.accuracy(), 0.75);
}

TEST(Analogies, RareWordsCanBeLeftOut) {
  const AnalogyReport report = evaluate_analogies(small_world(), parse_analogies(questions, "q"), 4);
  EXPECT_EQ(report.semantic.covered, 0);
  EXPECT_EQ(report.semantic.accuracy(), 0);
  EXPECT_EQ(report.syntactic.covered, 1);  // "france" is the fifth word
  EXPECT_EQ(report.syntactic.correct, 1);
}

TEST(Analogies, BadLinesAreNamed) {
  const auto refusal = [](std::string_view text) {
    return message_of<tn::IoError>([&] { parse_analogies(text, "q.txt"); });
  };
  EXPECT_EQ(refusal(": a\none two three four\none two\n"),
            "[analogies] q.txt, line 3: expected four words or \": section\", not 2 words");
  EXPECT_EQ(refusal(": a\n\xff\xfe\n"),
            "[analogies] q.txt, line 2: expected four words or \": section\", not 1 word");
  EXPECT_EQ(refusal("a b c d e"),
            "[analogies] q.txt, line 1: expected four words or \": section\", not 5 words");
  EXPECT_EQ(refusal(""), "[analogies] q.txt holds no questions");
  EXPECT_EQ(parse_analogies("a b c d", "q")[0].name, "(no section)");
}

TEST(Similarities, AllUsualFormatsAreRead) {
  const auto first = [](std::string_view text) { return parse_similarities(text, "s").at(0); };
  for (const char* text :
       {"sun\tmoon\t7.5\n", "sun moon 7.5", "Word 1,Word 2,Human (mean)\nsun,moon,7.5\n",
        "word1\tword2\tPOS\tSimLex999\tconc\r\nsun\tmoon\tN\t7.5\t2\r\n", "# note\nsun;moon;7.5"}) {
    EXPECT_EQ(first(text).a, "sun") << text;
    EXPECT_EQ(first(text).b, "moon") << text;
    EXPECT_EQ(first(text).score, 7.5) << text;
  }
}

TEST(Similarities, BadLinesAreNamed) {
  const auto refusal = [](std::string_view text) {
    return message_of<tn::IoError>([&] { parse_similarities(text, "s.tsv"); });
  };
  const std::string expected = ": expected two words and a number";
  EXPECT_EQ(refusal("sun\tmoon\t7.5\nsun\tmoon\thigh\n"), "[similarity] s.tsv, line 2" + expected);
  EXPECT_EQ(refusal("sun\tmoon\n"), "[similarity] s.tsv, line 1" + expected);
  EXPECT_EQ(refusal("sun\tmoon\tnan\nx\n"), "[similarity] s.tsv, line 2" + expected);
  EXPECT_EQ(refusal("a\tb\tscore\n"), "[similarity] s.tsv holds no pairs");
  EXPECT_EQ(refusal(""), "[similarity] s.tsv holds no pairs");
}

TEST(Similarities, OnlyKnownPairsCount) {
  const auto pairs = parse_similarities("Man woman 1\nking queen 5\nfrance italy 9\nking emperor 3\n", "s");
  const SimilarityReport report = evaluate_similarities(small_world(), pairs);
  EXPECT_EQ(report.covered, 3);
  EXPECT_EQ(report.total, 4);
  ASSERT_TRUE(report.spearman.has_value());
  EXPECT_DOUBLE_EQ(*report.spearman, 1.0);
  EXPECT_FALSE(evaluate_similarities(small_world(), {{"man", "woman", 1}}).spearman.has_value());
}

TEST(Spearman, OfHandWorkedExamples) {
  EXPECT_DOUBLE_EQ(*spearman({1, 2, 3, 4, 5}, {5, 6, 7, 8, 7}),
                   0.8207826816681233);  // a tie; also SciPy's value
  EXPECT_DOUBLE_EQ(*spearman({1, 2, 3}, {30, 20, 10}), -1);
  EXPECT_DOUBLE_EQ(*spearman({1, 1, 2, 2}, {1, 2, 1, 2}), 0);
  EXPECT_FALSE(spearman({1, 1, 1}, {1, 2, 3}).has_value());
  EXPECT_FALSE(spearman({}, {}).has_value());
  EXPECT_NE(message_of<tn::ShapeError>([] { (void)spearman({1}, {}); }), "");
}

TEST(Evaluation, ReadsTheGoogleAnalogies) {
  const char* data = std::getenv("TENON_DATA");
  if (!data) GTEST_SKIP() << "TENON_DATA does not name the folder of data sets";
  tn::index_t total = 0;
  const auto sections = read_analogies(std::string(data) + "/analogies/questions-words.txt");
  for (const auto& section : sections) total += static_cast<tn::index_t>(section.questions.size());
  EXPECT_EQ(sections.size(), 14u);
  EXPECT_EQ(total, 19544);
  EXPECT_EQ(read_similarities(std::string(data) + "/wordsim/EN-WS-353-ALL.tsv").size(), 353u);
  EXPECT_EQ(read_similarities(std::string(data) + "/wordsim/EN-MEN-TR-3k.tsv").size(), 3000u);
}

}  // namespace word_evaluation_test
