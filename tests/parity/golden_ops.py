#!/usr/bin/python3
"""Golden cases of ops, computed with PyTorch (Debian: python3-torch, 1.13) in double, in the format of tests/golden/README.md.

usage: golden_ops.py            writes tests/golden/<op>.safetensors and their lines of index.json
"""

import json
import re
import struct
from pathlib import Path

import torch
import torch.nn.functional as F

FOLDER = Path(__file__).resolve().parent.parent / "golden"
TYPES = {torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL"}
INF, NAN = float("inf"), float("nan")
CASES = {}  # op: (family, cases)


def numbers(*shape, low=-2.0, high=2.0):
    """Random numbers, uniform between two bounds."""
    return low + (high - low) * torch.rand(shape, dtype=torch.float64)


def double(values):
    return torch.tensor(values, dtype=torch.float64)


def view(x, steps):
    """The operand that steps as in README.md make of a stored tensor."""
    for name, *rest in steps:
        if name == "slice":
            dim, start, stop, step = rest
            x = x[(slice(None),) * dim + (slice(start, stop, step),)]
        else:
            x = getattr(x, name)(*rest)
    return x


def case(family, op, f, inputs, args=None, views=None, gradients=True, constants=(), tolerance=(1e-11, 1e-10)):
    """Records a case: f maps operands by name to results by name, or to the one result y. Floating inputs get gradients,
    but for the constants."""
    args, views = dict(args or {}), views or {}
    leaves = {k: x.clone().requires_grad_(gradients and k not in constants and x.is_floating_point()) for k, x in inputs.items()}
    results = f(**{k: view(x, views.get(k, [])) for k, x in leaves.items()})
    results = results if isinstance(results, dict) else {"y": results}
    tensors = {f"in.{k}": x for k, x in inputs.items()} | {f"out.{k}": y for k, y in results.items()}
    smooth = {k: y for k, y in results.items() if y.requires_grad}
    if smooth:
        upstream = {k: numbers(*y.shape) for k, y in smooth.items()}
        wanted = {k: x for k, x in leaves.items() if x.requires_grad}
        total = sum((y * upstream[k]).sum() for k, y in smooth.items())
        found = torch.autograd.grad(total, list(wanted.values()), allow_unused=True)
        tensors |= {f"gradout.{k}": g for k, g in upstream.items()}
        tensors |= {f"grad.{k}": torch.zeros_like(x) if g is None else g for (k, x), g in zip(wanted.items(), found)}
    if views:
        args["views"] = views
    about = {"op": op, "args": args, "dtype": "F64", "atol": tolerance[0], "rtol": tolerance[1]}
    CASES.setdefault(op, (family, []))[1].append((about, {k: t.detach().contiguous() for k, t in tensors.items()}))


def elementwise():
    ops = {"erfinv": (torch.erfinv, -0.95, 0.95), "i0": (torch.i0, -5, 5), "sinc": (torch.sinc, -3, 3),
           "lgamma": (torch.lgamma, -0.9, 6), "digamma": (torch.digamma, 0.2, 9)}
    ends = {"erfinv": [-1.0, 1.0, 0.0, 1.5, NAN], "i0": [0.0, 30.5, -29.0, 200.0, NAN], "sinc": [0.0, -0.0, 1e-9, NAN],
            "lgamma": [0.0, -1.0, -2.5, 171.5, 1e10, INF, NAN], "digamma": [0.0, -0.0, -1.0, -3.7, 1e10, INF, NAN]}
    for op, (f, low, high) in ops.items():
        # the derivative of PyTorch's digamma, its trigamma, has nine digits
        tolerance = (1e-9, 1e-8) if op == "digamma" else (1e-11, 1e-10)
        case("special", op, lambda x, f=f: f(x), {"x": numbers(3, 4, low=low, high=high)}, tolerance=tolerance)
        case("special", op, lambda x, f=f: f(x), {"x": numbers(4, 3, low=low, high=high)}, views={"x": [["transpose", 0, 1]]},
             tolerance=tolerance)
        case("special", op, lambda x, f=f: f(x), {"x": double(ends[op])}, gradients=False)
        case("special", op, lambda x, f=f: f(x), {"x": numbers(0, 2)})
    for n in (0, 1, 2, 4):
        case("special", "polygamma", lambda x, n=n: torch.polygamma(n, x), {"x": numbers(2, 5, low=0.3, high=8)}, {"n": n},
             tolerance=(1e-10, 1e-9))
    a, b = numbers(3, 4, low=-9, high=9), numbers(4, low=0.5, high=3) * double([1, -1, 1, -1])
    case("special", "floor_divide", lambda a, b: torch.floor_divide(a, b), {"a": a, "b": b}, gradients=False)
    case("special", "floor_divide", lambda a, b: torch.floor_divide(a, b), gradients=False,
         inputs={"a": double([1, -1, 1, -1, 0.0, -0.0, 1, INF, NAN]), "b": double([INF, INF, 0, 0, 0, 3, 0.1, 2, 1])})
    i, j = torch.randint(-30, 30, (3, 5)), torch.randint(-12, 12, (5,))
    for op in ("gcd", "lcm"):
        case("special", op, lambda a, b, op=op: getattr(torch, op)(a, b), {"a": i, "b": j})
        case("special", op, lambda a, b, op=op: getattr(torch, op)(a, b), {"a": torch.tensor([0, 0, 7, -8]), "b": torch.tensor([0, 5, 0, 12])})


def named(tensors):
    return {f"y{k}": t for k, t in enumerate(tensors)}


def arranging():
    for dim in (0, 1, -1):
        case("arrange", "unbind", lambda x, dim=dim: named(torch.unbind(x, dim)), {"x": numbers(2, 3, 2)}, {"dim": dim})
    case("arrange", "moveaxis", lambda x: torch.moveaxis(x, [0, 2], [-1, 0]), {"x": numbers(2, 3, 4)},
         {"source": [0, 2], "destination": [-1, 0]})
    case("arrange", "moveaxis", lambda x: torch.moveaxis(x, [1], [0]), {"x": numbers(2, 3, 4)}, {"source": [1], "destination": [0]})
    stack = lambda **x: torch.column_stack(list(x.values()))
    case("arrange", "column_stack", stack, {"x0": numbers(3), "x1": numbers(3, 2), "x2": numbers(3)})
    case("arrange", "column_stack", stack, {"x0": numbers(2, 3, 2), "x1": numbers(2, 1, 2)})
    case("arrange", "column_stack", stack, {"x0": numbers(), "x1": numbers(1)})
    blocks = lambda **x: torch.block_diag(*x.values())
    case("arrange", "block_diag", blocks, {"x0": numbers(2, 3), "x1": numbers(), "x2": numbers(2), "x3": numbers(3, 1)})
    case("arrange", "block_diag", blocks, {"x0": numbers(3, 2), "x1": numbers(2, 2)}, views={"x0": [["transpose", 0, 1]]})
    case("arrange", "expand_as", lambda x, other: x.expand_as(other), {"x": numbers(3, 1), "other": torch.zeros(2, 3, 4) > 0})
    for row, col, offset in ((3, 4, 0), (4, 3, 1), (3, 3, -2), (0, 3, 0), (2, 5, -4)):
        args = {"row": row, "col": col, "offset": offset}
        case("arrange", "tril_indices", lambda args=args: torch.tril_indices(**args), {}, args)
        case("arrange", "triu_indices", lambda args=args: torch.triu_indices(**args), {}, args)
    product = lambda **x: torch.cartesian_prod(*x.values())
    case("arrange", "cartesian_prod", product, {"x0": numbers(3), "x1": numbers(2), "x2": numbers(2)})
    case("arrange", "cartesian_prod", product, {"x0": numbers(3)})
    case("arrange", "cartesian_prod", product, {"x0": numbers(3), "x1": numbers(0)})
    for n, r, again in ((4, 2, False), (4, 3, True), (3, 1, False), (3, 4, False), (0, 2, True)):
        case("arrange", "combinations", lambda x, r=r, again=again: torch.combinations(x, r, again), {"x": numbers(n)},
             {"r": r, "with_replacement": again})
    for start, stop, steps, base in ((-1.5, 2.0, 6, 10.0), (3.0, -3.0, 5, 2.0), (1.0, 2.0, 1, 10.0), (0.0, 1.0, 0, 10.0)):
        case("arrange", "logspace", lambda a=(start, stop, steps, base): torch.logspace(*a, dtype=torch.float64), {},
             {"start": start, "end": stop, "steps": steps, "base": base})


def statistics():
    for dim, x in ((0, numbers(4, 3)), (-1, 300 * numbers(2, 5)), (1, numbers(2, 3, 2))):
        case("statistics", "logcumsumexp", lambda x, dim=dim: torch.logcumsumexp(x, dim), {"x": x}, {"dim": dim})
    case("statistics", "logcumsumexp", lambda x: torch.logcumsumexp(x, 0), {"x": double([-INF, -800, 1, 1000, 1000, INF, 2])},
         {"dim": 0}, gradients=False)

    for op, f in (("quantile", torch.quantile), ("nanquantile", torch.nanquantile)):
        for how in ("linear", "lower", "higher", "nearest", "midpoint"):
            x = numbers(3, 5)
            case("statistics", op, lambda x, q, f=f, how=how: f(x, q, 1, interpolation=how),
                 {"x": x, "q": double([0, 0.1, 0.5, 0.77, 1])}, {"dim": 1, "keepdim": False, "interpolation": how}, constants="q")
        args = {"dim": None, "keepdim": False, "interpolation": "linear"}
        case("statistics", op, lambda x, q, f=f: f(x, q), {"x": numbers(3, 4), "q": double(0.35)}, args, constants="q")
        args = {"dim": -2, "keepdim": True, "interpolation": "linear"}
        case("statistics", op, lambda x, q, f=f: f(x, q, -2, True), {"x": numbers(2, 4, 3), "q": double([0.6, 0.2])}, args, constants="q")
        case("statistics", op, lambda x, q, f=f: f(x, q, -2, True), {"x": numbers(4, 3), "q": double(0.9)}, args,
             views={"x": [["transpose", 0, 1]]}, constants="q")
        spoilt = double([[1, NAN, 3, 0.5], [NAN] * 4, [4, 5, 7, 1]])
        case("statistics", op, lambda x, q, f=f: f(x, q, 1), {"x": spoilt, "q": double([0.25, 0.5])},
             {"dim": 1, "keepdim": False, "interpolation": "linear"}, gradients=False)

    pair = lambda names, t: dict(zip(names, t))
    grades = torch.randint(0, 3, (4, 7)).double()
    for dim, keepdim in ((1, False), (0, True)):
        args = {"dim": dim, "keepdim": keepdim}
        case("statistics", "mode", lambda x, a=args: pair(("values", "indices"), torch.mode(x, **a)), {"x": grades}, args)
        # PyTorch 1.13 does not differentiate aminmax
        case("statistics", "aminmax", lambda x, a=args: {"min": torch.amin(x, **a), "max": torch.amax(x, **a)}, {"x": numbers(3, 4)}, args)
    case("statistics", "aminmax", lambda x: pair(("min", "max"), torch.aminmax(x)), {"x": numbers(2, 3)},
         {"dim": None, "keepdim": False}, gradients=False)
    for dim, unbiased, keepdim in ((None, True, False), ([1], False, True), ([0, 2], True, False)):
        dims = dim if dim is not None else [0, 1, 2]
        case("statistics", "std_mean", lambda x, d=dims, u=unbiased, k=keepdim: pair(("std", "mean"), torch.std_mean(x, d, unbiased=u, keepdim=k)),
             {"x": numbers(3, 4, 2)}, {"dim": dim, "unbiased": unbiased, "keepdim": keepdim})

    f, a = torch.tensor([1, 3, 0, 2, 1]), numbers(5, low=0.2, high=2)
    for correction in (0, 1, 2):
        for weights in ({}, {"fweights": f}, {"fweights": f, "aweights": a}, {"aweights": a}):
            case("statistics", "cov", lambda x, c=correction, **w: torch.cov(x, correction=c, **w), {"x": numbers(2, 5)} | weights,
                 {"correction": correction}, constants=("aweights",))
    case("statistics", "cov", lambda x: torch.cov(x), {"x": numbers(6)}, {"correction": 1})
    case("statistics", "corrcoef", lambda x: torch.corrcoef(x), {"x": numbers(3, 6)})
    case("statistics", "corrcoef", lambda x: torch.corrcoef(x), {"x": double([[1, 2], [1, 1]])}, gradients=False)

    for p in (2.0, 1.0, 3.5, INF, 0.0):
        args = {"p": "inf" if p == INF else p}
        case("statistics", "cdist", lambda x1, x2, p=p: torch.cdist(x1, x2, p), {"x1": numbers(3, 4), "x2": numbers(2, 4)}, args, gradients=p > 0)
        case("statistics", "pdist", lambda x, p=p: torch.pdist(x, p), {"x": numbers(4, 3)}, args, gradients=p > 0)
        case("statistics", "dist", lambda a, b, p=p: torch.dist(a, b, p), {"a": numbers(3, 4), "b": numbers(4)}, args, gradients=p > 0)
    case("statistics", "cdist", lambda x1, x2: torch.cdist(x1, x2), {"x1": numbers(2, 1, 3, 2), "x2": numbers(3, 2, 2)}, {"p": 2.0})
    same = numbers(2, 3)
    case("statistics", "cdist", lambda x1, x2: torch.cdist(x1, x2), {"x1": same, "x2": torch.cat([same[:1], numbers(1, 3)])}, {"p": 2.0})

    u = double([1, 1, 100, 100, INF, INF, 0, NAN])
    v = double([1.00002, 1.000005, 101, 100.0005, INF, -INF, INF, NAN])
    for nan in (False, True):
        args = {"rtol": 1e-5, "atol": 1e-8, "equal_nan": nan}
        case("statistics", "isclose", lambda a, b, g=args: torch.isclose(a, b, **g), {"a": u, "b": v}, args, gradients=False)
        case("statistics", "allclose", lambda a, b, g=args: torch.tensor(torch.allclose(a, b, **g)), {"a": u[[1, 3, 7]], "b": v[[1, 3, 7]]}, args,
             gradients=False)
    case("statistics", "isclose", lambda a, b, g=args: torch.isclose(a, b, **g), {"a": numbers(2, 3), "b": numbers(3)}, args, gradients=False)
    for b in (u[:3].clone(), v[:3].clone(), u[:3].reshape(1, 3).clone()):
        case("statistics", "equal", lambda a, b: torch.tensor(torch.equal(a, b)), {"a": u[:3], "b": b}, gradients=False)


def losses():
    labels = torch.tensor([[2, 0, -1, 4, 1], [-1, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, -1, -1, 1, -1]])
    for reduction in ("mean", "sum", "none"):
        args = {"reduction": reduction}
        case("loss", "multilabel_margin_loss", lambda x, target, a=args: F.multilabel_margin_loss(x, target, **a),
             {"x": numbers(4, 5), "target": labels}, args)
    case("loss", "multilabel_margin_loss", lambda x, target: F.multilabel_margin_loss(x, target), {"x": numbers(5), "target": labels[0]},
         {"reduction": "mean"})
    distances = {"cosine": lambda a, b: 1 - F.cosine_similarity(a, b, 1), "l1": lambda a, b: (a - b).abs().sum(1)}
    for distance, margin, swap, reduction in (("cosine", 0.5, False, "mean"), ("cosine", 1.0, True, "none"), ("l1", 2.0, True, "sum")):
        case("loss", "triplet_margin_with_distance_loss",
             lambda anchor, positive, negative, d=distance, m=margin, s=swap, r=reduction: F.triplet_margin_with_distance_loss(
                 anchor, positive, negative, distance_function=distances[d], margin=m, swap=s, reduction=r),
             {"anchor": numbers(4, 3), "positive": numbers(4, 3), "negative": numbers(4, 3)},
             {"distance": distance, "margin": margin, "swap": swap, "reduction": reduction})
    for shape, groups in (((2, 6, 2, 2), 3), ((1, 4, 3), 2), ((2, 5, 2), 5)):
        # PyTorch 1.13 does not differentiate it: composed
        shuffle = lambda x, g=groups: x.unflatten(1, (g, x.shape[1] // g)).transpose(1, 2).flatten(1, 2)
        x = numbers(*shape)
        assert len(shape) != 4 or torch.equal(torch.channel_shuffle(x, groups), shuffle(x))
        case("loss", "channel_shuffle", shuffle, {"x": x}, {"groups": groups})


def write(op, cases):
    """One file, in the format of safetensors. Returns the number of its bytes."""
    header, data = {"__metadata__": {}}, b""
    for i, (about, tensors) in enumerate(cases):
        header["__metadata__"][f"case{i:02}"] = json.dumps(about, separators=(",", ":"))
        for name, t in sorted(tensors.items()):
            raw = t.numpy().tobytes()
            header[f"case{i:02}/{name}"] = {"dtype": TYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (FOLDER / f"{op}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    return 8 + len(text) + len(data)


def main():
    torch.manual_seed(20)
    for part in (elementwise, arranging, statistics, losses):
        part()
    index = FOLDER / "index.json"
    lines = [line.rstrip(",") for line in index.read_text().splitlines() if line.startswith('{"file"')]
    lines = [line for line in lines if re.search(r'"op":"(\w+)"', line)[1] not in CASES]
    for op, (family, cases) in CASES.items():
        print(f"{write(op, cases):6} {op}")
        for i, (about, _) in enumerate(cases):
            entry = {"file": f"{op}.safetensors", "case": f"case{i:02}", "op": op, "family": family, "dtype": "F64", "args": about["args"]}
            lines.append(json.dumps(entry, separators=(",", ":")))
    index.write_text('{"cases": [\n' + ",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    main()
