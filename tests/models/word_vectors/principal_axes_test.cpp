#include "tenon/models/word_vectors/principal_axes.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"
#include "tenon/core/generator.hpp"

namespace principal_axes_test {

using tn::index_t;
using tn::models::word_vectors::principal_axes;
using tn::models::word_vectors::PrincipalAxes;

TEST(PrincipalAxes, OfALine) {
  const PrincipalAxes axes = principal_axes({1, 1, 2, 2, 3, 3, 6, 6}, 4, 2);
  EXPECT_EQ(axes.mean, (std::vector<double>{3, 3}));
  EXPECT_NEAR(axes.axes[0], std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(axes.axes[1], std::sqrt(0.5), 1e-12);
  EXPECT_EQ(axes.axes[2], 0);  // there is no second direction
  EXPECT_EQ(axes.axes[3], 0);
  EXPECT_NEAR(axes.project<float>(std::vector<float>{6, 6}, 0), 3 * std::sqrt(2.0), 1e-12);
}

TEST(PrincipalAxes, LargestCoordinateIsPositive) {
  EXPECT_GT(principal_axes({0, 1, 9}, 3, 1).project<float>(std::vector<float>{9}, 0), 0);
  EXPECT_GT(principal_axes({0, -1, -9}, 3, 1).project<float>(std::vector<float>{-9}, 0), 0);
}

/// Points with independent coordinates of falling deviation: the axes are the coordinate axes, nearly.
TEST(PrincipalAxes, FindsTheDirectionsOfGreatestVariance) {
  constexpr index_t n = 120, dim = 20;
  tn::Generator random(3);
  std::vector<double> points;
  for (index_t i = 0; i < n * dim; ++i)
    points.push_back(random.normal() * (i % dim == 7 ? 9 : i % dim == 2 ? 4 : 1));
  const PrincipalAxes axes = principal_axes(points, n, 3);
  EXPECT_GT(std::abs(axes.axes[7]), 0.98);
  EXPECT_GT(std::abs(axes.axes[dim + 2]), 0.95);
  for (index_t a = 0; a < 3; ++a)
    for (index_t b = 0; b < 3; ++b) {
      double dot = 0;
      for (index_t i = 0; i < dim; ++i)
        dot += axes.axes[static_cast<std::size_t>(a * dim + i)] *
               axes.axes[static_cast<std::size_t>(b * dim + i)];
      EXPECT_NEAR(dot, a == b, 1e-10);
    }
}

TEST(PrincipalAxes, MoreDimensionsThanPoints) {
  std::vector<double> points(3 * 1000);
  points[5] = 3, points[1000 + 5] = -3, points[2000 + 6] = 1;
  const PrincipalAxes axes = principal_axes(points, 3, 2);
  EXPECT_NEAR(axes.axes[5], 1, 1e-12);
  EXPECT_NEAR(axes.axes[1000 + 6], 1, 1e-12);
}

TEST(PrincipalAxes, EqualPointsHaveNone) {
  const PrincipalAxes axes = principal_axes({2, 5, 2, 5}, 2, 1);
  EXPECT_EQ(axes.axes, (std::vector<double>{0, 0}));
}

TEST(PrincipalAxes, RefusesWhatMakesNoSense) {
  EXPECT_EQ(support::message_of<tn::ValueError>([] { principal_axes({1, 2}, 1, 2); }),
            "[principal_axes] 1 points have no 2 axes");
  EXPECT_EQ(support::message_of<tn::ShapeError>([] { principal_axes({1, 2, 3}, 2, 1); }),
            "[principal_axes] 3 values are not 2 points");
}

}  // namespace principal_axes_test
