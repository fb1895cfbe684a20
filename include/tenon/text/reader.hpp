#pragma once
/// Text as a stream of bytes: files, gzip-compressed files, standard input, strings, and whatever a user
/// derives.

#include <algorithm>    // min
#include <cstddef>      // size_t
#include <cstring>      // memcpy
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // move

#include <fcntl.h>   // open
#include <unistd.h>  // dup

#include "tenon/core/error.hpp"
#include "tenon/io/gzip_file.hpp"

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
    check<IoError>(descriptor >= 0, "text", "cannot open ", name_, ": ", io::system_reason());
    file_ = io::GzipFile(descriptor);
    check<IoError>(file_.is_open(), "text", "out of memory while opening ", name_);
  }

  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = file_.read(buffer, capacity);
    check<IoError>(file_.failure().empty(), "text", "cannot read ", name_, ": ", file_.failure());
    return count;
  }

 private:
  std::string name_;
  io::GzipFile file_;
};

}  // namespace TENON_NAMESPACE::text
