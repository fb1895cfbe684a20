// A small program, and every function of packs, as a Debug build compiles them.

#include "tenon/backend/pack_math.hpp"
#include "tenon/tenon.hpp"

namespace {

template <class T>
tn::Tensor<T> of_ops(const tn::Tensor<T>& x) {
  return tn::sum(tn::softmax(tn::log(tn::exp(x)), 0)) + tn::mean(tn::matmul(x, x)) + tn::max(tn::erf(x));
}

template <class T>
T of_packs(const T* p) {
  namespace backend = tenon::backend;
  using P = backend::Pack<T>;
  const P a = P::load(p), b = P::load_halves(p), c = P::load_some(p, 1);
  P all = select((a < b) | ((a <= b) & !(a > b)) | (a >= b) | (a == b) | (a != b), a + b * c / a - b, -c);
  for (const P& one : {fma(a, b, c),  max(a, b),     min(a, b),  abs(a),         sqrt(a),  rsqrt(a), exp(a),
                       expm1(a),      log(a),        log1p(a),   sin(a),         cos(a),   tanh(a),  erf(a),
                       pow(a, b),     sign(a),       sigmoid(a), log_sigmoid(a), floor(a), ceil(a),  trunc(a),
                       round_even(a), fast_rsqrt(a), fmod(a, b), remainder(a, b)})
    all += one;
  P packs[P::width];
  for (P& pack : packs) pack = all;
  alignas(64) T out[static_cast<std::size_t>(P::width)];
  all.store(out);
  all.store_some(out, 1);
  all.stream(out);
  return reduce_add(all) + reduce_add(backend::reduce_add_each(packs)) + out[0];
}

}  // namespace

int main() {
  const auto x = tn::ones<float>({64, 64});
  const auto y = tn::ones<double>({64, 64});
  return static_cast<int>(of_ops(x).item() + of_packs(x.data())) +
         static_cast<int>(of_ops(y).item() + of_packs(y.data()));
}
