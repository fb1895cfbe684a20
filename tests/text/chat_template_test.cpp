#include "tenon/text/chat_template.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace chat_template_test {

using tn::io::Json;
using tn::text::ChatTemplate;

// Expected texts are those of Python's jinja2 with trim_blocks and lstrip_blocks.
std::string run(const std::string& source, const char* variables = "{}") {
  return ChatTemplate(source)(Json::parse(variables));
}
void refuses(const std::string& source, const std::string& sentence) {
  support::expect_error<tn::ValueError>([&] { run(source); }, "[chat_template] " + sentence);
}

TEST(ChatTemplate, WritesAConversation) {
  const ChatTemplate chat(R"({{ bos_token }}
{%- for message in messages %}
  {%- if loop.first and message.role == 'system' %}
    {%- set rules = message['content'] | trim %}
<<{{ rules }}>>
  {%- elif (message.role == 'user') != (loop.index % 2 == 0) %}
    {{- raise_exception('roles must alternate') }}
  {%- else %}
    {{- '[' ~ message.role ~ '] ' + message.content + '\n' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '[assistant] ' }}
{%- endif %}
)");
  const Json bos = Json::parse(R"({"bos_token": "<s>"})");
  EXPECT_EQ(chat({{"system", " kind "}, {"user", "Hi"}, {"assistant", "你好"}, {"user", "?"}}, true, bos),
            "<s><<kind>>[user] Hi\n[assistant] 你好\n[user] ?\n[assistant] ");
  EXPECT_EQ(chat({{"system", "x"}, {"user", "Hi"}}, false, bos), "<s><<x>>[user] Hi\n");
  support::expect_error<tn::ValueError>([&] { chat({{"system", "x"}, {"assistant", "a"}}); },
                                        "[chat_template] roles must alternate");
}

TEST(ChatTemplate, DropsWhitespaceOfBlocks) {
  EXPECT_EQ(run("a\n  {% if true %}\n  b\n  {% endif %}\nc\n"), "a\n  b\nc");
  EXPECT_EQ(run("a  {%- if true -%}  b  {%- endif -%}\n\n c"), "abc");
  EXPECT_EQ(run("  {%+ if true +%}\nb{% endif %}"), "  \nb");
  EXPECT_EQ(run("{# note #}\n  {# note #}\nx {{ 1 }}\ny"), "x 1\ny");
  EXPECT_EQ(run("x\n\n"), "x\n");
}

TEST(ChatTemplate, CalculatesAsPython) {
  EXPECT_EQ(run("{{ 7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 1 + 2 * 3 - 4 }} {{ 1 ~ 'a' ~ 2.0 }}"),
            "3 2 3.5 8 3 1a2.0");
  EXPECT_EQ(run("{{ 1 < 2 <= 2 }} {{ 3 in [1, 3] }} {{ 'k' not in {'k': 1} }} {{ not false or nothing.x is "
                "defined }}"),
            "True True False True");
  EXPECT_EQ(run("{{ 'a' if no else 'b' }}{{ 'c' if no }} {{ none or 'd' }} {{ 1 == 1.0 }} {{ true == 1 }}"),
            "b d True True");
  EXPECT_EQ(
      run("{{ 'héllo'[1:4] }} {{ 'abc'[::-1] }} {{ [1, 2, 3][-2:] }} {{ [1, 2][5] }}{{ 'héllo' | length }}"),
      "éll cba [2, 3] 5");
  EXPECT_EQ(run("{{ [1.0, 'it\\'s', none, true, {'a': []}] }}"), "[1.0, \"it's\", None, True, {'a': []}]");
}

TEST(ChatTemplate, KnowsFiltersTestsAndMethods) {
  EXPECT_EQ(run("{{ {'a': 'ü\n', 'b': [1, none]} | tojson }} {{ [1, {}] | tojson(indent=2) }}"),
            "{\"a\": \"ü\\n\", \"b\": [1, null]} [\n  1,\n  {}\n]");
  EXPECT_EQ(run("{{ x | default('d') }} {{ '' | default('e', true) }} {{ [1, 2] | join('-') }} {{ 'a b' | "
                "replace('a', 'c') }}"),
            "d e 1-2 c b");
  EXPECT_EQ(
      run("{{ ' x '.strip() }}|{{ 'xxa'.lstrip('x') }}|{{ 'a,b,c'.split(',', 1) }}|{{ ' a  b '.split() }}"),
      "x|a|['a', 'b,c']|['a', 'b']");
  EXPECT_EQ(run("{% for k, v in {'a': 1, 'b': 2}.items() if v > 1 %}{{ k }}{{ v }}{% endfor %} {{ {'a': "
                "1}.get('z', 3) }}"),
            "b2 3");
  EXPECT_EQ(run("{{ m | selectattr('r', 'equalto', 'u') | map(attribute='c') | join(',') }}",
                R"({"m": [{"r": "u", "c": 1}, {"r": "a", "c": 2}, {"r": "u", "c": 3}]})"),
            "1,3");
  EXPECT_EQ(run("{{ 'a' is string }} {{ {} is mapping }} {{ [] is iterable }} {{ x is not defined }} {{ none "
                "is none }} "
                "{{ 4 is divisibleby 2 }} {{ 3 is odd }}"),
            "True True True True True True True");
  EXPECT_EQ(run("{{ 'ab'.startswith('a') }} {{ 'ab'.endswith(['x', 'b']) }} {{ 'a-b'.title() }} {{ 'AB' | "
                "lower | capitalize }}"),
            "True True A-B Ab");
}

TEST(ChatTemplate, HasLoopsNamespacesAndMacros) {
  EXPECT_EQ(run("{% for x in range(4) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% "
                "endif %}{{ x }}{% endfor %}"),
            "02");
  EXPECT_EQ(run("{% for x in [] %}{% else %}none{% endfor %}"), "none");
  EXPECT_EQ(run("{% for x in 'ab' %}{{ loop.index }}{{ loop.previtem }}{{ loop.revindex0 }}{{ loop.last }} "
                "{% endfor %}"),
            "11False 2a0True ");
  // A name that is set in a loop is gone after it; that of a namespace stays.
  EXPECT_EQ(run("{% set n = 0 %}{% set ns = namespace(n=0) %}{% for x in [1, 2] %}{% set n = x %}{% set ns.n "
                "= ns.n + x %}"
                "{% endfor %}{{ n }} {{ ns.n }}"),
            "0 3");
  EXPECT_EQ(run("{% macro say(x, times=2) %}{{ x * times }}{% endmacro %}{{ say(2) }} {{ say(2, times=5) }}"),
            "4 10");
  EXPECT_EQ(run("{% set b %}x{{ 1 }}{% endset %}[{{ b }}]{% generation %}y{% endgeneration %}"), "[x1]y");
  EXPECT_EQ(run("{{ strftime_now('%Y') | length }}"), "4");
}

TEST(ChatTemplate, NamesWhatItDoesNotKnow) {
  refuses("{% include 'x' %}", "the statement \"include\" is not known");
  refuses("{{ 1 | wordwrap }}", "the filter \"wordwrap\" is not known");
  refuses("{{ 1 is prime }}", "the test \"prime\" is not known");
  refuses("{{ 'a'.encode() }}", "the method \"encode\" of 'a' is not known");
  refuses("{{ f(1) }}", "what is called is no function");
  refuses("{{ 1 & 2 }}", "the character '&' means nothing");
  refuses("{% for x in y recursive %}{% endfor %}", "recursive loops are not supported");
  refuses("{% if x %}", "a block is not ended");
  refuses("{{ x", "a {{ is not closed");
  refuses("{{ 'x }}", "a string is not closed");
  refuses("{% endif %}", "the statement \"endif\" is not known");
  refuses("{{ a.b.c }}", "an undefined value has no element b");
  refuses("{{ 1 // 0 }}", "division by 0");
  refuses("{{ 'a' + 1 }}", "+ needs numbers");
}

TEST(ChatTemplate, HostileTemplatesEnd) {
  refuses(std::string("{{ ") + std::string(5000, '(') + "1" + std::string(5000, ')') + " }}",
          "expressions nest more than 100 deep");
  refuses("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "macros call each other more than 100 deep");
  refuses("{{ range(1000000000) }}", "a range has more than 100000 numbers");
  refuses("{% set n = namespace() %}{% set n.n = [n] %}", "a namespace cannot contain itself");
  refuses("{% set n = namespace(l=[]) %}{% for x in range(90) %}{% set n.l = [n.l] %}{% endfor %}",
          "a value in a namespace nests too deep or is too large");
  refuses("{% for x in [1] %}{% macro f() %}{% endmacro %}{% endfor %}",
          "a macro within a loop or a macro is not supported");
}

}  // namespace chat_template_test
