#include "tenon/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "support/temporary_folder.hpp"

namespace atomic_file_test {

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
  {
    AtomicFile(folder / "out").write("new");
  }
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

TEST(AtomicFile, ThreeWritersDoNotMixEither) {
  TemporaryFolder folder;
  AtomicFile first(folder / "out"), second(folder / "out"), third(folder / "out");
  second.write("second");
  third.write("third");
  second.commit();
  EXPECT_EQ(read_file(folder / "out"), "second");
  third.commit();
  EXPECT_EQ(read_file(folder / "out"), "third");
  first.write("first");
  first.commit();
  EXPECT_EQ(read_file(folder / "out"), "first");
  EXPECT_EQ(folder.files().size(), 1u);
}

unsigned mode_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
}

TEST(AtomicFile, AReplacedFileKeepsItsMode) {
  TemporaryFolder folder;
  for (const unsigned mode : {0600u, 0640u, 0666u, 0755u, 0400u, 0444u}) {
    ::chmod(folder.write("out", "old").c_str(), mode);
    {
      AtomicFile file(folder / "out");
      file.write("new");
      EXPECT_EQ(mode_of(folder / "out.partial") & ~mode, 0u) << std::oct << mode;
      EXPECT_EQ(mode_of(folder / "out.partial") & 077u, 0u) << std::oct << mode;
      file.commit();
    }
    EXPECT_EQ(mode_of(folder / "out"), mode) << std::oct << mode;
    EXPECT_EQ(read_file(folder / "out"), "new");
    std::filesystem::remove(folder / "out");
  }
}

TEST(AtomicFile, AModeSetMeanwhileIsKept) {
  TemporaryFolder folder;
  folder.write("out", "old");
  AtomicFile file(folder / "out");
  ::chmod((folder / "out").c_str(), 0600);
  file.commit();
  EXPECT_EQ(mode_of(folder / "out"), 0600u);
}

TEST(AtomicFile, ANewFileIsWhatTheUmaskSays) {
  TemporaryFolder folder;
  for (const mode_t mask : {022u, 027u, 077u}) {
    const mode_t before = ::umask(mask);
    AtomicFile file(folder / "out");
    EXPECT_EQ(mode_of(folder / "out.partial"), 0666u & ~mask) << std::oct << mask;
    file.commit();
    ::umask(before);
    EXPECT_EQ(mode_of(folder / "out"), 0666u & ~mask) << std::oct << mask;
    std::filesystem::remove(folder / "out");
  }
}

TEST(AtomicFile, ALeftoverThatIsOpenToAllIsNotWrittenInto) {
  TemporaryFolder folder;
  ::chmod(folder.write("out", "old").c_str(), 0600);
  ::chmod(folder.write("out.partial", "left").c_str(), 0666);
  std::ifstream early(folder / "out.partial");  // which somebody has opened already
  AtomicFile file(folder / "out");
  file.write("secret");
  EXPECT_EQ(mode_of(folder / "out.partial"), 0600u);
  file.commit();
  std::string seen;
  std::getline(early, seen);
  EXPECT_EQ(seen, "left");
  EXPECT_EQ(mode_of(folder / "out"), 0600u);
}

TEST(AtomicFile, APlantedLinkIsNotFollowed) {
  TemporaryFolder folder;
  folder.write("precious", "precious");
  ASSERT_EQ(::symlink((folder / "precious").c_str(), (folder / "out.partial").c_str()), 0);
  AtomicFile file(folder / "out");
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(folder / "out"), "new");
  EXPECT_EQ(read_file(folder / "precious"), "precious");
}

TEST(AtomicFile, AReplacedFileKeepsItsOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  TemporaryFolder folder;
  ASSERT_EQ(::chown(folder.write("out", "old").c_str(), 65534, 65534), 0);
  AtomicFile file(folder / "out");
  file.commit();
  struct stat status{};
  ASSERT_EQ(::stat((folder / "out").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 65534u);
  EXPECT_EQ(status.st_gid, 65534u);
}

/// What a reader of a named pipe gets, which ends when the last writer closes.
std::future<std::string> reading(const std::string& path) {
  return std::async(std::launch::async, [path] {
    std::ifstream pipe(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(pipe), {});
  });
}

TEST(AtomicFile, ANamedPipeIsOpenedOnceAndNotByTheCheck) {
  TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  tn::io::check_writable(folder / "pipe");  // nobody reads yet: opening would wait for ever
  auto read = reading(folder / "pipe");
  tn::io::check_writable(folder / "pipe");
  AtomicFile file(folder / "pipe");
  file.write("some ");
  file.write("bytes");
  file.commit();
  EXPECT_EQ(read.get(), "some bytes");
  EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(AtomicFile, ADescriptorIsWrittenWhereItStands) {
  TemporaryFolder folder;
  const int descriptor = ::open((folder / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  ASSERT_GE(descriptor, 0);
  ASSERT_EQ(::write(descriptor, "before ", 7), 7);
  const std::string name = "/dev/fd/" + std::to_string(descriptor);
  tn::io::check_writable(name);
  AtomicFile file(name);
  file.write("between");
  file.commit();
  ASSERT_EQ(::write(descriptor, " after", 6), 6);
  ::close(descriptor);
  EXPECT_EQ(read_file(folder / "out"), "before between after");
  EXPECT_EQ(message_of<tn::IoError>([&] { tn::io::check_writable(name); }),
            "[write] cannot write " + name + ": Bad file descriptor");
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
  EXPECT_EQ(message_of<tn::IoError>([&] { tn::io::check_writable(folder.path()); }),
            "[write] cannot write " + folder.path() + ": Is a directory");
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

}  // namespace atomic_file_test
