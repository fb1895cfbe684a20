#pragma once
/// Writing a file so that it appears under its name complete or not at all.

#include <fcntl.h>     // open
#include <sys/file.h>  // flock
#include <sys/stat.h>  // stat
#include <unistd.h>    // write, fsync, unlink

#include <cerrno>        // errno
#include <cstdio>        // rename
#include <cstdlib>       // realpath, free
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // generic_category
#include <utility>       // exchange

#include "tenon/core/error.hpp"

namespace TENON_NAMESPACE::io {

/// What the system says about the last failed call.
inline std::string system_reason(int error = errno) {
  return std::generic_category().message(error);
}

/// Bytes go to a file beside the target, `<target>.partial`; commit() makes them durable and gives them the
/// target's name. A file that is not committed leaves nothing behind, whatever stood under the name before
/// stays; what a killed process left is taken over by the next that writes there. A target that is not a
/// regular file (a pipe, /dev/null) is written directly; a symbolic link keeps pointing where it did.
/// throws IoError naming the file and the system's reason (disk full, permission denied …)
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path) : path_(path), target_(resolve(path)) {
    struct stat status {};
    const bool direct = ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    if (direct)
      open_for_writing(target_, O_TRUNC);
    else
      open_beside();
    buffer_.reserve(buffer_size);
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() { discard(); }

  const std::string& path() const { return path_; }

  void write(std::string_view bytes) {
    if (buffer_.size() + bytes.size() > buffer_size) flush();
    if (bytes.size() >= buffer_size) {
      write_through(bytes);
    } else {
      buffer_ += bytes;
    }
  }
  void write(const void* data, std::size_t bytes) { write({static_cast<const char*>(data), bytes}); }

  /// Everything written so far becomes the file; nothing may be written after it.
  void commit() {
    flush();
    if (is_beside()) {
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

  void open_for_writing(std::string path, int flags) {
    written_ = std::move(path);
    descriptor_ = ::open(written_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
    if (descriptor_ < 0) fail_with(errno);
  }

  /// Opens the file beside the target. Its lock, which dies with its holder, tells a leftover from the file
  /// of a process at work; beside such a one, this process takes a name of its own.
  void open_beside() {
    for (;;) {
      open_for_writing(target_ + ".partial", 0);
      if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        ::close(std::exchange(descriptor_, -1));
        return open_for_writing(written_ + "-" + std::to_string(::getpid()), O_TRUNC);
      }
      if (still_has_its_name()) {
        if (::ftruncate(descriptor_, 0) != 0) fail_with(errno);
        return;
      }
      ::close(std::exchange(descriptor_, -1));  // it became a target between open and lock
    }
  }
  bool still_has_its_name() const {
    struct stat ours {
    }, named{};
    return ::fstat(descriptor_, &ours) == 0 && ::stat(written_.c_str(), &named) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
  }

  /// The folder holds the name; where it cannot be opened, the system sees to it in its own time.
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
      ::unlink(written_.c_str());  // while the lock holds: the name may be another's afterwards
    ::close(std::exchange(descriptor_, -1));
  }

  std::string path_, target_, written_;
  std::string buffer_;
  int descriptor_ = -1;
};

/// Finds out before long work whether its result can be written.
/// throws IoError as the writing would
inline void check_writable(const std::string& path) {
  AtomicFile{path};
}

}  // namespace TENON_NAMESPACE::io
