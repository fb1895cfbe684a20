#include "tenon/models/word_vectors/label_layout.hpp"

#include <gtest/gtest.h>

#include "tenon/core/generator.hpp"

namespace label_layout_test {

using namespace tn::models::word_vectors;

TEST(LabelLayout, ALoneLabelStandsAtTheRight) {
  const auto labels = place_labels({{100, 100, 4, 50, 16}}, {0, 0, 400, 400});
  ASSERT_EQ(labels.size(), 1u);
  EXPECT_EQ(labels[0].box.left, 107);
  EXPECT_EQ(labels[0].box.top, 92);
  EXPECT_EQ(labels[0].anchor, -1);
}

TEST(LabelLayout, StaysOnTheCanvas) {
  const auto labels = place_labels({{390, 200, 4, 50, 16}, {200, 4, 4, 500, 16}}, {0, 0, 400, 400});
  EXPECT_LT(labels[0].box.right(), 390);
  EXPECT_EQ(labels[0].anchor, 1);
}

TEST(LabelLayout, NoLabelCoversAnotherInACrowd) {
  tn::Generator random(1);
  std::vector<LabelledPoint> points;
  for (int i = 0; i < 120; ++i)
    points.push_back({100 + 600 * random.uniform<double>(), 100 + 400 * random.uniform<double>(), 4,
                      30 + 40 * random.uniform<double>(), 16});
  const Rectangle canvas{0, 0, 800, 600};
  const auto labels = place_labels(points, canvas);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_TRUE(canvas.contains(labels[i].box));
    for (std::size_t j = 0; j < i; ++j) EXPECT_EQ(labels[i].box.overlap(labels[j].box), 0) << i << " " << j;
  }
}

TEST(LabelLayout, TextWidthCountsCharactersNotBytes) {
  EXPECT_GT(text_width("mmm"), text_width("nnn"));
  EXPECT_GT(text_width("nnn"), text_width("iii"));
  EXPECT_EQ(text_width("caf\u00e9"), text_width("cafe"));
  EXPECT_EQ(text_width(""), 0);
}

}  // namespace label_layout_test
