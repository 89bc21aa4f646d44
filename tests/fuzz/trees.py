"""A seed as a tree that can be changed, and written again in its format: JSON, YAML, TOML, front matter or a sheet.

The tree is that of PyYAML, whose mappings are lists of pairs: a key may stand twice, be of any type, and carry a tag.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

STR, NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"
SEQ, MAP = "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"
_LOADER, _DUMPER = yaml.CSafeLoader, yaml.CSafeDumper
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass
class Tree:
    """The documents of a seed, and the way back to text; what surrounds them stays as it is."""

    roots: list[yaml.Node]
    write: Callable[[list[yaml.Node]], str]

    def text(self) -> str:
        return self.write(self.roots)

    def places(self) -> list[tuple[yaml.Node, int]]:
        """Give every place of the tree: the container, and which of its entries."""
        found: list[tuple[yaml.Node, int]] = []
        waiting, seen = [yaml.SequenceNode(SEQ, self.roots)], set()
        while waiting:
            node = waiting.pop()
            if id(node) in seen or isinstance(node, yaml.ScalarNode):
                continue
            seen.add(id(node))
            found += ((node, number) for number in range(len(node.value)))
            waiting += inner(node)
        return found


def inner(node: yaml.Node) -> Iterator[yaml.Node]:
    """Give the values in a container."""
    if not isinstance(node, yaml.ScalarNode):
        for each in node.value:
            yield each[1] if isinstance(node, yaml.MappingNode) else each


def scalar(text: str, tag: str = STR) -> yaml.ScalarNode:
    return yaml.ScalarNode(tag, text)


def tree(path: str, text: str) -> Tree | None:
    """Read a seed; None when it is of no format with a structure, or of one that PyYAML takes differently."""
    suffix = path.rsplit(".", 1)[-1].lower()
    try:
        if suffix == "toml":
            return Tree([_plain(tomllib.loads(text))], _toml)
        if suffix in ("jsonl", "ndjson") or (suffix == "json" and "}\n{" in text):
            return Tree([_one(line) for line in text.splitlines() if line.strip()], _json_lines)
        if suffix in ("json", "webmanifest"):
            return Tree([_one(text)], lambda roots: "\n".join(_json(each, 0) for each in roots) + "\n")
        if suffix in ("yaml", "yml") or path.endswith(".kube/config"):
            return Tree(list(yaml.compose_all(text, Loader=_LOADER)), _yaml)
        if suffix in ("md", "mdc") and text.startswith("---\n"):
            head, body = text[4:].split("\n---", 1)
            return Tree([_one(head)], lambda roots: f"---\n{_yaml(roots)}---{body}")
        if suffix in ("csv", "tsv"):
            sign = ";" if text.count(";") > text.count(",") else ","
            rows = [
                yaml.SequenceNode(SEQ, [scalar(cell) for cell in row])
                for row in csv.reader(io.StringIO(text), delimiter=sign)
            ]
            return Tree(rows, lambda roots: _sheet(roots, sign))
    except (yaml.YAMLError, ValueError):
        return None
    return None


def _one(text: str) -> yaml.Node:
    node = yaml.compose(text, Loader=_LOADER)
    if node is None:
        raise ValueError("nothing stands there")
    return node


def _plain(value: object) -> yaml.Node:
    """Make a tree of plain values."""
    if isinstance(value, dict):
        return yaml.MappingNode(MAP, [(scalar(key), _plain(each)) for key, each in value.items()])
    if isinstance(value, list):
        return yaml.SequenceNode(SEQ, [_plain(each) for each in value])
    if isinstance(value, str):
        return scalar(value)
    return scalar(json.dumps(value, default=str), "tag:yaml.org,2002:int")


def _json(node: yaml.Node, depth: int | None) -> str:
    gap, end = ("", "") if depth is None else ("\n" + " " * (depth + 1), "\n" + " " * depth)
    deeper = None if depth is None else depth + 1
    if isinstance(node, yaml.MappingNode):
        parts = [f"{json.dumps(_key(key))}: {_json(each, deeper)}" for key, each in node.value]
        return "{" + gap + f",{gap or ' '}".join(parts) + end + "}" if parts else "{}"
    if isinstance(node, yaml.SequenceNode):
        parts = [_json(each, deeper) for each in node.value]
        return "[" + gap + f",{gap or ' '}".join(parts) + end + "]" if parts else "[]"
    if node.tag == STR or node.tag.startswith("!"):
        return json.dumps(node.value, ensure_ascii=len(node.value) % 2 == 0 or bool(_HALF.search(node.value)))
    return "null" if node.tag == NULL else str(node.value)


def _json_lines(roots: list[yaml.Node]) -> str:
    return "\n".join(_json(each, None) for each in roots) + "\n"


def _key(node: yaml.Node) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else "[]"


def _yaml(roots: list[yaml.Node]) -> str:
    for root in roots:
        _without_halves(root)
    text = yaml.serialize_all(roots, Dumper=_DUMPER, width=10_000, allow_unicode=True, explicit_start=len(roots) > 1)
    return str(text)


def _without_halves(root: yaml.Node) -> None:
    """Replace halves of surrogate pairs: JSON can write them, and YAML can't."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            node.value = _HALF.sub("?", node.value)
        else:
            waiting += inner(node)
            waiting += [key for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


def _toml(roots: list[yaml.Node]) -> str:
    lines = []
    for root in roots:
        pairs = root.value if isinstance(root, yaml.MappingNode) else [(scalar("value"), root)]
        lines += [f"{_toml_key(key)} = {_inline(each)}" for key, each in pairs]
    return "\n".join(lines) + "\n"


def _inline(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "{" + ", ".join(f"{_toml_key(key)} = {_inline(each)}" for key, each in node.value) + "}"
    if isinstance(node, yaml.SequenceNode):
        return "[" + ", ".join(_inline(each) for each in node.value) + "]"
    if node.tag == STR or node.tag.startswith("!"):
        return json.dumps(_HALF.sub("?", node.value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return '""' if node.tag == NULL else str(node.value)


def _toml_key(node: yaml.Node) -> str:
    text = _HALF.sub("?", _key(node))
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _sheet(roots: list[yaml.Node], sign: str) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=sign, lineterminator="\n")
    for row in roots:
        cells = row.value if isinstance(row, yaml.SequenceNode) else [row]
        writer.writerow([each.value if isinstance(each, yaml.ScalarNode) else "[]" for each in cells])
    return written.getvalue()
