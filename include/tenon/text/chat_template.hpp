#pragma once
/// Chat templates: how a model's tokenizer writes a conversation as one text. They are programs in a subset of Jinja,
/// in tokenizer_config.json under `chat_template`.
/// source: https://jinja.palletsprojects.com/en/stable/templates/,
/// https://huggingface.co/docs/transformers/chat_templating

#include <string>   // string
#include <utility>  // move, pair
#include <vector>   // vector

#include "tenon/text/jinja/program.hpp"

namespace TENON_NAMESPACE::text {

/// What someone said.
struct ChatMessage {
  std::string role;     ///< who: system, user or assistant
  std::string content;  ///< what
};

/// A compiled chat template.
///
/// It knows `if`, `for`, `set`, `macro`, `break`, `continue` and `generation`, Jinja's operators, the filters, tests and
/// methods that public templates use, `namespace`, `range`, `dict`, `raise_exception` and `strftime_now`. Anything else
/// is an error that names it.
class ChatTemplate {
 public:
  /// Compiles a template.
  ///   throws: ValueError that says what is not understood
  explicit ChatTemplate(std::string_view source)
      : program_(jinja::ProgramParser(jinja::Lexer(source).tokens()).program()) {}

  /// The text of a conversation. With `add_generation_prompt` it ends where the assistant begins.
  ///
  /// `variables` is an object of further names, such as bos_token, eos_token and tools.
  ///   throws: ValueError with the words of the template if it refuses the conversation, or if it cannot be run
  std::string operator()(const std::vector<ChatMessage>& messages, bool add_generation_prompt = true,
                         const io::Json& variables = io::Json::parse("{}")) const {
    std::vector<jinja::Value> list;
    for (const ChatMessage& message : messages)
      list.push_back(jinja::make_dict({{"role", message.role}, {"content", message.content}}));
    jinja::Scope names;
    names.set("messages", jinja::make_list(std::move(list)));
    names.set("add_generation_prompt", add_generation_prompt);
    return run(std::move(names), variables);
  }
  /// The text that the template makes of an object of names: `messages`, `add_generation_prompt` and others.
  std::string operator()(const io::Json& variables) const { return run(jinja::Scope(), variables); }

 private:
  std::string run(jinja::Scope names, const io::Json& variables) const {
    using namespace jinja;
    const auto named = [](const Arguments& a) { return make_dict(a.named); };
    names.set("namespace", make_function(named));
    names.set("dict", make_function(named));
    names.set("range", make_function(range));
    names.set("strftime_now",
              make_function([](const Arguments& a) { return strftime_now(a.at(0).string("strftime_now")); }));
    names.set("raise_exception", make_function([](const Arguments& a) {
                require(false, printed(a.at(0)));
                return Value();
              }));
    for (const auto& [name, value] : variables.members()) names.set(name, from_json(value));
    std::string text;
    program_(names, text);
    return text;
  }
  static jinja::Value range(const jinja::Arguments& a) {
    const bool one = a.list.size() == 1;
    const std::int64_t first = one ? 0 : a.at(0).whole("range"), last = a.at(one ? 0 : 1).whole("range");
    const std::int64_t step = a.list.size() > 2 ? a.at(2).whole("range") : 1;
    jinja::require(step != 0, "the step of a range is 0");
    std::vector<jinja::Value> values;
    for (std::int64_t i = first; step < 0 ? i > last : i < last; i += step) {
      jinja::require(values.size() < 100000, "a range has more than 100000 numbers");
      values.emplace_back(i);
    }
    return jinja::make_list(std::move(values));
  }

  jinja::Statement program_;
};

}  // namespace TENON_NAMESPACE::text
