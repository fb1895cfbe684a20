#pragma once
/// Loops over runs of elements, a pack at a time.

#include "tenon/backend/pack.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// A pack's place in runs that are walked together. The last may be incomplete: then loads fill it up with
/// zeros, and stores leave out what is not there.
template <class T>
struct Lanes {
  index_t at, count;

  Pack<T> load(const T* run) const {
    return count >= Pack<T>::width ? Pack<T>::load(run + at) : Pack<T>::load_some(run + at, count);
  }
  void store(T* run, const Pack<T>& pack) const {
    count >= Pack<T>::width ? pack.store(run + at) : pack.store_some(run + at, count);
  }
};

/// The place of a complete pack: no load or store asks how many there are.
template <class T>
struct FullPack : Lanes<T> {
  explicit FullPack(index_t begin) : Lanes<T>{begin, Pack<T>::width} {}

  Pack<T> load(const T* run) const { return Pack<T>::load(run + this->at); }
  void store(T* run, const Pack<T>& pack) const { pack.store(run + this->at); }
};

/// Calls f(lanes) for the packs of elements [begin, end). It is always inlined, so that what f captures by
/// reference stays in registers: in memory, every store of a pack might change it.
template <class T, class F>
[[gnu::always_inline]] inline void each_pack(index_t begin, index_t end, F&& f) {
  index_t at = begin;
  for (; at + Pack<T>::width <= end; at += Pack<T>::width) f(FullPack<T>(at));
  if (at < end) f(Lanes<T>{at, end - at});
}

}  // namespace TENON_NAMESPACE::backend::cpu
