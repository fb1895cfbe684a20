#include "tenon/tensor/copy_elements.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tenon/tensor/create.hpp"

namespace copy_elements_test {

using tn::AnyTensor;
using tn::index_t;
using tn::Tensor;

/// 0, 1, 2, ... as a matrix, whose transpose is copied into rows.
template <class T>
void expect_transposed(index_t rows, index_t columns) {
  Tensor<T> x = Tensor<T>::empty({rows, columns});
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<T>(static_cast<float>(i % 100));
  const AnyTensor flipped = AnyTensor(x).view(0, {columns, rows}, {1, columns});
  const Tensor<T> y = tn::contiguous(flipped).template as<T>();
  ASSERT_TRUE(y.is_contiguous());
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < columns; ++j) ASSERT_EQ(y.at({j, i}), x.at({i, j})) << i << " " << j;
}

TEST(CopyElements, TransposesEveryWidthOfElements) {
  for (const auto& [rows, columns] :
       {std::pair<index_t, index_t>{1, 1}, {3, 5}, {17, 33}, {0, 4}, {40, 16}}) {
    expect_transposed<double>(rows, columns);
    expect_transposed<float>(rows, columns);
    expect_transposed<tn::bfloat16>(rows, columns);
    expect_transposed<std::uint8_t>(rows, columns);
  }
}

TEST(CopyElements, AnyRankAndStrides) {
  const Tensor<float> x = tn::arange<float>(24);
  const AnyTensor steps = AnyTensor(x).view(23, {2, 3, 2}, {-12, -4, -2});
  EXPECT_EQ(tn::contiguous(steps).as<float>().to_vector(),
            (std::vector<float>{23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1}));
  const AnyTensor vector = AnyTensor(x).view(1, {3}, {5}), scalar = AnyTensor(x).view(4, {}, {});
  EXPECT_EQ(tn::contiguous(vector).as<float>().to_vector(), (std::vector<float>{1, 6, 11}));
  EXPECT_EQ(tn::contiguous(scalar).as<float>().item(), 4);
}

TEST(CopyElements, WritesIntoAView) {
  const Tensor<std::int64_t> x = tn::zeros<std::int64_t>({2, 3});
  AnyTensor column = AnyTensor(x).view(1, {2}, {3});
  tn::copy_elements(tn::from<std::int64_t>({7, 8}), column);
  EXPECT_EQ(x.to_vector(), (std::vector<std::int64_t>{0, 7, 0, 0, 8, 0}));
  EXPECT_EQ(tn::contiguous(AnyTensor(x)).data(), x.data()) << "no copy of what is contiguous";
}

TEST(CopyElements, LargeTensorsByAllThreads) {
  const Tensor<float> x = tn::arange<float>(3 * 400 * 301);
  const AnyTensor turned = AnyTensor(x).view(0, {3, 301, 400}, {400 * 301, 1, 301});
  const Tensor<float> y = tn::contiguous(turned).as<float>();
  for (index_t m = 0; m < 3; ++m)
    for (index_t i = 0; i < 301; i += 7)
      for (index_t j = 0; j < 400; ++j)
        ASSERT_EQ(y.at({m, i, j}), static_cast<float>((m * 400 + j) * 301 + i));
  AnyTensor copy = AnyTensor::empty(tn::DType::float32, x.shape());
  tn::copy_elements(x, copy);
  EXPECT_EQ(copy.as<float>().to_vector(), x.to_vector());
}

}  // namespace copy_elements_test
