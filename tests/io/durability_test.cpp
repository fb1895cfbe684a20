/// What is made durable, in which order, and what happens when that fails. This program's fsync is the one
/// below.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"
#include "tenon/io/atomic_file.hpp"

namespace {

/// What fsync was asked for since it was reset, and the error that it shall report.
struct Observed {
  std::string target;               // the file that will have the name
  std::vector<std::string> events;  // "file" or "folder", and what stood under the name at that moment
  int file_error = 0, folder_error = 0;
};
Observed* observed = nullptr;

}  // namespace

extern "C" int fsync(int descriptor) {
  if (!observed) return static_cast<int>(::syscall(SYS_fsync, descriptor));
  struct stat status{};
  ::fstat(descriptor, &status);
  const bool folder = S_ISDIR(status.st_mode);
  observed->events.push_back((folder ? "folder after " : "file over ") +
                             support::read_file(observed->target));
  errno = folder ? observed->folder_error : observed->file_error;
  return errno == 0 ? 0 : -1;
}

namespace {

using support::message_of;
using support::read_file;
using tn::io::AtomicFile;

/// Writes "new" over "old" while fsync is observed.
struct Replaced {
  support::TemporaryFolder folder;
  Observed seen;
  std::string message;

  Replaced(int file_error, int folder_error) {
    seen.target = folder.write("out", "old");
    seen.file_error = file_error;
    seen.folder_error = folder_error;
    observed = &seen;
    message = message_of<tn::IoError>([&] {
      AtomicFile file(folder / "out");
      file.write("new");
      file.commit();
    });
    observed = nullptr;
  }
};

TEST(Durability, TheFileBeforeItsNameAndTheNameAfterwards) {
  const Replaced replaced(0, 0);
  EXPECT_EQ(replaced.message, "");
  EXPECT_EQ(replaced.seen.events, (std::vector<std::string>{"file over old", "folder after new"}));
}

TEST(Durability, AFileThatIsNotOnTheDiskDoesNotReplaceTheOldOne) {
  for (const int error : {EIO, ENOSPC, EDQUOT}) {
    const Replaced replaced(error, 0);
    EXPECT_EQ(replaced.message,
              "[write] cannot write " + replaced.seen.target + ": " + tn::io::system_reason(error));
    EXPECT_EQ(replaced.seen.events, std::vector<std::string>{"file over old"});
    EXPECT_EQ(read_file(replaced.seen.target), "old");
    EXPECT_EQ(replaced.folder.files(), std::vector<std::string>{"out"});
  }
}

TEST(Durability, AFolderThatFailsIsSaidAndOneThatCannotBeAskedIsNot) {
  const Replaced broken(0, EIO);
  EXPECT_EQ(broken.message, "[write] cannot write " + broken.seen.target + ": Input/output error");
  const Replaced unable(0, EINVAL);  // what file systems say that keep names in their own way
  EXPECT_EQ(unable.message, "");
  EXPECT_EQ(read_file(unable.seen.target), "new");
}

}  // namespace
