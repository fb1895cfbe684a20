#include "tenon/data/csv.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "support/expect.hpp"
#include "support/gzip.hpp"
#include "support/temporary_folder.hpp"

namespace csv_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::message_of;
using support::TemporaryFolder;
using tn::index_t;
namespace data = tn::data;

data::Table table_of(const std::string& content, const data::CsvOptions& options = {}) {
  TemporaryFolder folder;
  return data::read_csv(folder.write("x.csv", content), options);
}
std::vector<std::string> cells(const data::Table& table) {
  std::vector<std::string> all;
  for (index_t row = 0; row < table.rows(); ++row)
    for (index_t c = 0; c < table.columns(); ++c) all.emplace_back(table.cell(row, c));
  return all;
}
/// What follows the file's name in the refusal to read it.
std::string refusal(const std::string& content, const data::CsvOptions& options = {}) {
  const std::string message = message_of<tn::IoError>([&] { table_of(content, options); });
  return message.substr(std::min(message.find(", line"), message.size()));
}
using Words = std::vector<std::string>;

TEST(Csv, ReadsNumbersAndWords) {
  const auto table = table_of("name,age,height\nAda,36,1.65\nAlan,41,1.78\nAda,7,1e0\n");
  EXPECT_EQ(table.names(), (Words{"name", "age", "height"}));
  EXPECT_EQ(table.rows(), 3);
  expect_vector(table.column<index_t>(table.find("age")), {36, 41, 7});
  expect_values(table.values<float>({-1, 1}), {3, 2}, {1.65f, 36, 1.78f, 41, 1, 7});
  EXPECT_EQ(table.strings(0), (Words{"Ada", "Alan", "Ada"}));
  const auto [codes, names] = table.categories(0);
  expect_vector(codes, {0, 1, 0});
  EXPECT_EQ(names, (Words{"Ada", "Alan"}));
}

TEST(Csv, QuotedFieldsHoldSeparatorsLinesAndQuotes) {
  const auto table = table_of("a,\"b,c\"\n\"two\nlines\",\"say \"\"so\"\"\"\n\"\",x\"y\n");
  EXPECT_EQ(table.names(), (Words{"a", "b,c"}));
  EXPECT_EQ(cells(table), (Words{"two\nlines", "say \"so\"", "", "x\"y"}));
}

TEST(Csv, WithoutQuotingFieldsAreTakenAsTheyAre) {
  const auto table = table_of("0\t\"quoted\n1\t`` a ''\n", {.separator = '\t', .header = false, .quote = 0});
  EXPECT_EQ(cells(table), (Words{"0", "\"quoted", "1", "`` a ''"}));
  EXPECT_TRUE(table.names().empty());
}

TEST(Csv, LineEndsMarksAndEmptyCells) {
  for (const char* text : {"a,b\r\n1,\r\n\"2\",x\r\n\r\n",
                           "\xef\xbb\xbf"
                           "a,b\n1,\n2,x",
                           "a,b\n1,\n2,\"x\"\n\n\n"}) {
    const auto table = table_of(text);
    EXPECT_EQ(table.names(), (Words{"a", "b"})) << text;
    EXPECT_EQ(cells(table), (Words{"1", "", "2", "x"})) << text;
  }
  EXPECT_EQ(cells(table_of("a\n\nb\n", {.header = false})), (Words{"a", "", "b"}));
  EXPECT_EQ(table_of("").rows(), 0);
  EXPECT_EQ(table_of("a,b\n").rows(), 0);
  EXPECT_EQ(table_of("a,b\n").values<float>().shape(), (tn::Shape{0, 2}));
  EXPECT_EQ(cells(table_of("junk\nmore, of it\n1,2\n", {.header = false, .skip = 2})), (Words{"1", "2"}));
  EXPECT_EQ(table_of("junk\n", {.skip = 5}).rows(), 0);
}

TEST(Csv, TakesTextFromMemory) {
  const auto table = data::parse_csv("\xef\xbb\xbfx;y\n1;2\n", {.separator = ';'}, "numbers");
  EXPECT_EQ(table.names(), (Words{"x", "y"}));
  expect_vector(table.column<index_t>(1), {2});
  expect_error<tn::IoError>([] { data::parse_csv("a\n1,2\n", {}, "numbers"); },
                            "[csv] numbers, line 2: 2 fields instead of 1");
}

TEST(Csv, LinesHaveNoMarksAndNoEnds) {
  TemporaryFolder folder;
  const Words want{"cat", "",
                   "\xef\xbb\xbf"
                   "dog",
                   "cow"};
  const std::string text =
      "\xef\xbb\xbf"
      "cat\r\n\n\xef\xbb\xbf"
      "dog\ncow";
  EXPECT_EQ(data::split_lines(text), want);
  EXPECT_EQ(data::read_lines(folder.write("plain", text)), want);
  EXPECT_EQ(data::read_lines(folder.write("packed", support::gzip(text))), want);
  EXPECT_EQ(data::split_lines("\xef\xbb\xbf"), Words{});
}

TEST(Csv, NumbersAreWholeCellsInRange) {
  const auto table = table_of(" 1.5 ,+2,3.0,1e-60,-inf\n", {.header = false});
  expect_values(table.values<double>(), {1, 5}, {1.5, 2, 3, 1e-60, -HUGE_VAL});
  EXPECT_EQ(table.column<float>(3).item(), 0.0f);
  EXPECT_EQ(table.column<index_t>(2).item(), 3);
  const auto wrong = table_of("abc,1x,,1.5,300,1e60,-1,+-1", {.header = false});
  for (const index_t c : {0, 1, 2, 7}) EXPECT_THROW(wrong.column<double>(c), tn::IoError) << c;
  for (const index_t c : {3, 4, 5, 6}) EXPECT_THROW(wrong.column<std::uint8_t>(c), tn::IoError) << c;
  EXPECT_THROW(wrong.column<float>(5), tn::IoError);
}

TEST(Csv, ErrorsNameTheLineAndTheColumn) {
  TemporaryFolder folder;
  const std::string path = folder.write("x.csv", "a,b\n\"1\n2\",3\n4,five\n");
  const auto table = data::read_csv(path);
  expect_error<tn::IoError>(
      [&] { table.column<float>(1); },
      "[csv] " + path + ", line 4, column 2: \"five\" is not a number that fits float32");
  expect_error<tn::IoError>([&] { table.find("c"); }, "[csv] " + path + ": there is no column \"c\"");
  expect_error<tn::IndexError>([&] { table.strings(2); },
                               "[csv] " + path + ": column 2 is outside its 2 columns");
  expect_error<tn::IndexError>([&] { table.cell(2, 0); }, "[csv] " + path + ": row 2 is outside its 2 rows");
  EXPECT_EQ(refusal("a,b\n1,2\n1,2,3\n"), ", line 3: 3 fields instead of 2");
  EXPECT_EQ(refusal("a,b\n1,2\n\n1,2\n"), ", line 3: 1 fields instead of 2");
  EXPECT_EQ(refusal("a,b\n1,\"x\n\n"), ", line 2, column 2: a quote is not closed");
  EXPECT_EQ(refusal("a,b\n1,\"x\"y\n"), ", line 2, column 2: text follows a closing quote");
}

TEST(Csv, ReadsLinesOfText) {
  TemporaryFolder folder;
  const std::string text = "one\r\n\ntwo three\nlast";
  const Words lines{"one", "", "two three", "last"};
  EXPECT_EQ(data::read_lines(folder.write("a", text)), lines);
  EXPECT_EQ(data::read_lines(folder.write("a", support::gzip(text + "\n"))), lines);
  EXPECT_EQ(data::read_lines(folder.write("a", "")), Words());
}

TEST(Csv, ReadsTheTablesThatArePublished) {
  const char* const folder = std::getenv("TENON_DATA");
  if (!folder) GTEST_SKIP() << "TENON_DATA names no folder of data sets";
  const std::string root = folder;
  const auto digits = data::read_csv(root + "/tabular/digits.csv.gz", {.header = false}).values<float>();
  EXPECT_EQ(digits.shape(), (tn::Shape{1797, 65}));
  const auto cancer = data::read_csv(root + "/tabular/breast_cancer.csv", {.header = false, .skip = 1});
  EXPECT_EQ(cancer.values<double>().shape(), (tn::Shape{569, 31}));
  const auto diabetes =
      data::read_csv(root + "/tabular/diabetes_data_raw.csv.gz", {.separator = ' ', .header = false});
  EXPECT_EQ(diabetes.values<double>().shape(), (tn::Shape{442, 10}));
  const auto sst =
      data::read_csv(root + "/sentences/sst2/dev.tsv.gz", {.separator = '\t', .header = false, .quote = 0});
  EXPECT_EQ(sst.rows(), 872);
  EXPECT_EQ(sst.cell(0, 1), "one long string of cliches .");
}

}  // namespace csv_test
