#pragma once
/// Text as a stream of bytes: from files, gzip-compressed files, standard input, strings, and classes that a
/// program derives.

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

/// A source of bytes, read once from beginning to end.
struct TextReader {
  virtual ~TextReader() = default;
  /// Reads at most `capacity` bytes into `buffer` and returns their number; 0 only at the end.
  ///   throws: IoError if reading fails
  virtual std::size_t read(char* buffer, std::size_t capacity) = 0;
};

/// Reads a string, of which it holds a copy.
class StringReader : public TextReader {
 public:
  /// A reader of `text`.
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

/// Reads a file, plain or gzip-compressed, which its first bytes decide. The path `-` is standard input.
class FileReader : public TextReader {
 public:
  /// Opens a file.    throws: IoError if it cannot be opened
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
