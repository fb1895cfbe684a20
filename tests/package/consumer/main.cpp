// A consumer of the library: both translation units include everything, and must agree.

#include <tenon/io/model_file.hpp>
#include <tenon/tenon.hpp>

tn::Dims other_dims();

int main() {
  const auto a = tn::full<float>({200, 300}, 0.5f), b = tn::full<float>({300, 100}, 2.f);  // who multiplies
  const auto x = tn::ones<float>({1000000});                                               // who has threads
  const bool right = tn::sum(tn::matmul(a, b)).item() == 200 * 100 * 300 && tn::sum(log(x)).item() == 0 &&
                     tn::sum(x + x).item() == 2000000;
  return right && other_dims() == tn::Dims{2, 3} ? 0 : 1;
}
