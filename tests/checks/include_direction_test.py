#!/usr/bin/env python3
"""The check is checked: each rule is broken once in a tree made for it, and must be named."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import include_direction

HEADER = "#pragma once\n"


class IncludeDirection(unittest.TestCase):
    def run_on(self, files):
        """The exit status and the printed text for a tree of {path: text}; each header gets a test unless it is given."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            tree = {"include/tenon/core/shape.hpp": HEADER, **files}
            for path in list(tree):
                test = path.replace("include/tenon", "tests").replace(".hpp", "_test.cpp")
                tree.setdefault(test, "")
            for path, text in tree.items():
                if text is not None:
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).write_text(text, encoding="utf-8")
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                status = include_direction.main(root)
            return status, output.getvalue()

    def assert_accepted(self, files):
        status, text = self.run_on(files)
        self.assertEqual(status, 0, text)

    def assert_refused(self, files, *words):
        status, text = self.run_on(files)
        self.assertEqual(status, 1, text)
        for word in words:
            self.assertIn(word, text)

    def header(self, path, line):
        return {f"include/tenon/{path}": HEADER + line + "\n"}

    def test_an_arrow_to_the_left_is_accepted(self):
        self.assert_accepted(self.header("ops/add.hpp", '#include "tenon/core/shape.hpp"'))

    def test_an_arrow_to_the_right_is_refused_with_its_line(self):
        files = self.header("ops/add.hpp", "") | self.header("tensor/t.hpp", '#include "tenon/ops/add.hpp"')
        self.assert_refused(files, "include/tenon/tensor/t.hpp:2:", '#include "tenon/ops/add.hpp"',
                            "tensor stands left of ops")

    def test_neighbours_do_not_know_each_other(self):
        files = self.header("data/set.hpp", "") | self.header("text/t.hpp", '#include "tenon/data/set.hpp"')
        self.assert_refused(files, "side by side")

    def test_an_unknown_folder_is_refused(self):
        self.assert_refused(self.header("misc/x.hpp", ""), "has no place")

    def test_forward_declarations_may_be_included_anywhere(self):
        self.assert_accepted({"include/tenon/fwd.hpp": HEADER} | self.header("core/a.hpp", '#include "tenon/fwd.hpp"'))

    def test_the_umbrella_is_not_for_the_library(self):
        self.assert_refused({"include/tenon/tenon.hpp": HEADER} | self.header("ops/a.hpp", '#include "tenon/tenon.hpp"'),
                            "umbrella is for users")

    def test_the_umbrella_holds_only_includes(self):
        self.assert_refused({"include/tenon/tenon.hpp": HEADER + "int x;\n"}, "holds includes and nothing else")

    def test_a_missing_header_is_named(self):
        self.assert_refused(self.header("ops/a.hpp", '#include "tenon/core/gone.hpp"'), "no such header")

    def test_dear_standard_headers(self):
        self.assert_refused(self.header("optim/a.hpp", "#include <functional>  // function"), "dear to compile")
        self.assert_accepted(self.header("data/a.hpp", "#include <functional>  // function"))

    def test_what_the_umbrella_is_spared(self):
        files = self.header("core/a.hpp", "#include <span>") | self.header("ops/b.hpp", '#include "tenon/core/a.hpp"')
        self.assert_accepted(files)
        umbrella = {"include/tenon/tenon.hpp": HEADER + '#include "tenon/ops/b.hpp"\n'}
        self.assert_refused(files | umbrella, "include/tenon/core/a.hpp:2: #include <span>: tenon.hpp reaches")

    def test_foreign_libraries_stay_in_the_backend(self):
        for line in ["#include <Eigen/Core>", "#include <xsimd/xsimd.hpp>", "#include <immintrin.h>", "#include <cblas.h>",
                     "#if defined(__AVX2__)", "#ifdef TENON_USE_OPENBLAS"]:
            with self.subTest(line):
                self.assert_refused(self.header("ops/a.hpp", line), f"include/tenon/ops/a.hpp:2: {line}")
                self.assert_accepted(self.header("backend/a.hpp", line))

    def test_threads_are_the_pools(self):
        for line in ["#pragma omp parallel for", "#include <omp.h>", "#include <pthread.h>"]:
            with self.subTest(line):
                self.assert_refused(self.header("backend/a.hpp", line), f"include/tenon/backend/a.hpp:2: {line}")
                self.assert_accepted(self.header("core/thread_pool.hpp", line))

    def test_a_header_without_test_is_named(self):
        self.assert_refused(self.header("ops/a.hpp", "") | {"tests/ops/a_test.cpp": None}, "tests/ops/a_test.cpp is missing")

    def test_a_test_includes_its_header_first(self):
        files = self.header("ops/a.hpp", "")
        self.assert_accepted(files | {"tests/ops/a_test.cpp": '#include "tenon/ops/a.hpp"\n#include <vector>\n'})
        self.assert_refused(files | {"tests/ops/a_test.cpp": '#include <vector>\n#include "tenon/ops/a.hpp"\n'},
                            "tests/ops/a_test.cpp: must include tenon/ops/a.hpp before all others")

    def test_a_test_may_cover_a_group_of_headers(self):
        files = self.header("ops/a.hpp", "") | {"tests/ops/a_test.cpp": None, "tests/ops/all_test.cpp": ""}
        self.assert_accepted(files | {"tests/checks/grouped_tests.txt": "ops/a.hpp: ops/all_test.cpp  # one sweep\n"})

    def test_a_stale_group_is_named(self):
        self.assert_refused({"tests/checks/grouped_tests.txt": "ops/gone.hpp: ops/all_test.cpp\n"}, "does not exist")

    def test_size_and_first_line(self):
        self.assert_refused({"include/tenon/ops/a.hpp": HEADER + "\n" * include_direction.MAX_LINES}, "more than one idea")
        self.assert_refused({"include/tenon/ops/a.hpp": "// no guard\n"}, "begins with #pragma once")

    def test_an_empty_tree_is_refused(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(include_direction.main(Path(folder)), 1)


if __name__ == "__main__":
    unittest.main()
