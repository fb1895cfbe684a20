#pragma once
/// Expressions of Jinja templates, compiled to functions of the names that are known.

#include <cmath>       // floor, fmod, pow
#include <functional>  // function
#include <string>      // stod, stoll, string
#include <utility>     // move
#include <vector>      // vector

#include "tenon/text/jinja/builtins.hpp"
#include "tenon/text/jinja/lexer.hpp"
#include "tenon/text/jinja/scope.hpp"

namespace TENON_NAMESPACE::text::jinja {

/// An expression.
using Expression = std::function<Value(const Scope&)>;

/// a op b for numbers, and + for texts and lists.
inline Value arithmetic(const std::string& op, const Value& a, const Value& b) {
  if (op == "+" && a.is<std::string>() && b.is<std::string>())
    return a.get<std::string>() + b.get<std::string>();
  if (op == "+" && a.is<List>() && b.is<List>()) {
    std::vector<Value> both = *a.get<List>();
    both.insert(both.end(), b.get<List>()->begin(), b.get<List>()->end());
    return make_list(std::move(both));
  }
  const double x = a.number(op), y = b.number(op);
  require(y != 0 || (op != "/" && op != "//" && op != "%"), "division by 0");
  if (op == "/") return x / y;
  if (op == "**") {
    const double power = std::pow(x, y);
    return a.is<double>() || b.is<double>() || y < 0 || std::abs(power) > 9e15
               ? Value(power)
               : Value(static_cast<std::int64_t>(power));
  }
  if (a.is<double>() || b.is<double>()) {
    if (op == "//") return std::floor(x / y);
    if (op == "%") return x - y * std::floor(x / y);
    return op == "+" ? x + y : op == "-" ? x - y : x * y;
  }
  const std::int64_t m = a.whole(op), n = b.whole(op);
  constexpr double most = 4e18;  // beyond, Python's numbers grow and these would not
  if (op == "+" || op == "-" || op == "*") {
    require(std::abs(op == "*" ? x * y : std::abs(x) + std::abs(y)) < most, "the result of ", op,
            " is too large");
    return op == "+" ? m + n : op == "-" ? m - n : m * n;
  }
  require(std::abs(x) < most, "a number is too large");
  const std::int64_t quotient = m / n - ((m % n != 0 && (m % n < 0) != (n < 0)) ? 1 : 0);
  return op == "//" ? quotient : m - quotient * n;
}

/// a op b for comparisons.
inline bool compare(const std::string& op, const Value& a, const Value& b) {
  if (op == "==") return equal(a, b);
  if (op == "!=") return !equal(a, b);
  if (op == "in" || op == "not in") return run_test(a, "in", b) == (op == "in");
  const auto order = [&](const auto& x, const auto& y) {
    return op == "<" ? x < y : op == "<=" ? x <= y : op == ">" ? x > y : x >= y;
  };
  if (a.is<std::string>() && b.is<std::string>()) return order(a.get<std::string>(), b.get<std::string>());
  return order(a.number(op), b.number(op));
}

/// value[index] and value.name
inline Value subscript(const Value& value, const Value& index) {
  require(!value.is<Undefined>(), "an undefined value has no element ", printed(index));
  if (index.is<std::string>()) return attribute(value, index.get<std::string>());
  if (!value.is<List>() && !value.is<std::string>()) return {};
  const std::vector<Value> list = elements(value, "[]");
  const auto size = static_cast<std::int64_t>(list.size());
  std::int64_t at = index.whole("an index");
  if (at < 0) at += size;
  return at >= 0 && at < size ? list[static_cast<std::size_t>(at)] : Value();
}

/// value[begin:end:step]
inline Value slice(const Value& value, const Value& begin, const Value& end, const Value& by) {
  const auto given = [](const Value& v) { return !v.is<Undefined>() && !v.is<None>(); };
  const std::vector<Value> list = elements(value, "a slice");
  const auto size = static_cast<std::int64_t>(list.size());
  const std::int64_t step = given(by) ? by.whole("a slice") : 1;
  require(step != 0, "the step of a slice is 0");
  const auto place = [&](const Value& v, std::int64_t absent) {
    if (!given(v)) return absent;
    const std::int64_t at = v.whole("a slice"), from_start = at < 0 ? at + size : at;
    return std::clamp<std::int64_t>(from_start, step < 0 ? -1 : 0, step < 0 ? size - 1 : size);
  };
  const std::int64_t first = place(begin, step < 0 ? size - 1 : 0), last = place(end, step < 0 ? -1 : size);
  std::vector<Value> part;
  std::string text;
  const std::int64_t stride = std::clamp<std::int64_t>(step, -size - 1, size + 1);
  for (std::int64_t i = first; stride < 0 ? i > last : i < last; i += stride) {
    part.push_back(list[static_cast<std::size_t>(i)]);
    if (value.is<std::string>()) text += part.back().get<std::string>();
  }
  return value.is<std::string>() ? Value(text) : make_list(std::move(part));
}

/// Reads tokens one after the other.
class TokenReader {
 public:
  explicit TokenReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& next() const { return tokens_[at_]; }
  Token take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
  bool is(Token::Kind kind) const { return next().kind == kind; }
  bool is_symbol(std::string_view text, std::size_t ahead = 0) const {
    return is(Token::Kind::symbol, text, ahead);
  }
  bool is_name(std::string_view text, std::size_t ahead = 0) const {
    return is(Token::Kind::name, text, ahead);
  }
  bool take_symbol(std::string_view text) { return is_symbol(text) && (take(), true); }
  bool take_name(std::string_view text) { return is_name(text) && (take(), true); }
  void expect_symbol(std::string_view text) {
    require(take_symbol(text), "expected '", text, "' before \"", next().text, "\"");
  }
  void expect_name(std::string_view text) {
    require(take_name(text), "expected ", text, " before \"", next().text, "\"");
  }
  std::string name() {
    require(is(Token::Kind::name), "expected a name before \"", next().text, "\"");
    return take().text;
  }

 private:
  bool is(Token::Kind kind, std::string_view text, std::size_t ahead) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].kind == kind &&
           tokens_[at_ + ahead].text == text;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

/// Compiles expressions, by recursive descent with the precedences of Jinja.
class ExpressionParser : public TokenReader {
 public:
  using TokenReader::TokenReader;

  /// a if b else c
  Expression expression() {
    const Depth depth(*this);
    Expression value = disjunction();
    while (take_name("if")) {
      Expression condition = disjunction();
      Expression other = take_name("else") ? expression() : [](const Scope&) { return Value(); };
      value = [value, condition, other](const Scope& s) {
        return condition(s).truth() ? value(s) : other(s);
      };
    }
    return value;
  }
  /// An expression without `if`, as behind `in` of a loop.
  Expression disjunction() {
    Expression left = conjunction();
    while (take_name("or"))
      left = [left, right = conjunction()](const Scope& s) {
        Value value = left(s);
        return value.truth() ? value : right(s);
      };
    return left;
  }

 private:
  /// Counts how deep expressions nest.
  struct Depth {
    explicit Depth(ExpressionParser& parser) : depth(parser.depth_) {
      require(++depth < 100, "expressions nest more than 100 deep");
    }
    ~Depth() { --depth; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    int& depth;
  };

  Expression conjunction() {
    Expression left = negation();
    while (take_name("and"))
      left = [left, right = negation()](const Scope& s) {
        Value value = left(s);
        return value.truth() ? right(s) : value;
      };
    return left;
  }
  Expression negation() {
    if (!take_name("not")) return comparison();
    const Depth depth(*this);
    return [value = negation()](const Scope& s) { return Value(!value(s).truth()); };
  }
  std::string comparison_sign() {
    for (const char* const sign : {"==", "!=", "<", "<=", ">", ">="})
      if (take_symbol(sign)) return sign;
    if (take_name("in")) return "in";
    if (!is_name("not") || !is_name("in", 1)) return {};
    take();
    take();
    return "not in";
  }
  Expression comparison() {
    Expression left = sum();
    std::string sign = comparison_sign();
    if (sign.empty()) return left;
    std::vector<std::pair<std::string, Expression>> chain;
    for (; !sign.empty(); sign = comparison_sign()) chain.emplace_back(sign, sum());
    return [left, chain](const Scope& s) {
      Value a = left(s);
      for (const auto& [op, expression] : chain) {
        Value b = expression(s);
        if (!compare(op, a, b)) return Value(false);
        a = std::move(b);
      }
      return Value(true);
    };
  }
  /// Operators of one precedence, from the left.
  template <class Operand>
  Expression operators(std::initializer_list<const char*> signs, const Operand& operand) {
    Expression left = operand();
    while (true) {
      std::string op;
      for (const char* const sign : signs)
        if (op.empty() && take_symbol(sign)) op = sign;
      if (op.empty()) return left;
      left = [op, left, right = operand()](const Scope& s) {
        const Value a = left(s), b = right(s);
        return op == "~" ? Value(printed(a) + printed(b)) : arithmetic(op, a, b);
      };
    }
  }
  Expression sum() {
    return operators({"+", "-"}, [&] { return concatenation(); });
  }
  Expression concatenation() {
    return operators({"~"}, [&] { return product(); });
  }
  Expression product() {
    return operators({"*", "/", "//", "%"}, [&] { return power(); });
  }
  Expression power() {
    return operators({"**"}, [&] { return unary(); });
  }
  Expression unary(bool with_filters = true) {
    const Depth depth(*this);
    Expression value;
    if (take_symbol("-"))
      value = [of = unary(false)](const Scope& s) { return arithmetic("-", std::int64_t{0}, of(s)); };
    else if (take_symbol("+"))
      value = unary(false);
    else
      value = postfix(primary());
    return with_filters ? filters(std::move(value)) : value;
  }

  Expression primary() {
    const Token token = take();
    if (token.kind == Token::Kind::string) {
      std::string text = token.text;
      while (is(Token::Kind::string)) text += take().text;
      return [text](const Scope&) { return Value(text); };
    }
    if (token.kind == Token::Kind::number) return number(token.text);
    if (token.kind == Token::Kind::name) return named(token.text);
    require(token.kind == Token::Kind::symbol, "an expression is missing");
    if (token.text == "(") return parenthesis();
    if (token.text == "[") return list_of(expressions("]"));
    if (token.text == "{") return dict();
    require(false, "an expression cannot begin with '", token.text, "'");
    return {};
  }
  static Expression number(const std::string& text) {
    require(text.size() < 19, "the number ", text, " is too long");
    const Value value =
        text.find('.') == text.npos ? Value(std::int64_t{std::stoll(text)}) : Value(std::stod(text));
    return [value](const Scope&) { return value; };
  }
  static Expression named(const std::string& name) {
    if (name == "true" || name == "True") return [](const Scope&) { return Value(true); };
    if (name == "false" || name == "False") return [](const Scope&) { return Value(false); };
    if (name == "none" || name == "None") return [](const Scope&) { return Value(None{}); };
    return [name](const Scope& s) { return s.get(name); };
  }
  static Expression list_of(std::vector<Expression> parts) {
    return [parts = std::move(parts)](const Scope& s) {
      std::vector<Value> list;
      for (const Expression& part : parts) list.push_back(part(s));
      return make_list(std::move(list));
    };
  }
  /// An expression in parentheses, or a tuple.
  Expression parenthesis() {
    if (take_symbol(")")) return list_of({});
    Expression first = expression();
    if (take_symbol(")")) return first;
    expect_symbol(",");
    std::vector<Expression> parts = expressions(")");
    parts.insert(parts.begin(), std::move(first));
    return list_of(std::move(parts));
  }
  std::vector<Expression> expressions(std::string_view close) {
    std::vector<Expression> parts;
    while (!take_symbol(close)) {
      parts.push_back(expression());
      if (!is_symbol(close)) expect_symbol(",");
    }
    return parts;
  }
  Expression dict() {
    std::vector<std::pair<Expression, Expression>> entries;
    while (!take_symbol("}")) {
      Expression key = expression();
      expect_symbol(":");
      entries.emplace_back(std::move(key), expression());
      if (!is_symbol("}")) expect_symbol(",");
    }
    return [entries](const Scope& s) {
      const Value result = make_dict();
      for (const auto& [key, value] : entries)
        set_entry(result.get<Dict>(), key(s).string("a key"), value(s));
      return result;
    };
  }

  /// Calls, subscripts and attributes.
  Expression postfix(Expression value) {
    while (true) {
      if (take_symbol("."))
        value = is(Token::Kind::number) ? element(value, number(take().text)) : member(value);
      else if (take_symbol("["))
        value = subscripted(value);
      else if (take_symbol("("))
        value = called(value);
      else
        return value;
    }
  }
  static Expression element(const Expression& value, const Expression& index) {
    return [value, index](const Scope& s) { return subscript(value(s), index(s)); };
  }
  /// value.name, or the call of a method.
  Expression member(const Expression& value) {
    const std::string name = this->name();
    if (!take_symbol("(")) return element(value, [name](const Scope&) { return Value(name); });
    return [value, name, arguments = call_arguments()](const Scope& s) {
      const Value of = value(s);
      const Arguments a = arguments(s);
      Value result;
      if (of.is<std::string>() && string_method(of.get<std::string>(), name, a, result)) return result;
      if (const Value* const function = of.find(name); function && function->is<Function>())
        return (*function->get<Function>())(a);
      if (of.is<Dict>() && dict_method(of, name, a, result)) return result;
      require(false, "the method \"", name, "\" of ",
              of.is<Undefined>() ? "an undefined value" : written(of, {}), " is not known");
      return result;
    };
  }
  Expression subscripted(const Expression& value) {
    const auto nothing = [](const Scope&) { return Value(); };
    std::vector<Expression> parts;
    while (true) {
      parts.push_back(is_symbol(":") || is_symbol("]") ? nothing : expression());
      if (!take_symbol(":")) break;
    }
    expect_symbol("]");
    require(parts.size() <= 3, "a slice has more than three parts");
    if (parts.size() == 1) return element(value, parts[0]);
    parts.resize(3, nothing);
    return [value, parts](const Scope& s) { return slice(value(s), parts[0](s), parts[1](s), parts[2](s)); };
  }
  Expression called(const Expression& value) {
    return [value, arguments = call_arguments()](const Scope& s) {
      const Value function = value(s);
      require(function.is<Function>(), "what is called is no function");
      return (*function.get<Function>())(arguments(s));
    };
  }
  /// The arguments up to the closing parenthesis.
  std::function<Arguments(const Scope&)> call_arguments() {
    std::vector<std::pair<std::string, Expression>> all;
    while (!take_symbol(")")) {
      std::string name;
      if (is(Token::Kind::name) && is_symbol("=", 1)) {
        name = take().text;
        take();
      }
      all.emplace_back(name, expression());
      if (!is_symbol(")")) expect_symbol(",");
    }
    return [all](const Scope& s) {
      Arguments a;
      for (const auto& [name, value] : all)
        if (name.empty())
          a.list.push_back(value(s));
        else
          a.named.emplace_back(name, value(s));
      return a;
    };
  }

  /// Filters and tests.
  Expression filters(Expression value) {
    while (true) {
      if (take_symbol("|")) {
        const std::string name = this->name();
        const auto arguments = take_symbol("(") ? call_arguments() : [](const Scope&) { return Arguments(); };
        value = [value, name, arguments](const Scope& s) { return run_filter(value(s), name, arguments(s)); };
      } else if (take_name("is")) {
        value = test(value);
      } else {
        return value;
      }
    }
  }
  Expression test(const Expression& value) {
    const bool negative = take_name("not");
    const std::string name = this->name();
    Expression argument = [](const Scope&) { return Value(); };
    const bool takes_one = name == "divisibleby" || name == "eq" || name == "equalto" || name == "ne" ||
                           name == "in" || name == "sameas";
    if (takes_one) argument = postfix(primary());
    return [value, negative, name, argument](const Scope& s) {
      return Value(run_test(value(s), name, argument(s)) != negative);
    };
  }

  int depth_ = 0;
};

}  // namespace TENON_NAMESPACE::text::jinja
