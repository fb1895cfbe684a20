#include "tenon/ops/nn/norm.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"

namespace norm_test {

using support::between;
using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::nan;
using support::OpCases;
using support::positive;
using support::real;
using tn::from;
using tn::Tensor;
using tn::zeros;

const OpCases cases{
    {"layer_norm",
     {real({5, 2, 3}), real({2, 3}), real({2, 3})},
     [](const auto& x) { return tn::layer_norm(x[0], {2, 3}, x[1], x[2], 0.3); },
     {.fixed = true, .tolerance = 1e-4}},
    {"layer_norm_plain",
     {real({5, 7})},
     [](const auto& x) { return tn::layer_norm(x[0], {7}); },
     {.fixed = true, .tolerance = 1e-4}},
    {"rms_norm",
     {real({5, 6}), real({6})},
     [](const auto& x) { return tn::rms_norm(x[0], {6}, x[1], 0.2); },
     {.fixed = true}},
    {"group_norm",
     {real({2, 6, 3}), real({6}), real({6})},
     [](const auto& x) { return tn::group_norm(x[0], 2, x[1], x[2], 0.4); },
     {.fixed = true, .tolerance = 1e-4}},
    {"group_norm_without_bias",
     {real({2, 4, 3}), real({4})},
     [](const auto& x) { return tn::group_norm(x[0], 2, x[1]); },
     {.fixed = true, .tolerance = 1e-4}},
    {"instance_norm",
     {real({2, 3, 4, 2})},
     [](const auto& x) { return tn::instance_norm(x[0], {}, {}, 0.5); },
     {.fixed = true, .tolerance = 1e-4}},
    {"batch_norm",
     {real({4, 3, 5}), real({3}), real({3})},
     [](const auto& x) { return tn::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true, .eps = 0.3}); },
     {.fixed = true, .tolerance = 1e-4}},
    {"batch_norm_of_vectors",
     {real({6, 3})},
     [](const auto& x) { return tn::batch_norm(x[0], {}, {}, {}, {}, {.training = true}); },
     {.fixed = true, .tolerance = 1e-4}},
    {"batch_norm_evaluation",
     {real({2, 3, 4}), real({3}), real({3})},
     []<class T>(const std::vector<Tensor<T>>& x) {
       return tn::batch_norm(x[0], from<T>({0, 1, -1}), from<T>({1, 2, 0.5}), x[1], x[2], {.eps = 0.2});
     },
     {.fixed = true}},
};

TEST(BatchNorm, UpdatesRunningStatistics) {
  const auto x = from<double>({{1, 10}, {3, 20}});
  const auto mean = from<double>({0, 0}), var = from<double>({1, 1});
  const auto y = tn::batch_norm(x, mean, var, {}, {}, {.training = true, .momentum = 0.5, .eps = 0});
  expect_values(y, {2, 2}, {-1, -1, 1, 1});
  expect_vector(mean, {1, 7.5});
  expect_vector(var, {1.5, 25.5});
  expect_values(tn::batch_norm(x, mean, var, {}, {}, {.eps = 0}), {2, 2},
                {0, 2.5 / std::sqrt(25.5), 2 / std::sqrt(1.5), 12.5 / std::sqrt(25.5)});
}

TEST(Norm, NothingAndTheLargest) {
  expect_values(tn::layer_norm(zeros<float>({0, 3}), {3}), {0, 3}, {});
  expect_values(tn::group_norm(zeros<float>({0, 4, 2}), 2), {0, 4, 2}, {});
  expect_values(tn::layer_norm(from<float>({{1e4f, 1e4f + 2}}), {2}), {1, 2}, {-1, 1}, 1e-4);
  expect_values(tn::layer_norm(from<float>({{1, NAN}, {1, 3}}), {2}), {2, 2}, {nan, nan, -1, 1}, 1e-4);
}

TEST(Norm, GradientsInFloatAreThoseOfDouble) {
  tn::Generator generator(1);
  const auto narrow_to = [](const Tensor<double>& x) { return tn::to<float>(x); };
  const auto x = tn::randn<double>({64, 48, 7}, generator), w = tn::randn<double>({48}, generator),
             g = tn::randn<double>({64, 48, 7}, generator);
  const auto gradients = [&]<class T>(Tensor<T> xs, Tensor<T> ws, Tensor<T> gs) {
    xs.requires_grad_();
    ws.requires_grad_();
    return tn::grad(tn::batch_norm(xs, {}, {}, ws, {}, {.training = true}), {xs, ws},
                    {.output_gradient = gs});
  };
  const auto exact = gradients(x.detach(), w.detach(), g);
  const auto rounded = gradients(narrow_to(x), narrow_to(w), narrow_to(g));
  for (std::size_t i = 0; i < 2; ++i)
    expect_values(rounded[i], exact[i].shape(), narrow_to(exact[i]).to_vector(), 2e-5);
}

TEST(NormErrors, NameShapes) {
  const auto x = zeros<float>({2, 6});
  expect_error<tn::ShapeError>([&] { tn::layer_norm(x, {3}); },
                               "[layer_norm] x of shape (2, 6) does not end in the normalized shape (3,)");
  expect_error<tn::ShapeError>([&] { tn::rms_norm(x, {2, 2, 6}); },
                               "[rms_norm] x of shape (2, 6) does not end in the normalized shape (2, 2, 6)");
  expect_error<tn::ShapeError>([&] { tn::layer_norm(x, {6}, zeros<float>({5})); },
                               "[layer_norm] expected weight of shape (6,), got (5,)");
  expect_error<tn::ShapeError>([&] { tn::group_norm(x, 2, {}, zeros<float>({2})); },
                               "[group_norm] expected bias of shape (6,), got (2,)");
  expect_error<tn::ValueError>([&] { tn::group_norm(x, 4); },
                               "[group_norm] 6 channels do not divide into 4 groups");
  expect_error<tn::ShapeError>([&] { tn::group_norm(zeros<float>({6}), 2); },
                               "[group_norm] expected shape (N, C, ...), got (6,)");
  expect_error<tn::ShapeError>([&] { tn::instance_norm(x); },
                               "[instance_norm] expected shape (N, C, positions ...), got (2, 6)");
  expect_error<tn::ShapeError>([&] { tn::batch_norm(zeros<float>({6}), {}, {}); },
                               "[batch_norm] expected shape (N, C, ...), got (6,)");
  expect_error<tn::ValueError>([&] { tn::batch_norm(x, {}, {}); },
                               "[batch_norm] running statistics are needed outside training");
  expect_error<tn::ShapeError>([&] { tn::batch_norm(x, zeros<float>({2}), zeros<float>({6})); },
                               "[batch_norm] expected running statistics of shape (6,), got (2,)");
  expect_error<tn::ValueError>(
      [&] { tn::batch_norm(zeros<float>({1, 6}), {}, {}, {}, {}, {.training = true}); },
      "[batch_norm] expected more than one value for each channel in training, got shape (1, 6)");
}

}  // namespace norm_test
