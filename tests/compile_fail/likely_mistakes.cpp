// error: see the ways below
// The mistakes that newcomers make most: the compiler's first error has the word that matters, and is at their line.
// error 1: Conv2d<float>::Conv2d
// error 2: embedding\(
// error 3: operator bool
// error 4: tanh
// error 5: zeros\(
// error 6: operator bool
// error 7: lambda\(float\)
// error 8: cross_entropy\(
// error 9: sum\(
// error 10: no member named [^a-z]*value

#include <cmath>

#include "tenon/nn/conv.hpp"
#include "tenon/nn/embedding.hpp"
#include "tenon/ops/loss/loss.hpp"
#include "tenon/ops/reduce/sort.hpp"

using tn::Tensor;

#if !defined(TENON_WRONG)
#define TENON_WRONG 0
#endif

auto a_wrong_designator() {
#if TENON_WRONG == 1
  return tn::nn::Conv2d<float>(3, 4, 3, {.strid = 2});
#else
  return tn::nn::Conv2d<float>(3, 4, 3, {.stride = 2});
#endif
}

auto arguments_of_embedding(const Tensor<float>& weight, const Tensor<tn::index_t>& index) {
#if TENON_WRONG == 2
  return tn::embedding(index, weight);
#else
  return tn::embedding(weight, index);
#endif
}

auto a_branch_in_map(const Tensor<float>& x) {
#if TENON_WRONG == 3
  return tn::map("leaky", [](auto v) { return v > 0 ? v : 0.1 * v; }, x);
#else
  return tn::map("leaky", [](auto v) { return select(v > 0, v, 0.1 * v); }, x);
#endif
}

auto a_function_of_std_in_map(const Tensor<float>& x) {
#if TENON_WRONG == 4
  return tn::map("twice", [](auto v) { return 2 * std::tanh(v); }, x);
#else
  return tn::map("twice", [](auto v) { return 2 * tanh(v); }, x);
#endif
}

auto a_type_left_out() {
#if TENON_WRONG == 5
  return tn::zeros({2, 3});
#else
  return tn::zeros<float>({2, 3});
#endif
}

auto an_if_in_map(const Tensor<float>& x) {
#if TENON_WRONG == 6
  return tn::map(
      "relu",
      [](auto v) {
        if (v > 0) return v;
        return 0 * v;
      },
      x);
#else
  return tn::map("relu", [](auto v) { return select(v > 0, v, 0 * v); }, x);
#endif
}

auto a_typed_lambda(const Tensor<float>& x) {
#if TENON_WRONG == 7
  return tn::map("twice", [](float v) { return 2 * v; }, x);
#else
  return tn::map("twice", [](auto v) { return 2 * v; }, x);
#endif
}

auto labels_as_floats(const Tensor<float>& logits, const Tensor<tn::index_t>& labels) {
#if TENON_WRONG == 8
  return tn::cross_entropy(logits, tn::to<float>(labels), {.label_smoothin = 0.1});
#else
  return tn::cross_entropy(logits, labels, {.label_smoothing = 0.1});
#endif
}

auto keepdim_in_the_place_of_axes(const Tensor<float>& x) {
#if TENON_WRONG == 9
  return tn::sum(x, true);
#else
  return tn::sum(x, 1, true);
#endif
}

auto a_name_of_pytorch_misspelt(const Tensor<float>& x) {
#if TENON_WRONG == 10
  return tn::topk(x, 3).value;
#else
  return tn::topk(x, 3).values;
#endif
}
