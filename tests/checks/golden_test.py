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

    def assert_unsupported(self, case, *words):
        """The case neither passes nor fails, unless it is required."""
        name, files = case[0]["op"], {"some.safetensors": golden_file({"case00": case})}
        status, lines, _ = self.run_on(files, "--verbose")
        self.assertEqual((status, lines[-1]), (0, "0 passed, 0 failed"), lines)
        self.assertIn(f"1 unsupported, in 1 operations: {name}", lines)
        for word in words:
            self.assertIn(word, "\n".join(lines))
        status, lines, _ = self.run_on(files, "--require", name)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"), lines)

    def test_values_that_are_not_known_are_unsupported_in_every_family(self):
        x, nothing = ("F64", [4], (1.0, 2.0, 3.0, 4.0)), ("F64", [1], (0.0,))
        image, kernel = ("F64", [1, 1, 2, 2], (1.0, 2.0, 3.0, 4.0)), ("F64", [1, 1, 1, 1], (1.0,))
        init = {"init": "kaiming_uniform", "mode": "fan_in", "nonlinearity": "relu", "shape": [8, 4], "gain": 1.0, "a": 0.0,
                "b": 0.0, "hidden_size": 0, "formula": ""}
        conv = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
        plateau = {"base_lr": [0.1], "mode": "min", "factor": 0.1, "patience": 1, "threshold": 0.1, "threshold_mode": "rel",
                   "cooldown": 0, "min_lr": 0.0, "eps": 0.0}
        cycle = {"total_steps": 4, "pct_start": 0.3, "anneal_strategy": "cos", "cycle_momentum": True, "base_momentum": 0.8,
                 "max_momentum": 0.9, "div_factor": 25, "final_div_factor": 1e4, "three_phase": False, "base_lr": [0.1],
                 "max_lr": [0.1], "steps": 2}
        lbfgs = {"objective": "quadratic", "line_search_fn": None, "lr": 1, "max_iter": 1, "max_eval": 1, "tolerance_grad": 0,
                 "tolerance_change": 0, "history_size": 1, "steps": 1}
        sgd = {"lr": 0.1, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False, "maximize": False, "groups": None}
        rnn = {"nonlinearity": "tanh", "input_size": 1, "hidden_size": 1, "bias": False}
        bag = {"mode": "sum", "include_last_offset": False, "padding_idx": None}
        layer = {"d_model": 2, "nhead": 1, "dim_feedforward": 2, "activation": "relu", "layer_norm_eps": 1e-5,
                 "batch_first": True, "norm_first": False}
        warm = {"warmup": 1, "total": 2, "num_cycles": 1, "d_model": 1, "schedule": "noam", "base_lr": [0.1], "steps": 2}
        cases = [
            ("init", init, {}, "nonlinearity", "gelu"),
            ("init", init, {}, "mode", "fan_avg"),
            ("init", init, {}, "init", "trunc_normal"),
            ("gelu", {"approximate": "none"}, {"in.x": x}, "approximate", "sigmoid"),
            ("mse_loss", {"reduction": "mean"}, {"in.x": x, "in.target": x}, "reduction", "max"),
            ("pad", {"pad": [1, 1], "mode": "constant", "value": 0.0}, {"in.x": x}, "mode", "circular"),
            ("pad", {"pad": [1, 1], "mode": "constant", "value": 0.0}, {"in.x": x}, "value", None),
            ("conv2d", conv, {"in.x": image, "param.weight": kernel}, "padding", "full"),
            ("interpolate", {"mode": "nearest", "size": [4, 4], "scale_factor": None, "align_corners": None}, {"in.x": image},
             "mode", "lanczos"),
            ("grid_sample", {"mode": "nearest", "padding_mode": "zeros", "align_corners": False},
             {"in.x": image, "in.grid": ("F64", [1, 1, 1, 2], (0.0, 0.0))}, "padding_mode", "wrap"),
            ("rnn_cell", rnn, {}, "nonlinearity", "sigmoid"),
            ("gcn_layer", {"activation": "none"},
             {"in.x": ("F64", [1, 1], (1.0,)), "param.weight": ("F64", [1, 1], (1.0,)),
              "in.adj_norm": ("F64", [1, 1], (1.0,)), "in.adj": ("F64", [1, 1], (1.0,))}, "activation", "elu"),
            ("embedding_bag", bag, {"param.weight": ("F64", [2, 1], (1.0, 2.0)), "in.index": ("I64", [1, 2], (0, 1))}, "mode",
             "min"),
            ("transformer_encoder_layer", layer, {}, "activation", "silu"),
            ("one_cycle_lr", cycle, {}, "anneal_strategy", "step"),
            ("reduce_lr_on_plateau", plateau, {"in.metrics": x}, "mode", "both"),
            ("reduce_lr_on_plateau", plateau, {"in.metrics": x}, "threshold_mode", "none"),
            ("lambda_lr", warm, {}, "schedule", "warmup_sqrt"),
            ("lbfgs", lbfgs, {"param.x": x, "in.A": ("F64", [4, 4], (1.0,) * 16), "in.b": x}, "objective", "rastrigin"),
            ("lbfgs", lbfgs, {"param.x": x, "in.A": ("F64", [4, 4], (1.0,) * 16), "in.b": x}, "line_search_fn", "armijo"),
            ("sgd", sgd, {"in.p0": x, "in.g0": ("F64", [1, 4], (1.0,) * 4)}, "groups", [{"params": ["p7"], "lr": 1}]),
            ("dropout", {"p": 0.5, "training": False}, {"in.x": x}, "training", True),
            ("argmax", {"dim": None, "keepdim": False}, {"in.x": x}, "keepdim", True),
            ("norm", {"p": 2, "dim": None, "keepdim": False}, {"in.x": x}, "p", "nuc"),
            ("norm", {"p": 2, "dim": None, "keepdim": False}, {"in.x": x}, "p", True),
            ("softmax", {"dim": 0}, {"in.x": x}, "dim", 0.5),
            ("softmax", {"dim": 0}, {"in.x": x}, "dim", False),
            ("cumsum", {"dim": 0}, {"in.x": x}, "dim", None),
            ("sum", {"dim": [0], "keepdim": False}, {"in.x": x}, "dim", [True]),
            ("sum", {"dim": [0], "keepdim": False}, {"in.x": x}, "keepdim", 1),
        ]
        for op, args, tensors, name, value in cases:
            with self.subTest(op=op, name=name, value=value):
                case = describe(op, args | {name: value}), tensors | {"out.y": nothing}
                reason = {"groups": "p7, which the case has not", "training": "random numbers"}.get(name, f"{name} is ")
                self.assert_unsupported(case, f"unsupported {op} case00", reason)

    def test_a_view_of_what_is_not_there_fails(self):
        args = {"scalar": None, "reverse": False, "views": {"c": [["transpose", 0, 1]]}}
        self.assert_fails(product(args=args), "the view of c: never looked at")
        args["views"] = {"a": [["roll", 1]]}
        self.assert_unsupported(product(args=args), 'the view step "roll" is not known')

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
