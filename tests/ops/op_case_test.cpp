/// The sweep is swept: operations that are wrong in one way each, and the complaint that must come.

#include "support/op_case.hpp"
#include "support/scoped_backend.hpp"

#include <gtest/gtest.h>

#include "tenon/backend/memory.hpp"
#include "tenon/ops/elementwise/arithmetic.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace op_case_test {

using support::OpCase;
using support::real;
using tn::Backward;
using tn::Gradients;

/// Whether the sweep complains of this, in words that contain `expected`.
testing::AssertionResult complains(const OpCase& op, const std::string& expected) {
  std::string all;
  for (const std::string& complaint : support::sweep(op)) {
    if (complaint.find(expected) != std::string::npos) return testing::AssertionSuccess();
    all += "\n  " + complaint;
  }
  return testing::AssertionFailure() << "no complaint contains \"" << expected << "\"" << all;
}

/// 3 x, with a rule that is off by a factor.
template <class T>
tn::Tensor<T> triple(const tn::Tensor<T>& x, double slope) {
  return tn::record("triple", tn::mul(x.detach(), 3), {tn::without_values(x)},
                    [slope](const Backward<T>& p) -> Gradients<T> { return {tn::mul(p.gradient(), slope)}; });
}

TEST(Sweep, AcceptsWhatIsRight) {
  EXPECT_EQ(support::sweep({"mul", {real({3, 4}), real({4})}, [](const auto& x) { return x[0] * x[1]; }}),
            std::vector<std::string>{});
}

TEST(Sweep, NoticesADerivativeWrongByOnePercent) {
  EXPECT_TRUE(complains({"triple", {real({4})}, [](const auto& x) { return triple(x[0], 3.03); }},
                        "derivatives: threw [gradcheck] order 1, input 0"));
}

TEST(Sweep, NoticesASecondDerivativeWrongByOnePercent) {
  // The square, whose rule is right but whose rule's rule is not.
  const auto square = []<class T>(const std::vector<tn::Tensor<T>>& x) {
    return tn::record("square", tn::square(x[0].detach()), {x[0]}, [](const Backward<T>& p) -> Gradients<T> {
      return {tn::mul(tn::mul(p.gradient(), 2.0 / 3), triple(p.input(0), 3.03))};
    });
  };
  EXPECT_TRUE(complains({"square", {real({4})}, square}, "derivatives: threw [gradcheck] order 2, input 0"));
}

TEST(Sweep, NoticesThatTheRuleThatIsRecordedIsAnother) {
  // Each of the two is right where it is compared with itself.
  const auto two_faced = []<class T>(const std::vector<tn::Tensor<T>>& x) {
    return tn::record("two_faced", tn::mul(x[0].detach(), 3), {tn::without_values(x[0])},
                      [](const Backward<T>& p) -> Gradients<T> {
                        return {tn::mul(p.gradient(), tn::grad_enabled() ? 3.03 : 3.0)};
                      });
  };
  for (const char* type : {"float64", "float32"})
    EXPECT_TRUE(complains({"two_faced", {real({4})}, two_faced},
                          std::string("gradient recorded against not, ") + type + ", gradient 0: "));
}

TEST(Sweep, NoticesThatFloatIsNotDouble) {
  EXPECT_TRUE(complains(
      {"type",
       {real({4})},
       []<class T>(const std::vector<tn::Tensor<T>>& x) { return x[0] * (sizeof(T) == 4 ? 1.001 : 1.0); }},
      "float against double, value"));
}

TEST(Sweep, NoticesIgnoredStrides) {
  if (!tn::backend::memory::detail::caching) GTEST_SKIP() << "AddressSanitizer stops what this op does";
  const auto dense = []<class T>(const std::vector<tn::Tensor<T>>& x) {
    const auto as_if = x[0].view(0, x[0].shape(), tn::contiguous_strides(x[0].shape()));
    return tn::record("dense", tn::clone(as_if), {tn::without_values(x[0])},
                      [](const Backward<T>& p) -> Gradients<T> { return {p.gradient()}; });
  };
  EXPECT_TRUE(complains({"dense", {real({3, 4})}, dense}, "transposed operands, value"));
  EXPECT_TRUE(complains({"dense", {real({3, 4})}, dense}, "operand 0 stretched over axis 1, value"));
}

TEST(Sweep, NoticesAGradientThatDependsOnTheOthers) {
  const auto greedy = []<class T>(const std::vector<tn::Tensor<T>>& x) {
    return tn::record("greedy", tn::add(x[0].detach(), x[1].detach()),
                      {tn::without_values(x[0]), tn::without_values(x[1])},
                      [](const Backward<T>& p) -> Gradients<T> {
                        const double share = p.needs(0) && p.needs(1) ? 1 : 2;
                        return {tn::mul(p.gradient(), share), tn::mul(p.gradient(), share)};
                      });
  };
  EXPECT_TRUE(complains({"greedy", {real({4}), real({4})}, greedy}, "gradient of operand 0 alone"));
}

TEST(Sweep, NoticesThatProvidersDiffer) {
  EXPECT_TRUE(complains({"provider",
                         {real({4})},
                         [](const auto& x) {
                           const bool reference = support::active_provider() == support::Provider::reference;
                           return x[0] * (reference ? 1.0 : 1.1);
                         }},
                        "provider cpu against reference, small float32, value"));
}

TEST(Sweep, NoticesThatThreadsCount) {
  EXPECT_TRUE(complains({"threads", {real({4})}, [](const auto& x) { return x[0] * tn::num_threads(); }},
                        "2 threads against one"));
}

TEST(Sweep, NoticesWhatIsRecordedUnderNoGrad) {
  EXPECT_TRUE(complains({"record",
                         {real({4})},
                         [](const auto& x) {
                           const tn::GradMode recording(true);
                           return tn::square(x[0]);
                         }},
                        "under NoGrad: the result was recorded"));
}

TEST(Sweep, NoticesAnOperandThatIsWritten) {
  EXPECT_TRUE(complains({"write",
                         {real({4})},
                         [](const auto& x) {
                           auto handle = x[0].detach();
                           if (handle.size() > 0) handle.mutable_data()[0] = 7;
                           return x[0] * 1.0;
                         }},
                        "operand 0 was changed: 7 instead of"));
}

TEST(Sweep, NoticesMemoryThatDoesNotComeBack) {
  EXPECT_TRUE(complains({"keep",
                         {real({4})},
                         []<class T>(const std::vector<tn::Tensor<T>>& x) {
                           static std::vector<tn::Tensor<T>> kept;
                           kept.push_back(tn::clone(x[0]));
                           return x[0] * 1.0;
                         }},
                        "memory: "));
}

TEST(Sweep, NoticesWrongGradientsOfNothing) {
  const auto empty = []<class T>(const std::vector<tn::Tensor<T>>& x) {
    tn::check<tn::ValueError>(x[0].size() > 0, "op", "nothing");
    return x[0] * 1.0;
  };
  EXPECT_TRUE(complains({"empty", {real({4})}, empty}, "empty operands: threw [op] nothing"));
  EXPECT_TRUE(
      complains({"empty", {real({4})}, [](const auto& x) { return x[0] * 1.0; }, {.empty_throws = true}},
                "empty operands: no error"));
}

}  // namespace op_case_test
