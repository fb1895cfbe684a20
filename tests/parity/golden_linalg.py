#!/usr/bin/env python3
"""Golden cases of linear algebra, Fourier transforms and layers, computed with PyTorch 1.13 in double precision.

usage: /usr/bin/python3 golden_linalg.py [OP ...]     writes tests/golden/OP.safetensors of all operations, or of those named

The format is that of tests/golden/README.md. Complex numbers are pairs along a last axis.
"""

import json
import struct
import sys
from pathlib import Path

import torch
from torch.nn import functional

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
NAMES = {torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL"}
FILES = {}
torch.manual_seed(11)


def view(x, steps):
    """A stored tensor after the steps of args.views."""
    for step in steps:
        if step[0] == "transpose":
            x = x.transpose(step[1], step[2])
        elif step[0] == "slice":
            x = x[(slice(None),) * step[1] + (slice(*step[2:]),)]
        elif step[0] == "expand":
            x = x.expand(step[1])
        else:
            raise ValueError(step[0])
    return x


def case(op, run, inputs=None, params=None, args=None, gradients=True, family="linalg", loose=1):
    """Adds a case: `run`, called with the inputs and parameters by name, returns a result or {name: result}."""
    args = args or {}
    tensors, leaves, operands = {}, {}, {}
    for kind, given in (("in", inputs or {}), ("param", params or {})):
        for name, x in given.items():
            x = torch.as_tensor(x).detach().clone()
            tensors[f"{kind}.{name}"] = x
            if gradients and x.is_floating_point() and not name.endswith("weight_u") and name not in FROZEN:
                leaves[name] = x.requires_grad_()
            operands[name] = view(x, args.get("views", {}).get(name, []))
    results = run(**{name.replace(".", "_"): x for name, x in operands.items()})
    results = results if isinstance(results, dict) else {"y": results}
    total = 0
    for name, y in results.items():
        if y.is_complex():
            y = torch.view_as_real(y.resolve_conj())
        tensors[f"out.{name}"] = y
        if y.requires_grad:
            g = torch.randn(y.shape, dtype=y.dtype)
            tensors[f"gradout.{name}"] = g
            total = total + (y * g).sum()
    if leaves and torch.is_tensor(total):
        for name, g in zip(leaves, torch.autograd.grad(total, list(leaves.values()), allow_unused=True)):
            if g is not None:
                tensors[f"grad.{name}"] = g
    description = {"op": op, "args": args, "dtype": "F64", "atol": 1e-11 * loose, "rtol": 1e-10 * loose}
    FILES.setdefault(op, (family, []))[1].append((description, tensors))


FROZEN = set()


def write(op, family, cases):
    header, data = {"__metadata__": {}}, b""
    for i, (description, tensors) in enumerate(cases):
        header["__metadata__"][f"case{i:02}"] = json.dumps(description, separators=(",", ":"))
        for name, x in sorted(tensors.items()):
            x = x.detach().contiguous()
            raw = x.numpy().tobytes()
            header[f"case{i:02}/{name}"] = {"dtype": NAMES[x.dtype], "shape": list(x.shape),
                                            "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (GOLDEN / f"{op}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def index_lines(op, family, cases):
    for i, (description, _) in enumerate(cases):
        yield json.dumps({"file": f"{op}.safetensors", "case": f"case{i:02}", "op": op, "family": family,
                          "dtype": "F64", "args": description["args"]}, separators=(",", ":"))


def write_index():
    """index.json with the lines of these operations replaced, or put at its end."""
    path = GOLDEN / "index.json"
    lines = [line.rstrip(",") for line in path.read_text().splitlines()[1:-1]]
    lines = [line for line in lines if json.loads(line)["op"] not in FILES]
    for op, (family, cases) in FILES.items():
        lines += index_lines(op, family, cases)
    path.write_text('{"cases": [\n' + ",\n".join(lines) + "\n]}\n")


def real(*shape):
    return torch.randn(shape, dtype=torch.float64)


def spread(*shape):
    """Matrices whose singular values lie apart."""
    x = 0.5 * real(*shape)
    x.diagonal(dim1=-2, dim2=-1).add_(torch.arange(min(shape[-2:])) * 2.0 + 2)
    return x


TURNED = {"views": {"a": [["transpose", -1, -2]]}}
inf = float("inf")


def number(p):
    return {inf: "inf", -inf: "-inf"}.get(p, p)


def linalg():
    la = torch.linalg
    for shape, views in (((3, 3), {}), ((2, 4, 4), TURNED), ((3, 5), {}), ((5, 3), {}), ((0, 3, 2), {})):
        case("pinv", lambda a: la.pinv(a), {"a": spread(*shape)}, args={**views, "rtol": None})
    low = spread(4, 2) @ spread(2, 3)
    case("pinv", lambda a: la.pinv(a, rtol=1e-5), {"a": low}, args={"rtol": 1e-5}, gradients=False)
    for p, axes, keepdim in ((2, [], False), (1, [1], True), (inf, [-1, 0], False), (-inf, [0], False), (0, [2], False), (3.5, [0, 2], True)):
        case("vector_norm", lambda x: la.vector_norm(x, p, axes or None, keepdim), {"x": real(2, 3, 4)},
             args={"ord": number(p), "dim": axes, "keepdim": keepdim})
    for p in ("fro", "nuc", 1, -1, 2, -2, inf, -inf):
        for axes, keepdim in (([-2, -1], False), ([2, 0], True)):
            case("matrix_norm", lambda a: la.matrix_norm(a, p, tuple(axes), keepdim), {"a": spread(3, 2, 4)},
                 args={"ord": number(p), "dim": axes, "keepdim": keepdim})
    for p in (2, -2, 1, -1, inf, -inf, "fro", "nuc"):
        # torch's cond by an inverse cannot be differentiated: it writes into that inverse.
        by_inverse = p not in (2, -2)
        case("cond", lambda a: la.matrix_norm(a, p) * la.matrix_norm(la.inv(a), p) if by_inverse else la.cond(a, p),
             {"a": spread(2, 3, 3)}, args={**(TURNED if p == 1 else {}), "p": number(p)})
    case("cond", lambda a: la.cond(a, 1), {"a": torch.tensor([[[1., 2], [2, 4]], [[0, 2], [1, 0]]]).double()},
         args={"p": 1}, gradients=False)
    for x, options in ((low, {}), (spread(2, 3, 3), {"atol": 3.0}), (spread(4, 3), {"rtol": 0.5}), (torch.zeros(2, 0, 3).double(), {})):
        case("matrix_rank", lambda a: la.matrix_rank(a, **options), {"a": x}, args={"atol": None, "rtol": None, **options},
             gradients=False)
    for x in (real(3, 3), 20 * real(2, 2, 2), torch.stack([0.01 * real(4, 4), 3 * real(4, 4)])):
        case("matrix_exp", lambda a: la.matrix_exp(a), {"a": x}, args=TURNED, loose=10)
    for n in (0, 1, 2, 5, -1, -3):
        case("matrix_power", lambda a: la.matrix_power(a, n), {"a": spread(2, 3, 3)}, args={**TURNED, "n": n}, gradients=n != 0)

    def ordered(a):
        values = la.eigvals(a)
        return values[torch.argsort(values.real + 0.1 * values.imag)]

    for x in (real(4, 4), spread(3, 3), torch.tensor([[0., 1], [-1, 0]]).double(), real(7, 7)):
        case("eigvals", ordered, {"a": x}, args=TURNED, loose=10)
    for shape in ((3, 3), (2, 4, 4)):
        case("eigvalsh", lambda a: la.eigvalsh(a + a.transpose(-1, -2)), {"a": spread(*shape)}, args=TURNED)
    for shape in ((3, 3), (2, 4, 2), (2, 3)):
        case("svdvals", lambda a: la.svdvals(a), {"a": spread(*shape)}, args=TURNED)
    for shape in ((3, 3), (2, 4, 4), (4, 2), (2, 3, 5), (0, 2, 3)):
        case("lu", lambda a: dict(zip("plu", la.lu(a))), {"a": real(*shape)}, args=TURNED)
        case("lu_factor", lambda a: dict(zip(("lu", "pivots"), (lambda f: (f[0], f[1].long() - 1))(la.lu_factor(a)))),
             {"a": real(*shape)}, args=TURNED)
    for a, b in (((3, 3), (3, 2)), ((2, 1, 3, 3), (2, 3, 1))):
        case("lu_solve", lambda a, b: la.lu_solve(*la.lu_factor(a), b), {"a": spread(*a), "b": real(*b)}, args=TURNED)
    for upper in (False, True):  # torch itself gives the triangle that is not read a gradient
        case("cholesky_solve", lambda b, factor: torch.cholesky_solve(b, factor.triu() if upper else factor.tril(), upper=upper),
             {"b": real(2, 3, 2), "factor": spread(2, 3, 3).triu() if upper else spread(2, 3, 3).tril()}, args={"upper": upper})
    for shapes in (((2, 5), (5, 3)), ((10, 2), (2, 8), (8, 3)), ((4,), (4, 2), (2, 6), (6,)), ((3, 2), (2, 4), (4,))):
        case("multi_dot", lambda **x: la.multi_dot(list(x.values())), {f"x{i}": real(*s) for i, s in enumerate(shapes)})
    for a, b, axis, views in (((3,), (3,), -1, {}), ((2, 1, 3), (1, 4, 3), -1, {}), ((3, 4), (3, 1), 0, {}),
                              ((3, 2), (2, 3), -1, TURNED)):
        case("cross", lambda a, b: la.cross(a, b, dim=axis), {"a": real(*a), "b": real(*b)}, args={**views, "dim": axis})


def complex_of(x):
    return torch.view_as_complex(x.contiguous())


def fft():
    f = torch.fft
    shift = [["transpose", 0, 1]]

    def add(op, x, real_input, **options):
        run = getattr(f, op)
        args = {"s": None, "dim": None, "norm": "backward", **options}
        given = {name: value for name, value in args.items() if value is not None and name != "views"}
        case(op, lambda x: run(x if real_input else complex_of(x), **given), {"x": x}, args=args, family="fft")

    for op in ("fft2", "ifft2", "fftn", "ifftn"):
        add(op, real(3, 4, 2), False)
        add(op, real(2, 3, 5, 2), False, norm="ortho", views={"x": shift})
        add(op, real(3, 4, 5, 2), False, s=[4, 3], dim=[0, -1], norm="forward")
    add("fftn", real(2, 3, 5, 2), False, s=[4, 2])
    for op in ("rfft2", "rfftn"):
        add(op, real(3, 4), True)
        add(op, real(2, 3, 5), True, norm="ortho", views={"x": shift})
        add(op, real(3, 4, 5), True, s=[4, 3], dim=[0, -2], norm="forward")
    for op in ("irfft2", "irfftn"):
        add(op, real(3, 4, 2), False)
        add(op, real(2, 3, 5, 2), False, norm="ortho", views={"x": shift})
        add(op, real(3, 4, 5, 2), False, s=[4, 7], dim=[0, -2], norm="forward")

    def add_line(op, x, real_input, n, axis, norm):
        case(op, lambda x: getattr(f, op)(x if real_input else complex_of(x), n, axis, norm), {"x": x},
             args={"n": n, "dim": axis, "norm": norm}, family="fft")

    for n, axis, norm in ((None, -1, "backward"), (7, 0, "ortho"), (4, -1, "forward")):
        add_line("hfft", real(4, 5, 2), False, n, axis, norm)
        add_line("ihfft", real(4, 5), True, n, axis, norm)
    for n, d in ((1, 1.0), (5, 0.5), (8, 2.0)):
        case("fftfreq", lambda: f.fftfreq(n, d, dtype=torch.float64), args={"n": n, "d": d}, family="fft")
    for op in ("fftshift", "ifftshift"):
        for shape, axes in (((5,), [0]), ((4, 5), [0, 1]), ((3, 4, 5), [-1, 0])):
            case(op, lambda x: getattr(f, op)(x, axes), {"x": real(*shape)}, args={"dim": axes}, family="fft")


def layers():
    for axes, shape, kernel, stride, padding in ((1, (2, 3, 7), [2], [2], [0]), (2, (3, 6, 5), [2, 3], [2, 3], [0, 0]),
                                                 (2, (1, 2, 5, 6), [2], [2], [1]), (3, (1, 2, 4, 5, 4), [2], [2], [0])):
        op = f"max_unpool{axes}d"
        pool, unpool = getattr(functional, f"max_pool{axes}d"), getattr(functional, op)
        single = lambda x: x[0] if len(x) == 1 else x
        y, indices = pool(real(*shape), single(kernel), single(stride), single(padding), return_indices=True)
        least = [(n - 1) * s - 2 * p + k for n, s, p, k in zip(y.shape[-axes:], stride * axes, padding * axes, kernel * axes)]
        for size in [list(shape[-axes:])] + [None] * (least == list(shape[-axes:])):
            case(op, lambda x, indices: unpool(x, indices, single(kernel), single(stride), single(padding), size),
                 {"x": y, "indices": indices},
                 args={"kernel_size": kernel, "stride": stride, "padding": padding, "output_size": size}, family="layers")
    for axes, shape, kernel, size in ((2, (2, 3, 7, 9), [2, 3], [4, 5]), (2, (2, 6, 6), [2], [4]),
                                      (3, (2, 2, 5, 6, 7), [2, 1, 3], [3, 4, 2]), (3, (1, 4, 4, 5), [2], [1, 2, 3])):
        op = f"fractional_max_pool{axes}d"
        samples = torch.rand((shape[0] if len(shape) == axes + 2 else 1, shape[-axes - 1], axes), dtype=torch.float64)

        def run(x, samples):
            y, indices = getattr(functional, f"{op}_with_indices")(
                x, kernel * (axes // len(kernel)), size * (axes // len(size)), _random_samples=samples)
            return {"y": y, "indices": indices}

        FROZEN.add("samples")
        case(op, run, {"x": real(*shape), "samples": samples}, args={"kernel_size": kernel, "output_size": size}, family="layers")
    for p, kernel, stride, ceil in ((2.0, 3, None, False), (3.0, 2, 1, True), (1.0, 2, 3, False)):
        for axes in (1, 2):
            x = torch.rand((2, 3) + (7, 5)[:axes], dtype=torch.float64) + 0.5
            case(f"lp_pool{axes}d", lambda x: getattr(functional, f"lp_pool{axes}d")(x, p, kernel, stride, ceil), {"x": x},
                 args={"p": p, "kernel_size": kernel, "stride": stride, "ceil_mode": ceil}, family="layers")

    def module_case(op, module, inputs, args, run=None):
        module = module.double()
        state = {name: value.detach() for name, value in module.state_dict().items()}
        frozen = {name for name, _ in module.named_buffers()}
        FROZEN.update(frozen)

        def call(**operands):
            given = {name: operands[name.replace(".", "_")] for name in state}
            rest = [operands[name] for name in inputs]
            return torch.nn.utils.stateless.functional_call(module, given, tuple(rest))

        case(op, run or call, inputs, state, args, family="layers")
        FROZEN.difference_update(frozen)

    nn = torch.nn
    for size, classes, cutoffs, div, bias in ((6, 9, [2, 5], 2.0, True), (8, 5, [3], 4.0, False)):
        module = nn.AdaptiveLogSoftmaxWithLoss(size, classes, cutoffs, div, bias)
        target = torch.randint(classes, (7,))
        args = {"in_features": size, "n_classes": classes, "cutoffs": cutoffs, "div_value": div, "head_bias": bias}

        def run(x, target, module=module, **parameters):
            given = {name: parameters[name.replace(".", "_")] for name in module.state_dict()}
            y = torch.nn.utils.stateless.functional_call(module, given, (x, target))
            return {"output": y.output, "loss": y.loss, "log_prob": module.log_prob(x).detach()}

        module_case("adaptive_log_softmax_with_loss", module, {"x": real(7, size), "target": target}, args, run)

    def weight_normed(dim, bias):
        def run(x, weight_g, weight_v, bias=None):
            return functional.linear(x, torch._weight_norm(weight_v, weight_g, dim), bias)
        module = nn.utils.weight_norm(nn.Linear(3, 4, bias).double(), dim=dim)
        module_case("weight_norm_linear", module, {"x": real(5, 3)}, {"in": 3, "out": 4, "dim": dim, "bias": bias}, run)

    weight_normed(0, True)
    weight_normed(1, False)
    for training in (False, True):
        module = nn.utils.spectral_norm(nn.ConvTranspose1d(3, 4, 2).double())
        module.train(training)
        weight = module.weight_orig.detach()
        u, v = module.weight_u.clone(), module.weight_v.clone()

        def run(x, bias, weight_orig, weight_u, weight_v):
            matrix = weight_orig.transpose(0, 1).reshape(4, -1)
            with torch.no_grad():
                if training:
                    weight_v = functional.normalize(matrix.t() @ weight_u, dim=0, eps=1e-12)
                    weight_u = functional.normalize(matrix @ weight_v, dim=0, eps=1e-12)
            y = functional.conv_transpose1d(x, weight_orig / (weight_u @ matrix @ weight_v), bias)
            return {"y": y, "weight_u": weight_u.detach(), "weight_v": weight_v.detach()}

        x = real(2, 3, 5)
        module_case("spectral_norm_conv_transpose1d", module, {"x": x}, {"in": 3, "out": 4, "kernel": 2, "training": training}, run)
        # What is written above is what the layer of torch computes.
        _, cases = FILES["spectral_norm_conv_transpose1d"]
        stored = cases[-1][1]
        module.weight_orig.data, module.bias.data = stored["param.weight_orig"].detach(), stored["param.bias"].detach()
        module.weight_u, module.weight_v = u, v
        assert torch.allclose(module(x), stored["out.y"])


AREAS = [linalg, fft, layers]

if __name__ == "__main__":
    for area in AREAS:
        area()
    for name, (kind, found) in FILES.items():
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            write(name, kind, found)
    write_index()
    print(" ".join(FILES))
