#!/usr/bin/env python3
"""Checks that docs/pytorch_names.md has a row for each name of PyTorch's, and writes a program that uses each name of Tenon's.

usage: pytorch_names.py [--cpp FILE] ROOT        (ROOT holds docs, include and tests/checks/pytorch_names.txt)

A row is `| PyTorch's names | Tenon's names, or absent | note |`, each name in backticks. Prints each offence as
`file:line: the name: the reason` and exits with 1 when there are any. `--cpp` writes a source that includes the public headers
and has a using-declaration for each of Tenon's names, those in notes and in docs/pytorch.md too: it compiles if they exist.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

TABLE = "docs/pytorch_names.md"
GUIDE = "docs/pytorch.md"
LIST = "tests/checks/pytorch_names.txt"
HEAD = "| PyTorch | Tenon | note |"
NAMES = re.compile(r"`[\w.:]+`(, `[\w.:]+`)*")
OURS = re.compile(r"\b(?:tn|std)(?:::\w+)+")
MEMBER = "tn::Tensor::"


class Row:
    """A row of the table: where it stands, PyTorch's names, Tenon's names (none if it is absent)."""

    def __init__(self, line, theirs, ours):
        self.line, self.theirs, self.ours = line, theirs, ours


def names_in(cell):
    """The names between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def read_rows(lines):
    """(the rows, [(line, text, reason)] of what is no row)."""
    rows, offences = [], []
    for number, line in enumerate(lines, 1):
        if not line.startswith("|") or line in (HEAD, "|---|---|---|"):
            continue
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) != 3:
            offences.append((number, line, f"a row has three cells: {HEAD}"))
        elif not NAMES.fullmatch(cells[0]):
            offences.append((number, cells[0], "the first cell holds PyTorch's names, each in backticks, with commas between them"))
        elif cells[1] != "absent" and not NAMES.fullmatch(cells[1]):
            offences.append((number, cells[1], "the second cell holds Tenon's names, each in backticks, or the word absent"))
        else:
            rows.append(Row(number, names_in(cells[0]), names_in(cells[1])))
    return rows, offences


def check_names(rows, known):
    """Yields (line, name, reason): names that have two rows, no row, or a row though PyTorch does not have them."""
    seen = {}
    for row in rows:
        for name in row.theirs:
            if name in seen:
                yield row.line, name, f"has a row already, in line {seen[name]}"
            elif name not in known:
                yield row.line, name, f"is not in {LIST}"
            seen.setdefault(name, row.line)
        for name in row.ours:
            if not OURS.fullmatch(name):
                yield row.line, name, "Tenon's names are written in full: tn::nn::Linear"
    for name in sorted(known - seen.keys()):
        yield 1, name, "has no row"


def public_headers(root):
    """The headers that programs include, as they write them; backend/ is not for them."""
    headers = (path.relative_to(root / "include").as_posix() for path in (root / "include/tenon").rglob("*.hpp"))
    return sorted(header for header in headers if not header.startswith("tenon/backend/"))


def cpp_source(headers, text):
    """A source that names each of Tenon's names that stand in a text."""
    by_space = defaultdict(set)
    for name in OURS.findall(text):
        by_space[name.rsplit("::", 1)[0]].add(name)
    members = by_space.pop(MEMBER.removesuffix("::"), set())
    lines = [f'#include "{header}"' for header in headers] + ["", "#include <map>", "#include <vector>", ""]
    for space in sorted(by_space):
        lines.append(f"namespace names_of_{space.replace('::', '_')} {{")
        lines += [f"using {name};" for name in sorted(by_space[space])]
        lines += ["}", ""]
    if members:
        lines.append("struct NamesOfTensor : tn::Tensor<float> {")
        lines += [f"  using tn::Tensor<float>::{name.removeprefix(MEMBER)};" for name in sorted(members)]
        lines.append("};")
    return "\n".join(lines) + "\n"


def main(root, cpp):
    table = (root / TABLE).read_text(encoding="utf-8")
    if cpp:
        text = table + (root / GUIDE).read_text(encoding="utf-8")
        cpp.write_text(cpp_source(public_headers(root), text), encoding="utf-8")
        return 0
    rows, offences = read_rows(table.splitlines())
    known = set((root / LIST).read_text(encoding="utf-8").split())
    offences += check_names(rows, known)
    for line, text, reason in offences:
        print(f"{TABLE}:{line}: {text}: {reason}")
    present = sum(len(row.theirs) for row in rows if row.ours)
    print(f"{len(known)} names of PyTorch's, {present} of them here, {len(offences)} offences")
    return 1 if offences or not rows else 0


if __name__ == "__main__":
    ARGUMENTS = sys.argv[1:]
    CPP = Path(ARGUMENTS[1]) if len(ARGUMENTS) == 3 and ARGUMENTS[0] == "--cpp" else None
    if len(ARGUMENTS) != (3 if CPP else 1):
        sys.exit(__doc__)
    sys.exit(main(Path(ARGUMENTS[-1]).resolve(), CPP))
