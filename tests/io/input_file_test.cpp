#include "tenon/io/input_file.hpp"

#include <gtest/gtest.h>

#include "support/gzip.hpp"
#include "support/temporary_folder.hpp"

namespace input_file_test {

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

TEST(InputFile, ReadsWhatIsCompressed) {
  TemporaryFolder folder;
  InputFile file(folder.write("in.gz", support::gzip("one two\nthree")));
  EXPECT_TRUE(file.is_compressed());
  EXPECT_EQ(file.remaining(), std::nullopt);
  EXPECT_EQ(file.token(' '), "one");
  EXPECT_EQ(file.position(), 4);
  EXPECT_EQ(file.token('x'), "two\nthree");
  file.seek(8);
  EXPECT_EQ(file.token('\n'), "three");
  const std::string packed = support::gzip(std::string(100'000, 'a') + "b");
  InputFile cut(folder.write("cut.gz", packed.substr(0, packed.size() - 9)));
  EXPECT_EQ(message_of<tn::IoError>([&] {
              while (!cut.peek().empty()) cut.skip(cut.peek().size());
            }),
            "[read] cannot read " + (folder / "cut.gz") + ": the compressed data end too early");
}

TEST(InputFile, ALongLastTokenAfterAShortOneIsWhole) {
  TemporaryFolder folder;
  InputFile file(folder.write("in", "a 1\nlongest 12345"));
  EXPECT_EQ(file.token('\n'), "a 1");
  EXPECT_EQ(file.token('\n'), "longest 12345");
  EXPECT_EQ(file.token('\n'), std::nullopt);
}

TEST(InputFile, TakesBytesFromMemory) {
  InputFile file("one two\nthree", "name");
  EXPECT_EQ(file.path(), "name");
  EXPECT_EQ(file.remaining(), 13);
  EXPECT_EQ(file.token(' '), "one");
  EXPECT_EQ(file.position(), 4);
  EXPECT_EQ(file.token('\n'), "two");
  EXPECT_EQ(file.token('\n'), "three");
  EXPECT_EQ(file.token('\n'), std::nullopt);
  EXPECT_EQ(file.remaining(), 0);
  file.seek(4);
  char bytes[16];
  EXPECT_TRUE(file.read(bytes, 3));
  EXPECT_EQ(std::string_view(bytes, 3), "two");
  EXPECT_FALSE(file.read(bytes, 7));
}

TEST(InputFile, SkipsTheMarkOfUtf8) {
  TemporaryFolder folder;
  for (const std::string text : {"\xef\xbb\xbfking", "king"}) {
    InputFile file(folder.write("in", text));
    file.skip_utf8_mark();
    EXPECT_EQ(file.token('\n'), "king");
  }
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

}  // namespace input_file_test
