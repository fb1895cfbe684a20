#pragma once
/// Buffered reading of a file in bytes or tokens, with errors that name the file.

#include <fcntl.h>     // open
#include <sys/stat.h>  // fstat

#include <cstring>      // memcpy, memmove
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/io/gzip_file.hpp"
#include "tenon/io/utf8_mark.hpp"

namespace TENON_NAMESPACE::io {

/// A file, pipe or device open for reading, plain or gzip-compressed, which its first bytes decide. All
/// functions that read throw IoError if reading fails.
class InputFile {
 public:
  /// Opens a file.    throws: IoError if it cannot be opened
  explicit InputFile(const std::string& path) : path_(path), buffer_(buffer_size) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail_with(system_reason());
    struct stat status{};
    const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    file_ = GzipFile(descriptor);
    if (!file_.is_open()) fail_with("out of memory");
    compressed_ = regular && file_.is_compressed();
    if (regular && !compressed_) size_ = status.st_size;
  }

  /// Reads from memory: `content` is the uncompressed content of a file that errors call `name`.
  InputFile(std::string_view content, const std::string& name)
      : path_(name),
        buffer_(content.begin(), content.end()),
        end_(content.size()),
        size_(static_cast<index_t>(content.size())) {}

  /// The file's path, or its name in errors.
  const std::string& path() const { return path_; }
  /// Whether it is a compressed regular file.
  bool is_compressed() const { return compressed_; }
  /// The number of bytes from here to the end; none for pipes and compressed files.
  std::optional<index_t> remaining() const {
    if (!size_) return std::nullopt;
    return *size_ > position() ? *size_ - position() : 0;
  }
  /// The number of uncompressed bytes read so far.
  index_t position() const { return consumed_ + static_cast<index_t>(begin_); }

  /// Moves to a position in the uncompressed bytes, counted from the beginning.    throws: IoError for a pipe
  void seek(index_t position) {
    if (!file_.is_open()) {
      begin_ = static_cast<std::size_t>(position);
      return;
    }
    if (!file_.seek(static_cast<std::size_t>(position))) fail_with("it cannot be read in any order");
    begin_ = end_ = 0;
    consumed_ = position;
  }

  /// The unread bytes in the buffer: at least `wanted` (at most buffer_size), or all until the file's end.
  /// They are not consumed.
  std::string_view peek(std::size_t wanted = 1) {
    while (end_ - begin_ < wanted && refill()) {
    }
    return {buffer_.data() + begin_, end_ - begin_};
  }
  /// Consumes bytes that `peek` has returned.
  void skip(std::size_t bytes) { begin_ += bytes; }
  /// Skips a UTF-8 byte-order mark, at the beginning of a text file.
  void skip_utf8_mark() {
    if (peek(utf8_mark.size()).starts_with(utf8_mark)) skip(utf8_mark.size());
  }

  /// Reads `bytes` bytes into `data`; false if the file ends before.
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

  /// Reads the bytes up to the next `stop`, which is consumed but not returned. None at the file's end, or if
  /// `stop` does not follow within buffer_size bytes. The last token of a file needs no `stop`. The result is
  /// valid until the next call.
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
      if (searched == 0 || (searched == buffer_size && file_.is_open())) return std::nullopt;
      skip(searched);
      return std::string_view{buffer_.data() + begin_ - searched, searched};  // refill() has moved it
    }
  }

  static constexpr std::size_t buffer_size = std::size_t{1} << 20;  ///< bytes: the longest token

 private:
  /// Appends bytes of the file to the unread ones; false at the file's end or if the buffer is full.
  bool refill() {
    if (!file_.is_open()) return false;
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      consumed_ += static_cast<index_t>(begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == buffer_size) return false;
    const std::size_t count = file_.read(buffer_.data() + end_, buffer_size - end_);
    if (!file_.failure().empty()) fail_with(file_.failure());
    end_ += count;
    return count > 0;
  }

  [[noreturn]] void fail_with(const std::string& reason) const {
    fail<IoError>("read", "cannot read ", path_, ": ", reason);
  }

  std::string path_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // the unread part of the buffer
  index_t consumed_ = 0;             // bytes before the buffer's first
  std::optional<index_t> size_;
  GzipFile file_;
  bool compressed_ = false;
};

}  // namespace TENON_NAMESPACE::io
