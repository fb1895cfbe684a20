#pragma once
/// Element-wise functions as data: a generic lambda that is run on symbols leaves a list of steps behind,
/// which can be differentiated as often as anybody likes, and interpreted.
///
///     Formula f;
///     f.set_result(lambda(f.input(0), f.input(1)));
///     const Formula df = f.derivative(0);
///
/// This is how a `map` has derivatives beyond the second: slower than compiled loops, but compiled once for
/// all functions. The rules are those of dual.hpp: a step's derivative is the tangent of the same function of
/// dual symbols.

#include <cmath>   // exp, log, …
#include <vector>  // vector

#include "tenon/core/dual.hpp"
#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE {

class Formula;
class Symbol;

/// A function that steps apply to up to three numbers.
struct SymbolFunction {
  double (*value)(const double* x);
  /// What a tangent t of operand k adds to that of the result; null where the function does not depend on it
  /// smoothly.
  Symbol (*push[3])(const Symbol* x, const Symbol& t);
};

/// A number, or a place in a formula. Lambdas treat it as they treat packs.
class Symbol {
 public:
  template <class S>
  requires std::is_arithmetic_v<S> Symbol(S number) : number_(static_cast<double>(number)) {}
  Symbol(Formula& formula, int place) : formula_(&formula), place_(place) {}

  bool is_number() const { return formula_ == nullptr; }
  double number() const { return number_; }
  Formula* formula() const { return formula_; }
  int place() const { return place_; }

 private:
  Formula* formula_ = nullptr;
  int place_ = 0;
  double number_ = 0;
};

/// The outcome of a comparison: 1 or 0.
struct SymbolMask {
  using pack = Symbol;
  Symbol truth;
};

/// Steps from inputs to a result. Places up to `max_inputs` are inputs, the rest steps in the order of
/// evaluation.
class Formula {
 public:
  static constexpr int max_inputs = 16;

  Symbol input(int k) { return {*this, k}; }
  void set_result(const Symbol& result) { result_ = place_of(result); }

  /// A formula of the same inputs for the derivative by input k.
  Formula derivative(int k) const;
  /// The same formula times input k.
  Formula times_input(int k) const;
  /// n results from arrays of n numbers, one for each input that occurs, and in any case for input 0.
  void evaluate(index_t n, const double* const* inputs, double* results) const;

  /// The place of f(x…), which is a new step unless there is such a one.
  [[gnu::noinline]] int add_step(const SymbolFunction* f, int count, const Symbol* x) {
    Step step{f, 0, {0, 0, 0}};
    for (int k = 0; k < count; ++k) step.operand[k] = place_of(x[k]);
    return add(step);
  }

 private:
  struct Step {
    const SymbolFunction* function;  // null: a number
    double number;
    int operand[3];
    friend bool operator==(const Step&, const Step&) = default;
  };

  int place_of(const Symbol& x) { return x.is_number() ? add({nullptr, x.number(), {0, 0, 0}}) : x.place(); }
  int add(const Step& step) {
    for (std::size_t s = 0; s < steps_.size(); ++s)
      if (steps_[s] == step) return max_inputs + static_cast<int>(s);
    steps_.push_back(step);
    return max_inputs + static_cast<int>(steps_.size()) - 1;
  }
  Symbol at(int place) {
    if (place >= max_inputs) {
      const Step& step = steps_[static_cast<std::size_t>(place - max_inputs)];
      if (!step.function) return Symbol(step.number);
    }
    return {*this, place};
  }

  std::vector<Step> steps_;
  int result_ = 0;
};

namespace detail {

/// f(x…): a number where all operands are, else a step of their formula.
[[gnu::noinline]] inline Symbol apply(const SymbolFunction& f, int count, const Symbol* x) {
  Formula* formula = nullptr;
  double numbers[3] = {};
  for (int k = 0; k < count; ++k) {
    numbers[k] = x[k].number();
    if (!x[k].is_number()) formula = x[k].formula();
  }
  if (!formula) return Symbol(f.value(numbers));
  return {*formula, formula->add_step(&f, count, x)};
}

inline Symbol symbol_of(const Symbol& x) {
  return x;
}
inline Symbol symbol_of(Zero) {
  return Symbol(0);
}
/// The tangent of a function of duals; what is no dual depends on nothing.
template <class Y>
Symbol tangent_symbol(const Y& y) {
  if constexpr (IsDual<Y>)
    return symbol_of(y.tangent);
  else
    return Symbol(0);
}

}  // namespace detail

// The functions: how a number is computed, and as rules those of duals. What few programs call is a template.
// ----------------------------------------------------------------------------------------------------------------

template <class S>
concept IsSymbol = std::is_same_v<S, Symbol>;
template <class A, class B>
concept AnySymbol = (IsSymbol<A> && std::is_convertible_v<B, Symbol>) ||
                    (IsSymbol<B> && std::is_convertible_v<A, Symbol>);

#define TENON_SYMBOL_FUNCTION_1(name, number)                                                     \
  template <IsSymbol S>                                                                           \
  S name(const S& x);                                                                             \
  namespace detail {                                                                              \
  template <class S>                                                                              \
  inline constexpr SymbolFunction symbol_##name{[](const double* x) -> double { return number; }, \
                                                {[](const S* x, const S& t) {                     \
                                                   return tangent_symbol(name(Dual{x[0], t}));    \
                                                 },                                               \
                                                 nullptr, nullptr}};                              \
  }                                                                                               \
  template <IsSymbol S>                                                                           \
  [[gnu::noinline]] S name(const S& x) {                                                          \
    return detail::apply(detail::symbol_##name<S>, 1, &x);                                        \
  }
#define TENON_SYMBOL_FUNCTION_2(name, number)                                                        \
  template <class A, class B>                                                                        \
  requires AnySymbol<A, B> Symbol name(const A& a, const B& b);                                      \
  namespace detail {                                                                                 \
  template <class S>                                                                                 \
  inline constexpr SymbolFunction symbol_##name{[](const double* x) -> double { return number; },    \
                                                {[](const S* x, const S& t) {                        \
                                                   return tangent_symbol(name(Dual{x[0], t}, x[1])); \
                                                 },                                                  \
                                                 [](const S* x, const S& t) {                        \
                                                   return tangent_symbol(name(x[0], Dual{x[1], t})); \
                                                 },                                                  \
                                                 nullptr}};                                          \
  }                                                                                                  \
  template <class A, class B>                                                                        \
  requires AnySymbol<A, B> Symbol name(const A& a, const B& b) {                                     \
    const Symbol x[] = {a, b};                                                                       \
    return detail::apply(detail::symbol_##name<Symbol>, 2, x);                                       \
  }
#define TENON_SYMBOL_OPERATOR(name, op, Result, push0, push1)                                           \
  namespace detail {                                                                                    \
  inline constexpr SymbolFunction symbol_##name{[](const double* x) -> double { return x[0] op x[1]; }, \
                                                {push0, push1, nullptr}};                               \
  }                                                                                                     \
  [[gnu::noinline]] inline Result operator op(const Symbol& a, const Symbol& b) {                       \
    const Symbol x[] = {a, b};                                                                          \
    return {detail::apply(detail::symbol_##name, 2, x)};                                                \
  }

TENON_SYMBOL_OPERATOR(lt, <, SymbolMask, nullptr, nullptr)
TENON_SYMBOL_OPERATOR(le, <=, SymbolMask, nullptr, nullptr)
TENON_SYMBOL_OPERATOR(gt, >, SymbolMask, nullptr, nullptr)
TENON_SYMBOL_OPERATOR(ge, >=, SymbolMask, nullptr, nullptr)
TENON_SYMBOL_OPERATOR(eq, ==, SymbolMask, nullptr, nullptr)
TENON_SYMBOL_OPERATOR(ne, !=, SymbolMask, nullptr, nullptr)

namespace detail {
/// What tangents of the operands of + - * / add to that of the result.
inline Symbol push_same(const Symbol*, const Symbol& t) {
  return t;
}
inline Symbol push_negative(const Symbol* x, const Symbol& t);
inline Symbol push_times_1(const Symbol* x, const Symbol& t);
inline Symbol push_times_0(const Symbol* x, const Symbol& t);
inline Symbol push_dividend(const Symbol* x, const Symbol& t);
inline Symbol push_divisor(const Symbol* x, const Symbol& t);
}  // namespace detail
TENON_SYMBOL_OPERATOR(add, +, Symbol, push_same, push_same)
TENON_SYMBOL_OPERATOR(sub, -, Symbol, push_same, push_negative)
TENON_SYMBOL_OPERATOR(div, /, Symbol, push_dividend, push_divisor)
namespace detail {
inline constexpr SymbolFunction symbol_mul{[](const double* x) { return x[0] * x[1]; },
                                           {push_times_1, push_times_0, nullptr}};
}  // namespace detail
/// Once times something is no step.
[[gnu::noinline]] inline Symbol operator*(const Symbol& a, const Symbol& b) {
  if (a.is_number() && a.number() == 1) return b;
  if (b.is_number() && b.number() == 1) return a;
  const Symbol x[] = {a, b};
  return detail::apply(detail::symbol_mul, 2, x);
}
inline Symbol operator-(const Symbol& x) {
  return -1 * x;
}
inline Symbol detail::push_negative(const Symbol*, const Symbol& t) {
  return -t;
}
inline Symbol detail::push_times_1(const Symbol* x, const Symbol& t) {
  return x[1] * t;
}
inline Symbol detail::push_times_0(const Symbol* x, const Symbol& t) {
  return x[0] * t;
}
inline Symbol detail::push_dividend(const Symbol* x, const Symbol& t) {
  return 1 / x[1] * t;
}
inline Symbol detail::push_divisor(const Symbol* x, const Symbol& t) {
  return -(x[0] / x[1] / x[1]) * t;
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
TENON_SYMBOL_FUNCTION_2(pow, std::pow(x[0], x[1]))

inline Symbol select(const SymbolMask& mask, const Symbol& a, const Symbol& b);
namespace detail {
inline constexpr SymbolFunction symbol_select{
    [](const double* x) { return x[0] != 0 ? x[1] : x[2]; },
    {nullptr, [](const Symbol* x, const Symbol& t) { return select(SymbolMask{x[0]}, t, 0); },
     [](const Symbol* x, const Symbol& t) { return select(SymbolMask{x[0]}, 0, t); }}};
}  // namespace detail
/// a where the mask holds, else b.
inline Symbol select(const SymbolMask& mask, const Symbol& a, const Symbol& b) {
  const Symbol x[] = {mask.truth, a, b};
  return detail::apply(detail::symbol_select, 3, x);
}
inline SymbolMask operator&(const SymbolMask& a, const SymbolMask& b) {
  return {a.truth * b.truth};
}
inline SymbolMask operator!(const SymbolMask& a) {
  return {1 - a.truth};
}
inline SymbolMask operator|(const SymbolMask& a, const SymbolMask& b) {
  return {a.truth + b.truth - a.truth * b.truth};
}

// Formulas
// ---------------------------------------------------------------------------------------------------------------

[[gnu::noinline]] inline Formula Formula::derivative(int k) const {
  Formula f = *this;
  struct Tangent {
    Symbol value = 0;
    bool depends = false;  // what does not depend on input k never meets 0 * inf
  };
  std::vector<Tangent> tangents(static_cast<std::size_t>(max_inputs) + steps_.size());
  tangents[static_cast<std::size_t>(k)] = {1, true};
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const Step step = steps_[s];
    if (!step.function) continue;
    Tangent& result = tangents[static_cast<std::size_t>(max_inputs) + s];
    const Symbol x[] = {f.at(step.operand[0]), f.at(step.operand[1]), f.at(step.operand[2])};
    for (int o = 0; o < 3; ++o) {
      const Tangent& operand = tangents[static_cast<std::size_t>(step.operand[o])];
      if (!step.function->push[o] || !operand.depends) continue;
      const Symbol part = step.function->push[o](x, operand.value);
      result = {result.depends ? result.value + part : part, true};
    }
  }
  f.set_result(tangents[static_cast<std::size_t>(result_)].value);
  return f;
}

[[gnu::noinline]] inline Formula Formula::times_input(int k) const {
  Formula f = *this;
  f.set_result(f.input(k) * f.at(result_));
  return f;
}

[[gnu::noinline]] inline void Formula::evaluate(index_t n, const double* const* inputs,
                                                double* results) const {
  constexpr index_t block = 64;
  std::vector<double> values(steps_.size() * block);
  for (index_t begin = 0; begin < n; begin += block) {
    const index_t count = n - begin < block ? n - begin : block;
    const auto numbers = [&](int place) -> const double* {
      return place < max_inputs ? inputs[place] + begin : values.data() + (place - max_inputs) * block;
    };
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      const Step& step = steps_[s];
      double* const out = values.data() + s * block;
      const double *const a = numbers(step.operand[0]), *const b = numbers(step.operand[1]),
                          *const c = numbers(step.operand[2]);
      for (index_t i = 0; i < count; ++i) {
        const double x[] = {a[i], b[i], c[i]};
        out[i] = step.function ? step.function->value(x) : step.number;
      }
    }
    const double* const result = numbers(result_);
    for (index_t i = 0; i < count; ++i) results[begin + i] = result[i];
  }
}

}  // namespace TENON_NAMESPACE
