#!/usr/bin/env python3
"""Measures how long programs with the library take to compile, against budgets.

usage: compile_time.py BUILD_FOLDER [--repeat N] [--enforce]

Compiles the sources of benchmarks/compile_time with the commands that BUILD_FOLDER's compile_commands.json holds for them,
taking turns, and prints the fastest of N compilations. Budgets were set where libtorch's header takes 12.5 s: where it is found it
is compiled as well, and budgets grow or shrink with it, as the machine is slower or faster. With --enforce a budget that is exceeded
ends the program with 1; a loaded machine can cause that as well.
"""

import argparse
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

BUDGETS = {"vector": None, "umbrella": 2.5, "mlp": 8.0, "readme": None, "layers": None, "layers, compiled": None}  # seconds
LIBTORCH_SECONDS = 12.5  # of its header, where these were set
MEANING = {
    "vector": "#include <vector>",
    "libtorch": "#include <torch/torch.h>",
    "umbrella": "#include <tenon/tenon.hpp>",
    "mlp": "a small training program",
    "eigen": "#include <Eigen/Core>",
    "readme": "README's first example: train and save",
    "layers": "convolution, LSTM and attention",
    "layers, compiled": "the same with tenon::compiled",
}


def commands(build_folder):
    """The compiler's command for each source, without a cache before it and writing nowhere."""
    entries = json.loads((build_folder / "compile_commands.json").read_text(encoding="utf-8"))
    found = {}
    for entry in entries:
        source = Path(entry["file"])
        if source.parent.name == "compile_time":
            words = shlex.split(entry["command"])
            names = [Path(word).name for word in words]
            if "ccache" in names:
                words = words[names.index("ccache") + 1:]
            words[words.index("-o") + 1] = "/dev/null"
            name = source.stem + (", compiled" if "-DTENON_COMPILED" in words else "")
            found[name] = (words, entry["directory"])
    missing = set(BUDGETS) - set(found)
    if missing:
        sys.exit(f"{build_folder} does not compile {', '.join(sorted(missing))}: configure it with TENON_BUILD_BENCHMARKS=ON")
    return found


def seconds(command, folder):
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build_folder", type=Path)
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--enforce", action="store_true")
    arguments = parser.parse_args()

    sources = commands(arguments.build_folder)
    times = {name: [] for name in MEANING if name in sources}
    for _ in range(arguments.repeat):
        for name, values in times.items():
            values.append(seconds(*sources[name]))
    best = {name: min(values) for name, values in times.items()}
    scale = best["libtorch"] / LIBTORCH_SECONDS if "libtorch" in best else 1

    def relative(taken):
        return f"{taken / best['eigen']:.1f}" if "eigen" in best else ""

    exceeded = False
    print(f"{'':40} {'seconds':>8} {'budget':>8} {'/ Eigen':>8}")
    for name, taken in best.items():
        budget = BUDGETS.get(name)
        over = budget is not None and taken > budget * scale
        exceeded |= over
        print(f"{MEANING[name]:40} {taken:8.2f} {f'{budget * scale:.2f}' if budget else '':>8} "
              f"{relative(taken):>8}"
              f"{'   over budget' if over else ''}")
    return 1 if exceeded and arguments.enforce else 0


if __name__ == "__main__":
    sys.exit(main())
