#pragma once
/// A sequence of records that may be larger than memory: beyond a limit it is stored in a temporary file.

#include <cerrno>       // errno
#include <cstdint>      // uint64_t
#include <cstdlib>      // getenv, mkstemp
#include <memory>       // unique_ptr
#include <string>       // string
#include <type_traits>  // is_trivially_copyable_v
#include <utility>      // exchange, swap
#include <vector>       // vector

#include <unistd.h>  // pread, pwrite, unlink, close

#include "tenon/core/error.hpp"
#include "tenon/core/scalar.hpp"
#include "tenon/io/atomic_file.hpp"

namespace TENON_NAMESPACE::text {

/// A temporary file without a name, which the system removes when the program ends, in whatever way.
class SpoolFile {
 public:
  /// Not open.
  SpoolFile() = default;
  SpoolFile(SpoolFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  SpoolFile& operator=(SpoolFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    path_.swap(other.path_);
    return *this;
  }
  ~SpoolFile() {
    if (is_open()) ::close(descriptor_);
  }

  /// Whether the file exists.
  bool is_open() const { return descriptor_ >= 0; }

  /// Creates the file in $TMPDIR, or in /tmp if that is not set.    throws: IoError if it cannot be created
  void open() {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder && *folder ? folder : "/tmp") + "/tenon-text-XXXXXX";
    descriptor_ = ::mkstemp(path_.data());
    if (!is_open()) fail_with("create", io::system_reason());
    ::unlink(path_.c_str());
  }
  /// Writes bytes at a position.    throws: IoError if writing fails, for instance on a full disk
  void write(const void* data, std::size_t bytes, std::uint64_t offset) {
    transfer(bytes, "write", [&](std::size_t done) {
      return ::pwrite(descriptor_, static_cast<const char*>(data) + done, bytes - done,
                      static_cast<off_t>(offset + done));
    });
  }
  /// Reads bytes from a position. Any thread may call it.    throws: IoError if reading fails
  void read(void* data, std::size_t bytes, std::uint64_t offset) const {
    transfer(bytes, "read", [&](std::size_t done) {
      return ::pread(descriptor_, static_cast<char*>(data) + done, bytes - done,
                     static_cast<off_t>(offset + done));
    });
  }

 private:
  template <class Call>
  void transfer(std::size_t bytes, const char* verb, Call&& call) const {
    for (std::size_t done = 0; done < bytes;) {
      const ssize_t count = call(done);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail_with(verb, count < 0 ? io::system_reason() : "it ends early");
      done += static_cast<std::size_t>(count);
    }
  }

  [[noreturn]] void fail_with(const char* verb, const std::string& reason) const {
    fail<IoError>("text", "cannot ", verb, " the temporary file ", path_, ": ", reason,
                  "; TMPDIR names the folder to use");
  }

  int descriptor_ = -1;
  std::string path_;
};

/// A sequence of records, appended one by one and read a block at a time. Up to a number of blocks are kept
/// in memory; beyond it, all full blocks are stored in a temporary file.
template <class Record>
  requires std::is_trivially_copyable_v<Record>
class BlockStream {
 public:
  static constexpr index_t block_size = 4096;  ///< records in a full block
  static constexpr std::size_t block_bytes = static_cast<std::size_t>(block_size) * sizeof(Record);

  /// An empty stream that keeps up to `memory_blocks` full blocks in memory.
  explicit BlockStream(std::size_t memory_blocks) : memory_blocks_(memory_blocks), tail_(new_block()) {}

  /// The number of records.
  index_t size() const { return full_blocks_ * block_size + tail_size_; }
  /// The number of blocks, the last of which may not be full.
  index_t block_count() const { return full_blocks_ + (tail_size_ > 0 ? 1 : 0); }
  /// The number of records in a block.
  index_t block_length(index_t block) const { return block < full_blocks_ ? block_size : tail_size_; }
  /// Whether all blocks are in memory.
  bool in_memory() const { return !file_.is_open(); }
  /// The number of full blocks that are kept in memory.
  std::size_t memory_blocks() const { return memory_blocks_; }

  /// Appends a record.    throws: IoError if the temporary file cannot be written
  void append(const Record& record) {
    tail_[static_cast<std::size_t>(tail_size_++)] = record;
    if (tail_size_ == block_size) flush();
  }

  /// The records of a block. If they are in the file, they are read into `scratch`, which has room for
  /// block_size records. Any thread may call it.
  const Record* block(index_t block, Record* scratch) const {
    if (block == full_blocks_) return tail_.get();
    if (in_memory()) return memory_[static_cast<std::size_t>(block)].get();
    file_.read(scratch, block_bytes, static_cast<std::uint64_t>(block) * block_bytes);
    return scratch;
  }
  /// Frees the memory of a full block that will not be read again.
  void release(index_t block) {
    if (in_memory() && block < full_blocks_) memory_[static_cast<std::size_t>(block)].reset();
  }

 private:
  using Block = std::unique_ptr<Record[]>;
  static Block new_block() { return Block(new Record[static_cast<std::size_t>(block_size)]); }

  void flush() {
    if (in_memory() && memory_.size() == memory_blocks_) move_to_file();
    if (in_memory()) {
      memory_.push_back(std::exchange(tail_, new_block()));
    } else {
      file_.write(tail_.get(), block_bytes, static_cast<std::uint64_t>(full_blocks_) * block_bytes);
    }
    ++full_blocks_;
    tail_size_ = 0;
  }
  void move_to_file() {
    file_.open();
    for (std::size_t b = 0; b < memory_.size(); ++b)
      file_.write(memory_[b].get(), block_bytes, b * block_bytes);
    memory_.clear();
  }

  std::size_t memory_blocks_;
  std::vector<Block> memory_;
  SpoolFile file_;
  index_t full_blocks_ = 0;
  Block tail_;
  index_t tail_size_ = 0;
};

}  // namespace TENON_NAMESPACE::text
