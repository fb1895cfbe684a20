#!/usr/bin/env python3
"""The golden harness is checked: right cases pass, each way of being wrong is reported, and the exit status says so.

usage: golden_test.py PROGRAM
"""

import json
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = ""
FORMATS = {"F64": "d", "F32": "f", "I64": "q", "BOOL": "?"}


def golden_file(cases):
    """The bytes of a file with cases {name: (description, {tensor: (dtype, shape, values)})}."""
    header, data = {"__metadata__": {}}, b""
    for case, (description, tensors) in cases.items():
        header["__metadata__"][case] = json.dumps(description)
        for name, (dtype, shape, values) in tensors.items():
            raw = struct.pack(f"<{len(values)}{FORMATS[dtype]}", *values)
            header[f"{case}/{name}"] = {
                "dtype": dtype,
                "shape": shape,
                "data_offsets": [len(data), len(data) + len(raw)],
            }
            data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def describe(op, args=None, dtype="F64"):
    return {"op": op, "args": args or {}, "dtype": dtype, "atol": 1e-12, "rtol": 1e-11}


def product(y=(4.0, 15.0), grad=(20.0, 60.0), args=None, dtype="F64", **more):
    """A case of mul: (2, 3) * (2, 5), with the upstream gradient (10, 12)."""
    tensors = {
        "in.a": (dtype, [2], (2.0, 3.0)),
        "in.b": (dtype, [2], (2.0, 5.0)),
        "out.y": (dtype, [len(y)], y),
        "gradout.y": (dtype, [2], (10.0, 12.0)),
        "grad.a": (dtype, [2], grad),
    }
    tensors.update(more.get("tensors", {}))
    return describe("mul", args or {"scalar": None, "reverse": False}, dtype), tensors


class Golden(unittest.TestCase):
    def run_on(self, files, *options):
        """Exit status, lines of the output and of the errors."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            return self.run_program("--golden", folder, *options)

    def run_program(self, *options):
        done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def assert_passes(self, case):
        status, lines, _ = self.run_on({"mul.safetensors": golden_file({"case00": case})})
        self.assertEqual((status, lines[-1]), (0, "1 passed, 0 failed"), lines)

    def assert_fails(self, case, *words):
        status, lines, _ = self.run_on({"mul.safetensors": golden_file({"case00": case})})
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"), lines)
        for word in words:
            self.assertIn(word, "\n".join(lines))

    def test_right_values_and_gradients_pass(self):
        self.assert_passes(product())
        self.assert_passes(product(dtype="F32"))

    def test_tolerance_is_the_case_s(self):
        self.assert_passes(product(y=(4.0 + 3e-11, 15.0)))
        self.assert_fails(product(y=(4.0 + 6e-11, 15.0)), "out.y: 1 of 2 elements differ, most at position 0")

    def test_wrong_values_gradients_and_shapes_fail(self):
        self.assert_fails(product(y=(4.0, 15.1)), "out.y", "expected 15.1")
        self.assert_fails(product(grad=(20.0, 61.0)), "grad.a", "expected 61")
        nan = float("nan")
        self.assert_fails(product(y=(nan, 15.0)), "out.y", "expected nan")
        self.assert_fails(
            product(tensors={"out.y": ("F64", [1, 2], (4.0, 15.0)), "gradout.y": ("F64", [1, 2], (10.0, 12.0))}),
            "out.y: shape (2,), expected (1, 2)",
        )

    def test_missing_and_surplus_outputs_fail(self):
        self.assert_fails(product(tensors={"out.z": ("F64", [1], (0.0,))}), "out.z: missing")
        description, tensors = product()
        for kind in ("out", "gradout"):
            tensors[f"{kind}.z"] = tensors.pop(f"{kind}.y")
        self.assert_fails((description, tensors), "out.y: not an output of the case")

    def test_what_the_operation_did_not_look_at_fails(self):
        self.assert_fails(product(args={"scalar": None, "reverse": False, "rounding": 3}), "rounding: never looked at")
        self.assert_fails(product(tensors={"in.c": ("F64", [1], (0.0,))}), "c: never looked at")

    def test_views_reach_operands_and_gradients(self):
        args = {"scalar": None, "reverse": False, "views": {"a": [["slice", 0, None, None, 2]]}}
        stored = {"in.a": ("F64", [3], (2.0, 7.0, 3.0)), "grad.a": ("F64", [3], (20.0, 0.0, 60.0))}
        self.assert_passes(product(args=args, tensors=stored))

    def test_an_error_of_the_library_is_a_failure(self):
        self.assert_fails(product(tensors={"in.b": ("F64", [3], (1.0, 2.0, 3.0))}), "threw [mul] shapes do not broadcast")

    def test_unknown_operations_are_listed_and_never_pass(self):
        files = {
            "mul.safetensors": golden_file({"case00": product()}),
            "quux.safetensors": golden_file({"case00": (describe("quux"), {"out.y": ("F64", [], (1.0,))})}),
        }
        status, lines, _ = self.run_on(files)
        self.assertEqual(status, 0)
        self.assertEqual(lines[-2:], ["1 unsupported, in 1 operations: quux", "1 passed, 0 failed"])
        for required in ("quux", "mul,quux", "all"):
            status, lines, _ = self.run_on(files, "--require", required)
            self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"))
        status, lines, _ = self.run_on(files, "--require", "mul")
        self.assertEqual((status, lines[-1]), (0, "1 passed, 0 failed"))
        status, lines, _ = self.run_on(files, "--op", "mul", "--verbose")
        self.assertEqual(status, 0)
        self.assertIn("passed mul case00", lines)
        self.assertNotIn("quux", "\n".join(lines))

    def test_a_name_that_nobody_knows_is_a_failure(self):
        status, _, _ = self.run_on({"mul.safetensors": golden_file({"case00": product()})}, "--require", "mull")
        self.assertEqual(status, 1)

    def test_damaged_files_fail_and_do_not_stop_the_others(self):
        whole = golden_file({"case00": product()})
        empty = golden_file({})
        for damaged in (b"", whole[:100], whole[:-1], whole + b"x", empty, golden_file({"case00": (describe("mul"), {})})):
            status, lines, _ = self.run_on({"damaged.safetensors": damaged, "mul.safetensors": whole})
            self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed"), lines)

    def test_nothing_to_run_is_an_error(self):
        status, _, errors = self.run_on({})
        self.assertEqual(status, 2)
        self.assertIn("there are no .safetensors files", errors)
        status, _, errors = self.run_program("--golden", "/no/such/folder")
        self.assertEqual(status, 2)
        self.assertIn("cannot read the folder /no/such/folder", errors)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
