#include "tenon/text/reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/temporary_folder.hpp"

namespace reader_test {

using support::message_of;
using tn::text::FileReader;
using tn::text::StringReader;
using tn::text::TextReader;

std::string read_all(TextReader& reader, std::size_t piece = 7) {
  std::string all, buffer(piece, '\0');
  while (const std::size_t count = reader.read(buffer.data(), piece)) all.append(buffer, 0, count);
  return all;
}
std::string read_file(const std::string& path, std::size_t piece = 4096) {
  FileReader reader(path);
  return read_all(reader, piece);
}
void write_gzip(const std::string& path, const std::string& content) {
  const gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, content.data(), static_cast<unsigned>(content.size())),
            static_cast<int>(content.size()));
  gzclose(file);
}

TEST(TextReader, StringsFilesAndCompressedFilesAreRead) {
  const support::TemporaryFolder folder;
  std::string content;
  for (int i = 0; i < 100000; ++i) content += std::to_string(i) + (i % 10 ? " " : "\n");
  StringReader text(content);
  EXPECT_EQ(read_all(text), content);
  EXPECT_EQ(read_file(folder.write("plain", content)), content);
  write_gzip(folder / "packed", content);  // told by its bytes, not by its name
  EXPECT_EQ(read_file(folder / "packed"), content);
  EXPECT_EQ(read_file(folder / "packed", 1), content);
}

TEST(TextReader, NothingIsRead) {
  const support::TemporaryFolder folder;
  StringReader text("");
  EXPECT_EQ(read_all(text), "");
  EXPECT_EQ(read_file(folder.write("empty", "")), "");
}

TEST(TextReader, ErrorsNameTheFileAndTheReason) {
  const support::TemporaryFolder folder;
  EXPECT_EQ(message_of<tn::IoError>([&] { read_file(folder / "none"); }),
            "[text] cannot open " + folder / "none" + ": No such file or directory");
  EXPECT_EQ(message_of<tn::IoError>([&] { read_file(folder.path()); }),
            "[text] cannot read " + folder.path() + ": Is a directory");
}

TEST(TextReader, ACompressedFileThatEndsEarlyIsAnError) {
  const support::TemporaryFolder folder;
  std::string content;
  for (int i = 0; i < 100000; ++i) content += std::to_string(i * 7919) + " ";
  write_gzip(folder / "whole.gz", content);
  const std::string whole = support::read_file(folder / "whole.gz");
  for (const std::size_t size : {whole.size() / 2, whole.size() - 4}) {
    const std::string cut = folder.write("cut.gz", whole.substr(0, size));
    EXPECT_EQ(message_of<tn::IoError>([&] { read_file(cut); }),
              "[text] cannot read " + cut + ": the compressed data end too early");
  }
}

TEST(TextReader, ADamagedCompressedFileIsAnError) {
  const support::TemporaryFolder folder;
  write_gzip(folder / "whole.gz", std::string(100000, 'a') + "b");
  std::string bytes = support::read_file(folder / "whole.gz");
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);  // the checksum
  EXPECT_THROW(read_file(folder.write("damaged.gz", bytes)), tn::IoError);
}

}  // namespace reader_test
