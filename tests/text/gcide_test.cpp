#include "tenon/text/gcide.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "support/temporary_folder.hpp"

namespace gcide_test {

using tn::text::normalize_gcide_entry;

std::string read_all(tn::text::TextReader& reader, std::size_t capacity = 1000) {
  std::string text, part(capacity, ' ');
  while (const std::size_t count = reader.read(part.data(), capacity)) text.append(part, 0, count);
  return text;
}

std::string read_text(const std::string& data, std::size_t capacity = 1000) {
  tn::text::GcideReader reader(std::make_unique<tn::text::StringReader>(data));
  return read_all(reader, capacity);
}

TEST(GcideEntry, KeepsHeadwordDefinitionAndQuotation) {
  EXPECT_EQ(normalize_gcide_entry("Widget \\Widg\"et\\ (w[i^]j\"[e^]t), n. [Of uncertain origin;\n"
                                  "   cf. {Gadget}.] (Mach.)\n"
                                  "   1. A small contrivance; a gadget's part. [Colloq.]\n"
                                  "      [1913 Webster]\n"
                                  "\n"
                                  "            The widget turned, and all was well.  --A. Person\n"
                                  "                                                  (Old Letters).\n"
                                  "   Syn: contrivance\n"),
            "widget mach small contrivance gadget part the widget turned and all was well syn contrivance");
}

TEST(GcideEntry, ReferencesLoseTheirMarksOfStress) {
  EXPECT_EQ(normalize_gcide_entry("x {Wid\"get*ry}, see {Well-known}."), "widgetry see well known");
}

TEST(GcideEntry, LettersInBracketsBelongToTheWord) {
  EXPECT_EQ(normalize_gcide_entry("Larv[ae] of caf['e] na[\"i]ve f[,c] (fam. {Canid[ae]})"),
            "larvae of cafe naive fc fam canidae");
}

TEST(GcideEntry, SoundsInParenthesesGo) {
  EXPECT_EQ(normalize_gcide_entry("pl. Larvas (l[aum]r\"v[.a]z) and (in [ae]sthetics) more"),
            "pl larvas and in aesthetics more");
}

TEST(GcideEntry, FieldsStay) {
  EXPECT_EQ(normalize_gcide_entry("one (Anat. & Zool.) two (Fine Arts) three (See A.) four (U. S.)"),
            "one anat zool two fine arts three see four");
}

TEST(GcideEntry, NestedRemarksGoWhole) {
  EXPECT_EQ(normalize_gcide_entry("one [F. d['e]j[`a], fr. L. [Gr. ?]] two"), "one two");
}

TEST(GcideEntry, DashesBeforeSmallLettersAreNoAuthors) {
  EXPECT_EQ(normalize_gcide_entry("used of things; -- said also of men\nmore --Shak.\nend"),
            "used of things said also of men more end");
}

TEST(GcideEntry, UnclosedMarksHideNothing) {
  EXPECT_EQ(normalize_gcide_entry("one [two three"), "one two three");
  EXPECT_EQ(normalize_gcide_entry("one (two three"), "one two three");
  EXPECT_EQ(normalize_gcide_entry("one \\two three"), "one two three");
  EXPECT_EQ(normalize_gcide_entry("one {two three"), "one two three");
  EXPECT_EQ(normalize_gcide_entry("one --"), "one");
  EXPECT_EQ(normalize_gcide_entry("one --A"), "one");
  EXPECT_EQ(normalize_gcide_entry(""), "");
}

TEST(GcideReader, OneLineAnEntryWithoutThePreface) {
  const std::string data =
      "00-database-short\n   A dictionary \\ of things\n\nAll rights.\n"
      "One \\One\\ a.\n   The first.\n\nTwo \\Two\\ a.\n   Not one.\nUnmarked\n   line.\n\\\n";
  for (const std::size_t capacity : {1u, 7u, 1000u})
    EXPECT_EQ(read_text(data, capacity), "one the first\ntwo not one unmarked line\n");
}

TEST(GcideReader, OtherFilesGiveNothing) {
  EXPECT_EQ(read_text(""), "");
  EXPECT_EQ(read_text("no headline\n here\n"), "");
  EXPECT_EQ(read_text(std::string(100, '\0') + "\xff\n"), "");
}

TEST(GcideReader, ALineWithoutEndIsRefused) {
  EXPECT_EQ(support::message_of<tn::IoError>([] { read_text(std::string(3 << 20, 'x')); }),
            "[gcide] a line of more than 1048576 bytes: not the dictionary's data file");
}

TEST(GcideReader, AnEntryWithoutEndIsRefused) {
  std::string data = "One \\One\\\n";
  for (int line = 0; line < 60'000; ++line) data += "   more and more of it\n";
  EXPECT_EQ(support::message_of<tn::IoError>([&] { read_text(data); }),
            "[gcide] an entry of more than 1048576 bytes: not the dictionary's data file");
}

TEST(GcideReader, ReadsTheInstalledDictionary) {
  const auto path = tn::text::find_gcide();
  if (!path) GTEST_SKIP() << "the dictionary is not installed (Debian: dict-gcide)";
  tn::text::GcideReader reader(*path);
  const std::string text = read_all(reader, 1 << 16);
  EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 100'000);
  EXPECT_GT(std::count(text.begin(), text.end(), ' '), 3'000'000);
  EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz \n"), text.npos);
  for (const char* remark : {" webster ", " wordnet ", " pjc "}) {
    std::size_t count = 0;
    for (std::size_t at = text.find(remark); at != text.npos; at = text.find(remark, at + 1)) ++count;
    EXPECT_LT(count, 400u) << remark;
  }
}

}  // namespace gcide_test
