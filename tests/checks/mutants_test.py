#!/usr/bin/env python3
"""The tool that plants bugs is checked: what it reads, and what it says of a list that has gone stale."""

import tempfile
import unittest
from pathlib import Path

import mutants

LIST = """# A comment.
name: twice
kind: formula
file: core/half.hpp
test: core/half_test.cpp
-   return x / 2;
+   return x / 4;

name: gone
kind: bounds
file: core/half.hpp
test: core/half_test.cpp
-   check(x);
-   log(x);
"""
HEADER = "double half(double x) {\n  check(x);\n  log(x);\n  return x / 2;\n}\n"


class Mutants(unittest.TestCase):
    def complaints(self, text, header=HEADER):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path, content in {"include/tenon/core/half.hpp": header, "tests/core/half_test.cpp": ""}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(content, encoding="utf-8")
            return mutants.complaints_about(mutants.parse(text), root)

    def test_reads_fields_and_lines(self):
        first, second = mutants.parse(LIST)
        self.assertEqual((first.name, first.kind, first.file), ("twice", "formula", "core/half.hpp"))
        self.assertEqual((first.text, first.replacement), ("  return x / 2;", "  return x / 4;"))
        self.assertEqual((second.text, second.replacement), ("  check(x);\n  log(x);", ""))

    def test_refuses_what_is_no_bug(self):
        for text in ("name: a\nkind: b\nfile: c\ntest: d\n", "name: a\n- x\n", LIST + "\nfiel: core/half.hpp\n- x\n"):
            with self.assertRaises(mutants.ListError):
                mutants.parse(text)

    def test_accepts_a_list_that_fits_the_tree(self):
        self.assertEqual(self.complaints(LIST), [])

    def test_says_what_does_not_fit(self):
        def only(text, header, words):
            (complaint,) = self.complaints(text, header)
            self.assertIn(words, complaint)

        only(LIST, HEADER.replace("/ 2", "* 0.5"), "twice: its text stands 0 times")
        only(LIST, HEADER + HEADER.replace("check", "see"), "twice: its text stands 2 times")
        only(LIST.replace("/ 4", "/ 2"), HEADER, "twice: changes nothing")
        only(LIST.replace("gone", "twice"), HEADER, "twice: two bugs have this name")
        only(LIST.replace("test: core/half_test", "test: core/hall_test", 1), HEADER, "there is no tests/core/hall_test.cpp")
        only(LIST.replace("file: core/half", "file: core/hall", 1), HEADER, "there is no include/tenon/core/hall.hpp")

    def test_swaps_the_kernels_that_a_test_names(self):
        with tempfile.TemporaryDirectory() as folder:
            test = Path(folder) / "a_test.cpp"
            test.write_text('#include "tenon/backend/reduce.hpp"\nkernel<backend::Sum<T>>(); kernel<backend::Max<float>>(); kernel<backend::Sum<T>>();')
            text = mutants.swapped_kernels(test)
        self.assertEqual(text.count("substitute<Sum<T>>"), 1)
        self.assertEqual(text.count("substitute<Max<T>>"), 1)
        self.assertEqual(text.count('#include "tenon/backend/reduce.hpp"'), 1)


if __name__ == "__main__":
    unittest.main()
