#pragma once
/// A file mapped into memory.

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

/// The bytes of a file, which the system reads when they are accessed. Replacing the file by a rename, as
/// AtomicFile does, has no effect on a mapping; if the file is truncated in place, access to the missing part
/// ends the process (SIGBUS).
class MappedFile : public RefCounted {
 public:
  /// Maps a file.    throws: IoError if it cannot be read or is no regular file
  static Ref<MappedFile> open(const std::string& path) { return Ref<MappedFile>(new MappedFile(path)); }
  /// Deletes the mapping; called by Ref.
  static void dispose(MappedFile* file) { delete file; }

  /// The file's path.
  const std::string& path() const { return path_; }
  /// All bytes of the file.
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

  /// Storage for a tensor with the bytes from `begin` on, at most `size`. Writing to it changes neither the
  /// file nor other results. A large range is mapped again, so that the system copies a page on the first
  /// write; a range below 64 KiB is copied at once.
  ///   throws: IoError if the system refuses the mapping
  Ref<Storage> storage(std::size_t begin, std::size_t size = std::string_view::npos) const;

 private:
  explicit MappedFile(const std::string& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail_with(errno);
    struct stat status{};
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

/// The mapped pages of one tensor.
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
