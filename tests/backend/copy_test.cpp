#include "tenon/backend/copy.hpp"

#include <algorithm>
#include <numeric>

#include "backend/kernels_support.hpp"
#include "tenon/backend/index.hpp"

namespace tenon::testing {
namespace copy_test {

/// A random strided layout over some of the elements of a buffer: axes in any order, with gaps, reversed or
/// broadcast.
struct Layout {
  index_t strides[max_rank], first = 0, size = 1;

  Layout(Generator& g, int rank, const index_t* shape, bool distinct) {
    int order[max_rank];
    std::iota(order, order + rank, 0);
    for (int i = rank; i > 1; --i) std::swap(order[i - 1], order[g.below(static_cast<std::uint64_t>(i))]);
    for (int i = 0; i < rank; ++i) {
      const int axis = order[i];
      const index_t gap = 1 + (g.below(5) == 0), extent = std::max<index_t>(1, shape[axis]);
      strides[axis] = size * gap;
      if (!distinct && g.below(6) == 0) {
        strides[axis] = 0;
      } else if (!distinct && g.below(6) == 0) {
        first += strides[axis] * (extent - 1);
        strides[axis] = -strides[axis];
      }
      size *= gap * extent;
    }
  }
};

template <class T>
class Copy : public ::testing::Test {};
using AllTypes = ::testing::Types<float, double, bfloat16, std::int64_t, std::int32_t, std::uint8_t, bool>;
TYPED_TEST_SUITE(Copy, AllTypes);

template <class T>
std::vector<T> numbered(index_t size) {
  std::vector<T> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i % 251);
  return values;
}

/// std::vector<bool> has no elements to point to.
template <class T>
struct Array {
  explicit Array(index_t size) : bytes(static_cast<std::size_t>(size) * sizeof(T)) {
    for (index_t i = 0; i < size; ++i)
      data()[i] = static_cast<T>(std::is_same_v<T, bool> ? i * i % 3 : i % 251);
  }
  T* data() { return reinterpret_cast<T*>(bytes.data()); }
  std::vector<unsigned char> bytes;
};

TYPED_TEST(Copy, AgreesWithReferenceForRandomLayouts) {
  using T = TypeParam;
  Generator g(5);
  for (int trial = 0; trial < 600; ++trial) {
    const int rank = static_cast<int>(g.below(6));
    index_t shape[max_rank];
    std::string what = join("trial ", trial, ":");
    for (int i = 0; i < rank; ++i) {
      shape[i] = static_cast<index_t>(g.below(rank < 3 ? 70 : 8)) + (g.below(10) != 0);
      what += join(" ", shape[i]);
    }
    const Layout from(g, rank, shape, false), to(g, rank, shape, true);
    Array<T> src(from.size);
    expect_same_everywhere(
        [&] {
          Array<T> dst(to.size);
          kernel<backend::Copy<T>>()(rank, shape, src.data() + from.first, from.strides, dst.data(),
                                     to.strides);
          return dst.bytes;
        },
        0, what);
  }
}

TYPED_TEST(Copy, AgreesWithReferenceWhenLarge) {
  using T = TypeParam;
  struct Case {
    Shape shape;
    Strides strides;
  };
  const Case cases[] = {
      {{300001}, {1}},                                     // one run
      {{1021, 517}, {1, 1021}},                            // transposed, nothing even
      {{512, 640}, {1, 512}},                              // transposed in whole tiles
      {{4, 12, 100, 64}, {100 * 768, 64, 768, 1}},         // attention's exchange of axes
      {{2, 3, 224, 224}, {3 * 224 * 224, 1, 3 * 224, 3}},  // channels last to channels first
      {{1000, 300}, {0, 1}},                               // broadcast rows
      {{1000, 300}, {1, 0}},                               // broadcast columns
      {{70000, 3}, {3, -1}},                               // reversed
  };
  for (const Case& c : cases) {
    index_t first = 0, last = 0;
    for (int i = 0; i < c.shape.size(); ++i)
      (c.strides[i] < 0 ? first : last) += c.strides[i] * (c.shape[i] - 1);
    Array<T> src(last - first + 1);
    const Strides dense = contiguous_strides(c.shape);
    expect_same_everywhere(
        [&] {
          Array<T> dst(element_count(c.shape));
          kernel<backend::Copy<T>>()(c.shape.size(), c.shape.data(), src.data() - first, c.strides.data(),
                                     dst.data(), dense.data());
          return dst.bytes;
        },
        0, describe(c.shape));
  }
}

TEST(Copy, AgreesWithReferencePastTheCaches) {
  for (const Shape& shape : {Shape{2560, 2560}, Shape{2570, 2550}}) {
    std::vector<float> src = numbered<float>(element_count(shape));
    const Strides transposed{1, shape[0]}, dense = contiguous_strides(shape);
    for (const Strides& strides : {transposed, dense}) {
      expect_same_everywhere(
          [&] {
            std::vector<float> dst(src.size(), 77.0f);
            kernel<backend::Copy<float>>()(2, shape.data(), src.data(), strides.data(), dst.data(),
                                           dense.data());
            return dst;
          },
          0, describe(shape));
    }
  }
}

TYPED_TEST(Copy, GatherAgreesWithReference) {
  using T = TypeParam;
  Generator g(6);
  for (const index_t inner : {0, 1, 3, 16, 100}) {
    for (const Extents& e :
         {Extents{1, 5000, inner}, Extents{7, 300, inner}, Extents{500, 2, inner}, Extents{3, 0, inner}}) {
      const index_t extent = 37;
      std::vector<index_t> index(static_cast<std::size_t>(e.n));
      for (index_t& i : index) i = static_cast<index_t>(g.below(extent));
      Array<T> src(e.outer * extent * inner);
      expect_same_everywhere(
          [&] {
            Array<T> dst(e.size());
            kernel<backend::Gather<T>>()(e.outer, e.n, inner, extent, src.data(), index.data(), dst.data());
            return dst.bytes;
          },
          0, e.text());
    }
  }
}

template <class T>
class ScatterAdd : public ::testing::Test {};
TYPED_TEST_SUITE(ScatterAdd, RealTypes);

TYPED_TEST(ScatterAdd, AgreesWithReferenceToTheBit) {
  using T = TypeParam;
  Generator g(7);
  for (const index_t inner : {0, 1, 3, 16, 33, 200}) {
    for (const Extents& e :
         {Extents{1, 5000, inner}, Extents{7, 300, inner}, Extents{500, 2, inner}, Extents{3, 0, inner}}) {
      const index_t extent = 37;
      std::vector<index_t> index(static_cast<std::size_t>(e.n));
      for (index_t& i : index) i = static_cast<index_t>(g.below(extent));
      const auto src = random_array<T>(e.size(), 8);
      expect_same_everywhere(
          [&] {
            std::vector<T> dst(static_cast<std::size_t>(e.outer * extent * inner), T{1});
            kernel<backend::ScatterAdd<T>>()(e.outer, e.n, inner, extent, index.data(), src.data(),
                                             dst.data());
            return dst;
          },
          0, e.text());
    }
  }
}

TEST(Index, RowsArePutWhereTheyBelong) {
  for (const index_t inner : {1, 5, 67}) {
    const index_t count = 5003;
    const auto src = random_array<float>(count * inner, 9);
    std::vector<index_t> index;
    for (index_t c = 0; c < count; ++c)
      index.push_back((c * 7 + 3) % count);  // each row once: 7 and 5003 are coprime
    const auto run = [&] {
      std::vector<float> dst(src.size(), 77);
      kernel<backend::PutRows<float>>()(count, inner, index.data(), src.data(), dst.data());
      return dst;
    };
    expect_same_everywhere(run, 0, join("rows of ", inner));
    EXPECT_EQ(run()[static_cast<std::size_t>(3 * inner)], src[0]);
  }
}

}  // namespace copy_test
}  // namespace tenon::testing
