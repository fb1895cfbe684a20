#pragma once
/// Reading bytes that may be gzip-compressed, for readers that have error messages of their own.

#include <unistd.h>  // close
#include <zlib.h>    // gzdopen, gzread

#include <algorithm>  // min
#include <cstddef>    // size_t
#include <string>     // string
#include <utility>    // exchange

#include "tenon/io/atomic_file.hpp"

namespace TENON_NAMESPACE::io {

/// A file, pipe or device; whether it is compressed is told by its first bytes.
class GzipFile {
 public:
  GzipFile() = default;
  /// Takes the descriptor over. Not open when memory lacks.
  explicit GzipFile(int descriptor) : file_(::gzdopen(descriptor, "rb")) {
    if (file_)
      ::gzbuffer(file_, 1u << 18);
    else
      ::close(descriptor);
  }
  GzipFile(GzipFile&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
  GzipFile& operator=(GzipFile&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~GzipFile() {
    if (file_) ::gzclose_r(file_);
  }

  bool is_open() const { return file_ != nullptr; }
  bool is_compressed() { return ::gzdirect(file_) == 0; }

  /// Goes to a byte counted from the beginning, of what is compressed to one of what it unpacks to. False for
  /// a pipe.
  bool seek(std::size_t position) { return ::gzseek(file_, static_cast<z_off_t>(position), SEEK_SET) >= 0; }

  /// Why reading failed; empty as long as it has not.
  const std::string& failure() const { return failure_; }
  /// Fills at most `capacity` bytes and returns how many: 0 at the end, and when reading fails.
  std::size_t read(void* data, std::size_t capacity) {
    const int count = ::gzread(file_, data, static_cast<unsigned>(std::min<std::size_t>(capacity, 1u << 30)));
    int code = Z_OK;
    const char* const message = ::gzerror(file_, &code);
    // A compressed file that ends early is reported beside the last bytes that could still be read.
    if (count >= 0 && code != Z_BUF_ERROR) return static_cast<std::size_t>(count);
    failure_ = code == Z_ERRNO       ? system_reason()
               : code == Z_BUF_ERROR ? "the compressed data end too early"
                                     : message;
    return 0;
  }

 private:
  gzFile file_ = nullptr;
  std::string failure_;
};

}  // namespace TENON_NAMESPACE::io
