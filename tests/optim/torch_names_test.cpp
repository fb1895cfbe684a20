#include "tenon/optim/torch_names.hpp"

#include <gtest/gtest.h>

namespace torch_names_test {

namespace optim = tn::optim;

template <class A, class B>
inline constexpr bool same = std::is_same_v<A, B>;
static_assert(same<optim::RMSprop<float>, optim::Rmsprop<float>> &&
              same<optim::NAdam<float>, optim::Nadam<float>>);
static_assert(same<optim::RAdam<float>, optim::Radam<float>> &&
              same<optim::LBFGS<float>, optim::Lbfgs<float>>);
static_assert(same<optim::ASGD<float>, optim::Asgd<float>> && same<optim::LAMB<float>, optim::Lamb<float>>);
static_assert(same<optim::StepLR, optim::StepLr> && same<optim::MultiStepLR, optim::MultiStepLr>);
static_assert(same<optim::ExponentialLR, optim::ExponentialLr> && same<optim::ConstantLR, optim::ConstantLr>);
static_assert(same<optim::LinearLR, optim::LinearLr> && same<optim::PolynomialLR, optim::PolynomialLr>);
static_assert(same<optim::CosineAnnealingLR, optim::CosineAnnealingLr>);
static_assert(same<optim::OneCycleLR, optim::OneCycleLr> &&
              same<optim::ReduceLROnPlateau, optim::ReduceLrOnPlateau>);

static_assert(same<optim::CyclicLR, optim::CyclicLr> && same<optim::SWALR, optim::SwaLr>);

TEST(TorchNames, DeduceTheirArguments) {
  const optim::MultiplicativeLR half{[](double) { return 0.5; }};
  EXPECT_EQ((optim::SequentialLR{half, 2, optim::ConstantLR{.factor = 0.5}}(8, 1)), 4);
}

TEST(TorchNames, MakeTheSameOptimizers) {
  tn::Tensor<double> p = tn::from<double>({1, 2}).requires_grad_();
  optim::SGD<double> sgd({p}, {.lr = 0.5});
  sgd.step({tn::from<double>({2, 4})});
  EXPECT_EQ(p.data()[0], 0);
  EXPECT_EQ(p.data()[1], 0);
}

}  // namespace torch_names_test
