#!/usr/bin/env python3
"""Checks how the headers hang together: which may include which, and where foreign libraries may appear.

usage: include_direction.py ROOT        (ROOT holds include/tenon, tests and, optionally, tests/checks/grouped_tests.txt)

Prints each offence as `file:line: the line: the rule and its reason` and exits with 1 when there are any.
"""

import re
import sys
from pathlib import Path

# Each folder may include itself and those before it; the folders of one entry do not know each other.
LAYERS = [["core"], ["backend"], ["tensor"], ["graph"], ["ops"], ["autograd"], ["nn"], ["optim"], ["io"],
          ["data", "text", "generate"], ["train"], ["models"]]
LEVEL = {folder: level for level, folders in enumerate(LAYERS) for folder in folders}
ARROW = " <- ".join(", ".join(folders) for folders in LAYERS)

SLOW_HEADERS = {"iostream", "regex", "random", "functional", "ranges", "sstream", "chrono", "thread", "filesystem"}
# Besides those, what stays out of each header that tenon.hpp reaches.
SPARED_HEADERS = {"atomic", "mutex", "span", "numeric"}
MAX_LINES = 500

# What may appear only in certain folders: (pattern of a line, folders, files besides, reason).
CONFINED = [
    (r'#\s*include\s*[<"](Eigen|unsupported)/', {"backend"}, set(),
     "Eigen is a provider of kernels and of factorisations; only backend/ knows it"),
    (r'#\s*include\s*[<"](xsimd/|\w*intrin\.h|arm_neon\.h)', {"backend"}, set(),
     "vector instructions are hidden behind backend/pack.hpp"),
    (r'#\s*include\s*[<"](cblas|lapacke|mkl|dnnl)\w*\.h', {"backend"}, set(),
     "vendor libraries are providers under backend/"),
    (r'#\s*(include\s*<(omp|pthread)\.h>|pragma\s+omp\b)', set(), {"core/thread_pool.hpp", "core/mutex.hpp"},
     "loops have the threads of core/thread_pool.hpp"),
    (r'#\s*(if|ifdef|ifndef|elif)\b.*\b(__AVX|__SSE|__FMA|__ARM_|__x86_64|__aarch64|XSIMD_|EIGEN_|TENON_USE_)',
     {"backend"}, {"core/config.hpp", "core/thread_pool.hpp"},
     "code that depends on the processor or on a vendor stays under backend/"),
]

# Where names of the standard library live; any of several headers will do.
STANDARD = {name: headers.split() for headers, names in {
    "algorithm": "sort stable_sort nth_element partition_point max_element min_element fill fill_n copy copy_n find_if any_of all_of "
                 "none_of lower_bound upper_bound reverse rotate clamp minmax shuffle unique transform partial_sort equal",
    "array": "array", "atomic": "atomic", "bit": "bit_cast bit_ceil bit_width countr_zero popcount endian",
    "charconv": "from_chars to_chars", "chrono": "chrono", "cmath": "sqrt exp log pow floor ceil isnan isinf isfinite tanh sin cos fmax",
    "concepts": "same_as integral floating_point convertible_to invocable", "cstdio": "snprintf FILE fopen",
    "cstring": "memcpy memset memcmp strlen strerror", "deque": "deque", "filesystem": "filesystem", "functional": "function hash",
    "initializer_list vector": "initializer_list", "limits": "numeric_limits", "map": "map multimap", "memory": "unique_ptr shared_ptr make_unique make_shared weak_ptr",
    "mutex": "mutex lock_guard unique_lock", "numbers": "numbers", "numeric": "accumulate iota inner_product gcd lcm",
    "optional": "optional nullopt", "set": "set", "span": "span", "string": "string to_string stoi", "string_view string": "string_view",
    "thread": "thread", "tuple": "tuple tie apply", "unordered_map": "unordered_map", "variant": "variant visit", "vector": "vector",
}.items() for name in names.split()}
USED = re.compile(r"\bstd::(\w+)")

INCLUDE = re.compile(r'#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def check_include(header, folder, own, system, include_root):
    """The reason why `header` in `folder` may not hold this include, or None."""
    if system:
        if folder in LEVEL and LEVEL[folder] < LEVEL["data"] and system in SLOW_HEADERS:
            return f"<{system}> is dear to compile and stays out of the headers left of data/"
        if system.startswith("tenon/"):
            return 'the library includes itself with quotes: "tenon/..."'
        return None
    if not own.startswith("tenon/"):
        return 'own headers are included by their full path, "tenon/folder/file.hpp"'
    if not (include_root / own).is_file():
        return "there is no such header"
    parts = own.split("/")
    if len(parts) == 2:
        if parts[1] != "fwd.hpp" and folder:
            return "the umbrella is for users; a header names the parts that it needs"
        return None
    target = parts[1]
    if target not in LEVEL:
        return f"the folder {target} has no place in the order {ARROW}"
    if not folder or target == folder:
        return None
    if LEVEL[target] > LEVEL[folder]:
        return f"{folder} stands left of {target} and may not know it ({ARROW})"
    if LEVEL[target] == LEVEL[folder]:
        return f"{folder} and {target} stand side by side and do not know each other"
    return None


def reached_by_umbrella(include_root):
    """The headers that `#include "tenon/tenon.hpp"` brings along."""
    reached, waiting = set(), [include_root / "tenon/tenon.hpp"]
    while waiting:
        header = waiting.pop()
        if header in reached or not header.is_file():
            continue
        reached.add(header)
        matches = map(INCLUDE.match, header.read_text(encoding="utf-8").splitlines())
        waiting += [include_root / match[1] for match in matches if match and match[1]]
    return reached


def check_header(header, include_root, reached):
    """Yields (line number, line, reason) for each offence in one header."""
    path = header.relative_to(include_root / "tenon").as_posix()
    folder = path.split("/")[0] if "/" in path else ""
    lines = header.read_text(encoding="utf-8").splitlines()
    if folder and folder not in LEVEL:
        yield 1, path, f"the folder {folder} has no place in the order {ARROW}"
        return
    if not lines or lines[0] != "#pragma once":
        yield 1, lines[0] if lines else "", "a header begins with #pragma once"
    if len(lines) > MAX_LINES:
        yield len(lines), f"{len(lines)} lines", f"a header of more than {MAX_LINES} lines holds more than one idea"
    for number, line in enumerate(lines, 1):
        text = line.strip()
        match = INCLUDE.match(text)
        if match:
            reason = check_include(header, folder, match[1], match[2], include_root)
            if reason:
                yield number, text, reason
            if match[2] in SPARED_HEADERS and header in reached:
                yield number, text, f"tenon.hpp reaches this header, and <{match[2]}> is dear to compile"
        elif path == "tenon.hpp" and text and not text.startswith(("//", "#pragma once")):
            yield number, text, "the umbrella holds includes and nothing else"
        for pattern, folders, files, reason in CONFINED:
            if folder not in folders and path not in files and re.match(pattern, text):
                yield number, text, reason


def standard_headers(header, include_root, known):
    """The foreign headers that a header includes, itself or through others of the library."""
    if header not in known:
        known[header] = set()
        for match in filter(None, map(INCLUDE.match, header.read_text(encoding="utf-8").splitlines())):
            known[header] |= {match[2]} if match[2] else standard_headers(include_root / match[1], include_root, known)
    return known[header]


def check_standard(headers, include_root):
    """Yields (header, line number, reason) for each name of the standard library whose header nobody includes."""
    known = {}
    for header in headers:
        lines = header.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            for name in USED.findall(re.sub(r'"[^"]*"', "", line).split("//")[0]):
                wanted = STANDARD.get(name)
                if wanted and not standard_headers(header, include_root, known) & set(wanted):
                    yield header, number, f"std::{name} is used without <{wanted[0]}>"


def read_groups(root):
    """Headers whose test stands under another name: {header: test}, both relative to include/tenon and tests."""
    groups = {}
    path = root / "tests/checks/grouped_tests.txt"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        line = line.split("#")[0].strip()
        if line:
            header, test = (part.strip() for part in line.split(":"))
            groups[header] = test
    return groups


def test_of(name, groups, tests):
    """The test of a header, relative to tests: its namesake; for a kernel of a provider, backend/cpu/x.hpp, and for the arguments
    of a kernel, backend/x_layout.hpp, that of the contract backend/x.hpp; for a part of a model,
    models/family/m/x.hpp, that of the model."""
    if name in groups:
        return groups[name]
    own = name.removesuffix(".hpp") + "_test.cpp"
    folders, stem = name.rsplit("/", 1)[0].split("/"), name.rsplit("/", 1)[1].removesuffix(".hpp")
    if (tests / own).is_file():
        return own
    if folders[0] == "backend":
        contract = f"backend/{re.sub('_(layout|batch)$', '', stem)}.hpp"
        return groups.get(contract, contract.removesuffix(".hpp") + "_test.cpp")
    if folders[0] == "models":
        family, model = "/".join(folders[:2]), folders[2] if len(folders) > 2 else stem
        return f"{family}/{model}/{model}_test.cpp" if (tests / family / model).is_dir() else own
    return own


def first_include(path):
    """The first header that a file includes, or None."""
    matches = filter(None, map(INCLUDE.match, path.read_text(encoding="utf-8").splitlines()))
    return next((match[1] or match[2] for match in matches), None)


def check_tests(headers, root):
    """Yields (path, reason) for each header without a test, for each test that does not include its header first, and for
    each stale entry of the list of groups."""
    groups = read_groups(root)
    names = {header.relative_to(root / "include/tenon").as_posix() for header in headers}
    for name in sorted(names):
        if "/" not in name:  # the umbrella and the forward declarations
            continue
        test = test_of(name, groups, root / "tests")
        if not (root / "tests" / test).is_file():
            yield f"include/tenon/{name}", f"has no test: tests/{test} is missing"
        own = root / "tests" / (name.removesuffix(".hpp") + "_test.cpp")
        if own.is_file() and first_include(own) not in (None, f"tenon/{name}"):
            yield own.relative_to(root), f"must include tenon/{name} before all others, which shows that it compiles alone"
    for name in sorted(set(groups) - names):
        yield "tests/checks/grouped_tests.txt", f"names {name}, which does not exist"


def main(root):
    include_root = root / "include"
    headers = sorted((include_root / "tenon").rglob("*.hpp"))
    reached = reached_by_umbrella(include_root)
    offences = 0
    for header in headers:
        for number, line, reason in check_header(header, include_root, reached):
            print(f"{header.relative_to(root)}:{number}: {line}: {reason}")
            offences += 1
    for header, number, reason in check_standard(headers, include_root):
        print(f"{header.relative_to(root)}:{number}: {reason}")
        offences += 1
    for path, reason in check_tests(headers, root):
        print(f"{path}: {reason}")
        offences += 1
    print(f"{len(headers)} headers, {offences} offences")
    return 1 if offences or not headers else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve()))
