#include "tenon/backend/attention.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace attention_test {

struct Sizes {
  index_t queries, keys, depth, value_depth;
};

/// Items one after the other, each row longer than what is used of it.
template <class T>
struct Operands {
  static constexpr index_t batch = 3, gap = 2;
  Sizes sizes;
  std::vector<T> q, k, v, mask;
  std::vector<index_t> q_offset, k_offset, v_offset, mask_offset;

  explicit Operands(const Sizes& s) : sizes(s) {
    q = random_array<T>(batch * s.queries * (s.depth + gap), 1);
    k = random_array<T>(batch * s.keys * (s.depth + gap), 2);
    v = random_array<T>(batch * s.keys * (s.value_depth + gap), 3);
    mask = random_array<T>(s.queries * s.keys, 4);
    for (index_t i = 0; i < batch; ++i) {
      q_offset.push_back(i * s.queries * (s.depth + gap));
      k_offset.push_back(i * s.keys * (s.depth + gap));
      v_offset.push_back(i * s.keys * (s.value_depth + gap));
      mask_offset.push_back(0);
    }
  }
  backend::AttentionLayout<T> layout(bool causal, bool masked) const {
    const Sizes& s = sizes;
    return {batch,
            s.queries,
            s.keys,
            s.depth,
            s.value_depth,
            T(0.5),
            causal,
            q.data(),
            k.data(),
            v.data(),
            s.depth + gap,
            s.depth + gap,
            s.value_depth + gap,
            q_offset.data(),
            k_offset.data(),
            v_offset.data(),
            masked ? mask.data() : nullptr,
            s.keys,
            mask_offset.data()};
  }
};

template <class T>
class AttentionKernel : public ::testing::Test {};
TYPED_TEST_SUITE(AttentionKernel, RealTypes);

TYPED_TEST(AttentionKernel, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const Sizes& s : {Sizes{1, 1, 1, 1}, Sizes{2, 3, 4, 5}, Sizes{1, 700, 17, 16}, Sizes{97, 33, 8, 9},
                         Sizes{200, 300, 16, 7}, Sizes{30, 600, 5, 3}, Sizes{300, 20, 5, 3},
                         Sizes{0, 5, 2, 2}, Sizes{100, 97, 64, 64}}) {
    const Operands<T> operands(s);
    for (const bool causal : {false, true}) {
      for (const bool masked : {false, true}) {
        const backend::AttentionLayout<T> a = operands.layout(causal, masked);
        const std::string what = join(s.queries, " queries, ", s.keys, " keys", causal ? ", causal" : "",
                                      masked ? ", masked" : "");
        const index_t rows = a.batch * s.queries;
        std::vector<T> y(static_cast<std::size_t>(rows * s.value_depth)),
            log_sum(static_cast<std::size_t>(rows));
        const auto forward = [&] {
          y.assign(y.size(), T(77));
          log_sum.assign(log_sum.size(), T(77));
          kernel<backend::Attention<T>>()(a, y.data(), log_sum.data());
          std::vector<T> all = y;
          all.insert(all.end(), log_sum.begin(), log_sum.end());
          return all;
        };
        expect_same_everywhere(forward, tolerance<T>(s.depth), what);
        const auto g = random_array<T>(rows * s.value_depth, 5);
        const auto backward = [&] {
          const index_t dq = rows * s.depth, dk = a.batch * s.keys * s.depth,
                        dv = a.batch * s.keys * s.value_depth;
          std::vector<T> all(static_cast<std::size_t>(dq + dk + dv), T(77));
          kernel<backend::AttentionBackward<T>>()(a, y.data(), log_sum.data(), g.data(), all.data(),
                                                  all.data() + dq, all.data() + dq + dk);
          return all;
        };
        expect_same_everywhere(backward, tolerance<T>(20 * (s.queries + s.depth)), what + ", backward");
      }
    }
  }
}

TYPED_TEST(AttentionKernel, KeysMaskedInWholeBlocksCountForNothing) {
  using T = TypeParam;
  const Sizes s{3, 700, 4, 2};
  Operands<T> operands(s);
  const T infinity = std::numeric_limits<T>::infinity();
  for (std::size_t i = 0; i < operands.mask.size(); ++i)
    if (i % 700 < 690) operands.mask[i] = -infinity;
  for (std::size_t i = 1400; i < 2100; ++i) operands.mask[i] = -infinity;  // the last query sees nothing
  const backend::AttentionLayout<T> a = operands.layout(false, true);
  std::vector<T> y(18), log_sum(9);
  const auto forward = [&] {
    y.assign(y.size(), T(77));
    kernel<backend::Attention<T>>()(a, y.data(), log_sum.data());
    return y;
  };
  const ScopedBackend reference(Provider::reference);
  const auto want = forward();
  const ScopedBackend fast(Provider::cpu);
  expect_near(forward(), want, tolerance<T>(4), "masked");
  EXPECT_TRUE(std::isnan(y[4]));
  EXPECT_FALSE(std::isnan(y[3]));
}

}  // namespace attention_test
}  // namespace tenon::testing
