#pragma once
/// Memory that tensors share: a reference-counted block with a counter of in-place writes.

#include <cstddef>  // size_t

#include "tenon/backend/memory.hpp"
#include "tenon/core/ref.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

/// A block of memory. The header is in front of the data, so that a block is one allocation.
class alignas(backend::memory::alignment) Storage : public RefCounted {
 public:
  /// Uninitialised memory of `bytes` bytes, aligned to 64 bytes.
  static Ref<Storage> allocate(std::size_t bytes) {
    void* block = backend::memory::allocate(sizeof(Storage) + bytes);
    return Ref<Storage>(new (block)
                            Storage(static_cast<char*>(block) + sizeof(Storage), sizeof(Storage) + bytes));
  }
  /// Memory that the caller owns. If `release` is given, release(context) is called when the last reference
  /// ends.
  static Ref<Storage> borrow(void* data, void (*release)(void*) = nullptr, void* context = nullptr) {
    void* block = backend::memory::allocate(sizeof(Storage));
    auto* storage = new (block) Storage(data, sizeof(Storage));
    storage->release_ = release;
    storage->context_ = context;
    return Ref<Storage>(storage);
  }

  /// The memory.
  void* data() const { return data_; }
  /// Whether the memory is borrowed without `release`, so that its owner may use it at the same time.
  bool is_lent() const { return data_ != this + 1 && !release_; }
  /// The number of in-place writes, by which a backward rule notices that a kept tensor has changed.
  std::uint32_t version() const { return version_; }
  /// Counts an in-place write.
  void touch() { ++version_; }

  /// Frees a block; called by Ref.
  static void dispose(Storage* storage) {
    if (storage->release_) storage->release_(storage->context_);
    const std::size_t bytes = storage->block_bytes_;
    storage->~Storage();
    backend::memory::deallocate(storage, bytes);
  }

 private:
  Storage(void* data, std::size_t block_bytes) : data_(data), block_bytes_(block_bytes) {}

  void* data_;
  std::size_t block_bytes_;
  void (*release_)(void*) = nullptr;
  void* context_ = nullptr;
  std::uint32_t version_ = 0;
};
static_assert(sizeof(Storage) == backend::memory::alignment,
              "data behind the header must keep the alignment of a cache line");

}  // namespace TENON_NAMESPACE
