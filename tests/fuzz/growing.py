"""Seeds that grow: the entries of one list, mapping or text again and again, each under a name of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

import yaml

from tests.fuzz.trees import STR, inner, scalar, tree
from tests.hostile.canaries import found as canaries_in

# keys whose values tell one thing from another; types, versions and actions must stay what they are
_TELLING = re.compile(
    r"(?i)(?:name|id|arn|sid|title|label|url|uri|email|slug|path|member|principal|subject|user|principals)s?$"
)
_NAMED = re.compile(
    r"(?m)^(?:resource|data) \"[^\"\n]+\" \"([^\"\n]+)\"|^(?:async )?def (\w+)|^(\w+) = "
    r"|^path \"([^\"\n*]+)|^type (\w+)$"
)


def places(path: str, content: bytes) -> list[int]:
    """Give the numbers of the containers of a seed that can grow; -1 stands for the text as a whole."""
    made = tree(path, content.decode())
    if made is None:
        return [-1]
    containers = {id(node): number for number, (node, _) in reversed(list(enumerate(made.places())))}
    return sorted(containers.values())


def weightiest(path: str, content: bytes) -> tuple[int, int]:
    """Give how much lies in the largest list or mapping of records, and its number."""
    made = tree(path, content.decode())
    if made is None:
        return len(content), -1
    numbers = {id(node): number for number, (node, _) in reversed(list(enumerate(made.places())))}
    found = [(0, 0)]
    for node, number in {id(node): (node, numbers[id(node)]) for node, _ in made.places()}.values():
        is_only_root = node.value is made.roots and len(made.roots) == 1
        if not is_only_root and all(isinstance(each, yaml.MappingNode) for each in inner(node)):
            found.append((_size(node), number))
    return max(found)


def _size(node: yaml.Node) -> int:
    total, waiting = 0, [node]
    while waiting:
        each = waiting.pop()
        total += len(each.value)
        waiting += inner(each)
    return total


def grown(path: str, content: bytes, place: int, size: int) -> bytes:
    """Repeat the entries at a place until a seed has about a size."""
    text = content.decode()
    made = tree(path, text) if place >= 0 else None
    if made is None:
        return "\n".join(_copies(text, max(size // len(text), 1))).encode()
    node, _ = made.places()[place]
    entries = list(node.value)
    one = made.text()
    node.value[:] = [*entries, *_entries(node, entries, 0)]
    each = max(len(made.text()) - len(one), 1)
    node.value[:] = entries
    for number in range(max((size - len(one)) // each, 1)):
        node.value += _entries(node, entries, number)
    return made.text().encode()


def _entries(node: yaml.Node, entries: list[object], number: int) -> Iterator[object]:
    for entry in deepcopy(entries):
        if isinstance(node, yaml.MappingNode):
            key, value = entry  # type: ignore[misc]  # the entries of a mapping are pairs
            _rename(value, number)
            yield scalar(f"{key.value}{number}") if isinstance(key, yaml.ScalarNode) else key, value
        else:
            if isinstance(entry, yaml.ScalarNode):
                _suffix(entry, number)
            else:
                _rename(entry, number)  # type: ignore[arg-type]  # the entries of a list are nodes
            yield entry


def _rename(node: yaml.Node, number: int) -> None:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, yaml.MappingNode):
            for key, value in each.value:
                if isinstance(value, yaml.ScalarNode) and _TELLING.search(str(key.value)):
                    _suffix(value, number)
        waiting += inner(each)


def _suffix(node: yaml.ScalarNode, number: int) -> None:
    if node.tag == STR and not canaries_in(node.value):
        node.value = f"{node.value}{number}"


def _copies(text: str, count: int) -> Iterator[str]:
    yield text
    names = {name for each in _NAMED.finditer(text) for name in each.groups() if name}
    of_names = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, names))})(?![\w])") if names else None
    for number in range(1, count):
        yield of_names.sub(rf"\g<0>{number}", text) if of_names else text
