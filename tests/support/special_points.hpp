#pragma once
/// Gradients at places where a formula may fail though the function does not: zeros, ties, bounds,
/// infinities. Each case states the gradient that PyTorch gives there, or the limit, and says on a line what
/// was compared.

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "support/expect.hpp"
#include "tenon/autograd/grad.hpp"
#include "tenon/tensor/create.hpp"

namespace support {

template <class T>
struct SpecialPoint {
  std::string op;
  tn::Shape shape;
  std::vector<T> x;
  std::function<tn::Tensor<T>(const tn::Tensor<T>&)> f;
  std::vector<T> gradient;  ///< of the sum of f(x); NaN where PyTorch has none either
};

/// A case of a vector.
template <class T>
SpecialPoint<T> at(std::string op, std::vector<std::type_identity_t<T>> x,
                   std::function<tn::Tensor<T>(const tn::Tensor<T>&)> f,
                   std::vector<std::type_identity_t<T>> gradient) {
  const auto n = static_cast<tn::index_t>(x.size());
  return {std::move(op), {n}, std::move(x), std::move(f), std::move(gradient)};
}

template <class T>
std::string in_words(const std::vector<T>& values) {
  std::string text = "(";
  for (T v : values) {
    char number[32];
    std::snprintf(number, sizeof number, "%s%.6g", text.size() > 1 ? ", " : "", static_cast<double>(v));
    text += number;
  }
  return text + ")";
}

/// Compares the gradient as it is taken for a step, and as it is taken to be differentiated again.
template <class T>
void expect_special_gradients(const std::vector<SpecialPoint<T>>& points) {
  for (const SpecialPoint<T>& p : points) {
    SCOPED_TRACE(p.op + " at " + in_words(p.x));
    for (bool create_graph : {false, true}) {
      tn::Tensor<T> x = tn::from(p.x, p.shape);
      x.requires_grad_();
      const tn::Tensor<T> y = p.f(x);
      const tn::Tensor<T> got =
          tn::grad(y, {x}, {.output_gradient = tn::ones_like(y), .create_graph = create_graph})[0];
      expect_values(got.detach(), p.shape, p.gradient, sizeof(T) == 4 ? 1e-5 : 1e-9);
    }
    std::printf("%s at %s: gradient %s\n", p.op.c_str(), in_words(p.x).c_str(), in_words(p.gradient).c_str());
  }
}

}  // namespace support
