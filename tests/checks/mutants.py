#!/usr/bin/env python3
"""Plants bugs, one at a time, and reports those that the tests of the same place do not notice.

usage: mutants.py [--list | --check] [--only NAME]... [--jobs N] [--build FOLDER] [ROOT]

A bug is a piece of text in a header and what it becomes (mutants.txt, beside this file, says how). Each is planted in a copy
of the headers, the test that stands for the header is built alone against that copy, with the compiler and the options of a
build that CMake configured for Ninja (build/release unless --build names another), and run. A bug is noticed when the test
fails; one that does not compile proves nothing and is reported as well. Tests that fail without any bug are found first. The
exit status is 1 if anything is reported.

  --list         names the bugs
  --check        checks the list alone: each text stands exactly once in its file, each test is there
  --only NAME    plants this one; may be given several times
  --jobs N       so many at a time; as many as the machine has processors when not given
"""

import argparse
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 600  # seconds for a test; a bug may be one that never ends


@dataclass
class Mutant:
    """A planted bug: `text` in `file` becomes `replacement`, and `test` must notice."""

    name: str
    kind: str
    file: str
    test: str
    text: str
    replacement: str


class ListError(Exception):
    """The list says something that cannot be."""


def parse(text):
    """The bugs of a list: fields `name: value`, then lines with - that become those with +; blank lines in between."""
    mutants = []
    for block in re.split(r"\n\s*\n", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip()):
        fields, removed, added = {}, [], []
        for line in block.splitlines():
            if line[:2] in ("- ", "+ ") or line in ("-", "+"):
                (removed if line[0] == "-" else added).append(line[2:])
                continue
            key, colon, value = line.partition(": ")
            if not colon or key not in ("name", "kind", "file", "test"):
                raise ListError(f"not a line of a bug: {line}")
            fields[key] = value.strip()
        if len(fields) != 4 or not removed:
            raise ListError(f"a bug has name, kind, file, test, and lines with -: {block}")
        mutants.append(Mutant(**fields, text="\n".join(removed), replacement="\n".join(added)))
    return mutants


def complaints_about(mutants, root):
    """What is wrong with the list, for a tree."""
    complaints = []
    names = [mutant.name for mutant in mutants]
    complaints += [f"{name}: two bugs have this name" for name in sorted({n for n in names if names.count(n) > 1})]
    for mutant in mutants:
        header, test = root / "include/tenon" / mutant.file, root / "tests" / mutant.test
        if not test.is_file():
            complaints.append(f"{mutant.name}: there is no tests/{mutant.test}")
        if not header.is_file():
            complaints.append(f"{mutant.name}: there is no include/tenon/{mutant.file}")
            continue
        count = header.read_text(encoding="utf-8").count(mutant.text)
        if count != 1:
            complaints.append(f"{mutant.name}: its text stands {count} times in include/tenon/{mutant.file}, not once")
        if mutant.text == mutant.replacement:
            complaints.append(f"{mutant.name}: changes nothing")
    return complaints


def program_of(test):
    """The program of a test without its test_: that of models/vision/unet_test.cpp is models_vision."""
    return "_".join(Path(test).parts[:-1])


class Build:
    """How a build compiles a test and links it."""

    def __init__(self, folder, root, jobs):
        self.folder, self.root = folder, root
        libraries = ["--target", "test_support", "tenon_compiled"]
        subprocess.run(["cmake", "--build", folder, "--parallel", str(jobs), *libraries], check=True, stdout=subprocess.DEVNULL)
        commands = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
        self.compile_commands = {entry["file"]: entry["command"] for entry in commands}
        self.link_commands = {}
        for entry in commands:
            # A test that is compiled together with others has the command of its program.
            if match := re.search(r"CMakeFiles/test_([a-z0-9_]+)\.dir/", entry["command"]):
                self.compile_commands.setdefault(match[1], entry["command"])
        for target in {program_of(test.relative_to(root / "tests")) for test in (root / "tests").rglob("*_test.cpp")} & self.compile_commands.keys():
            text = subprocess.run(
                ["ninja", "-C", folder, "-t", "commands", f"test_{target}"], capture_output=True, text=True, check=True
            ).stdout
            self.link_commands[target] = text.strip().splitlines()[-1]

    def compile(self, source, test, headers, to, without=()):
        """Compiles a source as a test is compiled, with the headers of a folder; returns the compiler's words, or None."""
        own = self.compile_commands.get(str(self.root / "tests" / test))
        words = shlex.split(own or self.compile_commands[program_of(test)])
        words = [word for word in words[: words.index("-o")] if word not in without]
        words = [f"-I{headers}" if word == f"-I{self.root / 'include'}" else word for word in words]
        done = subprocess.run([*words, "-w", "-o", to, "-c", source], cwd=self.folder, capture_output=True, text=True)
        return None if done.returncode == 0 else done.stderr

    def link(self, objects, test, to):
        command = self.link_commands[program_of(test)]
        words = [word for word in shlex.split(command.split("&&")[1]) if not word.endswith(".o")]
        at = words.index("-o")
        words[at : at + 2] = [*map(str, objects), "-o", str(to)]
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True)


def swapped_kernels(test):
    """A text that stands for tests/support/scoped_backend.cpp, with those kernels alone that a test names; nothing where it names
    none. All of them would take minutes to compile, and those of the library are without the bug."""
    text = test.read_text(encoding="utf-8")
    kernels = sorted(set(re.findall(r"(?:kernel|reduced|scanned)<backend::(\w+)<", text)))
    if not kernels:
        return ""
    includes = sorted(set(re.findall(r'#include "tenon/backend/\w+\.hpp"', text)))
    fill = "\n".join(f"  detail::substitute<{k}<T>>.store(kernel<{k}<T>>(provider), MemoryOrder::release);" for k in kernels)
    lines = "\n".join(includes)
    return f"""#include "support/scoped_backend.hpp"
#include <atomic>
{lines}
namespace TENON_NAMESPACE::backend {{
std::atomic<Provider> current = Provider::blas;
template <class T>
void substitute(Provider provider) {{
{fill}
}}
Provider use(Provider provider) {{
  substitute<float>(provider);
  substitute<double>(provider);
  return current.exchange(provider);
}}
}}  // namespace TENON_NAMESPACE::backend
namespace support {{
struct ScopedBackend::Scope {{
  Provider before;
}};
ScopedBackend::ScopedBackend(Provider provider) : scope_(new Scope{{tn::backend::use(provider)}}) {{}}
ScopedBackend::~ScopedBackend() {{ tn::backend::use(scope_->before); }}
Provider active_provider() {{ return tn::backend::current; }}
}}  // namespace support
"""


def outcome(build, test, headers, folder, own_kernels):
    """What becomes of a test with the headers of a folder: "passes", "fails", or the compiler's words."""
    sources, objects = [build.root / "tests" / test], [folder / "test.o"]
    without = ("-DTENON_COMPILED",) if own_kernels else ()
    swapped = swapped_kernels(sources[0])
    if own_kernels and swapped:
        (folder / "swapped.cpp").write_text(swapped, encoding="utf-8")
        sources.append(folder / "swapped.cpp")
        objects.append(folder / "swapped.o")
    for source, to in zip(sources, objects):
        error = build.compile(source, test, headers, to, without)
        if error:
            return error
    build.link(objects, test, folder / "test")
    try:
        done = subprocess.run(
            [folder / "test", "--gtest_fail_fast"], cwd=folder, capture_output=True, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        return "fails"
    return "passes" if done.returncode == 0 else "fails"


def needs_own_kernels(mutant):
    """Kernels are compiled into a library, which knows nothing of the bug."""
    return mutant.file.startswith("backend/")


def plant(build, mutant):
    """The outcome of a test with a bug."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(build.root / "include", folder / "include")
        header = folder / "include/tenon" / mutant.file
        text = header.read_text(encoding="utf-8")
        header.write_text(text.replace(mutant.text, mutant.replacement), encoding="utf-8")
        return outcome(build, mutant.test, folder / "include", folder, needs_own_kernels(mutant))


def without_bug(build, test, own_kernels):
    with tempfile.TemporaryDirectory() as name:
        return outcome(build, test, build.root / "include", Path(name), own_kernels)


def run(mutants, build, jobs):
    """Plants all; prints what becomes of each; returns how many were not noticed as they should be."""
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        tests = sorted({(mutant.test, needs_own_kernels(mutant)) for mutant in mutants})
        for (test, own), result in zip(tests, pool.map(lambda pair: without_bug(build, *pair), tests)):
            if result != "passes":
                wrong += 1
                print(f"fails without a bug: {test}" if result == "fails" else f"{test}:\n{result}", flush=True)
        if wrong:
            return wrong
        for mutant, result in zip(mutants, pool.map(lambda mutant: plant(build, mutant), mutants)):
            word = {"fails": "noticed", "passes": "SURVIVES"}.get(result, "DOES NOT COMPILE")
            wrong += word != "noticed"
            print(f"{word:9} {mutant.name} ({mutant.kind}): {mutant.file}, {mutant.test}", flush=True)
            if word == "DOES NOT COMPILE":
                print(result)
    print(f"{len(mutants) - wrong} of {len(mutants)} planted bugs were noticed")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--build", type=Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", action="append")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    root = options.root.resolve()
    mutants = parse((Path(__file__).parent / "mutants.txt").read_text(encoding="utf-8"))
    if options.only:
        unknown = set(options.only) - {mutant.name for mutant in mutants}
        if unknown:
            sys.exit(f"no planted bug is called {', '.join(sorted(unknown))}")
        mutants = [mutant for mutant in mutants if mutant.name in options.only]
    if options.list:
        for mutant in mutants:
            print(f"{mutant.name} ({mutant.kind}): {mutant.file}, {mutant.test}")
        return 0
    complaints = complaints_about(mutants, root)
    for complaint in complaints:
        print(complaint)
    if complaints or options.check:
        return 1 if complaints else 0
    build = (options.build or root / "build/release").resolve()
    return 1 if run(mutants, Build(build, root, options.jobs), options.jobs) else 0


if __name__ == "__main__":
    sys.exit(main())
