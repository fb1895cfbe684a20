#!/usr/bin/env python3
"""The check of PyTorch's names is checked: it notices each way in which the table can be wrong."""

import unittest

from pytorch_names import check_names, cpp_source, read_rows


def offences_of(text, known):
    rows, offences = read_rows(text.splitlines())
    return [reason for *_, reason in offences + list(check_names(rows, set(known.split())))]


class PytorchNames(unittest.TestCase):
    def test_right_rows_pass(self):
        text = "# Title\n\n| PyTorch | Tenon | note |\n|---|---|---|\n| `torch.abs`, `torch.absolute` | `tn::abs` | |\n"
        self.assertEqual(offences_of(text + "| `x.cuda` | absent | GPU |\n", "torch.abs torch.absolute x.cuda"), [])

    def test_a_name_without_a_row_is_missed(self):
        self.assertEqual(offences_of("| `a.b` | absent | |", "a.b a.c"), ["has no row"])

    def test_a_name_has_one_row(self):
        self.assertEqual(offences_of("| `a.b` | absent | |\n| `a.b` | `tn::b` | |", "a.b"), ["has a row already, in line 1"])

    def test_a_name_is_pytorchs(self):
        self.assertIn("is not in", offences_of("| `a.b` | absent | |", "")[0])

    def test_rows_have_their_form(self):
        self.assertIn("three cells", offences_of("| `a.b` | absent |", "")[0])
        self.assertIn("first cell", offences_of("| a.b | absent | |", "")[0])
        self.assertIn("second cell", offences_of("| `a.b` | | |", "")[0])
        self.assertIn("second cell", offences_of("| `a.b` | missing | |", "")[0])
        self.assertIn("in full", offences_of("| `a.b` | `nn::Linear` | |", "a.b")[0])

    def test_the_source_uses_each_name_once(self):
        text = "| `a.b` | `tn::b`, `tn::nn::B` | |\n| `a.c` | `tn::b`, `tn::Tensor::item` | `tn::c<float>(x)` |"
        source = cpp_source(["tenon/tenon.hpp"], text)
        self.assertIn('#include "tenon/tenon.hpp"', source)
        self.assertEqual(source.count("using tn::b;"), 1)
        self.assertIn("using tn::c;", source)
        self.assertIn("namespace names_of_tn_nn {\nusing tn::nn::B;\n}", source)
        self.assertIn("using tn::Tensor<float>::item;", source)


if __name__ == "__main__":
    unittest.main()
