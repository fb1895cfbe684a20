#pragma once
/// Reading of bytes that may be gzip-compressed, for readers with error messages of their own.

#include <unistd.h>  // close
#include <zlib.h>    // gzdopen, gzread

#include <algorithm>  // min
#include <cstddef>    // size_t
#include <string>     // string
#include <utility>    // exchange

#include "tenon/io/atomic_file.hpp"

namespace TENON_NAMESPACE::io {

/// A file, pipe or device open for reading. Its first bytes decide whether it is treated as compressed.
class GzipFile {
 public:
  /// Not open.
  GzipFile() = default;
  /// Takes ownership of a descriptor. Not open if memory does not suffice.
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

  /// Whether a file is open.
  bool is_open() const { return file_ != nullptr; }
  /// Whether the file is gzip-compressed.
  bool is_compressed() { return ::gzdirect(file_) == 0; }

  /// Moves to a position in the uncompressed bytes, counted from the beginning. False for a pipe.
  bool seek(std::size_t position) { return ::gzseek(file_, static_cast<z_off_t>(position), SEEK_SET) >= 0; }

  /// The reason why reading failed; empty if it has not.
  const std::string& failure() const { return failure_; }
  /// Reads at most `capacity` bytes and returns their number: 0 at the end and on failure.
  std::size_t read(void* data, std::size_t capacity) {
    const int count = ::gzread(file_, data, static_cast<unsigned>(std::min<std::size_t>(capacity, 1u << 30)));
    int code = Z_OK;
    const char* const message = ::gzerror(file_, &code);
    // zlib reports the early end of a compressed file together with the last bytes.
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
