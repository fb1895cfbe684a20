#pragma once
/// Reading a data file from its beginning to its end, plain or gzip-compressed, or its bytes where they are
/// in memory already, with errors that name it.

#include <fcntl.h>     // open
#include <sys/stat.h>  // fstat
#include <unistd.h>    // close

#include <algorithm>    // max
#include <cstddef>      // size_t
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/io/gzip_file.hpp"

namespace TENON_NAMESPACE::data {

/// A regular file; whether it is compressed is told by its first bytes. Errors are of the kind IoError and
/// begin with `[format] path: `.
class FileReader {
 public:
  /// What such a file holds, unpacked, which the caller keeps. Errors call it `name`.
  FileReader(const char* format, const std::string& name, std::string_view content)
      : format_(format), path_(name), content_(content), most_bytes_(static_cast<index_t>(content.size())) {}
  FileReader(const char* format, const std::string& path) : format_(format), path_(path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    require(descriptor >= 0, "cannot open it: ", io::system_reason());
    struct stat status {};
    const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (!regular) ::close(descriptor);
    require(regular, "it is not a regular file");
    file_ = io::GzipFile(descriptor);
    require(file_.is_open(), "out of memory while opening it");
    // Deflate makes at most 1032 bytes of one.
    most_bytes_ = static_cast<index_t>(status.st_size) * (file_.is_compressed() ? 1032 : 1);
  }

  const std::string& path() const { return path_; }
  /// No file of this size holds more: what is larger need not be allocated to be refused.
  index_t most_bytes() const { return most_bytes_; }

  /// Fills `data` unless the file ends before, and returns how many bytes were there.
  std::size_t read(void* data, std::size_t bytes) {
    auto* out = static_cast<char*>(data);
    if (!file_.is_open()) {
      const std::size_t count = content_.copy(out, bytes);
      content_.remove_prefix(count);
      return count;
    }
    std::size_t done = 0;
    while (done < bytes) {
      const std::size_t count = file_.read(out + done, bytes - done);
      require(file_.failure().empty(), file_.failure());
      if (count == 0) break;
      done += count;
    }
    return done;
  }
  /// throws IoError when the file ends before
  void read_all(void* data, std::size_t bytes) {
    const std::size_t done = read(data, bytes);
    require(done == bytes, "truncated: it ends ", bytes - done, " bytes too early");
  }
  /// Everything from here to the end.
  std::string rest() {
    std::string text;
    constexpr std::size_t least = std::size_t{1} << 16;
    for (std::size_t done = 0;;) {
      text.resize(2 * std::max(done, least));
      done += read(text.data() + done, text.size() - done);
      if (done == text.size()) continue;
      text.resize(done);
      return text;
    }
  }

  template <class... Pieces>
  void require(bool holds, const Pieces&... sentence) const {
    if (!holds) [[unlikely]]
      fail<IoError>(format_, path_, ": ", sentence...);
  }

 private:
  const char* format_;
  std::string path_;
  io::GzipFile file_;
  std::string_view content_;  // without a file
  index_t most_bytes_ = 0;
};

}  // namespace TENON_NAMESPACE::data
