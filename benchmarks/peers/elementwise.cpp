/// Element-wise ops, transposition, sums and softmax against libtorch, results in fresh tensors, one and two
/// threads.

#include "benchmarks/peers/support.hpp"

namespace {

using tn::Tensor;
constexpr tn::index_t million = 1 << 20;

#if defined(TENON_BENCHMARK_TORCH)
using Peer = std::function<torch::Tensor()>;
std::function<void()> peer(Peer f) {
  return [f = std::move(f)] { benchmark::DoNotOptimize(f()); };
}
#define TORCH(expression) peer([=] { return expression; })
#else
#define TORCH(expression) std::function<void()>()
#endif

template <class F>
std::function<void()> ours(F f) {
  return [f] {
    const tn::NoGrad no_grad;
    benchmark::DoNotOptimize(f());
  };
}

/// The same values on both sides.
struct Operand {
  explicit Operand(const tn::Shape& shape) : x(tn::randn<float>(shape)) {
#if defined(TENON_BENCHMARK_TORCH)
    t = torch::from_blob(x.mutable_data(), std::vector<std::int64_t>(shape.begin(), shape.end()),
                         torch::kFloat32)
            .clone();
#endif
  }
  Tensor<float> x;
#if defined(TENON_BENCHMARK_TORCH)
  torch::Tensor t;
#endif
};

void unary_and_binary(int threads, tn::index_t n, const char* size) {
  const Operand p(n), q(n);
  const double one = 8.0 * static_cast<double>(n), two = 12.0 * static_cast<double>(n);
  const auto named = [&](const char* op) { return std::string(op) + "_" + size; };
  bench::compare({named("add"), threads, two}, ours([=] { return p.x + q.x; }), TORCH(p.t + q.t));
  bench::compare({named("relu"), threads, one}, ours([=] { return relu(p.x); }), TORCH(torch::relu(p.t)));
  bench::compare({named("exp"), threads, one}, ours([=] { return exp(p.x); }), TORCH(torch::exp(p.t)));
  bench::compare({named("sigmoid"), threads, one}, ours([=] { return sigmoid(p.x); }),
                 TORCH(torch::sigmoid(p.t)));
  bench::compare({named("tanh"), threads, one}, ours([=] { return tanh(p.x); }), TORCH(torch::tanh(p.t)));
  bench::compare({named("gelu"), threads, one}, ours([=] { return gelu(p.x); }), TORCH(torch::gelu(p.t)));
  bench::compare({named("gelu_tanh"), threads, one}, ours([=] { return gelu_tanh(p.x); }),
                 TORCH(torch::gelu(p.t, "tanh")));
}

/// tanh(x a + b) c as one map against four ops; a, b, c are tensors of x's shape.
void fused(int threads, tn::index_t n, const char* size) {
  const Operand x(n), a(n), b(n), c(n);
  const auto formula = [](auto v, auto s, auto t, auto u) { return tanh(v * s + t) * u; };
  const std::string name = std::string("fused_tanh_") + size;
  bench::compare({name, threads, 20.0 * static_cast<double>(n)},
                 ours([=] { return map(formula, x.x, a.x, b.x, c.x); }),
                 TORCH(torch::tanh(x.t * a.t + b.t) * c.t));
  const auto leaf = [](const Operand& o) { return o.x.detach().requires_grad_(); };
  const std::vector<Tensor<float>> leaves = {leaf(x), leaf(a), leaf(b), leaf(c)};
  const Tensor<float> g = tn::ones<float>(n);
  const auto gradient = [=] {
    benchmark::DoNotOptimize(
        grad(map(formula, leaves[0], leaves[1], leaves[2], leaves[3]), leaves, {.output_gradient = g}));
  };
#if defined(TENON_BENCHMARK_TORCH)
  const std::vector<torch::Tensor> t = {x.t.detach().requires_grad_(), a.t.detach().requires_grad_(),
                                        b.t.detach().requires_grad_(), c.t.detach().requires_grad_()};
  const torch::Tensor tg = torch::ones(n);
  const auto torch_gradient = [=] {
    benchmark::DoNotOptimize(torch::autograd::grad({torch::tanh(t[0] * t[1] + t[2]) * t[3]}, t, {tg}));
  };
#else
  const std::function<void()> torch_gradient;
#endif
  bench::compare({name + "_forward_backward", threads, 60.0 * static_cast<double>(n)}, gradient,
                 torch_gradient);

  const auto scaled = [](auto v) { return tanh(v * 1.5f + 0.5f) * 2.0f; };
  bench::compare({std::string("fused_tanh_numbers_") + size, threads, 8.0 * static_cast<double>(n)},
                 ours([=] { return map(scaled, x.x); }), TORCH(torch::tanh(x.t * 1.5f + 0.5f) * 2.0f));
}

void memory_shapes(int threads) {
  const Operand square({4096, 4096}), rows({4096, 1024}), large(16 * million);
  bench::compare({"transpose_copy_4096x4096", threads, 8.0 * 4096 * 4096},
                 ours([=] { return contiguous(transpose(square.x, 0, 1)); }),
                 TORCH(square.t.t().contiguous()));
  const Operand row(1024);
  bench::compare({"broadcast_add_4096x1024", threads, 8.0 * 4096 * 1024},
                 ours([=] { return rows.x + row.x; }), TORCH(rows.t + row.t));
  const Operand part({1024, 1024});
  bench::compare({"cat_dim1_4x_1024x1024", threads, 8.0 * 4096 * 1024},
                 ours([=] { return tn::cat({part.x, part.x, part.x, part.x}, 1); }),
                 TORCH(torch::cat({part.t, part.t, part.t, part.t}, 1)));
  bench::compare({"sum_16M", threads, 4.0 * 16 * million}, ours([=] { return sum(large.x); }),
                 TORCH(large.t.sum()));
  bench::compare({"sum_rows_4096x4096", threads, 4.0 * 4096 * 4096}, ours([=] { return sum(square.x, {1}); }),
                 TORCH(square.t.sum(1)));
  bench::compare({"sum_columns_4096x4096", threads, 4.0 * 4096 * 4096},
                 ours([=] { return sum(square.x, {0}); }), TORCH(square.t.sum(0)));
  bench::compare({"softmax_4096x1024", threads, 8.0 * 4096 * 1024}, ours([=] { return softmax(rows.x, -1); }),
                 TORCH(torch::softmax(rows.t, -1)));
  bench::compare({"log_softmax_4096x1024", threads, 8.0 * 4096 * 1024},
                 ours([=] { return log_softmax(rows.x, -1); }), TORCH(torch::log_softmax(rows.t, -1)));
  const Tensor<float> leaf = rows.x.detach().requires_grad_(), g = tn::ones<float>({4096, 1024});
  const auto gradient = [=] {
    benchmark::DoNotOptimize(grad(softmax(leaf, -1), {leaf}, {.output_gradient = g}));
  };
#if defined(TENON_BENCHMARK_TORCH)
  const torch::Tensor t = rows.t.detach().requires_grad_(), tg = torch::ones({4096, 1024});
  const auto torch_gradient = [=] {
    benchmark::DoNotOptimize(torch::autograd::grad({torch::softmax(t, -1)}, {t}, {tg}));
  };
#else
  const std::function<void()> torch_gradient;
#endif
  bench::compare({"softmax_4096x1024_forward_backward", threads, 20.0 * 4096 * 1024}, gradient,
                 torch_gradient);
}

}  // namespace

void bench::elementwise(int threads) {
  unary_and_binary(threads, million, "1M");
  unary_and_binary(threads, 16 * million, "16M");
  fused(threads, 16 * million, "16M");
  memory_shapes(threads);
}
