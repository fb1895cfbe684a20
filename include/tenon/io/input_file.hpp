#pragma once
/// Reading a file through a buffer, in bytes or in tokens, with errors that name it.

#include <fcntl.h>     // open
#include <sys/stat.h>  // fstat
#include <unistd.h>    // read, lseek

#include <cerrno>        // errno
#include <cstring>       // memcpy, memmove
#include <optional>      // optional
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // generic_category
#include <vector>        // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::io {

/// A file, pipe or device opened for reading.
/// throws IoError when it cannot be opened or read
class InputFile {
 public:
  explicit InputFile(const std::string& path) : path_(path), buffer_(buffer_size) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail_with(errno);
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) size_ = status.st_size;
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  const std::string& path() const { return path_; }
  /// Bytes between here and the end; nothing for a pipe.
  std::optional<index_t> remaining() const {
    if (!size_) return std::nullopt;
    return *size_ > position() ? *size_ - position() : 0;
  }
  /// Bytes handed out so far.
  index_t position() const { return consumed_ + static_cast<index_t>(begin_); }

  /// Goes to a byte counted from the beginning. Not for pipes.
  void seek(index_t position) {
    if (::lseek(descriptor_, position, SEEK_SET) < 0) fail_with(errno);
    begin_ = end_ = 0;
    consumed_ = position;
  }

  /// The unread bytes at hand, at least `wanted` of them (at most buffer_size) unless the file ends before.
  /// Consumes nothing.
  std::string_view peek(std::size_t wanted = 1) {
    while (end_ - begin_ < wanted && refill()) {
    }
    return {buffer_.data() + begin_, end_ - begin_};
  }
  void skip(std::size_t bytes) { begin_ += bytes; }

  /// Fills `data`; false when the file ends before `bytes` are read.
  bool read(void* data, std::size_t bytes) {
    auto* out = static_cast<char*>(data);
    while (bytes > 0) {
      const std::string_view ready = peek();
      if (ready.empty()) return false;
      const std::size_t n = ready.size() < bytes ? ready.size() : bytes;
      std::memcpy(out, ready.data(), n);
      skip(n);
      out += n;
      bytes -= n;
    }
    return true;
  }

  /// The bytes up to the next `stop`, which is consumed but not returned; nothing when `stop` does not follow
  /// within buffer_size bytes. The last token of a file needs no `stop`. Valid until the next call.
  std::optional<std::string_view> token(char stop) {
    for (std::size_t searched = 0;;) {
      const std::string_view ready{buffer_.data() + begin_, end_ - begin_};
      const std::size_t at = ready.find(stop, searched);
      if (at != std::string_view::npos) {
        skip(at + 1);
        return ready.substr(0, at);
      }
      searched = ready.size();
      if (refill()) continue;
      if (searched == 0 || searched == buffer_size) return std::nullopt;
      skip(searched);
      return ready;
    }
  }

  static constexpr std::size_t buffer_size = std::size_t{1} << 20;

 private:
  /// Reads on behind the unread bytes; false at the end of the file or when the buffer is full of them.
  bool refill() {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      consumed_ += static_cast<index_t>(begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == buffer_size) return false;
    ssize_t n = 0;
    do n = ::read(descriptor_, buffer_.data() + end_, buffer_size - end_);
    while (n < 0 && errno == EINTR);
    if (n < 0) fail_with(errno);
    end_ += static_cast<std::size_t>(n);
    return n > 0;
  }

  [[noreturn]] void fail_with(int error) const {
    fail<IoError>("read", "cannot read ", path_, ": ", std::generic_category().message(error));
  }

  std::string path_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // the unread part of the buffer
  index_t consumed_ = 0;             // bytes before the buffer's first
  std::optional<index_t> size_;
  int descriptor_ = -1;
};

}  // namespace TENON_NAMESPACE::io
