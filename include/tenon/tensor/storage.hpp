#pragma once
/// Memory that tensors share: a counted block that knows its size and how often it was written in place.

#include <cstddef>  // size_t

#include "tenon/backend/memory.hpp"
#include "tenon/core/ref.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

/// The header lies in front of the data, so that a small tensor's memory is one allocation.
class alignas(backend::memory::alignment) Storage : public RefCounted {
 public:
  /// Uninitialised memory for `bytes` bytes, aligned to 64.
  static Ref<Storage> allocate(std::size_t bytes) {
    void* block = backend::memory::allocate(sizeof(Storage) + bytes);
    return Ref<Storage>(new (block)
                            Storage(static_cast<char*>(block) + sizeof(Storage), sizeof(Storage) + bytes));
  }
  /// Memory that belongs to somebody else. `release(context)` is called when the last tensor lets go.
  static Ref<Storage> borrow(void* data, void (*release)(void*) = nullptr, void* context = nullptr) {
    void* block = backend::memory::allocate(sizeof(Storage));
    auto* storage = new (block) Storage(data, sizeof(Storage));
    storage->release_ = release;
    storage->context_ = context;
    return Ref<Storage>(storage);
  }

  void* data() const { return data_; }
  /// Whether somebody else keeps the memory: it was lent without a way to give it back.
  bool is_lent() const { return data_ != this + 1 && !release_; }
  /// Counts in-place writes, so that a rule notices that what it kept has changed.
  std::uint32_t version() const { return version_; }
  void touch() { ++version_; }

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
