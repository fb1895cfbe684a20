#include "tenon/ops/shape/slice.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/ops/index/select.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace slice_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::all;
using tn::ellipsis;
using tn::from;
using tn::newaxis;
using tn::range;
using tn::Tensor;

const OpCases cases{
    {"slice", {real({5, 4})}, [](const auto& x) { return tn::slice(x[0], 0, range(1, -1, 2)); }},
    {"slice_backwards", {real({3, 5})}, [](const auto& x) { return tn::slice(x[0], 1, range({}, {}, -2)); }},
    {"narrow", {real({5, 3})}, [](const auto& x) { return tn::narrow(x[0], 0, 1, 3); }, {.fixed = true}},
    {"select", {real({5, 3})}, [](const auto& x) { return tn::select(x[0], 1, -1); }, {.empty_throws = true}},
    {"flip", {real({3, 4, 5})}, [](const auto& x) { return tn::flip(x[0], {0, -1}); }},
    {"subscripts",
     {real({4, 5, 3})},
     [](const auto& x) { return x[0](range(1, {}), newaxis, ellipsis, -1); },
     {.empty_throws = true}},
};

Tensor<float> counting(const tn::Shape& shape) {
  return tn::reshape(tn::arange<float>(static_cast<float>(tn::element_count(shape))), shape);
}

/// What Python gives for range(n)[start:stop:step], one element after the other.
std::vector<float> python_slice(tn::index_t n, std::optional<tn::index_t> start,
                                std::optional<tn::index_t> stop, tn::index_t step) {
  const auto clip = [&](tn::index_t i) {
    if (i < 0) i += n;
    return step > 0 ? std::min(std::max<tn::index_t>(i, 0), n)
                    : std::min(std::max<tn::index_t>(i, -1), n - 1);
  };
  const tn::index_t first = start      ? clip(*start)
                            : step > 0 ? 0
                                       : n - 1,
                    last = stop       ? clip(*stop)
                           : step > 0 ? n
                                      : -1;
  std::vector<float> values;
  for (tn::index_t i = first; step > 0 ? i < last : i > last; i += step)
    values.push_back(static_cast<float>(i));
  return values;
}

TEST(Slice, AllBoundsAndStepsAsPython) {
  std::vector<std::optional<tn::index_t>> bounds = {std::nullopt};
  for (tn::index_t b = -7; b <= 7; ++b) bounds.push_back(b);
  for (tn::index_t n : {0, 1, 5})
    for (const auto start : bounds)
      for (const auto stop : bounds)
        for (tn::index_t step : {-6, -2, -1, 1, 2, 6})
          EXPECT_EQ(tn::slice(counting({n}), 0, range(start, stop, step)).to_vector(),
                    python_slice(n, start, stop, step))
              << n << ": " << start.value_or(99) << ' ' << stop.value_or(99) << ' ' << step;
}

TEST(Slice, IsAView) {
  auto x = counting({2, 4});
  auto y = tn::slice(x, 1, range(1, {}, 2));
  expect_values(y, {2, 2}, {1, 3, 5, 7});
  tn::fill_(y, -1);
  expect_values(x, {2, 4}, {0, -1, 2, -1, 4, -1, 6, -1});
}

TEST(Slice, SubscriptsReadLikeNumpy) {
  const auto x = counting({2, 3, 4});
  EXPECT_EQ(x(1, 2, 3).item(), 23);
  EXPECT_EQ(x(-1, -1, -1).item(), 23);
  expect_vector(x(0, 1), {4, 5, 6, 7});
  expect_vector(x(all, 0, 0), {0, 12});
  expect_values(x(all, range(1, 3), -1), {2, 2}, {7, 11, 19, 23});
  expect_values(x(ellipsis, 0), {2, 3}, {0, 4, 8, 12, 16, 20});
  expect_values(x(0, ellipsis, range({}, {}, -3)), {3, 2}, {3, 0, 7, 4, 11, 8});
  EXPECT_EQ(x(newaxis, 0, newaxis).shape(), (tn::Shape{1, 1, 3, 4}));
  EXPECT_EQ(x(ellipsis, newaxis).shape(), (tn::Shape{2, 3, 4, 1}));
  EXPECT_EQ(x().shape(), x.shape());
  expect_vector(from<std::int64_t>({5, 6, 7})(range(-2, {})), {6, 7});
}

TEST(Slice, GradientsReachTheStoredElements) {
  auto x = counting({2, 3}).requires_grad_();
  const auto y = x(1, range({}, {}, 2));
  expect_values(tn::grad(y, {x}, {.output_gradient = from<float>({10, 20})})[0], {2, 3},
                {0, 0, 0, 10, 0, 20});
}

TEST(Slice, SelectNarrowFlip) {
  const auto x = counting({2, 3});
  expect_vector(tn::select(x, 0, -1), {3, 4, 5});
  expect_values(tn::narrow(x, -1, 1, 2), {2, 2}, {1, 2, 4, 5});
  EXPECT_EQ(tn::narrow(x, 1, 3, 0).shape(), (tn::Shape{2, 0}));
  expect_values(tn::flip(x, {1}), {2, 3}, {2, 1, 0, 5, 4, 3});
  expect_values(tn::flip(x, {0, 1}), {2, 3}, {5, 4, 3, 2, 1, 0});
  expect_values(tn::flip(x, {}), {2, 3}, {0, 1, 2, 3, 4, 5});
}

TEST(SliceErrors, NameThePosition) {
  const auto x = counting({2, 3});
  expect_error<tn::IndexError>([&] { x(2); }, "[index] index 2 is outside extent 2 of axis 0");
  expect_error<tn::IndexError>([&] { x(0, -4); }, "[index] index -4 is outside extent 3 of axis 1");
  expect_error<tn::IndexError>([&] { x(0, 0, 0); }, "[index] 3 indices for a tensor of shape (2, 3)");
  expect_error<tn::ValueError>([&] { x(range(0, 1, 0)); }, "[index] a slice has step 0");
  expect_error<tn::ValueError>([&] { tn::slice(x, 0, range(0, 1, 0)); }, "[slice] a slice has step 0");
  expect_error<tn::IndexError>([&] { tn::select(x, 1, 3); },
                               "[select] index 3 is outside extent 3 of axis 1");
  expect_error<tn::IndexError>([&] { tn::narrow(x, 0, 1, 2); },
                               "[narrow] start 1 and length 2 leave an axis of extent 2");
  expect_error<tn::ShapeError>([] { tn::slice(tn::scalar<float>(1), 0, range(0, 1)); },
                               "[slice] a tensor of rank 0 has no axes");
}

}  // namespace slice_test
