#pragma once
/// Loops over runs of elements, a pack at a time.

#include "tenon/backend/pack.hpp"

namespace TENON_NAMESPACE::backend::cpu {

/// A pack's place in runs that are walked together.
template <class T>
struct WholePack {
  index_t at;
  Pack<T> load(const T* run) const { return Pack<T>::load(run + at); }
  void store(T* run, const Pack<T>& pack) const { pack.store(run + at); }
};

/// The last, incomplete one: loads fill it up with zeros, stores leave them out.
template <class T>
struct PartOfPack {
  index_t at, count;
  Pack<T> load(const T* run) const { return Pack<T>::load_some(run + at, count); }
  void store(T* run, const Pack<T>& pack) const { pack.store_some(run + at, count); }
};

/// Calls f(lanes) for the packs of elements [begin, end).
template <class T, class F>
void each_pack(index_t begin, index_t end, F&& f) {
  constexpr index_t width = Pack<T>::width;
  for (; begin + width <= end; begin += width) f(WholePack<T>{begin});
  if (begin < end) f(PartOfPack<T>{begin, end - begin});
}

}  // namespace TENON_NAMESPACE::backend::cpu
