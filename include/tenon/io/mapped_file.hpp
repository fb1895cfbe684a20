#pragma once
/// A file seen as memory.

#include <fcntl.h>     // open
#include <sys/mman.h>  // mmap
#include <sys/stat.h>  // fstat
#include <unistd.h>    // close

#include <cerrno>        // errno
#include <string>        // string
#include <string_view>   // string_view
#include <system_error>  // generic_category

#include "tenon/core/error.hpp"
#include "tenon/core/ref.hpp"
#include "tenon/tensor/storage.hpp"

namespace TENON_NAMESPACE::io {

/// The bytes of a file, of which the system reads in what is looked at. Writing into them changes this
/// process's copy of a page, never the file. The mapping lasts as long as somebody refers to it; a file that
/// is replaced by a rename (as AtomicFile does) meanwhile is no concern, one that is cut short in place ends
/// the process when its missing part is touched (SIGBUS).
class MappedFile : public RefCounted {
 public:
  /// throws IoError when it cannot be read, or is no regular file
  static Ref<MappedFile> open(const std::string& path) { return Ref<MappedFile>(new MappedFile(path)); }
  static void dispose(MappedFile* file) { delete file; }

  const std::string& path() const { return path_; }
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

  /// The bytes from `begin` on as memory of a tensor, which keeps the mapping.
  Ref<Storage> storage(std::size_t begin) {
    retain();
    return Storage::borrow(static_cast<char*>(data_) + begin, &MappedFile::let_go, this);
  }

 private:
  explicit MappedFile(const std::string& path) : path_(path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail_with(errno);
    struct stat status {};
    const int error = ::fstat(descriptor, &status) != 0 ? errno : 0;
    if (error == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      data_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
    }
    const int map_error = data_ == MAP_FAILED ? errno : error;
    ::close(descriptor);
    if (map_error != 0) fail_with(map_error);
    check<IoError>(S_ISREG(status.st_mode), "read", "cannot read ", path,
                   ": only a regular file can be read in any order");
  }
  ~MappedFile() {
    if (data_) ::munmap(data_, size_);
  }

  static void let_go(void* context) {
    auto* file = static_cast<MappedFile*>(context);
    if (file->release()) dispose(file);
  }

  [[noreturn]] void fail_with(int error) const {
    fail<IoError>("read", "cannot read ", path_, ": ", std::generic_category().message(error));
  }

  std::string path_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace TENON_NAMESPACE::io
