#pragma once
/// Writing of a file so that it appears under its name completely or not at all.

#include <fcntl.h>     // open, fcntl
#include <sys/file.h>  // flock
#include <sys/stat.h>  // stat, fchmod
#include <unistd.h>    // write, fsync, unlink, fchown

#include <cerrno>        // errno
#include <cstdio>        // rename
#include <cstdlib>       // realpath, free, atoi
#include <optional>      // optional
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // generic_category
#include <utility>       // exchange

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::io {

/// The system's message for an error number, by default that of the last failed call.
inline std::string system_reason(int error = errno) {
  return std::generic_category().message(error);
}

/// The descriptor for a name such as /dev/stdout or /dev/fd/3; -1 for other names.
inline int named_descriptor(std::string_view path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string number(path.substr(folder.size()));
    if (!number.empty() && number.size() < 7 && number.find_first_not_of("0123456789") == number.npos)
      return std::atoi(number.c_str());
  }
  return -1;
}

/// Whether `path` must be written directly, because it cannot be replaced by another file: a pipe, a device
/// such as /dev/null, or an open descriptor.
inline bool written_directly(const std::string& path) {
  struct stat status{};
  return named_descriptor(path) >= 0 || (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode));
}

/// A file open for writing that replaces its target only when complete.
///
/// Bytes go to `<target>.partial` beside the target; `commit` makes them durable and renames the file to the
/// target. Without `commit`, nothing is left behind and an existing target stays; a partial file left by a
/// killed process is removed by the next writer. A replaced file passes on its mode, and its owner if the
/// system allows it; until then only the owner may read the new file. A symbolic link is kept, and its target
/// is replaced. A path that is `written_directly` is opened and written in place. All functions throw IoError
/// with the file's name and the system's reason (disk full, permission denied …).
class AtomicFile {
 public:
  /// Opens a file for writing.
  explicit AtomicFile(const std::string& path) : path_(path), target_(resolve(path)) {
    if (written_directly(path))
      open_directly();
    else
      open_beside();
    buffer_.reserve(buffer_size);
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() { discard(); }

  /// The target's path.
  const std::string& path() const { return path_; }

  /// Appends bytes.
  void write(std::string_view bytes) {
    if (buffer_.size() + bytes.size() > buffer_size) flush();
    if (bytes.size() >= buffer_size) {
      write_through(bytes);
    } else {
      buffer_ += bytes;
    }
  }
  /// Appends `bytes` bytes.
  void write(const void* data, std::size_t bytes) { write({static_cast<const char*>(data), bytes}); }

  /// Replaces the target by the bytes written so far. Nothing may be written afterwards.
  void commit() {
    flush();
    if (is_beside()) {
      pass_mode_on();
      if (::fsync(descriptor_) != 0) fail_with(errno);
      if (std::rename(written_.c_str(), target_.c_str()) != 0) fail_with(errno);
      written_.clear();
      ::close(std::exchange(descriptor_, -1));
      make_name_durable();
    } else if (::close(std::exchange(descriptor_, -1)) != 0) {
      fail_with(errno);
    }
  }

 private:
  static constexpr std::size_t buffer_size = std::size_t{1} << 18;

  static std::string resolve(const std::string& path) {
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (!resolved) return path;
    std::string target = resolved;
    std::free(resolved);
    return target;
  }

  void open_directly() {
    const int named = named_descriptor(path_);
    written_ = target_;
    descriptor_ = named >= 0 ? ::fcntl(named, F_DUPFD_CLOEXEC, 0)
                             : ::open(target_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (descriptor_ < 0) fail_with(errno);
  }

  /// Opens a new file under the first name that no other process is writing to.
  void open_beside() {
    remember_replaced();
    written_ = target_ + ".partial";
    for (int others = 1; !claim(); ++others)
      written_ = target_ + ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(others);
  }

  /// Creates the file `written_` and locks it. A lock ends with its process, so an unlocked file is a
  /// leftover and is removed. False if another process is writing to the file.
  bool claim() {
    for (;;) {
      descriptor_ = ::open(written_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, private_mode());
      const bool ours = descriptor_ >= 0;
      if (!ours && errno != EEXIST) fail_with(errno);
      if (!ours) descriptor_ = ::open(written_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
      if (descriptor_ < 0 && errno == ENOENT) continue;  // removed between the two calls
      if (descriptor_ < 0) return false;
      const bool locked = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
      const bool no_locks = !locked && errno != EWOULDBLOCK;  // some network file systems
      const bool named = still_has_its_name();
      if (ours && named && (locked || no_locks)) return true;
      if (!ours && named && locked) ::unlink(written_.c_str());
      ::close(std::exchange(descriptor_, -1));
      if (!locked) return false;
    }
  }
  bool still_has_its_name() const {
    struct stat ours{}, named{};
    return ::fstat(descriptor_, &ours) == 0 && ::stat(written_.c_str(), &named) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
  }

  void remember_replaced() {
    struct stat status{};
    if (::stat(target_.c_str(), &status) == 0) replaced_ = status;
  }
  /// The mode of the partial file: no more than the replaced file allows its owner; of a new file, by the
  /// umask.
  mode_t private_mode() const { return replaced_ ? replaced_->st_mode & 0600 : 0666; }
  void pass_mode_on() {
    remember_replaced();
    if (!replaced_) return;
    mode_t mode = replaced_->st_mode & 07777;
    // If the group cannot be kept, the new group gets the permissions of all others.
    if (::fchown(descriptor_, replaced_->st_uid, replaced_->st_gid) != 0 &&
        ::fchown(descriptor_, static_cast<uid_t>(-1), replaced_->st_gid) != 0)
      mode = (mode & 0707) | (mode & 0007) << 3;
    struct stat ours{};
    const bool differs = ::fstat(descriptor_, &ours) != 0 || (ours.st_mode & 07777) != mode;
    if (differs && ::fchmod(descriptor_, mode) != 0) fail_with(errno);  // some file systems have fixed modes
  }

  /// Makes the rename durable by syncing the folder. A folder that cannot be opened is left to the system.
  void make_name_durable() {
    const std::size_t slash = target_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : target_.substr(0, slash + 1);
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    const bool failed = ::fsync(descriptor) != 0 && errno == EIO;
    ::close(descriptor);
    if (failed) fail_with(EIO);
  }

  bool is_beside() const { return written_ != target_; }

  void flush() {
    write_through(buffer_);
    buffer_.clear();
  }

  void write_through(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto done = ::write(descriptor_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) fail_with(errno);
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
  }

  [[noreturn]] void fail_with(int error) {
    discard();
    fail<IoError>("write", "cannot write ", path_, ": ", system_reason(error));
  }

  void discard() noexcept {
    if (descriptor_ < 0) return;
    if (is_beside())
      ::unlink(written_.c_str());  // before the lock ends: afterwards another process may use the name
    ::close(std::exchange(descriptor_, -1));
  }

  std::string path_, target_, written_;
  std::optional<struct stat> replaced_;  // status of the file to be replaced
  std::string buffer_;
  int descriptor_ = -1;
};

/// Checks before long work whether its result can be written. A path that is `written_directly` is not
/// opened, because the reader of a pipe would take opening and closing for the end.
///
///   throws: IoError if the file cannot be written
inline void check_writable(const std::string& path) {
  if (!written_directly(path)) {
    AtomicFile{path};
    return;
  }
  struct stat status{};
  const bool folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  const int named = named_descriptor(path);
  const int flags = named >= 0 ? ::fcntl(named, F_GETFL) : 0;
  const bool writable = named >= 0 ? flags >= 0 && (flags & O_ACCMODE) != O_RDONLY
                                   : ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
  check<IoError>(!folder && writable, "write", "cannot write ", path, ": ",
                 system_reason(folder       ? EISDIR
                               : named >= 0 ? EBADF
                                            : errno));
}

}  // namespace TENON_NAMESPACE::io
