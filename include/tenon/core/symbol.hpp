#pragma once
/// Element-wise functions as data: a generic lambda that is called with symbols records a list of steps,
/// which can be differentiated any number of times and interpreted.
///
///     Formula f;
///     f.set_result(lambda(f.input(0), f.input(1)));
///     const Formula df = f.derivative(0);
///
/// `map` computes derivatives beyond the second in this way: it is slower than compiled loops, but compiled
/// once for all functions. The rules are those of dual.hpp: the derivative of a step is the tangent of its
/// function at dual symbols.

#include <cmath>   // exp, log, …
#include <vector>  // vector

#include "tenon/core/dual.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

template <class R>
class FormulaOf;
template <class R>
class SymbolOf;

/// A number, or a place in a formula. Lambdas use it like a pack.
using Symbol = SymbolOf<double>;
/// A list of steps from inputs to a result. Symbol and Formula are templates, so that programs compile only
/// the parts that they use.
using Formula = FormulaOf<double>;

/// The function of a step, of up to three operands.
template <class R>
struct SymbolFunction {
  R (*value)(const R* x);  ///< the function's value
  /// The contribution of a tangent t of operand k to the result's tangent; null if the result's derivative by
  /// the operand is 0.
  SymbolOf<R> (*push[3])(const SymbolOf<R>* x, const SymbolOf<R>& t);
};

/// The result of a comparison of symbols.
template <class R>
struct SymbolMask {
  using pack = SymbolOf<R>;
  SymbolOf<R> truth;  ///< 1 or 0

  friend SymbolMask operator&(const SymbolMask& a, const SymbolMask& b) { return {a.truth * b.truth}; }
  friend SymbolMask operator|(const SymbolMask& a, const SymbolMask& b) {
    return {a.truth + b.truth - a.truth * b.truth};
  }
  friend SymbolMask operator!(const SymbolMask& a) { return {1 - a.truth}; }
};

/// A number, or a place in a formula: an input or the result of a step.
template <class R>
class SymbolOf {
 public:
  using S = SymbolOf;

  /// The number 0.
  SymbolOf() = default;
  /// A number.
  template <class N>
    requires std::is_arithmetic_v<N>
  SymbolOf(N number) : number_(static_cast<R>(number)) {}
  /// A place in a formula.
  SymbolOf(FormulaOf<R>& formula, int place) : formula_(&formula), place_(place) {}

  /// Whether it is a number.
  bool is_number() const { return formula_ == nullptr; }
  /// The number.
  R number() const { return number_; }
  /// The place in the formula.
  int place() const { return place_; }

  /// f(x…): a number if all operands are numbers, otherwise a step of their formula.
  [[gnu::noinline]] static S apply(const SymbolFunction<R>& f, int count, const S* x) {
    FormulaOf<R>* formula = nullptr;
    R numbers[3] = {};
    for (int k = 0; k < count; ++k) {
      numbers[k] = x[k].number_;
      if (!x[k].is_number()) formula = x[k].formula_;
    }
    if (!formula) return S(f.value(numbers));
    return {*formula, formula->add_step(&f, count, x)};
  }

#define TENON_SYMBOL_COMPARISON(op)                                                       \
  [[gnu::noinline]] friend SymbolMask<R> operator op(const S & a, const S & b) {          \
    static constexpr SymbolFunction<R> f{[](const R* x) { return R(x[0] op x[1]); }, {}}; \
    const S x[] = {a, b};                                                                 \
    return {apply(f, 2, x)};                                                              \
  }
  TENON_SYMBOL_COMPARISON(<)
  TENON_SYMBOL_COMPARISON(<=)
  TENON_SYMBOL_COMPARISON(>)
  TENON_SYMBOL_COMPARISON(>=)
  TENON_SYMBOL_COMPARISON(==)
  TENON_SYMBOL_COMPARISON(!=)
#undef TENON_SYMBOL_COMPARISON

  [[gnu::noinline]] friend S operator+(const S& a, const S& b) {
    static constexpr SymbolFunction<R> f{
        [](const R* x) { return x[0] + x[1]; },
        {[](const S*, const S& t) { return t; }, [](const S*, const S& t) { return t; }, nullptr}};
    const S x[] = {a, b};
    return apply(f, 2, x);
  }
  [[gnu::noinline]] friend S operator-(const S& a, const S& b) {
    static constexpr SymbolFunction<R> f{
        [](const R* x) { return x[0] - x[1]; },
        {[](const S*, const S& t) { return t; }, [](const S*, const S& t) { return -t; }, nullptr}};
    const S x[] = {a, b};
    return apply(f, 2, x);
  }
  /// The product. A factor 1 adds no step.
  [[gnu::noinline]] friend S operator*(const S& a, const S& b) {
    static constexpr SymbolFunction<R> f{[](const R* x) { return x[0] * x[1]; },
                                         {[](const S* x, const S& t) { return x[1] * t; },
                                          [](const S* x, const S& t) { return x[0] * t; }, nullptr}};
    if (a.is_number() && a.number_ == 1) return b;
    if (b.is_number() && b.number_ == 1) return a;
    const S x[] = {a, b};
    return apply(f, 2, x);
  }
  [[gnu::noinline]] friend S operator/(const S& a, const S& b) {
    static constexpr SymbolFunction<R> f{
        [](const R* x) { return x[0] / x[1]; },
        {[](const S* x, const S& t) { return 1 / x[1] * t; },
         [](const S* x, const S& t) { return -(x[0] / x[1] / x[1]) * t; }, nullptr}};
    const S x[] = {a, b};
    return apply(f, 2, x);
  }
  friend S operator-(const S& x) { return -1 * x; }
  /// a where the mask holds, else b.
  [[gnu::noinline]] friend S select(const SymbolMask<R>& mask, const S& a, const S& b) {
    static constexpr SymbolFunction<R> f{
        [](const R* x) { return x[0] != 0 ? x[1] : x[2]; },
        {nullptr, [](const S* x, const S& t) { return select(SymbolMask<R>{x[0]}, t, S(0)); },
         [](const S* x, const S& t) { return select(SymbolMask<R>{x[0]}, S(0), t); }}};
    const S x[] = {mask.truth, a, b};
    return apply(f, 3, x);
  }

  /// The tangent of a function's result; 0 for a result that is no dual.
  template <class Y>
  static S tangent_of(const Y& y) {
    if constexpr (IsDual<Y>) {
      if constexpr (tangent::is_zero<std::decay_t<decltype(y.tangent)>>)
        return S(0);
      else
        return y.tangent;
    } else {
      return S(0);
    }
  }

 private:
  FormulaOf<R>* formula_ = nullptr;
  int place_ = 0;
  R number_ = 0;
};

/// Defines a function of a symbol from its value for numbers; its derivative is that of duals.
#define TENON_SYMBOL_FUNCTION_1(name, number)                                                           \
  template <class R>                                                                                    \
  [[gnu::noinline]] SymbolOf<R> name(const SymbolOf<R>& a) {                                            \
    using S = SymbolOf<R>;                                                                              \
    static constexpr SymbolFunction<R> f{                                                               \
        [](const R* x) -> R { return number; },                                                         \
        {[](const S* x, const S& t) { return S::tangent_of(name(Dual{x[0], t})); }, nullptr, nullptr}}; \
    return S::apply(f, 1, &a);                                                                          \
  }
TENON_SYMBOL_FUNCTION_1(exp, std::exp(*x))
TENON_SYMBOL_FUNCTION_1(expm1, std::expm1(*x))
TENON_SYMBOL_FUNCTION_1(log, std::log(*x))
TENON_SYMBOL_FUNCTION_1(log1p, std::log1p(*x))
TENON_SYMBOL_FUNCTION_1(sqrt, std::sqrt(*x))
TENON_SYMBOL_FUNCTION_1(rsqrt, 1 / std::sqrt(*x))
TENON_SYMBOL_FUNCTION_1(sin, std::sin(*x))
TENON_SYMBOL_FUNCTION_1(cos, std::cos(*x))
TENON_SYMBOL_FUNCTION_1(tanh, std::tanh(*x))
TENON_SYMBOL_FUNCTION_1(sigmoid, 1 / (1 + std::exp(-*x)))
TENON_SYMBOL_FUNCTION_1(log_sigmoid, (*x < 0 ? *x : 0) - std::log1p(std::exp(-std::abs(*x))))
TENON_SYMBOL_FUNCTION_1(erf, std::erf(*x))
TENON_SYMBOL_FUNCTION_1(abs, std::abs(*x))
TENON_SYMBOL_FUNCTION_1(sign, *x > 0 ? 1 : *x < 0 ? -1 : *x)

/// Defines a function of two operands, at least one of which is a symbol.
#define TENON_SYMBOL_FUNCTION_2(name, number)                                                            \
  template <class R>                                                                                     \
  [[gnu::noinline]] SymbolOf<R> name(const SymbolOf<R>& a, const std::type_identity_t<SymbolOf<R>>& b) { \
    using S = SymbolOf<R>;                                                                               \
    static constexpr SymbolFunction<R> f{                                                                \
        [](const R* x) -> R { return number; },                                                          \
        {[](const S* x, const S& t) { return S::tangent_of(name(Dual{x[0], t}, x[1])); },                \
         [](const S* x, const S& t) { return S::tangent_of(name(x[0], Dual{x[1], t})); }, nullptr}};     \
    const S x[] = {a, b};                                                                                \
    return S::apply(f, 2, x);                                                                            \
  }                                                                                                      \
  template <class N, class R>                                                                            \
    requires std::is_arithmetic_v<N>                                                                     \
  SymbolOf<R> name(N a, const SymbolOf<R>& b) {                                                          \
    return name(SymbolOf<R>(a), b);                                                                      \
  }
TENON_SYMBOL_FUNCTION_2(pow, std::pow(x[0], x[1]))

/// A list of steps from inputs to a result. Places below `max_inputs` are inputs, the others steps in the
/// order of evaluation.
template <class R>
class FormulaOf {
 public:
  static constexpr int max_inputs = 16;  ///< the largest number of inputs
  using S = SymbolOf<R>;

  /// The symbol of input k.
  S input(int k) { return {*this, k}; }
  /// Sets the result.
  void set_result(const S& result) { result_ = place_of(result); }

  /// The formula of the derivative by input k.
  [[gnu::cold]] FormulaOf derivative(int k) const;
  /// The formula of the product of the result and input k.
  [[gnu::cold]] FormulaOf times_input(int k) const {
    FormulaOf f = *this;
    f.set_result(f.input(k) * f.at(result_));
    return f;
  }
  /// Computes n results from arrays of n numbers, one for each input that occurs and always one for input 0.
  [[gnu::cold]] void evaluate(index_t n, const R* const* inputs, R* results) const;

  /// The place of f(x…): that of an equal step if there is one, otherwise of a new step.
  [[gnu::cold]] int add_step(const SymbolFunction<R>* f, int count, const S* x) {
    Step step{f, 0, {0, 0, 0}};
    for (int k = 0; k < count; ++k) step.operand[k] = place_of(x[k]);
    return add(step);
  }

 private:
  struct Step {
    const SymbolFunction<R>* function;  // null: a number
    R number;
    int operand[3];
    friend bool operator==(const Step&, const Step&) = default;
  };
  /// The tangent of a place. Places that do not depend on the input are left out, which avoids 0 * inf.
  struct Tangent {
    S value = 0;
    bool depends = false;
  };

  int place_of(const S& x) { return x.is_number() ? add({nullptr, x.number(), {0, 0, 0}}) : x.place(); }
  [[gnu::cold]] int add(const Step& step) {
    for (std::size_t s = 0; s < steps_.size(); ++s)
      if (steps_[s] == step) return max_inputs + static_cast<int>(s);
    steps_.push_back(step);
    return max_inputs + static_cast<int>(steps_.size()) - 1;
  }
  S at(int place) {
    if (place >= max_inputs) {
      const Step& step = steps_[static_cast<std::size_t>(place - max_inputs)];
      if (!step.function) return S(step.number);
    }
    return {*this, place};
  }

  std::vector<Step> steps_;
  int result_ = 0;
};

template <class R>
FormulaOf<R> FormulaOf<R>::derivative(int k) const {
  FormulaOf f = *this;
  std::vector<Tangent> tangents(static_cast<std::size_t>(max_inputs) + steps_.size());
  tangents[static_cast<std::size_t>(k)] = {1, true};
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const Step step = steps_[s];
    if (!step.function) continue;
    Tangent& result = tangents[static_cast<std::size_t>(max_inputs) + s];
    const S x[] = {f.at(step.operand[0]), f.at(step.operand[1]), f.at(step.operand[2])};
    for (int o = 0; o < 3; ++o) {
      const Tangent& operand = tangents[static_cast<std::size_t>(step.operand[o])];
      if (!step.function->push[o] || !operand.depends) continue;
      const S part = step.function->push[o](x, operand.value);
      result = {result.depends ? result.value + part : part, true};
    }
  }
  f.set_result(tangents[static_cast<std::size_t>(result_)].value);
  return f;
}

template <class R>
void FormulaOf<R>::evaluate(index_t n, const R* const* inputs, R* results) const {
  constexpr index_t block = 64;
  std::vector<R> values(steps_.size() * block);
  for (index_t begin = 0; begin < n; begin += block) {
    const index_t count = n - begin < block ? n - begin : block;
    const auto numbers = [&](int place) -> const R* {
      return place < max_inputs ? inputs[place] + begin : values.data() + (place - max_inputs) * block;
    };
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      const Step& step = steps_[s];
      R* const out = values.data() + s * block;
      const R *const a = numbers(step.operand[0]), *const b = numbers(step.operand[1]),
                     *const c = numbers(step.operand[2]);
      for (index_t i = 0; i < count; ++i) {
        const R x[] = {a[i], b[i], c[i]};
        out[i] = step.function ? step.function->value(x) : step.number;
      }
    }
    const R* const result = numbers(result_);
    for (index_t i = 0; i < count; ++i) results[begin + i] = result[i];
  }
}

}  // namespace TENON_NAMESPACE
