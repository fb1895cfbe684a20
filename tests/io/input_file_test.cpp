#include "tenon/io/input_file.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace {

using support::message_of;
using support::TemporaryFolder;
using tn::io::InputFile;

TEST(InputFile, ReadsTokensBytesAndTheEnd) {
  TemporaryFolder folder;
  InputFile file(folder.write("in", "one two\nthree"));
  EXPECT_EQ(file.remaining(), 13);
  EXPECT_EQ(file.token(' '), "one");
  EXPECT_EQ(file.position(), 4);
  char bytes[2];
  EXPECT_TRUE(file.read(bytes, 2));
  EXPECT_EQ(std::string_view(bytes, 2), "tw");
  EXPECT_EQ(file.token('\n'), "o");
  EXPECT_EQ(file.peek(100), "three");
  EXPECT_EQ(file.token('\n'), "three");
  EXPECT_EQ(file.token('\n'), std::nullopt);
  EXPECT_FALSE(file.read(bytes, 1));
  EXPECT_EQ(file.remaining(), 0);
  file.seek(8);
  EXPECT_EQ(file.token('\n'), "three");
}

TEST(InputFile, TokensStraddleTheBuffer) {
  TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i) + "\n";
  ASSERT_GT(text.size(), InputFile::buffer_size);
  InputFile file(folder.write("in", text));
  for (int i = 0; i < 300'000; ++i) ASSERT_EQ(file.token('\n'), std::to_string(i));
  EXPECT_EQ(file.position(), static_cast<tn::index_t>(text.size()));
}

TEST(InputFile, ReadsMoreThanTheBufferAtOnce) {
  TemporaryFolder folder;
  std::string text(3 * InputFile::buffer_size + 17, 'a');
  text.back() = 'z';
  InputFile file(folder.write("in", text));
  std::string out(text.size(), ' ');
  EXPECT_TRUE(file.read(out.data(), out.size()));
  EXPECT_EQ(out, text);
}

TEST(InputFile, ATokenThatNeverEndsIsNone) {
  TemporaryFolder folder;
  InputFile file(folder.write("in", std::string(2 * InputFile::buffer_size, 'a')));
  EXPECT_EQ(file.token('\n'), std::nullopt);
  EXPECT_FALSE(file.peek().empty());  // which tells it from the end of the file
}

TEST(InputFile, NamesWhatCannotBeRead) {
  TemporaryFolder folder;
  EXPECT_EQ(message_of<tn::IoError>([&] { InputFile(folder / "none"); }),
            "[read] cannot read " + (folder / "none") + ": No such file or directory");
  EXPECT_EQ(message_of<tn::IoError>([&] { InputFile(folder.path()).peek(); }),
            "[read] cannot read " + folder.path() + ": Is a directory");
}

}  // namespace
