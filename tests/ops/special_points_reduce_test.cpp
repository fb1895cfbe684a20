/// Reductions, norms, normalisations and choices among elements at special points; see
/// support/special_points.hpp.

#include <gtest/gtest.h>

#include "support/special_points.hpp"
#include "tenon/ops/index/scatter.hpp"
#include "tenon/ops/index/segment.hpp"
#include "tenon/ops/linalg/einsum.hpp"
#include "tenon/ops/linalg/linalg.hpp"
#include "tenon/ops/loss/metric_loss.hpp"
#include "tenon/ops/nn/norm.hpp"
#include "tenon/ops/nn/softmax.hpp"
#include "tenon/ops/nn/weight_norm.hpp"
#include "tenon/ops/reduce/cumulative.hpp"
#include "tenon/ops/reduce/reduce.hpp"
#include "tenon/ops/reduce/scan.hpp"
#include "tenon/ops/reduce/sort.hpp"

namespace special_points_reduce_test {

using support::expect_special_gradients;
using support::inf;
using support::nan;
using tn::index_t;
using X = const tn::Tensor<double>&;
using Vector = std::vector<double>;

support::SpecialPoint<double> at(std::string op, Vector x, std::function<tn::Tensor<double>(X)> f,
                                 Vector gradient) {
  return support::at<double>(std::move(op), std::move(x), std::move(f), std::move(gradient));
}
/// The elements of `y` weighted 1, 2, 3, …, so that they are told apart.
tn::Tensor<double> weighted(X y) {
  return mul(flatten(y), tn::arange<double>(1, static_cast<double>(y.size() + 1)));
}

TEST(SpecialPoints, Spread) {
  expect_special_gradients<double>({
      at("std", {2, 2, 2}, [](X x) { return tn::std(x); }, {0, 0, 0}),
      at("std", {0, 0}, [](X x) { return tn::std(x, {0}, 0, true); }, {0, 0}),
      at("std of one", {2}, [](X x) { return tn::std(x); }, {nan}),
      {"std by column", {2, 2}, {1, 2, 1, 4}, [](X x) { return tn::std(x, {0}, 0); }, {0, -0.5, 0, 0.5}},
      at("var", {2, 2, 2}, [](X x) { return tn::var(x); }, {0, 0, 0}),
      at("var_mean", {2, 2}, [](X x) { return add(tn::var_mean(x).var, tn::var_mean(x).mean); }, {0.5, 0.5}),
      at("mean", {inf, 0}, [](X x) { return mean(x); }, {0.5, 0.5}),
      at("nansum", {nan, 1}, [](X x) { return tn::nansum(x); }, {0, 1}),
      at("nanmean", {nan, 1, 3}, [](X x) { return tn::nanmean(x); }, {0, 0.5, 0.5}),
  });
}

TEST(SpecialPoints, Norms) {
  std::vector<support::SpecialPoint<double>> points;
  const auto norm_of = [](double p) { return [p](X x) { return tn::norm(x, p); }; };
  for (double p : {0.5, 1.0, 1.5, 2.0, 3.0, double{inf}, -double{inf}, -1.0})
    points.push_back(at("norm " + tn::describe(p), {0, 0}, norm_of(p), {0, 0}));
  for (double p : {0.5, 1.0, 1.5, 2.0, 3.0, double{inf}})
    points.push_back(at("norm " + tn::describe(p), {0, -3}, norm_of(p), {0, -1}));
  points.push_back(at("norm inf", {3, -3}, norm_of(inf), {0.5, -0.5}));
  points.push_back(at("norm -inf", {3, -3}, norm_of(-inf), {0.5, -0.5}));
  points.push_back(
      {"norm by row", {2, 2}, {0, 0, 3, 4}, [](X x) { return tn::norm(x, 2, {1}); }, {0, 0, 0.6, 0.8}});
  points.push_back({"norm 3 by row", {2, 1}, {0, 2}, [](X x) { return tn::norm(x, 3, {1}, true); }, {0, 1}});
  points.push_back(
      at("normalize", {0, 0}, [](X x) { return weighted(tn::normalize(x, 2, 0)); }, {1e12, 2e12}));
  points.push_back({"pairwise_distance",
                    {1, 2},
                    {1, 1},
                    [](X x) { return tn::pairwise_distance(x, tn::ones<double>({1, 2}), 2, 0); },
                    {0, 0}});
  points.push_back({"cosine_similarity",
                    {1, 2},
                    {0, 0},
                    [](X x) { return tn::cosine_similarity(x, tn::from<double>({{3, 4}})); },
                    {0.6e8, 0.8e8}});
  expect_special_gradients(points);
}

TEST(SpecialPoints, Normalisations) {
  // (w - mean of w) / sqrt(eps) for equal elements, with w = 1, 2, 3
  const double r = 1 / std::sqrt(1e-5);
  const auto batch = [](X x) { return weighted(tn::batch_norm(x, {}, {}, {}, {}, {.training = true})); };
  expect_special_gradients<double>({
      {"layer_norm", {1, 3}, {2, 2, 2}, [](X x) { return weighted(tn::layer_norm(x, {3})); }, {-r, 0, r}},
      {"group_norm", {1, 3}, {2, 2, 2}, [](X x) { return weighted(tn::group_norm(x, 1)); }, {-r, 0, r}},
      {"instance_norm", {1, 1, 3}, {0, 0, 0}, [](X x) { return weighted(tn::instance_norm(x)); }, {-r, 0, r}},
      {"batch_norm", {3, 1}, {2, 2, 2}, batch, {-r, 0, r}},
      {"rms_norm", {1, 3}, {0, 0, 0}, [](X x) { return weighted(tn::rms_norm(x, {3})); }, {1e3, 2e3, 3e3}},
      {"local_response_norm", {1, 2, 1}, {0, 0}, [](X x) { return tn::local_response_norm(x, 2); }, {1, 1}},
  });
}

TEST(SpecialPoints, SumsOfExponentials) {
  expect_special_gradients<double>({
      at("logsumexp", {-inf, -inf}, [](X x) { return tn::logsumexp(x, {0}); }, {0, 0}),
      at("logsumexp", {-inf, 1}, [](X x) { return tn::logsumexp(x, {0}); }, {0, 1}),
      at("logsumexp", {1, 1}, [](X x) { return tn::logsumexp(x, {0}); }, {0.5, 0.5}),
      at("logsumexp", {1000, -1000}, [](X x) { return tn::logsumexp(x, {0}); }, {1, 0}),
      {"logsumexp by row",
       {2, 2},
       {-inf, -inf, 0, 0},
       [](X x) { return tn::logsumexp(x, {1}); },
       {0, 0, 0.5, 0.5}},
      at("softmax", {-inf, 0, 0}, [](X x) { return weighted(tn::softmax(x, 0)); }, {0, -0.25, 0.25}),
      at("softmax", {-inf, -inf}, [](X x) { return weighted(tn::softmax(x, 0)); }, {nan, nan}),
      at("softmax", {1000, -1000}, [](X x) { return weighted(tn::softmax(x, 0)); }, {0, 0}),
      at("log_softmax", {-inf, 0, 0}, [](X x) { return narrow(tn::log_softmax(x, 0), 0, 1, 1); },
         {0, 0.5, -0.5}),
      at("segment_softmax", {-inf, 0, 0, 5},
         [](X x) { return weighted(tn::segment_softmax(x, tn::from<index_t>({0, 0, 0, 1}), 2)); },
         {0, -0.25, 0.25, 0}),
  });
}

TEST(SpecialPoints, Products) {
  expect_special_gradients<double>({
      at("prod", {0, 2, 3}, [](X x) { return tn::prod(x, 0); }, {6, 0, 0}),
      at("prod", {0, 0, 3}, [](X x) { return tn::prod(x, 0); }, {0, 0, 0}),
      at("cumprod", {0, 2, 0, 3}, [](X x) { return tn::cumprod(x, 0); }, {3, 0, 0, 0}),
      at("cumprod", {2, 0, 3}, [](X x) { return tn::cumprod(x, 0); }, {1, 8, 0}),
      at("cumsum", {inf, 0}, [](X x) { return tn::cumsum(x, 0); }, {2, 1}),
      at("scatter_reduce prod", {0, 2, 0},
         [](X x) {
           return tn::scatter_reduce(tn::ones<double>({2}), 0, tn::from<index_t>({0, 0, 1}), x,
                                     tn::ScatterReduce::prod);
         },
         {2, 0, 1}),
      at("einsum", {0, 0}, [](X x) { return tn::einsum("i,i->", x, x); }, {0, 0}),
      {"det", {2, 2}, {1, 0, 0, 1}, [](X x) { return tn::det(x); }, {1, 0, 0, 1}},
      {"inverse", {2, 2}, {1, 0, 0, 1}, [](X x) { return tn::inverse(x); }, {-1, -1, -1, -1}},
      {"cholesky", {1, 1}, {4}, [](X x) { return tn::cholesky(x); }, {0.25}},
  });
}

TEST(SpecialPoints, Ties) {
  const auto first = [](X x) { return tn::segment_max(x, tn::from<index_t>({0, 0, 1}), 3); };
  const auto least = [](X x) { return tn::segment_min(x, tn::from<index_t>({0, 0, 1}), 3); };
  const auto scattered = [](tn::ScatterReduce how) {
    return [how](X x) {
      return tn::scatter_reduce(tn::ones<double>({1}), 0, tn::from<index_t>({0, 0}), x, how, false);
    };
  };
  expect_special_gradients<double>({
      at("amax", {1, 1, 0}, [](X x) { return tn::amax(x); }, {0.5, 0.5, 0}),
      at("amin", {1, 1, 2}, [](X x) { return tn::amin(x); }, {0.5, 0.5, 0}),
      at("amax", {-inf, -inf}, [](X x) { return tn::amax(x); }, {0.5, 0.5}),
      at("amax", {-inf, 1}, [](X x) { return tn::amax(x); }, {0, 1}),
      at("amax", {inf, 1, inf}, [](X x) { return tn::amax(x); }, {0.5, 0, 0.5}),
      at("amin", {inf, -inf}, [](X x) { return tn::amin(x); }, {0, 1}),
      at("max by axis", {1, 1, 0}, [](X x) { return tn::max(x, 0).values; }, {1, 0, 0}),
      at("min by axis", {1, 1, 2}, [](X x) { return tn::min(x, 0).values; }, {1, 0, 0}),
      at("cummax", {1, 1, 0}, [](X x) { return tn::cummax(x, 0).values; }, {1, 2, 0}),
      at("cummin", {1, 1, 2}, [](X x) { return tn::cummin(x, 0).values; }, {1, 2, 0}),
      at("sort", {1, 1, 0}, [](X x) { return weighted(tn::sort(x, 0).values); }, {2, 3, 1}),
      at("topk", {1, 1, 1}, [](X x) { return weighted(tn::topk(x, 2, 0).values); }, {1, 2, 0}),
      at("kthvalue", {1, 1, 1}, [](X x) { return tn::kthvalue(x, 2, 0).values; }, {0, 1, 0}),
      at("median", {1, 1, 1}, [](X x) { return tn::median(x, 0).values; }, {0, 1, 0}),
      at("segment_max", {1, 1, 0}, first, {0.5, 0.5, 1}),
      at("segment_min", {1, 1, 0}, least, {0.5, 0.5, 1}),
      at("scatter_reduce amax", {2, 2}, scattered(tn::ScatterReduce::amax), {0.5, 0.5}),
      at("scatter_reduce amin", {2, 2}, scattered(tn::ScatterReduce::amin), {0.5, 0.5}),
      at("scatter_reduce mean", {2, 2}, scattered(tn::ScatterReduce::mean), {0.5, 0.5}),
  });
}

}  // namespace special_points_reduce_test
