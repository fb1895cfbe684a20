#include "tenon/backend/ctc.hpp"

#include "backend/kernels_support.hpp"

namespace tenon::testing {
namespace ctc_test {

template <class T>
class Ctc : public ::testing::Test {};
TYPED_TEST_SUITE(Ctc, RealTypes);

/// Sequences of labels 1 … classes - 1, of lengths from 0 on, and log-probabilities for them.
template <class T>
struct CtcProblem {
  index_t frames, batch, classes;
  std::vector<index_t> labels, offset, length, input_length;
  std::vector<T> x;

  CtcProblem(index_t t, index_t n, index_t c, index_t longest) : frames(t), batch(n), classes(c) {
    Generator generator(9);
    for (index_t k = 0; k < n; ++k) {
      offset.push_back(static_cast<index_t>(labels.size()));
      length.push_back(longest * k / std::max<index_t>(1, n - 1));
      input_length.push_back(t - k % 3);
      for (index_t i = 0; i < length.back(); ++i)
        labels.push_back(1 + static_cast<index_t>(generator.below(static_cast<std::uint64_t>(c - 1))));
    }
    x = random_array<T>(t * n * c, 5);
    for (T& v : x) v -= T(3);
  }
  std::vector<T> run(bool with_gradient) const {
    std::vector<T> y(static_cast<std::size_t>(batch + (with_gradient ? frames * batch * classes : 0)), T(7));
    kernel<backend::Ctc<T>>()(
        {frames, batch, classes, 0, labels.data(), offset.data(), length.data(), input_length.data()},
        x.data(), y.data(), with_gradient ? y.data() + batch : nullptr);
    return y;
  }
};

TYPED_TEST(Ctc, AgreesWithReferenceAtAnyThreadCount) {
  using T = TypeParam;
  for (const auto& [frames, classes, longest] :
       {std::array<index_t, 3>{4, 2, 1}, {9, 3, 4}, {40, 5, 15}, {41, 30, 17}, {100, 4, 49}}) {
    const CtcProblem<T> problem(frames, 5, classes, longest);
    const std::string what = join(frames, " frames of ", classes, " classes, ", longest, " labels");
    const double allowed = sizeof(T) == 8 ? 1e-11 : 2e-4;
    expect_same_everywhere([&] { return problem.run(false); }, allowed, what);
    expect_same_everywhere([&] { return problem.run(true); }, allowed, what + " with gradient");
  }
}

}  // namespace ctc_test
}  // namespace tenon::testing
