#!/usr/bin/env python3
"""Writes the golden cases of optimizers and schedules that came later: adamax, rprop, asgd, cyclic_lr, multiplicative_lr,
chained_scheduler, swa_lr.

usage: /usr/bin/python3 tests/parity/golden_training.py [FOLDER]    PyTorch 1.13; FOLDER is tests/golden
"""

import json
import struct
import sys
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)


def write(folder, op, family, cases, atol, rtol):
    """One file of cases [(args, {tensor's name: tensor})], and its lines in index.json."""
    header, data, lines = {"__metadata__": {}}, b"", []
    for k, (args, tensors) in enumerate(cases):
        case = f"case{k:02}"
        about = {"op": op, "args": args, "dtype": "F64", "atol": atol, "rtol": rtol}
        header["__metadata__"][case] = json.dumps(about, separators=(",", ":"))
        for name, tensor in sorted(tensors.items()):
            raw = tensor.detach().contiguous().numpy().tobytes()
            header[f"{case}/{name}"] = {
                "dtype": "F64",
                "shape": list(tensor.shape),
                "data_offsets": [len(data), len(data) + len(raw)],
            }
            data += raw
        line = {"file": f"{op}.safetensors", "case": case, "op": op, "family": family, "dtype": "F64", "args": args}
        lines.append(json.dumps(line, separators=(",", ":")))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (folder / f"{op}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    index = folder / "index.json"
    kept = [line.rstrip(",") for line in index.read_text().splitlines() if line.startswith('{"file"')]
    kept = [line for line in kept if json.loads(line)["op"] != op]
    index.write_text('{"cases": [\n' + ",\n".join(kept + lines) + "\n]}\n")


# Optimizers: ten steps of given gradients.


def steps_of(make, args, generator):
    shapes = [(3, 2), (4,)]
    parameters = [torch.randn(shape, generator=generator) for shape in shapes]
    gradients = [torch.randn((10, *shape), generator=generator) for shape in shapes]
    gradients[1][3, 0] = 0
    tensors = {f"param.p{k}": p.clone() for k, p in enumerate(parameters)}
    tensors.update({f"in.g{k}": g for k, g in enumerate(gradients)})
    optimizer = make(parameters, args)
    history = [[], []]
    for t in range(10):
        for k, p in enumerate(parameters):
            p.grad = gradients[k][t].clone()
        optimizer.step()
        for k, p in enumerate(parameters):
            history[k].append(p.detach().clone())
    tensors.update({f"out.p{k}": torch.stack(rows) for k, rows in enumerate(history)})
    return args, tensors


def optimizers(folder):
    generator = torch.Generator().manual_seed(20)
    adamax = {"lr": 0.002, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.0, "maximize": False, "groups": None}
    rprop = {"lr": 0.01, "etas": [0.5, 1.2], "step_sizes": [1e-6, 50.0], "maximize": False, "groups": None}
    asgd = {
        "lr": 0.01,
        "lambd": 1e-4,
        "alpha": 0.75,
        "t0": 1e6,
        "weight_decay": 0.0,
        "maximize": False,
        "groups": None,
    }
    variants = {
        "adamax": [{}, {"lr": 0.1, "betas": [0.8, 0.7], "weight_decay": 0.1}, {"eps": 0.5, "maximize": True}],
        "rprop": [{}, {"lr": 0.1, "etas": [0.3, 2.0], "step_sizes": [0.05, 0.3]}, {"maximize": True}],
        "asgd": [{}, {"lr": 0.1, "lambd": 0.3, "alpha": 0.5, "t0": 4.0, "weight_decay": 0.1}, {"maximize": True}],
    }
    makers = {"adamax": torch.optim.Adamax, "rprop": torch.optim.Rprop, "asgd": torch.optim.ASGD}
    for (op, changes), common in zip(variants.items(), [adamax, rprop, asgd]):

        def make(parameters, args):
            return makers[op](parameters, **{name: value for name, value in args.items() if name != "groups"})

        cases = [steps_of(make, {**common, **change}, generator) for change in changes]
        write(folder, op, "optimizers", cases, 1e-10, 1e-9)


# Schedules: the rates of groups after each step.


def rates_of(args, make, with_momentum=False):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in args["base_lr"]]
    sgd = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    schedule = make(sgd, {name: value for name, value in args.items() if name not in ("base_lr", "steps")})
    rates, momenta = [], []
    for t in range(args["steps"] + 1):
        rates.append([group["lr"] for group in sgd.param_groups])
        momenta.append([group["momentum"] for group in sgd.param_groups])
        sgd.step()
        schedule.step()
    tensors = {"out.lr": torch.tensor(rates)}
    if with_momentum:
        tensors["out.momentum"] = torch.tensor(momenta)
    return args, tensors


def schedules(folder):
    lr = torch.optim.lr_scheduler
    cyclic = {
        "base_lr": [0.1],
        "steps": 14,
        "max_lr": 1.0,
        "step_size_up": 3,
        "step_size_down": None,
        "mode": "triangular",
        "gamma": 1.0,
        "cycle_momentum": True,
        "base_momentum": 0.8,
        "max_momentum": 0.9,
    }
    changes = [
        {},
        {"step_size_down": 5, "mode": "triangular2", "base_lr": [0.1, 0.5]},
        {"mode": "exp_range", "gamma": 0.9, "cycle_momentum": False},
    ]

    def cyclic_of(sgd, args):
        args = {**args, "max_lr": [args["max_lr"]] * len(sgd.param_groups)}
        return lr.CyclicLR(sgd, [group["lr"] for group in sgd.param_groups], **args)

    cases = [rates_of({**cyclic, **change}, cyclic_of, with_momentum=True) for change in changes]
    write(folder, "cyclic_lr", "schedules", cases, 1e-11, 1e-10)

    # The factor of step t is a + b t.
    cases = [
        rates_of(
            {"base_lr": [0.1, 2.0], "steps": 8, "a": 0.5, "b": 0.125},
            lambda sgd, args: lr.MultiplicativeLR(sgd, lambda t: args["a"] + args["b"] * t),
        )
    ]
    write(folder, "multiplicative_lr", "schedules", cases, 1e-11, 1e-10)

    def chained(sgd, args):
        return lr.ChainedScheduler(
            [
                lr.ConstantLR(sgd, args["factor"], args["total_iters"]),
                lr.ExponentialLR(sgd, args["gamma"]),
                lr.StepLR(sgd, args["step_size"], 0.5),
            ]
        )

    args = {"base_lr": [0.1, 2.0], "steps": 10, "factor": 0.25, "total_iters": 4, "gamma": 0.9, "step_size": 3}
    write(folder, "chained_scheduler", "schedules", [rates_of(args, chained)], 1e-11, 1e-10)

    cases = [
        rates_of(
            {"base_lr": [0.1, 2.0], "steps": 8, "swa_lr": 0.05, "anneal_epochs": 5, "anneal_strategy": strategy},
            lambda sgd, args: torch.optim.swa_utils.SWALR(sgd, **args),
        )
        for strategy in ("cos", "linear")
    ]
    write(folder, "swa_lr", "schedules", cases, 1e-11, 1e-10)


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/golden")
    optimizers(folder)
    schedules(folder)
