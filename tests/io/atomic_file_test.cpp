#include "tenon/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temporary_folder.hpp"

namespace {

using support::message_of;
using support::read_file;
using support::TemporaryFolder;
using tn::io::AtomicFile;

TEST(AtomicFile, AppearsOnCommitWithAllBytes) {
  TemporaryFolder folder;
  const std::string large(1'000'000, 'x');
  {
    AtomicFile file(folder / "out");
    file.write("first ");
    file.write(large);
    file.write(" last");
    EXPECT_FALSE(std::filesystem::exists(folder / "out"));
    file.commit();
  }
  EXPECT_EQ(read_file(folder / "out"), "first " + large + " last");
  EXPECT_EQ(folder.files(), std::vector<std::string>{"out"});
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  TemporaryFolder folder;
  folder.write("out", "old");
  { AtomicFile(folder / "out").write("new"); }
  EXPECT_EQ(read_file(folder / "out"), "old");
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(AtomicFile, ReplacesWhatStoodThere) {
  TemporaryFolder folder;
  folder.write("out", "old and longer");
  AtomicFile file(folder / "out");
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(folder / "out"), "new");
}

TEST(AtomicFile, TakesOverWhatAKilledProcessLeft) {
  TemporaryFolder folder;
  folder.write("out.partial", "longer than what follows");
  AtomicFile file(folder / "out");
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(folder / "out"), "new");
  EXPECT_EQ(folder.files(), std::vector<std::string>{"out"});
}

TEST(AtomicFile, TwoWritersDoNotMix) {
  TemporaryFolder folder;
  AtomicFile first(folder / "out"), second(folder / "out");
  first.write("first");
  second.write("the second");
  second.commit();
  EXPECT_EQ(read_file(folder / "out"), "the second");
  first.commit();
  EXPECT_EQ(read_file(folder / "out"), "first");
  EXPECT_EQ(folder.files(), std::vector<std::string>{"out"});
}

TEST(AtomicFile, WritesThroughASymbolicLink) {
  TemporaryFolder folder;
  folder.write("real", "old");
  ASSERT_EQ(::symlink((folder / "real").c_str(), (folder / "link").c_str()), 0);
  AtomicFile file(folder / "link");
  file.write("new");
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "real"), "new");
}

TEST(AtomicFile, WritesDevicesDirectly) {
  AtomicFile file("/dev/null");
  file.write("gone");
  file.commit();
  EXPECT_FALSE(std::filesystem::is_regular_file("/dev/null"));
}

TEST(AtomicFile, SaysWhyAFolderCannotBeWritten) {
  TemporaryFolder folder;
  const auto message = message_of<tn::IoError>([&] { AtomicFile(folder / "missing/out"); });
  EXPECT_EQ(message, "[write] cannot write " + (folder / "missing/out") + ": No such file or directory");
  EXPECT_NE(message_of<tn::IoError>([&] { tn::io::check_writable(folder.path()); }), "");
}

TEST(AtomicFile, AFullDiskIsNamed) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const auto message = message_of<tn::IoError>([] {
    AtomicFile file("/dev/full");
    file.write("some bytes");
    file.commit();
  });
  EXPECT_EQ(message, "[write] cannot write /dev/full: No space left on device");
}

TEST(AtomicFile, CheckWritableLeavesNoTrace) {
  TemporaryFolder folder;
  tn::io::check_writable(folder / "out");
  EXPECT_TRUE(folder.files().empty());
}

}  // namespace
