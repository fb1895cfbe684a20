#include "tenon/core/shape.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/expect.hpp"

namespace shape_test {

using support::expect_error;
using tn::Dims;
using tn::index_t;
using tn::Shape;
using tn::Strides;

TEST(Dims, IsAShortList) {
  Dims d{2, 3};
  d.push_back(4);
  d.insert(0, 1);
  EXPECT_EQ(d, (Dims{1, 2, 3, 4}));
  d.erase(1);
  EXPECT_EQ(d, (Dims{1, 3, 4}));
  EXPECT_EQ(d.back(), 4);
  EXPECT_EQ(d.back(2), 1);
  EXPECT_EQ(Dims::filled(3, 7), (Dims{7, 7, 7}));
  const std::vector<int> list{5, 6};
  EXPECT_EQ(Dims(list.begin(), list.end()), (Dims{5, 6}));
  EXPECT_NE((Dims{1}), (Dims{1, 1}));
  EXPECT_TRUE(Dims{}.empty());
  expect_error<tn::ShapeError>([] { Dims::filled(9, 1); }, "[shape] rank exceeds 8");
}

TEST(Shape, ReadsLikeATuple) {
  EXPECT_EQ(tn::describe(Shape{}), "()");
  EXPECT_EQ(tn::describe(Shape{5}), "(5,)");
  EXPECT_EQ(tn::describe(Shape{2, 0, 3}), "(2, 0, 3)");
}

TEST(Shape, CountsItsElements) {
  EXPECT_EQ(tn::element_count({}), 1);
  EXPECT_EQ(tn::element_count({2, 3, 4}), 24);
  EXPECT_EQ(tn::element_count({5, 0}), 0);
  EXPECT_EQ(tn::element_count({index_t{1} << 40, index_t{1} << 40, 0}), 0);
  EXPECT_EQ(tn::element_count({index_t{1} << 30, index_t{1} << 28}), index_t{1} << 58);
  expect_error<tn::ShapeError>([] { tn::element_count({2, -1}, "op"); },
                               "[op] negative extent in shape (2, -1)");
  expect_error<tn::ShapeError>([] { tn::element_count({index_t{1} << 40, index_t{1} << 40}, "op"); },
                               "[op] shape (1099511627776, 1099511627776) is too large");
  expect_error<tn::ShapeError>([] { tn::element_count({(index_t{1} << 58) + 1}, "op"); },
                               "[op] shape (288230376151711745,) is too large");
}

TEST(Layout, ContiguousStrides) {
  EXPECT_EQ(tn::contiguous_strides({2, 3, 4}), (Strides{12, 4, 1}));
  EXPECT_EQ(tn::contiguous_strides({}), Strides{});
  EXPECT_TRUE(tn::is_contiguous({2, 3}, {3, 1}));
  EXPECT_FALSE(tn::is_contiguous({2, 3}, {1, 2}));
  EXPECT_FALSE(tn::is_contiguous({2, 3}, {4, 1}));
  EXPECT_FALSE(tn::is_contiguous({2, 3}, {0, 1}));
  EXPECT_TRUE(tn::is_contiguous({1, 3}, {99, 1})) << "the stride of an extent of 1 does not matter";
  EXPECT_TRUE(tn::is_contiguous({}, {}));
  EXPECT_TRUE(tn::is_contiguous({2, 0}, {7, 5}));
}

/// The positions that a layout visits, in row-major order.
std::vector<index_t> positions(const Shape& shape, const Strides& strides) {
  std::vector<index_t> list{0};
  for (int axis = 0; axis < shape.size(); ++axis) {
    std::vector<index_t> longer;
    for (index_t at : list)
      for (index_t i = 0; i < shape[axis]; ++i) longer.push_back(at + i * strides[axis]);
    list = longer;
  }
  return list;
}

TEST(Layout, ViewStridesVisitTheSamePositions) {
  struct Layout {
    Shape shape;
    Strides strides;
  };
  const Layout layouts[] = {{{2, 3, 4}, {12, 4, 1}}, {{2, 3, 4}, {24, 8, 2}},
                            {{4, 2, 3}, {1, 12, 4}}, {{2, 3, 4}, {-12, -4, -1}},
                            {{2, 3, 4}, {0, 4, 1}},  {{2, 3, 4}, {0, 0, 1}},
                            {{2, 3, 4}, {12, 0, 1}}, {{2, 3, 4}, {50, 4, 1}},
                            {{6, 1, 4}, {4, 99, 1}}, {{24}, {3}},
                            {{4, 3, 2}, {1, 4, 12}}};
  const Shape shapes[] = {{24},       {2, 12}, {6, 4},    {2, 3, 4},    {2, 3, 2, 2}, {8, 3},
                          {1, 24, 1}, {4, 6},  {4, 2, 3}, {2, 1, 3, 4}, {4, 3, 2}};
  for (const Layout& from : layouts)
    for (const Shape& shape : shapes) {
      // If there are such strides, one step along an axis shows each of them.
      const std::vector<index_t> want = positions(from.shape, from.strides);
      Strides steps = tn::contiguous_strides(shape);
      for (int axis = 0; axis < shape.size(); ++axis)
        steps[axis] = shape[axis] > 1 ? want[static_cast<std::size_t>(steps[axis])] : 0;
      const bool possible = positions(shape, steps) == want;
      Strides strides;
      const bool found = tn::find_view_strides(from.shape, from.strides, shape, strides);
      const std::string what = tn::join("strides ", from.strides, " as shape ", shape);
      EXPECT_EQ(found, possible) << what;
      if (found) {
        EXPECT_EQ(positions(shape, strides), want) << what;
      }
    }
  Strides strides;
  EXPECT_FALSE(tn::find_view_strides({2, 3}, {1, 2}, {6}, strides));
  EXPECT_FALSE(tn::find_view_strides({4, 3}, {4, 1}, {6, 2}, strides));
  EXPECT_TRUE(tn::find_view_strides({4, 3}, {4, 1}, {2, 2, 3}, strides));
  EXPECT_TRUE(tn::find_view_strides({0, 3}, {1, 7}, {3, 0}, strides));
  EXPECT_TRUE(tn::find_view_strides({1, 1}, {7, 9}, {}, strides));
  EXPECT_EQ(strides, Strides{});
}

TEST(Axis, CountsFromBothEnds) {
  EXPECT_EQ(tn::normalize_axis(1, 3, "op"), 1);
  EXPECT_EQ(tn::normalize_axis(-1, 3, "op"), 2);
  EXPECT_EQ(tn::normalize_axis(-3, 3, "op"), 0);
  EXPECT_EQ(tn::normalize_axis(-1, 0, "op"), 0);
  expect_error<tn::IndexError>([] { tn::normalize_axis(3, 3, "op"); },
                               "[op] axis 3 is outside [-3, 3) of rank 3");
  expect_error<tn::IndexError>([] { tn::normalize_axis(-4, 3, "op"); },
                               "[op] axis -4 is outside [-3, 3) of rank 3");
  expect_error<tn::IndexError>([] { tn::normalize_axis(1, 0, "op"); },
                               "[op] axis 1 is outside [-1, 1) of rank 0");
}

TEST(Broadcast, AlignsFromTheRight) {
  EXPECT_EQ(tn::broadcast_shapes({3, 1}, {2, 1, 4}, "op"), (Shape{2, 3, 4}));
  EXPECT_EQ(tn::broadcast_shapes({}, {2, 3}, "op"), (Shape{2, 3}));
  EXPECT_EQ(tn::broadcast_shapes({1}, {0}, "op"), (Shape{0}));
  EXPECT_EQ(tn::broadcast_shapes({2, 0}, {1, 1}, "op"), (Shape{2, 0}));
  expect_error<tn::ShapeError>([] { tn::broadcast_shapes({2, 3}, {2}, "op"); },
                               "[op] shapes do not broadcast: (2, 3) and (2,)");
  expect_error<tn::ShapeError>([] { tn::broadcast_shapes({0}, {2}, "op"); },
                               "[op] shapes do not broadcast: (0,) and (2,)");
}

TEST(Strides, OfAnEmptyShapeMayBeBeyondAnyIndex) {
  const tn::Shape shape{0, tn::index_t{1} << 40, tn::index_t{1} << 40};
  EXPECT_TRUE(tn::is_contiguous(shape, tn::contiguous_strides(shape)));
}

}  // namespace shape_test
