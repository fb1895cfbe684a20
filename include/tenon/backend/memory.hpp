#pragma once
/// A caching allocator: 64-byte aligned, and eager to hand out again what was given back.
///
/// The first touch of fresh pages costs several times more than writing warm memory, and a call of the
/// system's allocator more than a small operation. Sizes are therefore rounded up to classes an eighth of a
/// power of two apart, so that a request nearly always finds a used block of its class. Small blocks wait in
/// lists of the thread that freed them, without locks; large ones in a common pool, which never keeps more
/// bytes than were ever in use at one time.

#include <algorithm>    // max
#include <bit>          // bit_width
#include <new>          // operator new, align_val_t, nothrow
#include <type_traits>  // is_trivially_copyable_v
#include <utility>      // exchange

#include "tenon/core/atomic.hpp"
#include "tenon/core/error.hpp"
#include "tenon/core/mutex.hpp"
#include "tenon/core/scalar.hpp"

#if defined(__linux__)
#include <sys/mman.h>  // mmap, munmap, madvise
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TENON_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TENON_ADDRESS_SANITIZER
#endif

namespace TENON_NAMESPACE::backend::memory {

/// Every block begins at a multiple of this: a cache line, and the widest pack.
inline constexpr std::size_t alignment = 64;

/// What the allocator holds. Bytes are those of whole blocks: a request counts as its size class.
struct Statistics {
  index_t in_use = 0;        ///< bytes handed out; exact while no other thread is at work
  index_t cached = 0;        ///< bytes kept for reuse
  index_t peak = 0;          ///< the most bytes ever in use, counting those that waited in threads' own lists
  index_t allocations = 0;   ///< blocks handed out and not yet given back
  index_t system_calls = 0;  ///< blocks ever asked from the system
};

namespace detail {

#if defined(TENON_ADDRESS_SANITIZER)
inline constexpr bool caching = false;  // so that the sanitizer sees each leak, overflow and use after free
#else
inline constexpr bool caching = true;
#endif

inline constexpr std::size_t huge_page = std::size_t{1} << 21;
inline constexpr std::size_t largest_request = std::size_t{1} << 56;
inline constexpr int class_count = 400;
inline constexpr int small_class_count = 64;  // up to 64 KiB

/// Classes 0 … 7 are 64, 128, … 512 bytes; from there on each doubling is cut into eight.
constexpr int class_of(std::size_t bytes) {
  const std::size_t last = (bytes > 0 ? bytes : 1) - 1;
  if (last < 512) return static_cast<int>(last / 64);
  const int exponent = static_cast<int>(std::bit_width(last)) - 1;
  return 8 * (exponent - 9) + static_cast<int>(last >> (exponent - 3));
}
constexpr std::size_t class_size(int c) {
  return c < 8 ? static_cast<std::size_t>(c + 1) * 64 : static_cast<std::size_t>(c % 8 + 9) << (c / 8 + 5);
}
static_assert(class_size(class_of(512)) == 512 && class_size(class_of(513)) == 576 &&
              class_size(class_of(577)) == 640);
static_assert(class_size(small_class_count - 1) == 65536 && class_of(largest_request) < class_count);

/// Fresh memory, on huge pages where it is large enough for them; null when there is none.
inline void* system_allocate(std::size_t bytes) noexcept {
#if defined(__linux__)
  if (bytes >= huge_page && caching) {
    void* mapped =
        mmap(nullptr, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    char* const first = static_cast<char*>(mapped);
    const std::size_t head = (huge_page - reinterpret_cast<std::size_t>(first) % huge_page) % huge_page;
    if (head > 0) munmap(first, head);
    munmap(first + head + bytes, huge_page - head);
    madvise(first + head, bytes, MADV_HUGEPAGE);
    return first + head;
  }
#endif
  return ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
}

inline void system_deallocate(void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__)
  if (bytes >= huge_page && caching) {
    munmap(block, bytes);
    return;
  }
#endif
  ::operator delete(block, std::align_val_t{alignment});
}

/// Blocks of one class that wait for reuse, the one freed last on top. One thread at a time changes a list;
/// its count may be read by any.
class List {
 public:
  bool empty() const { return top_ == nullptr; }
  index_t count() const { return count_.load(MemoryOrder::relaxed); }
  void push(void* block) {
    top_ = new (block) Link{top_};
    add(1);
  }
  void* pop() {
    add(-1);
    return std::exchange(top_, top_->next);
  }
  /// Moves up to `limit` blocks to `other` and returns how many.
  index_t give(List& other, index_t limit) {
    index_t moved = 0;
    for (; moved < limit && !empty(); ++moved) other.push(pop());
    return moved;
  }

 private:
  struct Link {
    Link* next;
  };
  void add(index_t by) {  // only one writer: no locked instruction needed
    count_.store(count_.load(MemoryOrder::relaxed) + by, MemoryOrder::relaxed);
  }
  Link* top_ = nullptr;
  Atomic<index_t> count_ = 0;
};

/// The lists of one thread, chained so that statistics can visit them. Trivially destructible: what is freed
/// after the thread's destructors ran finds it closed and goes to the pool.
struct ThreadCache {
  bool open = false, closed = false;
  ThreadCache *next = nullptr, *previous = nullptr;
  List lists[small_class_count];

  /// A list that grows to this length hands half of it to the pool: at most 1 MiB a class.
  static constexpr index_t limit(int c) { return index_t{2048} >> (c / 8); }
};
TENON_SHARED inline constinit thread_local ThreadCache thread_cache;

/// What all threads share. Trivially destructible, so that static objects may free their memory in any order.
class Pool {
 public:
  void* allocate(std::size_t bytes) {
    const Lock lock(mutex_);
    const int c = class_of(bytes);
    last_use_[c] = ++clock_;
    void* block = lists_[c].empty() ? obtain(caching ? class_size(c) : bytes) : take(c);
    hand_out(c, 1);
    return block;
  }
  void deallocate(void* block, int c) noexcept {
    const Lock lock(mutex_);
    hand_out(c, -1);
    if (!caching) return system_deallocate(block, class_size(c));
    lists_[c].push(block);
    cached_ += size(c);
  }
  /// Gives a thread one block or more, if the pool has them, for its empty list.
  void refill(ThreadCache& cache, int c) {
    const Lock lock(mutex_);
    const index_t moved = lists_[c].give(cache.lists[c], ThreadCache::limit(c) / 2);
    if (moved == 0) cache.lists[c].push(obtain(class_size(c)));
    cached_ -= moved * size(c);
    hand_out(c, moved > 0 ? moved : 1);
  }
  void take_back(ThreadCache& cache, int c, index_t limit) noexcept {
    const Lock lock(mutex_);
    const index_t moved = cache.lists[c].give(lists_[c], limit);
    cached_ += moved * size(c);
    hand_out(c, -moved);
  }
  void enlist(ThreadCache& cache) {
    const Lock lock(mutex_);
    cache.next = threads_;
    if (threads_) threads_->previous = &cache;
    threads_ = &cache;
    cache.open = true;
  }
  void delist(ThreadCache& cache) noexcept {
    cache.open = false;
    cache.closed = true;
    for (int c = 0; c < small_class_count; ++c) take_back(cache, c, cache.lists[c].count());
    const Lock lock(mutex_);
    (cache.previous ? cache.previous->next : threads_) = cache.next;
    if (cache.next) cache.next->previous = cache.previous;
  }
  void release_cached() noexcept {
    const Lock lock(mutex_);
    release_all();
  }
  Statistics statistics() {
    const Lock lock(mutex_);
    Statistics s{out_bytes_, cached_, peak_, out_blocks_, system_calls_};
    for (const ThreadCache* thread = threads_; thread; thread = thread->next) {
      for (int c = 0; c < small_class_count; ++c) {
        const index_t waiting = thread->lists[c].count();
        s.allocations -= waiting;
        s.in_use -= waiting * size(c);
        s.cached += waiting * size(c);
      }
    }
    return s;
  }

 private:
  static index_t size(int c) { return static_cast<index_t>(class_size(c)); }

  void* take(int c) {
    cached_ -= size(c);
    return lists_[c].pop();
  }
  void* obtain(std::size_t bytes) {
    const index_t in_use = out_bytes_ + static_cast<index_t>(bytes);
    while (in_use + cached_ > 2 * std::max(in_use, peak_) && release_oldest()) {
    }
    ++system_calls_;
    if (void* block = system_allocate(bytes)) return block;
    release_all();
    if (void* block = system_allocate(bytes)) return block;
    fail<ValueError>("memory", "out of memory: no ", bytes, " bytes more beside ", out_bytes_, " in use");
  }
  void release(int c) noexcept {
    while (!lists_[c].empty()) system_deallocate(take(c), class_size(c));
  }
  void release_all() noexcept {
    for (int c = 0; c < class_count; ++c) release(c);
  }
  /// Releases the class of large blocks that was not asked for longest; false when there is none.
  bool release_oldest() noexcept {
    int oldest = -1;
    for (int c = small_class_count; c < class_count; ++c) {
      if (!lists_[c].empty() && (oldest < 0 || last_use_[c] < last_use_[oldest])) oldest = c;
    }
    if (oldest >= 0) release(oldest);
    return oldest >= 0;
  }
  void hand_out(int c, index_t blocks) {
    out_blocks_ += blocks;
    out_bytes_ += blocks * size(c);
    if (out_bytes_ > peak_) peak_ = out_bytes_;
  }

  Mutex mutex_;
  List lists_[class_count];
  index_t last_use_[class_count] = {}, clock_ = 0;
  ThreadCache* threads_ = nullptr;
  index_t cached_ = 0;                      // bytes in lists_
  index_t out_bytes_ = 0, out_blocks_ = 0;  // in use, or in threads' lists
  index_t peak_ = 0, system_calls_ = 0;
};
TENON_SHARED inline constinit Pool pool;

/// Opens this thread's cache on its first use, to be closed when the thread ends. False once it is closed.
[[gnu::noinline]] inline bool open_thread_cache() {
  struct Closer {
    ~Closer() { pool.delist(thread_cache); }
  };
  if (thread_cache.closed) return false;
  thread_local Closer closer;
  pool.enlist(thread_cache);
  return true;
}

[[gnu::noinline]] inline void* allocate_from_pool(std::size_t bytes) {
  check<ValueError>(bytes <= largest_request, "memory", "a block of ", bytes, " bytes is too large");
  const int c = class_of(bytes);
  if (!caching || c >= small_class_count || !(thread_cache.open || open_thread_cache()))
    return pool.allocate(bytes);
  pool.refill(thread_cache, c);
  return thread_cache.lists[c].pop();
}

[[gnu::noinline]] inline void deallocate_to_pool(void* block, std::size_t bytes) noexcept {
  const int c = class_of(bytes);
  if (!caching || c >= small_class_count || !(thread_cache.open || open_thread_cache()))
    return pool.deallocate(block, c);
  thread_cache.lists[c].push(block);
  if (thread_cache.lists[c].count() >= ThreadCache::limit(c))
    pool.take_back(thread_cache, c, ThreadCache::limit(c) / 2);
}

inline constexpr std::size_t small_limit = caching ? class_size(small_class_count - 1) : 0;

}  // namespace detail

/// A block of at least `bytes` bytes, uninitialised and aligned to `alignment`; also when `bytes` is 0.
/// throws  ValueError when there is no memory
inline void* allocate(std::size_t bytes) {
  if (bytes <= detail::small_limit) [[likely]] {
    detail::List& list = detail::thread_cache.lists[detail::class_of(bytes)];
    if (!list.empty()) [[likely]]
      return list.pop();
  }
  return detail::allocate_from_pool(bytes);
}

/// Gives back a block of `allocate(bytes)`, on any thread. Null is ignored.
inline void deallocate(void* block, std::size_t bytes) noexcept {
  if (!block) return;
  if (bytes <= detail::small_limit && detail::thread_cache.open) [[likely]] {
    const int c = detail::class_of(bytes);
    detail::List& list = detail::thread_cache.lists[c];
    if (list.count() + 1 < detail::ThreadCache::limit(c)) [[likely]]
      return list.push(block);
  }
  detail::deallocate_to_pool(block, bytes);
}

inline Statistics statistics() {
  return detail::pool.statistics();
}

/// Returns to the system what waits in the pool and in the calling thread's lists.
inline void release_cached() noexcept {
  for (int c = 0; c < detail::small_class_count; ++c) {
    detail::pool.take_back(detail::thread_cache, c, detail::thread_cache.lists[c].count());
  }
  detail::pool.release_cached();
}

}  // namespace TENON_NAMESPACE::backend::memory

namespace TENON_NAMESPACE::backend {

/// Uninitialised scratch for `count` elements, given back at the end of its scope.
template <class T>
  requires std::is_trivially_copyable_v<T>
class Buffer {
 public:
  explicit Buffer(index_t count)
      : bytes_(static_cast<std::size_t>(count) * sizeof(T)),
        data_(static_cast<T*>(memory::allocate(bytes_))) {}
  Buffer(Buffer&& other) noexcept : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}
  Buffer& operator=(Buffer&&) = delete;
  ~Buffer() { memory::deallocate(data_, bytes_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](index_t i) { return data_[i]; }
  const T& operator[](index_t i) const { return data_[i]; }

 private:
  std::size_t bytes_;
  T* data_;
};

}  // namespace TENON_NAMESPACE::backend
