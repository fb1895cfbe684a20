#pragma once
/// Statements of Jinja templates, compiled to functions that write text.

#include <functional>  // function
#include <string>      // string
#include <utility>     // move
#include <vector>      // vector

#include "tenon/text/jinja/expression.hpp"

namespace TENON_NAMESPACE::text::jinja {

/// How a statement ends: by going on, or by leaving the loop's step or the loop.
enum class Flow { next, next_step, leave };

/// A statement: writes text, and may set names.
using Statement = std::function<Flow(Scope&, std::string&)>;

/// Compiles statements.
class ProgramParser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  /// The whole template.
  Statement program() {
    Statement all = body({});
    require(is(Token::Kind::end), "\"", next().text, "\" ends nothing");
    return all;
  }

 private:
  using Kind = Token::Kind;

  /// Statements up to a block that begins with one of these words; the word is next.
  Statement body(std::initializer_list<std::string_view> ends) {
    require(++depth_ < 100, "blocks nest more than 100 deep");
    std::vector<Statement> parts;
    while (!is(Kind::end)) {
      if (is(Kind::text)) {
        parts.push_back([text = take().text](Scope&, std::string& out) {
          out += text;
          return Flow::next;
        });
      } else if (is(Kind::open_print)) {
        take();
        parts.push_back([value = expression()](Scope& s, std::string& out) {
          out += printed(value(s));
          return Flow::next;
        });
        close(Kind::close_print);
      } else {
        take();
        bool ended = false;
        for (const std::string_view end : ends) ended = ended || is_name(end);
        if (ended) break;
        parts.push_back(block());
      }
    }
    require(ends.size() == 0 || !is(Kind::end), "a block is not ended");
    --depth_;
    return [parts = std::move(parts)](Scope& s, std::string& out) {
      for (const Statement& part : parts)
        if (const Flow flow = part(s, out); flow != Flow::next) return flow;
      return Flow::next;
    };
  }
  void close(Kind kind) {
    require(is(kind), "\"", next().text, "\" is not expected in a block or an expression");
    take();
  }
  /// Behind the word that ended a body.
  void end_block(std::string_view word) {
    expect_name(word);
    close(Kind::close_block);
  }

  Statement block() {
    const std::string word = name();
    if (word == "if") return conditional();
    if (word == "for") return loop();
    if (word == "set") return assignment();
    if (word == "macro") return macro();
    if (word == "break" || word == "continue") {
      close(Kind::close_block);
      return [flow = word == "break" ? Flow::leave : Flow::next_step](Scope&, std::string&) { return flow; };
    }
    if (word == "generation") {  // tells trainers which tokens the assistant writes, and prints its body
      close(Kind::close_block);
      Statement inside = body({"endgeneration"});
      end_block("endgeneration");
      return inside;
    }
    require(false, "the statement \"", word, "\" is not known");
    return {};
  }

  Statement conditional() {
    Expression condition = expression();
    close(Kind::close_block);
    Statement then = body({"elif", "else", "endif"}), other = [](Scope&, std::string&) { return Flow::next; };
    if (take_name("elif")) {
      other = conditional();
    } else {
      if (take_name("else")) {
        close(Kind::close_block);
        other = body({"endif"});
      }
      end_block("endif");
    }
    return [condition, then, other](Scope& s, std::string& out) {
      return condition(s).truth() ? then(s, out) : other(s, out);
    };
  }

  std::vector<std::string> names() {
    std::vector<std::string> result{name()};
    while (take_symbol(",")) result.push_back(name());
    return result;
  }
  static void set_names(Scope& scope, const std::vector<std::string>& names, const Value& value) {
    if (names.size() == 1) return scope.set(names[0], value);
    const std::vector<Value> parts = elements(value, "a list of names");
    require(parts.size() == names.size(), parts.size(), " values for ", names.size(), " names");
    for (std::size_t i = 0; i < names.size(); ++i) scope.set(names[i], parts[i]);
  }

  Statement loop() {
    const std::vector<std::string> names = this->names();
    expect_name("in");
    Expression list = disjunction();
    Expression chosen;
    if (take_name("if")) chosen = expression();
    require(!is_name("recursive"), "recursive loops are not supported");
    close(Kind::close_block);
    ++inner_;
    Statement step = body({"else", "endfor"}), none;
    if (take_name("else")) {
      close(Kind::close_block);
      none = body({"endfor"});
    }
    --inner_;
    end_block("endfor");
    return [=](Scope& outer, std::string& out) {
      std::vector<Value> values;
      for (const Value& value : elements(list(outer), "a loop")) {
        Scope scope(&outer);
        set_names(scope, names, value);
        if (!chosen || chosen(scope).truth()) values.push_back(value);
      }
      if (values.empty() && none) return none(outer, out);
      for (std::size_t i = 0; i < values.size(); ++i) {
        Scope scope(&outer);
        scope.set("loop", loop_state(values, i));
        set_names(scope, names, values[i]);
        if (step(scope, out) == Flow::leave) break;
      }
      return Flow::next;
    };
  }
  static Value loop_state(const std::vector<Value>& values, std::size_t i) {
    const auto at = static_cast<std::int64_t>(i), size = static_cast<std::int64_t>(values.size());
    return make_dict({{"index0", Value(at)},
                      {"index", Value(at + 1)},
                      {"revindex0", Value(size - 1 - at)},
                      {"revindex", Value(size - at)},
                      {"first", Value(at == 0)},
                      {"last", Value(at + 1 == size)},
                      {"length", Value(size)},
                      {"previtem", i > 0 ? values[i - 1] : Value()},
                      {"nextitem", i + 1 < values.size() ? values[i + 1] : Value()},
                      {"cycle", make_function([i](const Arguments& a) {
                         require(!a.list.empty(), "loop.cycle needs values");
                         return a.list[i % a.list.size()];
                       })}});
  }

  /// Values in a namespace live on from step to step of a loop: they may neither contain it nor grow without bound.
  static void check_holdable(const Value& value, const Dict& space, int level, std::size_t& parts) {
    require(level < 50 && ++parts < 1000000, "a value in a namespace nests too deep or is too large");
    if (value.is<List>())
      for (const Value& element : *value.get<List>()) check_holdable(element, space, level + 1, parts);
    if (!value.is<Dict>()) return;
    require(value.get<Dict>() != space, "a namespace cannot contain itself");
    for (const auto& entry : *value.get<Dict>()) check_holdable(entry.second, space, level + 1, parts);
  }

  Statement assignment() {
    const std::vector<std::string> names = this->names();
    const std::string member = names.size() == 1 && take_symbol(".") ? name() : "";
    const auto assign = [names, member](Scope& s, const Value& value) {
      if (member.empty()) return set_names(s, names, value);
      const Value space = s.get(names[0]);
      require(space.is<Dict>(), "only a namespace has members to set, ", names[0], " is none");
      std::size_t parts = 0;
      check_holdable(value, space.get<Dict>(), 0, parts);
      set_entry(space.get<Dict>(), member, value);
    };
    if (take_symbol("=")) {
      Expression value = expression();
      if (is_symbol(",")) value = tuple(std::move(value));
      close(Kind::close_block);
      return [assign, value](Scope& s, std::string&) {
        assign(s, value(s));
        return Flow::next;
      };
    }
    close(Kind::close_block);
    Statement inside = body({"endset"});
    end_block("endset");
    return [assign, inside](Scope& s, std::string&) {
      std::string text;
      const Flow flow = inside(s, text);
      assign(s, text);
      return flow;
    };
  }
  /// More expressions behind the first, as in `set a, b = 1, 2`.
  Expression tuple(Expression first) {
    std::vector<Expression> parts{std::move(first)};
    while (take_symbol(",")) parts.push_back(expression());
    return [parts](const Scope& s) {
      std::vector<Value> values;
      for (const Expression& part : parts) values.push_back(part(s));
      return make_list(std::move(values));
    };
  }

  Statement macro() {
    // A macro sees the names of the template, which outlive it; those of a loop or of another macro would not.
    require(inner_ == 0, "a macro within a loop or a macro is not supported");
    const std::string name = this->name();
    expect_symbol("(");
    std::vector<std::pair<std::string, Expression>> parameters;
    while (!take_symbol(")")) {
      std::string parameter = this->name();
      parameters.emplace_back(
          std::move(parameter), take_symbol("=") ? expression() : [](const Scope&) { return Value(); });
      if (!is_symbol(")")) expect_symbol(",");
    }
    close(Kind::close_block);
    ++inner_;
    Statement inside = body({"endmacro"});
    --inner_;
    end_block("endmacro");
    return [=](Scope& defined_in, std::string&) {
      defined_in.set(name, make_function([&defined_in, parameters, inside,
                                          calls = std::make_shared<int>(0)](const Arguments& a) {
                       require(*calls < 100, "macros call each other more than 100 deep");
                       Scope scope(&defined_in);
                       for (std::size_t i = 0; i < parameters.size(); ++i) {
                         const Value given = a.at(i, parameters[i].first);
                         scope.set(parameters[i].first,
                                   given.is<Undefined>() ? parameters[i].second(scope) : given);
                       }
                       std::string text;
                       ++*calls;
                       inside(scope, text);
                       --*calls;
                       return Value(text);
                     }));
      return Flow::next;
    };
  }

  int depth_ = 0, inner_ = 0;  // blocks around this one, and loops and macros among them
};

}  // namespace TENON_NAMESPACE::text::jinja
