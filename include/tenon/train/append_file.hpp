#pragma once
/// A file to which records are appended. Each record is written in one system call, so that a program that is
/// killed leaves whole records, except possibly the last.

#include <fcntl.h>   // open
#include <unistd.h>  // write

#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // exchange

#include "tenon/io/atomic_file.hpp"

namespace TENON_NAMESPACE::train {

/// A file open for appending. Constructor and `append` throw IoError with the file's name and the system's
/// reason.
class AppendFile {
 public:
  /// Whether the file must not exist yet, or must exist.
  enum class Open { create_new, existing };

  /// Opens or creates the file.
  AppendFile(const std::string& path, Open how) : path_(path) {
    const int create = how == Open::create_new ? O_CREAT | O_EXCL : 0;
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | create, 0666);
    check<IoError>(descriptor_ >= 0, "append", "cannot write ", path_, ": ", io::system_reason());
  }
  AppendFile(AppendFile&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  AppendFile& operator=(AppendFile&&) = delete;
  ~AppendFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// Writes a record at the file's end.
  void append(std::string_view record) {
    while (!record.empty()) {
      const auto done = ::write(descriptor_, record.data(), record.size());
      if (done < 0 && errno == EINTR) continue;
      check<IoError>(done >= 0, "append", "cannot write ", path_, ": ", io::system_reason());
      record.remove_prefix(static_cast<std::size_t>(done));
    }
  }

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace TENON_NAMESPACE::train
