#include "tenon/io/mapped_file.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace mapped_file_test {

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

TEST(MappedFile, WritingTouchesNeitherTheFileNorOtherHandles) {
  TemporaryFolder folder;
  for (const std::size_t size : {std::size_t{10}, std::size_t{200'000}}) {  // copied, and mapped anew
    const std::string content = std::string(size, 'a') + "end", path = folder.write("x", content);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    const auto file = MappedFile::open(path);
    const auto bytes = [](const tn::Ref<tn::Storage>& storage) {
      return static_cast<char*>(storage->data());
    };
    const auto first = file->storage(5, size - 2), second = file->storage(5);
    bytes(first)[0] = 'X';
    bytes(first)[size - 3] = 'Y';
    const auto third = file->storage(5);
    EXPECT_EQ(std::string_view(bytes(first), size - 2), "X" + std::string(size - 6, 'a') + "enY") << size;
    EXPECT_EQ(std::string_view(bytes(second), size - 2), content.substr(5)) << size;
    EXPECT_EQ(std::string_view(bytes(third), size - 2), content.substr(5)) << size;
    EXPECT_EQ(file->bytes(), content) << size;
    EXPECT_EQ(support::read_file(path), content) << size;
    std::filesystem::remove(path);
  }
}

TEST(MappedFile, SaysWhyAFileCannotBeRead) {
  TemporaryFolder folder;
  EXPECT_EQ(message_of<tn::IoError>([&] { MappedFile::open(folder / "none"); }),
            "[read] cannot read " + (folder / "none") + ": No such file or directory");
  EXPECT_EQ(message_of<tn::IoError>([&] { MappedFile::open(folder.path()); }),
            "[read] cannot read " + folder.path() + ": only a regular file can be read in any order");
}

}  // namespace mapped_file_test
