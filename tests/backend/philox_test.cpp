#include "tenon/backend/philox.hpp"

#include "backend/kernels_support.hpp"
#include "tenon/backend/dropout.hpp"

namespace tenon::testing {
namespace philox_test {

TEST(Philox, AGroupHoldsTheWordsOfItsBlocks) {
  constexpr std::uint64_t seed = 0x123456789abcdef0;
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{0xfffffff8}}) {
    std::uint32_t words[2 * backend::philox_group_words];
    backend::philox_group(seed, first, words);
    backend::philox_group(seed, first + backend::philox_group_blocks, words + backend::philox_group_words);
    for (std::uint64_t i = 0; i < 2 * backend::philox_group_words; ++i)
      ASSERT_EQ(words[i], backend::philox_word(seed, first, i)) << "word " << i << " from block " << first;
  }
  EXPECT_EQ(backend::philox_word(seed, 3, 0), tenon::Philox::block(seed, 3).word[0]);
  EXPECT_EQ(backend::philox_word(seed, 3, 17), tenon::Philox::block(seed, 4).word[1]);
}

template <class T>
class Dropout : public ::testing::Test {};
TYPED_TEST_SUITE(Dropout, RealTypes);

TYPED_TEST(Dropout, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const index_t n : {0, 1, 15, 63, 64, 65, 1000, 100003}) {
    const auto x = random_array<T>(n, 1);
    for (const std::uint32_t threshold : {0u, 1u << 30, 0xffffffffu})
      expect_same_everywhere(
          [&] {
            std::vector<T> y(x.size(), T(77));
            kernel<backend::Dropout<T>>()(n, 7, 3, threshold, T(1.5), x.data(), y.data());
            return y;
          },
          0, join(n, " elements, threshold ", threshold));
  }
}

}  // namespace philox_test
}  // namespace tenon::testing
