#include "op_case.hpp"

#include "scoped_backend.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "tenon/autograd/gradcheck.hpp"
#include "tenon/core/parallel.hpp"
#include "tenon/ops/shape/shape.hpp"

namespace support {

namespace {

using Complaints = std::vector<std::string>;
template <class T>
using Tensors = std::vector<tn::Tensor<T>>;

template <class T>
OpFunction<T> function_of(const OpCase& op) {
  if constexpr (std::is_same_v<T, float>)
    return op.in_float;
  else
    return op.in_double;
}

// Operands -----------------------------------------------------------------------------------------------

/// Random numbers that float holds exactly.
template <class T>
tn::Tensor<T> random_numbers(const Operand& operand, tn::Generator& generator) {
  tn::Tensor<T> x = tn::Tensor<T>::empty(operand.shape);
  for (T *at = x.mutable_data(), *end = at + x.size(); at != end; ++at)
    *at = static_cast<T>(
        static_cast<float>(operand.low + (operand.high - operand.low) * generator.uniform<double>()));
  return x;
}

template <class T>
Tensors<T> random_operands(const std::vector<Operand>& operands) {
  tn::Generator generator(11);
  Tensors<T> xs;
  for (const Operand& operand : operands) xs.push_back(random_numbers<T>(operand, generator));
  return xs;
}

/// The operands with every extent that is not 1 replaced.
template <class F>
std::vector<Operand> resized(const OpCase& op, F new_extent) {
  std::vector<Operand> operands = op.operands;
  for (Operand& operand : operands)
    for (tn::index_t& extent : operand.shape)
      if (extent != 1) extent = new_extent(extent);
  return operands;
}

/// Large enough for loops to be cut into parts.
std::vector<Operand> large_operands(const OpCase& op) {
  if (op.traits.fixed) return op.operands;
  double size = 1, rank = op.operands.size() > 1 ? 2 : 1;  // of two vectors the result may be a matrix
  for (const Operand& operand : op.operands) {
    size = std::max(size, static_cast<double>(tn::element_count(operand.shape)));
    rank = std::max(rank, static_cast<double>(operand.shape.size()));
  }
  const auto factor = static_cast<tn::index_t>(std::ceil(std::pow(40000 / size, 1 / rank)));
  return resized(op, [&](tn::index_t extent) { return factor * extent; });
}

enum class Layout { contiguous, transposed, reversed, spaced, offset };
constexpr Layout strided_layouts[] = {Layout::transposed, Layout::reversed, Layout::spaced, Layout::offset};
const char* const layout_names[] = {"contiguous", "transposed", "reversed", "spaced", "offset"};

/// The same elements as a view whose strides are not those of a fresh tensor.
template <class T>
tn::Tensor<T> laid_out(const tn::Tensor<T>& x, Layout layout) {
  tn::Dims axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(x.rank() - 1 - i);
  if (layout == Layout::transposed) return tn::permute(tn::clone(tn::permute(x, axes)), axes);
  if (layout == Layout::reversed) return tn::flip(tn::clone(tn::flip(x, axes)), axes);
  if (layout == Layout::contiguous || x.rank() == 0) return x;
  tn::Shape shape = x.shape();
  tn::index_t& last = shape[x.rank() - 1];
  last = layout == Layout::spaced ? 3 * last : last + 2;
  const tn::Tensor<T> buffer = tn::full<T>(shape, T(99));
  tn::Tensor<T> inside = layout == Layout::spaced ? tn::slice(buffer, -1, tn::range(1, {}, 3))
                                                  : tn::slice(buffer, -1, tn::range(1, -1));
  tn::copy_(inside, x);
  return inside;
}
template <class T>
Tensors<T> laid_out(const Tensors<T>& xs, Layout layout) {
  Tensors<T> views;
  for (const tn::Tensor<T>& x : xs) views.push_back(laid_out(x, layout));
  return views;
}

// Results ------------------------------------------------------------------------------------------------

/// A value, and the gradients by all operands for a random upstream gradient.
template <class T>
struct Evaluation {
  tn::Tensor<T> value;
  Tensors<T> gradients;
};

template <class T>
tn::Tensor<T> upstream(const tn::Tensor<T>& y) {
  tn::Generator generator(23);
  return random_numbers<T>(real(y.shape()), generator);
}

template <class T>
Evaluation<T> evaluate(OpFunction<T> f, const Tensors<T>& operands,
                       Layout upstream_layout = Layout::contiguous, bool create_graph = false) {
  Tensors<T> leaves;
  for (const tn::Tensor<T>& x : operands) leaves.push_back(x.detach().requires_grad_());
  const tn::Tensor<T> y = f(leaves);
  return {y.detach(), tn::grad(y, leaves,
                               {.output_gradient = laid_out(upstream(y), upstream_layout),
                                .create_graph = create_graph,
                                .materialize_grads = true})};
}

bool close(double a, double b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

/// Where two tensors differ, or nothing. A tolerance of 0 asks for the same bits.
template <class T, class U>
std::string difference(const tn::Tensor<T>& got, const tn::Tensor<U>& want, double tolerance) {
  if (got.shape() != want.shape()) return tn::join("shape ", got.shape(), " instead of ", want.shape());
  tn::index_t position = 0;
  auto w = want.begin();
  for (auto g = got.begin(); g != got.end(); ++g, ++w, ++position) {
    const auto a = static_cast<double>(*g), b = static_cast<double>(*w);
    const bool same = tolerance == 0 ? std::memcmp(&a, &b, sizeof a) == 0 : close(a, b, tolerance);
    if (!same) return tn::join(a, " instead of ", b, " at position ", position);
  }
  return {};
}

template <class T, class U>
void compare(const std::string& what, const Evaluation<T>& got, const Evaluation<U>& want, double tolerance,
             Complaints& complaints) {
  const auto report = [&](const std::string& part, const std::string& text) {
    if (!text.empty()) complaints.push_back(what + ", " + part + ": " + text);
  };
  report("value", difference(got.value, want.value, tolerance));
  for (std::size_t k = 0; k < want.gradients.size(); ++k)
    report("gradient " + std::to_string(k), difference(got.gradients[k], want.gradients[k], tolerance));
}

template <class T>
constexpr double rounding = std::is_same_v<T, float> ? 1e-5 : 1e-12;

/// Runs a check; what it throws is a complaint as well.
template <class F>
void guarded(const std::string& what, Complaints& complaints, F check) {
  try {
    check();
  } catch (const std::exception& error) {
    complaints.push_back(what + ": threw " + error.what());
  }
}

// Checks -------------------------------------------------------------------------------------------------

void check_derivatives(const OpCase& op, const std::vector<Operand>& operands, const std::string& what,
                       Complaints& complaints) {
  guarded(what, complaints, [&] {
    if (op.traits.order == 2)
      tn::gradcheck<2>(op.in_double, random_operands<double>(operands));
    else
      tn::gradcheck<1>(op.in_double, random_operands<double>(operands));
  });
}

void check_float(const OpCase& op, Complaints& complaints) {
  guarded("float", complaints, [&] {
    compare("float against double", evaluate(op.in_float, random_operands<float>(op.operands)),
            evaluate(op.in_double, random_operands<double>(op.operands)), op.traits.tolerance, complaints);
  });
}

/// Every provider's results are those of the reference, for small operands and for large ones.
template <class T>
void check_providers(const OpCase& op, const std::vector<Operand>& operands, const std::string& size,
                     Complaints& complaints) {
  const Tensors<T> xs = random_operands<T>(operands);
  const auto under = [&](Provider provider) {
    const ScopedBackend scope(provider);
    return evaluate(function_of<T>(op), xs);
  };
  const std::string type = tn::scalar_name<T>();
  guarded("providers", complaints, [&] {
    const Evaluation<T> reference = under(Provider::reference);
    const double scale = std::sqrt(static_cast<double>(std::max<tn::index_t>(xs[0].size(), 1)));
    for (const auto& [provider, name] : {std::pair(Provider::cpu, "cpu"), std::pair(Provider::blas, "blas")})
      compare(tn::join("provider ", name, " against reference, ", size, " ", type), under(provider),
              reference, rounding<T> * scale, complaints);
  });
}

/// Views give what fresh tensors give, also where the upstream gradient is a view.
void check_strides(const OpCase& op, Complaints& complaints) {
  const Tensors<double> xs = random_operands<double>(op.operands);
  guarded("strided operands", complaints, [&] {
    const Evaluation<double> dense = evaluate(op.in_double, xs);
    for (Layout layout : strided_layouts) {
      const std::string name = layout_names[static_cast<int>(layout)];
      compare(name + " operands", evaluate(op.in_double, laid_out(xs, layout)), dense, 1e-12, complaints);
      compare(name + " upstream gradient", evaluate(op.in_double, xs, layout), dense, 1e-12, complaints);
    }
  });
}

/// An operand stretched over an axis, with stride 0, gives what its dense copy gives.
void check_stretched(const OpCase& op, Complaints& complaints) {
  const Tensors<double> xs = random_operands<double>(op.operands);
  guarded("stretched operands", complaints, [&] {
    for (std::size_t k = 0; k < xs.size(); ++k)
      for (int axis = 0; axis < xs[k].rank(); ++axis) {
        if (xs[k].shape()[axis] < 2) continue;
        Tensors<double> stretched = xs, dense = xs;
        stretched[k] = tn::expand(tn::narrow(xs[k], axis, 0, 1), xs[k].shape());
        dense[k] = tn::clone(stretched[k]);
        compare(tn::join("operand ", k, " stretched over axis ", axis), evaluate(op.in_double, stretched),
                evaluate(op.in_double, dense), 1e-12, complaints);
      }
  });
}

/// An operand's gradient does not depend on whether the others' are wanted.
void check_one_at_a_time(const OpCase& op, Complaints& complaints) {
  const Tensors<double> xs = random_operands<double>(op.operands);
  guarded("gradient of one operand alone", complaints, [&] {
    const Evaluation<double> all = evaluate(op.in_double, xs);
    for (std::size_t k = 0; k < xs.size(); ++k) {
      Tensors<double> operands = xs;
      operands[k] = xs[k].detach().requires_grad_();
      const tn::Tensor<double> y = op.in_double(operands);
      const Tensors<double> gradient =
          tn::grad(y, {operands[k]}, {.output_gradient = upstream(y), .materialize_grads = true});
      const std::string text = difference(gradient[0], all.gradients[k], 1e-12);
      if (!text.empty()) complaints.push_back(tn::join("gradient of operand ", k, " alone: ", text));
    }
  });
}

/// Rules that have a body of its own for higher derivatives say the same in both: the gradient that is
/// recorded is the gradient that is not. (Second derivatives alone would only compare the recorded body with
/// itself.)
template <class T>
void check_recorded_gradient(const OpCase& op, const std::vector<Operand>& operands, double tolerance,
                             Complaints& complaints) {
  if (op.traits.order < 2) return;
  const Tensors<T> xs = random_operands<T>(operands);
  guarded("recorded gradient", complaints, [&] {
    compare(tn::join("gradient recorded against not, ", tn::scalar_name<T>()),
            evaluate(function_of<T>(op), xs, Layout::contiguous, true), evaluate(function_of<T>(op), xs),
            tolerance, complaints);
  });
}

/// The same bits at any number of threads.
template <class T>
void check_threads(const OpCase& op, Complaints& complaints) {
  const Tensors<T> xs = random_operands<T>(large_operands(op));
  const ScopedBackend own(Provider::cpu);  // a BLAS library promises no bits
  const int before = tn::num_threads();
  const auto with = [&](int threads) {
    tn::set_num_threads(threads);
    return evaluate(function_of<T>(op), xs);
  };
  guarded("threads", complaints, [&] {
    const Evaluation<T> one = with(1);
    for (int threads : {2, 3})
      compare(tn::join(threads, " threads against one, ", tn::scalar_name<T>()), with(threads), one, 0,
              complaints);
  });
  tn::set_num_threads(before);
}

/// Empty operands give empty results, sums of nothing, or an error; never a crash.
void check_empty(const OpCase& op, Complaints& complaints) {
  const auto operands = random_operands<double>(resized(op, [](tn::index_t) { return 0; }));
  if (op.traits.empty_throws) {
    try {
      evaluate(op.in_double, operands);
      complaints.push_back("empty operands: no error");
    } catch (const tn::Error&) {
    }
    return;
  }
  guarded("empty operands", complaints, [&] {
    const Evaluation<double> got = evaluate(op.in_double, operands);
    const ScopedBackend scope(Provider::reference);
    compare("empty operands against reference", got, evaluate(op.in_double, operands), 1e-12, complaints);
    for (std::size_t k = 0; k < operands.size(); ++k)
      if (got.gradients[k].shape() != operands[k].shape())
        complaints.push_back(
            tn::join("empty operands: gradient ", k, " has shape ", got.gradients[k].shape()));
  });
}

void check_no_grad(const OpCase& op, Complaints& complaints) {
  guarded("under NoGrad", complaints, [&] {
    Tensors<double> leaves;
    for (const auto& x : random_operands<double>(op.operands)) leaves.push_back(x.detach().requires_grad_());
    const tn::NoGrad no_grad;
    if (op.in_double(leaves).requires_grad()) complaints.push_back("under NoGrad: the result was recorded");
  });
}

void check_operands_unchanged(const OpCase& op, Complaints& complaints) {
  guarded("unchanged operands", complaints, [&] {
    const Tensors<double> xs = random_operands<double>(op.operands),
                          before = random_operands<double>(op.operands);
    evaluate(op.in_double, xs);
    for (std::size_t k = 0; k < xs.size(); ++k) {
      const std::string text = difference(xs[k], before[k], 0);
      if (!text.empty()) complaints.push_back(tn::join("operand ", k, " was changed: ", text));
    }
  });
}

/// First and, where there are, second derivatives, with graphs kept: all their memory comes back.
void check_memory(const OpCase& op, Complaints& complaints) {
  const Tensors<double> xs = random_operands<double>(op.operands);
  const auto work = [&] {
    Tensors<double> leaves;
    for (const tn::Tensor<double>& x : xs) leaves.push_back(x.detach().requires_grad_());
    const tn::Tensor<double> y = op.in_double(leaves);
    const bool twice = op.traits.order == 2;
    const Tensors<double> first =
        tn::grad(y, leaves, {.output_gradient = upstream(y), .create_graph = twice});
    for (const tn::Tensor<double>& g : first)
      if (g.defined() && g.requires_grad())
        static_cast<void>(tn::grad(g, leaves, {.output_gradient = upstream(g), .retain_graph = true}));
  };
  guarded("memory", complaints, [&] {
    work();  // what is made once and kept, is made
    const auto before = tn::backend::memory::statistics();
    work();
    const auto after = tn::backend::memory::statistics();
    if (after.in_use != before.in_use || after.allocations != before.allocations)
      complaints.push_back(
          tn::join("memory: ", after.allocations - before.allocations, " blocks did not come back"));
  });
}

}  // namespace

std::vector<std::string> sweep(const OpCase& op) {
  Complaints complaints;
  check_derivatives(op, op.operands, "derivatives", complaints);
  check_float(op, complaints);
  check_providers<float>(op, op.operands, "small", complaints);
  check_providers<double>(op, op.operands, "small", complaints);
  check_strides(op, complaints);
  check_stretched(op, complaints);
  check_one_at_a_time(op, complaints);
  check_recorded_gradient<double>(op, op.operands, 1e-10, complaints);
  check_recorded_gradient<float>(op, op.operands, op.traits.tolerance, complaints);
  check_threads<float>(op, complaints);
  check_threads<double>(op, complaints);
  check_no_grad(op, complaints);
  check_operands_unchanged(op, complaints);
  check_memory(op, complaints);
  if (op.traits.fixed) return complaints;
  check_derivatives(op, resized(op, [](tn::index_t) { return 1; }), "derivatives of one element", complaints);
  check_providers<float>(op, large_operands(op), "large", complaints);
  check_providers<double>(op, large_operands(op), "large", complaints);
  check_empty(op, complaints);
  return complaints;
}

namespace {
class OpCaseTest : public testing::Test {
 public:
  explicit OpCaseTest(const OpCase& op) : op_(op) {}
  void TestBody() override {
    for (const std::string& complaint : sweep(op_)) ADD_FAILURE() << complaint;
  }

 private:
  OpCase op_;
};
}  // namespace

namespace {
/// Filled while the tests' files are initialised.
std::map<std::string, std::vector<std::pair<std::string, int>>>& listed() {
  static std::map<std::string, std::vector<std::pair<std::string, int>>> cases;
  return cases;
}
}  // namespace

std::string table_of_cases() {
  std::string table = "| header | case | order |\n|---|---|---:|\n";
  for (const auto& [family, cases] : listed())
    for (const auto& [name, order] : cases)
      table += tn::join("| `ops/", family, ".hpp` | ", name, " | ", order, " |\n");
  return table;
}

OpCases::OpCases(std::initializer_list<OpCase> cases, const std::source_location& where) {
  const std::string path = where.file_name(), folder = "tests/ops/";
  const std::string file = path.substr(path.rfind(folder) + folder.size());
  auto& family = listed()[file.substr(0, file.rfind("_test"))];
  for (const OpCase& op : cases) family.emplace_back(op.name, op.traits.order);
  for (const OpCase& op : cases)
    testing::RegisterTest("OpCase", op.name.c_str(), nullptr, nullptr, where.file_name(),
                          static_cast<int>(where.line()),
                          [op]() -> testing::Test* { return new OpCaseTest(op); });
}

}  // namespace support
