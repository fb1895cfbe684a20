#include "tenon/tensor/storage.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tenon/tensor/create.hpp"

namespace storage_test {

using tn::Storage;

TEST(Storage, IsAlignedAndReturnsItsMemory) {
  const auto before = tn::backend::memory::statistics();
  for (std::size_t bytes : {0u, 1u, 63u, 64u, 1000u, 100000u, 5000000u}) {
    const auto storage = Storage::allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(storage->data()) % 64, 0u);
    std::memset(storage->data(), 1, bytes);
    EXPECT_GT(tn::backend::memory::statistics().in_use, before.in_use);
  }
  EXPECT_EQ(tn::backend::memory::statistics().in_use, before.in_use);
}

TEST(Storage, BorrowedMemoryIsGivenBackOnce) {
  static int released = 0;
  float numbers[] = {1, 2, 3};
  {
    auto x = tn::borrow(numbers, {3}, [](void* context) { *static_cast<int*>(context) += 1; }, &released);
    const auto view = x.view(1, {2}, {1});
    x.mutable_data()[0] = 7;
    x = {};
    EXPECT_EQ(released, 0) << "a view still needs it";
    EXPECT_EQ(view.at({1}), 3);
  }
  EXPECT_EQ(released, 1);
  EXPECT_EQ(numbers[0], 7);
}

TEST(Storage, CountsWrites) {
  const auto storage = Storage::allocate(8);
  EXPECT_EQ(storage->version(), 0u);
  storage->touch();
  EXPECT_EQ(storage->version(), 1u);
}

}  // namespace storage_test
