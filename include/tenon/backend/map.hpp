#pragma once
/// Element-wise work: one loop for each function, over any number of broadcast, strided, possibly converted
/// operands.
///
/// The only code that depends on the function is a contiguous loop over packs. The driver walks the operands
/// in chunks that fit the first-level cache and hands the loop plain pointers: into the tensor where the
/// operand is dense, into scratch otherwise (gathered, converted or to be summed).

#include <algorithm>    // fill_n, min
#include <limits>       // numeric_limits
#include <type_traits>  // is_same_v
#include <utility>      // integer_sequence

#include "tenon/backend/memory.hpp"
#include "tenon/backend/pack.hpp"
#include "tenon/core/parallel.hpp"
#include "tenon/core/shape.hpp"

namespace TENON_NAMESPACE::backend {

inline constexpr int max_map_inputs = 16;
inline constexpr int max_map_outputs = 8;
inline constexpr index_t map_chunk = 1024;

/// The compiled form of one function: n elements from each input to each output; null outputs are skipped.
/// With `stream`, results are written past the caches, to addresses aligned as `Pack<T>::stream` wants them.
template <class T>
using MapLoop = void (*)(const void* function, index_t n, const T* const* in, T* const* out, bool stream);

/// Reads n elements of any scalar type, `stride` apart, into a dense run of T.
template <class T>
using LoadRun = void (*)(const void* source, index_t stride, index_t n, T* target);
/// Writes a dense run of T as another scalar type.
template <class T>
using StoreRun = void (*)(const T* source, index_t n, void* target);

template <class T, class U>
void load_run(const void* source, index_t stride, index_t n, T* target) {
  const U* p = static_cast<const U*>(source);
  if (stride == 0) {
    std::fill_n(target, n, static_cast<T>(*p));
  } else {
    for (index_t i = 0; i < n; ++i) target[i] = static_cast<T>(p[i * stride]);
  }
}
template <class T, class U>
void store_run(const T* source, index_t n, void* target) {
  U* p = static_cast<U*>(target);
  for (index_t i = 0; i < n; ++i) p[i] = static_cast<U>(source[i]);
}

template <class T>
struct MapInput {
  const void* data;
  Strides strides;  // in elements; 0 where broadcast
  LoadRun<T> load;
  index_t item;  // bytes of an element
  bool same_type;
};
/// Where results go. `dense`: row-major, as large as the loop. `total`: everything is summed into one
/// element.
template <class T>
struct MapOutput {
  enum class Kind { none, dense, total } kind = Kind::none;
  void* data = nullptr;
  StoreRun<T> store = nullptr;  // null: T itself
  index_t item = sizeof(T);
};

template <class T>
struct MapPlan {
  Shape shape;
  int inputs = 0, outputs = 0;
  MapInput<T> in[max_map_inputs];
  MapOutput<T> out[max_map_outputs];
};

// The loop
// -----------------------------------------------------------------------------------------------------------

namespace detail {

template <class T>
Pack<T> as_pack(const Pack<T>& x) {
  return x;
}
template <class T>
Pack<T> as_pack(const Mask<T>& m) {
  return select(m, Pack<T>(1), Pack<T>(0));
}
template <class T, class S>
  requires std::is_arithmetic_v<S>
Pack<T> as_pack(S s) {
  return Pack<T>(s);
}

template <class T, int N>
struct Packs {
  Pack<T> pack[N];
};

template <class T, int In, int Out, class F, int... I>
void map_loop(const F& f, index_t n, const T* const* in, T* const* out, bool stream,
              std::integer_sequence<int, I...>) {
  constexpr index_t width = Pack<T>::width;
  const T* const x[In] = {in[I]...};
  index_t i = 0;
  const auto step = [&](auto load, auto store) {
    if constexpr (Out == 1) {
      store(out[0], as_pack<T>(f(load(x[I])...)));
    } else {
      const Packs<T, Out> y = f(load(x[I])...);
      for (int o = 0; o < Out; ++o)
        if (out[o]) store(out[o], y.pack[o]);
    }
  };
  for (; i + width <= n; i += width)
    step([&](const T* p) { return Pack<T>::load(p + i); },
         [&](T* p, const Pack<T>& y) { stream ? y.stream(p + i) : y.store(p + i); });
  if (i < n)
    step([&](const T* p) { return Pack<T>::load_some(p + i, n - i); },
         [&](T* p, const Pack<T>& y) { y.store_some(p + i, n - i); });
}

/// Neighbouring axes that every operand walks as one become one; axes of extent 1 go.
template <class T>
void collapse(MapPlan<T>& plan) {
  Shape shape;
  Strides strides[max_map_inputs];
  for (int axis = 0; axis < plan.shape.size(); ++axis) {
    const index_t extent = plan.shape[axis];
    if (extent == 1) continue;
    bool merge = !shape.empty();
    for (int k = 0; merge && k < plan.inputs; ++k)
      merge = strides[k].back() == plan.in[k].strides[axis] * extent;
    if (merge)
      shape[shape.size() - 1] *= extent;
    else
      shape.push_back(extent);
    for (int k = 0; k < plan.inputs; ++k) {
      if (merge)
        strides[k][strides[k].size() - 1] = plan.in[k].strides[axis];
      else
        strides[k].push_back(plan.in[k].strides[axis]);
    }
  }
  if (shape.empty()) {
    shape.push_back(1);
    for (int k = 0; k < plan.inputs; ++k) strides[k].push_back(1);
  }
  plan.shape = shape;
  for (int k = 0; k < plan.inputs; ++k) plan.in[k].strides = strides[k];
}

/// The position, in elements, of row `row` (all axes but the last, row-major).
template <class T>
index_t row_offset(const MapInput<T>& x, const Shape& shape, index_t row) {
  index_t offset = 0;
  for (int axis = shape.size() - 2; axis >= 0; --axis) {
    offset += (row % shape[axis]) * x.strides[axis];
    row /= shape[axis];
  }
  return offset;
}

/// Elements [begin, begin + n) in row-major order, gathered and converted.
template <class T>
void gather_run(const MapInput<T>& x, const Shape& shape, index_t begin, index_t n, T* target) {
  const index_t inner = shape.back(), stride = x.strides.back();
  index_t row = begin / inner, column = begin % inner;
  while (n > 0) {
    const index_t length = std::min(inner - column, n);
    const index_t at = row_offset(x, shape, row) + column * stride;
    x.load(static_cast<const char*>(x.data) + at * x.item, stride, length, target);
    target += length;
    n -= length;
    column = 0;
    ++row;
  }
}

template <class T>
double run_sum(const T* x, index_t n) {
  if constexpr (Real<T>) {
    Pack<T> sum(0);
    index_t i = 0;
    for (; i + Pack<T>::width <= n; i += Pack<T>::width) sum += Pack<T>::load(x + i);
    if (i < n) sum += Pack<T>::load_some(x + i, n - i);
    return static_cast<double>(reduce_add(sum));
  } else {
    double sum = 0;
    for (index_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]);
    return sum;
  }
}

/// What one operand is to the loop in the range at hand.
template <class T>
class MapRange {
 public:
  MapRange(const MapPlan<T>& plan, bool stream) : plan_(plan), stream_(stream) {
    bool scratch = false;
    for (int o = 0; o < plan.outputs; ++o)
      scratch |= plan.out[o].kind != MapOutput<T>::Kind::none && !direct(plan.out[o]);
    for (int k = 0; k < plan.inputs; ++k) {
      const MapInput<T>& x = plan.in[k];
      const bool dense = x.same_type && plan.shape.size() == 1 && x.strides[0] == 1;
      scratch |= !dense;
      constant_[k] = plan.shape.size() == 1 && x.strides[0] == 0;
      way_[k] = dense ? Way::direct : Way::gather;
      if (!dense && x.same_type && x.strides.back() == 1) way_[k] = Way::row;
      if (constant_[k]) {
        x.load(x.data, 0, std::min(map_chunk, plan.shape[0]), in_[k]);
        in_pointer_[k] = in_[k];
      }
    }
    if (!scratch) chunk_ = std::numeric_limits<index_t>::max();
    // Rows long enough to be worth handing over without a copy bound the chunks.
    by_row_ = plan.shape.size() > 1 && plan.shape.back() >= map_chunk / 4;
  }

  /// Runs the loop over [begin, end); adds the sums of `total` outputs to totals[].
  void operator()(MapLoop<T> loop, const void* function, index_t begin, index_t end, double* totals) {
    const index_t inner = plan_.shape.back();
    while (begin < end) {
      index_t n = std::min(chunk_, end - begin);
      if (by_row_) n = std::min(n, inner - begin % inner);
      for (int k = 0; k < plan_.inputs; ++k) locate(k, begin, n);
      const bool stream = stream_ && streamable(begin);
      for (int o = 0; o < plan_.outputs; ++o) {
        const MapOutput<T>& y = plan_.out[o];
        out_pointer_[o] = y.kind == MapOutput<T>::Kind::none ? nullptr
                          : direct(y)                        ? static_cast<T*>(y.data) + begin
                                                             : out_[o];
      }
      loop(function, n, in_pointer_, out_pointer_, stream);
      for (int o = 0; o < plan_.outputs; ++o) finish(plan_.out[o], out_[o], begin, n, totals[o]);
      begin += n;
    }
  }

 private:
  enum class Way { direct, row, gather };

  bool direct(const MapOutput<T>& y) const {
    return y.kind == MapOutput<T>::Kind::dense && y.store == nullptr;
  }
  /// Whether the loop can write everything at `begin` past the caches.
  bool streamable(index_t begin) const {
    for (int o = 0; o < plan_.outputs; ++o) {
      const MapOutput<T>& y = plan_.out[o];
      if (y.kind == MapOutput<T>::Kind::none) continue;
      const T* const target = static_cast<const T*>(y.data) + begin;
      if (!direct(y) || reinterpret_cast<std::uintptr_t>(target) % Pack<T>::stream_alignment != 0)
        return false;
    }
    return true;
  }
  void locate(int k, index_t begin, index_t n) {
    const MapInput<T>& x = plan_.in[k];
    if (constant_[k]) return;
    const T* base = static_cast<const T*>(x.data);
    if (way_[k] == Way::direct) {
      in_pointer_[k] = base + begin;
    } else if (way_[k] == Way::row && by_row_) {
      const index_t inner = plan_.shape.back();
      in_pointer_[k] = base + row_offset(x, plan_.shape, begin / inner) + begin % inner;
    } else {
      gather_run(x, plan_.shape, begin, n, in_[k]);
      in_pointer_[k] = in_[k];
    }
  }
  void finish(const MapOutput<T>& y, const T* scratch, index_t begin, index_t n, double& total) {
    if (y.kind == MapOutput<T>::Kind::none || direct(y)) return;
    if (y.kind == MapOutput<T>::Kind::total)
      total += run_sum(scratch, n);
    else
      y.store(scratch, n, static_cast<char*>(y.data) + begin * y.item);
  }

  const MapPlan<T>& plan_;
  bool stream_, by_row_ = false;
  index_t chunk_ = map_chunk;  // no scratch, no bounds
  bool constant_[max_map_inputs];
  Way way_[max_map_inputs];
  const T* in_pointer_[max_map_inputs];
  T* out_pointer_[max_map_outputs];
  alignas(64) T in_[max_map_inputs][map_chunk];
  alignas(64) T out_[max_map_outputs][map_chunk];
};

}  // namespace detail

/// Outputs that together exceed this do not stay in any cache: they are written past it.
inline constexpr index_t stream_threshold = index_t{24} << 20;

/// The cut of the work into parts; it depends on the size alone.
inline index_t map_grain(index_t n) {
  const index_t by_count = (n / 256 + map_chunk - 1) / map_chunk * map_chunk;
  return std::max<index_t>(16 * map_chunk, by_count);
}

/// Runs a compiled loop over a plan.
template <class T>
void run_map(MapPlan<T>& plan, MapLoop<T> loop, const void* function) {
  const index_t n = element_count(plan.shape);
  if (n > 0) detail::collapse(plan);  // of nothing there are no parts, but sums, which are 0
  bool has_total = false;
  index_t bytes = 0;
  for (int o = 0; o < plan.outputs; ++o) {
    has_total |= plan.out[o].kind == MapOutput<T>::Kind::total;
    if (plan.out[o].kind == MapOutput<T>::Kind::dense) bytes += n * plan.out[o].item;
  }
  const bool stream = bytes >= stream_threshold;
  const index_t grain = map_grain(n);
  const index_t parts = (n + grain - 1) / grain;
  const index_t totals_needed = has_total ? parts * plan.outputs : 0;
  Buffer<double> totals(totals_needed);
  std::fill_n(totals.data(), totals_needed, 0.0);
  parallel_parts(n, grain, [&](index_t part, index_t begin, index_t end) {
    detail::MapRange<T> range(plan, stream);
    double unused[max_map_outputs] = {};
    range(loop, function, begin, end, has_total ? totals.data() + part * plan.outputs : unused);
    if (stream) stream_fence();
  });
  for (int o = 0; o < plan.outputs; ++o) {
    if (plan.out[o].kind != MapOutput<T>::Kind::total) continue;
    double sum = 0;
    for (index_t part = 0; part < parts; ++part) sum += totals[part * plan.outputs + o];
    *static_cast<T*>(plan.out[o].data) = static_cast<T>(sum);
  }
}

/// The loop of a function with `In` inputs and `Out` outputs. With several outputs it returns `Packs<T,
/// Out>`.
template <class T, int In, int Out, class F>
void map_loop(const void* function, index_t n, const T* const* in, T* const* out, bool stream) {
  detail::map_loop<T, In, Out>(*static_cast<const F*>(function), n, in, out, stream,
                               std::make_integer_sequence<int, In>{});
}
/// The same for `Derived(f)`, a function made of another one: both are passed as that one.
template <class T, int In, int Out, class F, class Derived>
void derived_map_loop(const void* function, index_t n, const T* const* in, T* const* out, bool stream) {
  detail::map_loop<T, In, Out>(Derived{*static_cast<const F*>(function)}, n, in, out, stream,
                               std::make_integer_sequence<int, In>{});
}
using detail::Packs;

}  // namespace TENON_NAMESPACE::backend
