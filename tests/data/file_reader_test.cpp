#include "tenon/data/file_reader.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/gzip.hpp"
#include "support/temporary_folder.hpp"

namespace file_reader_test {

using support::message_of;
using support::TemporaryFolder;
using tn::data::FileReader;

TEST(FileReader, ReadsPlainAndCompressedAlike) {
  TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\n";
  for (const std::string& path : {folder.write("a", text), folder.write("b", support::gzip(text))}) {
    FileReader file("test", path);
    char begin[3];
    file.read_all(begin, 3);
    EXPECT_EQ(std::string(begin, 3), text.substr(0, 3));
    EXPECT_EQ(file.rest(), text.substr(3));
    EXPECT_EQ(file.read(begin, 1), 0u);
    EXPECT_EQ(file.rest(), "");
  }
}

TEST(FileReader, TakesBytesFromMemory) {
  FileReader file("test", "name", "abcdef");
  EXPECT_EQ(file.path(), "name");
  EXPECT_EQ(file.most_bytes(), 6);
  char begin[3];
  file.read_all(begin, 3);
  EXPECT_EQ(std::string(begin, 3), "abc");
  EXPECT_EQ(file.read(begin, 2), 2u);
  EXPECT_EQ(file.rest(), "f");
  EXPECT_EQ(file.rest(), "");
  EXPECT_EQ(message_of<tn::IoError>([&] { file.read_all(begin, 2); }),
            "[test] name: truncated: it ends 2 bytes too early");
}

TEST(FileReader, KnowsWhatAFileCanHold) {
  TemporaryFolder folder;
  EXPECT_EQ(FileReader("test", folder.write("a", "abc")).most_bytes(), 3);
  EXPECT_EQ(FileReader("test", folder.write("empty", "")).most_bytes(), 0);
  const std::string packed = support::gzip(std::string(1'000'000, 'x'));
  FileReader file("test", folder.write("b", packed));
  EXPECT_EQ(file.most_bytes(), static_cast<tn::index_t>(1032 * packed.size()));
  EXPECT_GE(file.most_bytes(), 1'000'000);  // the densest data there are
}

TEST(FileReader, SaysWhatIsWrong) {
  TemporaryFolder folder;
  const std::string missing = folder / "none", short_file = folder.write("short", "abc");
  EXPECT_EQ(message_of<tn::IoError>([&] { FileReader("test", missing); }),
            "[test] " + missing + ": cannot open it: No such file or directory");
  EXPECT_EQ(message_of<tn::IoError>([&] { FileReader("test", folder.path()); }),
            "[test] " + folder.path() + ": it is not a regular file");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(message_of<tn::IoError>([&] { FileReader("test", folder / "fifo"); }),
            "[test] " + (folder / "fifo") + ": it is not a regular file");
  char bytes[5];
  EXPECT_EQ(message_of<tn::IoError>([&] { FileReader("test", short_file).read_all(bytes, 5); }),
            "[test] " + short_file + ": truncated: it ends 2 bytes too early");
  const std::string packed = support::gzip("some text that is compressed");
  const std::string cut = folder.write("cut", packed.substr(0, packed.size() - 12));
  EXPECT_EQ(message_of<tn::IoError>([&] { FileReader("test", cut).rest(); }),
            "[test] " + cut + ": the compressed data end too early");
  std::string broken = packed;
  broken[12] = static_cast<char>(~broken[12]);
  const std::string path = folder.write("broken", broken);
  EXPECT_TRUE(
      message_of<tn::IoError>([&] { FileReader("test", path).rest(); }).starts_with("[test] " + path + ": "));
}

}  // namespace file_reader_test
