#include "tenon/ops/shape/pad.hpp"

#include "support/expect.hpp"
#include "support/op_case.hpp"

namespace pad_test {

using support::expect_error;
using support::expect_values;
using support::expect_vector;
using support::OpCases;
using support::real;
using tn::from;
using tn::PadMode;

const OpCases cases{
    {"pad", {real({3, 4})}, [](const auto& x) { return tn::pad(x[0], {1, 2, 0, 3}, PadMode::constant, 7); }},
    {"pad_crop",
     {real({3, 4})},
     [](const auto& x) { return tn::pad(x[0], {-1, 2, 1, -1}); },
     {.fixed = true}},
    {"pad_reflect",
     {real({2, 4, 5})},
     [](const auto& x) { return tn::pad(x[0], {3, 1, 0, 2}, PadMode::reflect); },
     {.fixed = true}},
    {"pad_replicate",
     {real({2, 4, 5})},
     [](const auto& x) { return tn::pad(x[0], {3, 1, 5, 2}, PadMode::replicate); },
     {.fixed = true}},
};

const OpCases circular{
    {"pad_circular",
     {real({2, 4, 5})},
     [](const auto& x) { return tn::pad(x[0], {3, -1, 2, 4}, PadMode::circular); },
     {.fixed = true}},
};

TEST(Pad, Circular) {
  expect_vector(tn::pad(from<float>({1, 2, 3}), {2, 3}, PadMode::circular), {2, 3, 1, 2, 3, 1, 2, 3});
  expect_vector(tn::pad(from<float>({1, 2, 3, 4}), {2, -1}, PadMode::circular), {2, 3, 1, 2, 3});
  expect_vector(tn::pad(from<float>({1, 2, 3, 4}), {-1, 2}, PadMode::circular), {2, 3, 4, 2, 3});
  expect_error<tn::ValueError>([] { tn::pad(from<float>({1, 2, 3}), {4, 0}, PadMode::circular); },
                               "[pad] wrapping by 4 and 0 exceeds extent 3");
}

TEST(Pad, Modes) {
  const auto x = from<float>({1, 2, 3});
  expect_vector(tn::pad(x, {2, 1}), {0, 0, 1, 2, 3, 0});
  expect_vector(tn::pad(x, {1, 1}, PadMode::constant, 9), {9, 1, 2, 3, 9});
  expect_vector(tn::pad(x, {-1, 2}), {2, 3, 0, 0});
  expect_vector(tn::pad(x, {2, 2}, PadMode::reflect), {3, 2, 1, 2, 3, 2, 1});
  expect_vector(tn::pad(x, {2, 4}, PadMode::replicate), {1, 1, 1, 2, 3, 3, 3, 3, 3});
  expect_vector(tn::pad(x, {}), {1, 2, 3});
  expect_vector(tn::pad(from<std::int64_t>({5}), {1, 0}, PadMode::constant, -1), {-1, 5});
}

TEST(Pad, TheLastAxisComesFirst) {
  const auto x = from<float>({{1, 2}, {3, 4}});
  expect_values(tn::pad(x, {1, 0, 0, 1}), {3, 3}, {0, 1, 2, 0, 3, 4, 0, 0, 0});
  expect_values(tn::pad(x, {0, 1, 1, 0}, PadMode::replicate), {3, 3}, {1, 2, 2, 1, 2, 2, 3, 4, 4});
  expect_values(tn::pad(tn::zeros<float>({0, 2}), {0, 0, 1, 1}), {2, 2}, {0, 0, 0, 0});
}

TEST(PadErrors, SayWhatDoesNotFit) {
  const auto x = from<float>({1, 2, 3});
  expect_error<tn::ShapeError>([&] { tn::pad(x, {1}); },
                               "[pad] 1 amounts do not pair with the axes of shape (3,)");
  expect_error<tn::ShapeError>([&] { tn::pad(x, {1, 1, 1, 1}); },
                               "[pad] 4 amounts do not pair with the axes of shape (3,)");
  expect_error<tn::ShapeError>([&] { tn::pad(x, {-2, -2}); },
                               "[pad] amounts -2 and -2 crop more than extent 3");
  expect_error<tn::ValueError>([&] { tn::pad(x, {3, 0}, PadMode::reflect); },
                               "[pad] reflection by 3 and 0 needs an extent above both, got 3");
  expect_error<tn::ValueError>([] { tn::pad(tn::zeros<float>({0}), {1, 0}, PadMode::replicate); },
                               "[pad] amounts 1 and 0 do not fit extent 0");
}

}  // namespace pad_test
