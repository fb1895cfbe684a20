#pragma once
/// Text as a stream of bytes: files, gzip-compressed files, standard input, strings, and whatever a user
/// derives.

#include <zlib.h>  // gzdopen, gzread

#include <algorithm>    // min
#include <cstddef>      // size_t
#include <cstring>      // memcpy
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move

#include <fcntl.h>   // open
#include <unistd.h>  // dup, close

#include "tenon/core/error.hpp"
#include "tenon/io/atomic_file.hpp"

namespace TENON_NAMESPACE::text {

/// A source of bytes that is read once, from its beginning to its end.
struct TextReader {
  virtual ~TextReader() = default;
  /// Fills at most `capacity` bytes of `buffer` and returns how many; 0 only at the end. Throws IoError.
  virtual std::size_t read(char* buffer, std::size_t capacity) = 0;
};

/// Reads a string that it keeps.
class StringReader : public TextReader {
 public:
  explicit StringReader(std::string text) : text_(std::move(text)) {}

  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = std::min(capacity, text_.size() - position_);
    std::memcpy(buffer, text_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t position_ = 0;
};

/// Reads a file, plain or gzip-compressed (told apart by its first bytes); the path `-` is standard input.
class FileReader : public TextReader {
 public:
  explicit FileReader(const std::string& path) : name_(path == "-" ? "standard input" : path) {
    const int descriptor = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail<IoError>("text", "cannot open ", name_, ": ", io::system_reason());
    file_ = ::gzdopen(descriptor, "rb");
    if (!file_) {
      ::close(descriptor);
      fail<IoError>("text", "out of memory while opening ", name_);
    }
    ::gzbuffer(file_, 1u << 18);
  }
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader() override { ::gzclose_r(file_); }

  std::size_t read(char* buffer, std::size_t capacity) override {
    const auto wanted = static_cast<unsigned>(std::min<std::size_t>(capacity, 1u << 30));
    const int count = ::gzread(file_, buffer, wanted);
    int code = Z_OK;
    const char* const message = ::gzerror(file_, &code);
    // A compressed file that ends early is reported beside the last bytes that could still be read.
    if (count < 0 || code == Z_BUF_ERROR) {
      fail<IoError>("text", "cannot read ", name_, ": ",
                    code == Z_ERRNO       ? io::system_reason()
                    : code == Z_BUF_ERROR ? "the compressed data end too early"
                                          : message);
    }
    return static_cast<std::size_t>(count);
  }

 private:
  std::string name_;
  gzFile file_ = nullptr;
};

}  // namespace TENON_NAMESPACE::text
