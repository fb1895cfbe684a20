#!/usr/bin/env python3
"""The check is checked: each rule is broken once in a header made for it, and must be named."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import doc_form

LABELS = """///
///   shapes: x any
///   throws: nothing
///   keeps: nothing
"""


class DocForm(unittest.TestCase):
    def run_on(self, body, path="ops/a.hpp", head="/// Ops of a kind.\n", only_counts=False):
        """The exit status and the printed text for a header with this text inside the library's namespace."""
        with tempfile.TemporaryDirectory() as folder:
            header = Path(folder) / "include/tenon" / path
            header.parent.mkdir(parents=True)
            text = f"#pragma once\n{head}\nnamespace TENON_NAMESPACE {{\n\n{body}\n}}  // namespace TENON_NAMESPACE\n"
            header.write_text(text, encoding="utf-8")
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                status = doc_form.main(Path(folder), only_counts)
            return status, output.getvalue()

    def assert_accepted(self, body, **where):
        status, text = self.run_on(body, **where)
        self.assertEqual(status, 0, text)

    def assert_refused(self, body, *words, **where):
        status, text = self.run_on(body, **where)
        self.assertEqual(status, 1, text)
        for word in words:
            self.assertIn(word, text)

    def test_each_kind_of_name_needs_a_comment(self):
        for line, name in [
            ("inline int twice(int x) { return 2 * x; }", "twice"),
            ("template <class X>\nrequires(sizeof(X) > 1) auto twice(const X& x) {\n  return x + x;\n}", "twice"),
            ("template <class X>\nrequires std::integral<X> [[nodiscard]] X twice(X x) {\n  return x + x;\n}", "twice"),
            ("struct Options {\n  int a = 0;\n};", "Options"),
            ("template <class T>\nclass [[nodiscard]] Box final : public Base<T> {\n};", "Box"),
            ("enum class Mode { on, off };", "Mode"),
            ("template <class T>\nconcept Small = sizeof(T) < 2;", "Small"),
            ("template <class T>\nusing List = std::vector<T>;", "List"),
        ]:
            with self.subTest(line):
                self.assert_refused(line, f"{name}: no comment", path="core/a.hpp")
                self.assert_accepted(f"/// A comment.\n{line}", path="core/a.hpp")

    def test_the_line_is_named(self):
        self.assert_refused("/// A.\nstruct A {};\n\nstruct B {};", "include/tenon/core/a.hpp:9: B: no comment", path="core/a.hpp")

    def test_a_comment_belongs_to_what_follows_it_directly(self):
        self.assert_refused("/// A comment.\n\nstruct A {};", "A: no comment", path="core/a.hpp")

    def test_what_needs_no_comment(self):
        self.assert_accepted("""struct Later;
template <>
struct Hash<int> {};
using std::vector;
inline constexpr int limit = most(3);
template <class T>
int Box<T>::size() const {
  return 0;
}
bool operator<(const A& a, const A& b) {
  return a.x < b.x;
}
template <class V, class D>
Dual(V, D) -> Dual<V, D>;
#define DECLARE(name) \\
  struct name {};
DECLARE(A)
namespace detail {
struct Hidden {};
}  // namespace detail
""", path="core/a.hpp")
        self.assert_accepted("struct A {};", path="backend/a.hpp")

    def test_overloads_that_follow_each_other_share_a_comment(self):
        overloads = "/// Adds.\ninline int add(int a) { return a; }\ninline int add(int a, int b) { return a + b; }\n"
        self.assert_accepted(overloads, path="core/a.hpp")
        self.assert_refused(overloads.replace("}\n", "}\n/// Between.\nstruct B {};\n", 1), "add: no comment", path="core/a.hpp")

    def test_a_definition_shares_the_comment_of_its_declaration(self):
        later = "/// Between.\nstruct B {};\nint add(int a, Options o) {\n  return a;\n}\n"
        self.assert_accepted("/// Adds.\nint add(int a, Options o = {});\n" + later, path="core/a.hpp")
        self.assert_refused("int add(int a, Options o = {});\n" + later, "add: no comment", path="core/a.hpp")

    def test_a_file_needs_a_comment(self):
        self.assert_refused("/// A.\nstruct A {};", "the head of the file: no comment", path="core/a.hpp", head="")

    OP = "Tensor<T> f(const Tensor<T>& x) {\n  return map(g, x);\n}"

    def test_an_op_states_shapes_errors_and_what_is_kept(self):
        self.assert_refused(f"/// Maps.\n{self.OP}", "f: no shapes:, throws:, keeps: here or at the head of the file")
        self.assert_accepted(f"/// Maps.\n{LABELS}{self.OP}")
        self.assert_accepted(f"/// Maps.\n{self.OP}", head="/// Ops of a kind.\n" + LABELS)
        self.assert_accepted(f"/// Maps.\n{self.OP}", path="nn/a.hpp")

    def test_labels_that_do_not_apply_may_be_absent(self):
        self.assert_accepted("/// A number.\n///\n///   throws: nothing\ninline int f(int x) { return x; }")
        self.assert_refused("/// A number.\ninline int f(int x) { return x; }", "f: no throws: here")
        self.assert_accepted(f"/// Reads.\n{LABELS.replace('///   keeps: nothing', '///')}" + self.OP.replace("map(g, x)", "x"))

    def test_labels_stand_in_order_once_each_at_the_beginning_of_a_line(self):
        swapped = "///\n///   throws: nothing\n///   shapes: x any\n///   keeps: nothing\n"
        self.assert_refused(f"/// Maps.\n{swapped}{self.OP}", "throws, shapes, keeps are not once each in the order")
        self.assert_refused(f"/// Maps.\n{LABELS}///   keeps: x\n{self.OP}", "are not once each")
        self.assert_refused(f"/// Maps.\n{LABELS}///   cost: one pass    source: Elman 1990\n{self.OP}", "within a line")

    def test_the_old_form_is_refused(self):
        self.assert_refused(f"/// Maps.\n{LABELS}///   returns y    cost O(1)\n{self.OP}", "a label without its colon")
        self.assert_refused(f"/// Maps.    throws nothing\n{LABELS}{self.OP}", "a label without its colon")

    def test_counts(self):
        status, text = self.run_on("struct A {};", path="core/a.hpp", only_counts=True)
        self.assertEqual((status, text), (1, "core: 1 public names, 1 offences\n1 public names, 1 offences\n"))


if __name__ == "__main__":
    unittest.main()
