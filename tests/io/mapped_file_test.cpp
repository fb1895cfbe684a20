#include "tenon/io/mapped_file.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace {

using support::message_of;
using support::TemporaryFolder;
using tn::io::MappedFile;

TEST(MappedFile, ShowsTheBytes) {
  TemporaryFolder folder;
  EXPECT_EQ(MappedFile::open(folder.write("x", "content"))->bytes(), "content");
  EXPECT_EQ(MappedFile::open(folder.write("empty", ""))->bytes(), "");
}

TEST(MappedFile, LastsAsLongAsItsStorage) {
  TemporaryFolder folder;
  const std::string path = folder.write("x", "content");
  tn::Ref<tn::Storage> rest = MappedFile::open(path)->storage(3);
  std::filesystem::remove(path);
  EXPECT_EQ(std::string(static_cast<const char*>(rest->data()), 4), "tent");
}

TEST(MappedFile, WritingDoesNotTouchTheFile) {
  TemporaryFolder folder;
  const std::string path = folder.write("x", "content");
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  const auto file = MappedFile::open(path);
  static_cast<char*>(file->storage(0)->data())[0] = 'C';
  EXPECT_EQ(file->bytes(), "Content");
  EXPECT_EQ(support::read_file(path), "content");
}

TEST(MappedFile, SaysWhyAFileCannotBeRead) {
  TemporaryFolder folder;
  EXPECT_EQ(message_of<tn::IoError>([&] { MappedFile::open(folder / "none"); }),
            "[read] cannot read " + (folder / "none") + ": No such file or directory");
  EXPECT_EQ(message_of<tn::IoError>([&] { MappedFile::open(folder.path()); }),
            "[read] cannot read " + folder.path() + ": only a regular file can be read in any order");
}

}  // namespace
