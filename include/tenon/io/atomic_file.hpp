#pragma once
/// Writing a file so that it appears under its name complete or not at all.

#include <fcntl.h>     // open
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

/// Bytes go to a file beside the target; commit() makes them durable and gives them the target's name. A file
/// that is not committed leaves nothing behind, whatever stood under the name before stays. A target that is
/// not a regular file (a pipe, /dev/null) is written directly; a symbolic link keeps pointing where it did.
/// throws IoError naming the file and the system's reason (disk full, permission denied …)
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path) : path_(path), target_(resolve(path)) {
    struct stat status {};
    const bool direct = ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    written_ = direct ? target_ : target_ + ".partial-" + std::to_string(::getpid());
    descriptor_ = ::open(written_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail_with(errno);
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
    if (is_beside() && ::fsync(descriptor_) != 0) fail_with(errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) fail_with(errno);
    if (is_beside() && std::rename(written_.c_str(), target_.c_str()) != 0) fail_with(errno);
    written_.clear();
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
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    if (!written_.empty() && is_beside()) ::unlink(written_.c_str());
    written_.clear();
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
