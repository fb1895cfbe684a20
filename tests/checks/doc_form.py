#!/usr/bin/env python3
"""Checks that the public names of the headers are commented, and that the comments of ops have their one form.

usage: doc_form.py [--list] ROOT        (ROOT holds include/tenon)

Names in `namespace detail` and under backend/ are not public. Each public function, class, struct, enum, concept and
alias has a comment directly before it; overloads that follow each other may share the first one's. In ops/ the comment of a
function, or else the one at the head of the file, holds the labels `shapes:` if it takes tensors, `throws:`, and `keeps:`
if the file records gradients. Labels stand in the order of LABELS, each at the beginning of a line. CONTRIBUTING.md, section 5.

Prints each offence as `file:line: name: what is missing` and exits with 1 when there are any. `--list` prints instead how
many public names each folder has, and how many offences.
"""

import re
import sys
from collections import Counter
from pathlib import Path

LABELS = ["shapes", "returns", "throws", "keeps", "cost", "source"]
ANY_LABEL = "|".join(LABELS)
LABEL = re.compile(rf"///\s+({ANY_LABEL}):(?:\s|$)")
STRAY_LABEL = re.compile(rf"\S.*\s({ANY_LABEL}):\s")
OLD_LABEL = re.compile(rf"///.*\s{{2,}}({ANY_LABEL}|see)\s")
RECORDS = re.compile(r"\b(record|recorded|map|map_sum|map_loss)\(")
NAMESPACE = re.compile(r"namespace\s+([\w:]+)\s*\{")
LITERAL = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])+'")


class Item:
    """A declaration at namespace level: its kind and name, where it stands, and the comment directly before it."""

    def __init__(self, line, comment, text):
        self.line, self.comment = line, comment
        self.kind, self.name, parameters, self.is_definition = classify(text)
        self.takes_tensors = re.search(r"Tensor<|Csr<", parameters) is not None


def skip_brackets(text, opening, closing):
    """What follows the bracket that `text` begins with."""
    depth = 0
    for i, c in enumerate(text):
        depth += (c == opening) - (c == closing)
        if depth == 0:
            return text[i + 1:].lstrip()
    return ""


def skip_prefix(text):
    """A declaration without its template parameters, requirements and attributes."""
    text = re.sub(r"\[\[.*?\]\]|\bTENON_\w+\b", "", text).strip()
    while True:
        if re.match(r"template\s*<", text):
            text = skip_brackets(text[text.index("<"):], "<", ">")
        elif re.match(r"(requires|&&|\|\|)\s*\(", text):
            text = skip_brackets(text[text.index("("):], "(", ")")
        elif match := re.match(r"(?:requires|&&|\|\|)\s*[\w:]+\s*", text):
            text = text[match.end():]
            text = skip_brackets(text, "<", ">") if text.startswith("<") else text
        else:
            return text


def classify(text):
    """(kind, name, parameters, whether it is a definition) of a declaration; no kind for what needs no comment."""
    nothing = None, "", "", False
    if re.match(r"template\s*<\s*>|extern|static_assert|friend", text):  # specialisations and the like
        return nothing
    text = skip_prefix(text)
    if match := re.match(r"(?:enum class|enum struct|enum|class|struct|union)\s+(\w+)\s*(.)", text):
        return ("type", match[1], "", True) if "{" in text and match[2] != "<" else nothing
    if match := re.match(r"(concept|using)\s+(\w+)\s*=", text):
        return match[1], match[2], "", True
    head, depth = "", 0
    for c in text:  # up to the parameters
        depth += (c == "<") - (c == ">")
        if depth == 0 and c in "(={;":
            break
        head += c
    name = re.search(r"([\w:~]+)\s*$", head)
    if not name or text[len(head):len(head) + 1] != "(" or "operator" in head or head.strip() == name[1]:
        return nothing  # variables, operators, deduction guides, macros
    if "::" in name[1] or head.startswith("using"):
        return nothing  # declared elsewhere
    rest = skip_brackets(text[len(head):], "(", ")")
    return "function", name[1], text[len(head):len(text) - len(rest)], "{" in rest


def read_items(lines):
    """(the comment at the head of a file, the items at namespace level outside `detail`)."""
    header = []
    for line in lines[1:]:
        if not line.startswith("///"):
            break
        header.append(line)
    items, comment, text, begin, spaces, depth, directive = [], [], "", 0, [], 0, False
    for number, line in enumerate(lines[1 + len(header):], 2 + len(header)):
        code = LITERAL.sub('""', line)
        code = re.sub(r"//.*", "", code).rstrip()
        if directive or code.startswith("#"):
            comment, directive = comment if text else [], code.endswith("\\")
            continue
        if not text:
            if line.startswith("///"):
                comment.append(line)
                continue
            if not code:
                comment = comment if line.startswith("//") else []
                continue
            if match := NAMESPACE.match(code):
                spaces.append(match[1])
                comment = []
                continue
            if code == "}" and spaces:
                spaces.pop()
                continue
            if re.fullmatch(r"[A-Z_]+\(.*\)", code):  # a macro that declares something
                continue
            begin = number
        text += code + " "
        depth += code.count("{") - code.count("}") + code.count("(") - code.count(")")
        if depth == 0 and code.endswith((";", "}")):
            if not any("detail" in space.split("::") for space in spaces):
                items.append(Item(begin, comment, text))
            text, comment = "", []
    return header, [item for item in items if item.kind]


def check_labels(comment):
    """Yields what is wrong with the labels of one comment."""
    found = [match[1] for match in map(LABEL.match, comment) if match]
    if found != sorted(set(found), key=LABELS.index):
        yield f"labels {', '.join(found)} are not once each in the order {', '.join(LABELS)}"
    for line in comment:
        if STRAY_LABEL.search(line.removeprefix("///")):
            yield f"a label stands within a line: {line}"
        if OLD_LABEL.match(line):
            yield f"a label without its colon, or within a line: {line}"


def labels_of(comment):
    """The labels that a comment holds."""
    return {match[1] for match in map(LABEL.match, comment) if match}


def check_header(path, is_op):
    """(the number of public names, [(line, name, reason)]) of one header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header, items = read_items(lines)
    offences = [(1, "the head of the file", reason) for reason in (check_labels(header) if is_op else [])]
    if not header:
        offences.append((1, "the head of the file", "no comment"))
    records = RECORDS.search("\n".join(lines)) is not None
    declared = {}  # comments of functions that are declared before they are defined
    before, labels = None, set()
    for item in items:
        follows = before and before.kind == item.kind == "function" and before.name == item.name
        comment = item.comment or declared.get(item.name, [])
        if item.kind == "function" and not item.is_definition:
            declared[item.name] = item.comment
            continue
        if not comment and not follows:
            offences.append((item.line, item.name, "no comment"))
        if is_op:
            offences += [(item.line, item.name, reason) for reason in check_labels(item.comment)]
            labels = labels_of(comment) | (labels if follows else labels_of(header))
            required = ["shapes"] * item.takes_tensors + ["throws"] + ["keeps"] * records
            missing = [f"{label}:" for label in required if label not in labels]
            if item.kind == "function" and missing:
                offences.append((item.line, item.name, f"no {', '.join(missing)} here or at the head of the file"))
        before = item
    return len(items), offences


def main(root, only_counts):
    names, wrong = Counter(), Counter()
    headers = sorted((root / "include/tenon").rglob("*.hpp"))
    for path in headers:
        folder = path.relative_to(root / "include/tenon").parts[0]
        if folder in ("backend", "fwd.hpp", "tenon.hpp"):  # not public, or without definitions
            continue
        count, offences = check_header(path, folder == "ops")
        names[folder] += count
        wrong[folder] += len(offences)
        for line, name, reason in offences if not only_counts else []:
            print(f"{path.relative_to(root)}:{line}: {name}: {reason}")
    for folder in names if only_counts else []:
        print(f"{folder}: {names[folder]} public names, {wrong[folder]} offences")
    print(f"{names.total()} public names, {wrong.total()} offences")
    return 1 if wrong.total() or not headers else 0


if __name__ == "__main__":
    ARGUMENTS = [argument for argument in sys.argv[1:] if argument != "--list"]
    if len(ARGUMENTS) != 1:
        sys.exit(__doc__)
    sys.exit(main(Path(ARGUMENTS[0]).resolve(), "--list" in sys.argv))
