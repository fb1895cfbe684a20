#pragma once
/// Reading of a data file from beginning to end, plain or gzip-compressed or from memory, with errors that
/// name it.

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

/// A regular file open for reading, plain or gzip-compressed, which its first bytes decide. All functions
/// that can fail throw IoError with a message that begins with `[format] path: `.
class FileReader {
 public:
  /// Reads from memory: the uncompressed content of a file, which must outlive the reader. Errors call it
  /// `name`.
  FileReader(const char* format, const std::string& name, std::string_view content)
      : format_(format), path_(name), content_(content), most_bytes_(static_cast<index_t>(content.size())) {}
  /// Opens a file.    throws: IoError if it cannot be opened or is no regular file
  FileReader(const char* format, const std::string& path) : format_(format), path_(path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    require(descriptor >= 0, "cannot open it: ", io::system_reason());
    struct stat status{};
    const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (!regular) ::close(descriptor);
    require(regular, "it is not a regular file");
    file_ = io::GzipFile(descriptor);
    require(file_.is_open(), "out of memory while opening it");
    // Deflate makes at most 1032 bytes of one.
    most_bytes_ = static_cast<index_t>(status.st_size) * (file_.is_compressed() ? 1032 : 1);
  }

  /// The file's path, or its name in errors.
  const std::string& path() const { return path_; }
  /// An upper bound of the uncompressed bytes, by which a false size can be refused before allocation.
  index_t most_bytes() const { return most_bytes_; }

  /// Reads up to `bytes` bytes into `data` and returns their number, which is smaller only at the file's end.
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
  /// Reads `bytes` bytes into `data`.    throws: IoError if the file ends before
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

  /// Throws IoError with the file's name and `sentence` unless `holds`.
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
