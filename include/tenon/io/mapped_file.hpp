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

/// The bytes of a file, of which the system reads in what is looked at. A file that is replaced by a rename
/// (as AtomicFile does) meanwhile is no concern, one that is cut short in place ends the process when its
/// missing part is touched (SIGBUS).
class MappedFile : public RefCounted {
 public:
  /// throws IoError when it cannot be read, or is no regular file
  static Ref<MappedFile> open(const std::string& path) { return Ref<MappedFile>(new MappedFile(path)); }
  static void dispose(MappedFile* file) { delete file; }

  const std::string& path() const { return path_; }
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

  /// The bytes from `begin` on, at most `size` of them, as memory of a tensor. They belong to it alone and
  /// may be written: neither the file nor `bytes()` nor what is handed out next changes. What is large is
  /// mapped anew, so that the system copies a page when it is first written; what is small is copied at once.
  ///   throws IoError when the system has no memory for it
  Ref<Storage> storage(std::size_t begin, std::size_t size = std::string_view::npos) const;

 private:
  explicit MappedFile(const std::string& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail_with(errno);
    struct stat status {};
    const int error = ::fstat(descriptor_, &status) != 0 ? errno : 0;
    if (error == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
    }
    const int map_error = data_ == MAP_FAILED ? errno : error;
    if (map_error != 0 || !S_ISREG(status.st_mode)) ::close(descriptor_);
    if (map_error != 0) fail_with(map_error);
    check<IoError>(S_ISREG(status.st_mode), "read", "cannot read ", path,
                   ": only a regular file can be read in any order");
  }
  ~MappedFile() {
    if (data_) ::munmap(data_, size_);
    ::close(descriptor_);
  }

  [[noreturn]] void fail_with(int error) const {
    fail<IoError>("read", "cannot read ", path_, ": ", std::generic_category().message(error));
  }

  std::string path_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
  int descriptor_ = -1;
};

namespace detail {

/// Pages of a file for one tensor.
struct OwnPages {
  void* data;
  std::size_t size;

  static void release(void* context) {
    const auto* pages = static_cast<OwnPages*>(context);
    ::munmap(pages->data, pages->size);
    delete pages;
  }
};

}  // namespace detail

inline Ref<Storage> MappedFile::storage(std::size_t begin, std::size_t size) const {
  constexpr std::size_t small = std::size_t{1} << 16;
  const std::string_view wanted = bytes().substr(begin, size);
  if (wanted.size() < small) {
    Ref<Storage> copy = Storage::allocate(wanted.size());
    wanted.copy(static_cast<char*>(copy->data()), wanted.size());
    return copy;
  }
  const std::size_t skipped = begin % static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)),
                    length = skipped + wanted.size();
  void* const data = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor_,
                            static_cast<off_t>(begin - skipped));
  if (data == MAP_FAILED) fail_with(errno);
  return Storage::borrow(static_cast<char*>(data) + skipped, &detail::OwnPages::release,
                         new detail::OwnPages{data, length});
}

}  // namespace TENON_NAMESPACE::io
