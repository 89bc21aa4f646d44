"""Values of what is deployed, whatever format states them: text, references, alternatives, parts by any spelling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from nhiassess.formats.format import Node
from nhiassess.sources.aws.deployed_arns import fold

EITHER = "Fn::If"
_OF = "of:"
_WITHIN = "in:"
_MOST_CHOICES = 50


def text_of(node: Node | None) -> str | None:
    """Give a scalar as text, with what is unknown in it as ``${name}``."""
    if node is None or node.value is None or node.is_mapping or node.is_sequence:
        return None
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def within(path: str) -> str:
    """Give the tag of a value that stands in another file than what refers to it."""
    return _WITHIN + path


def path_of(node: Node) -> str | None:
    """Give the file that a value stands in, when that is another one than what refers to it."""
    return node.tag.removeprefix(_WITHIN) if node.tag and node.tag.startswith(_WITHIN) else None


def placed(node: Node, at: Node) -> Node:
    """Give a value whose parts all stand at the place of another."""
    moved = replace(node, line=at.line, column=at.column, key_line=at.key_line, key_column=at.key_column)
    if node.is_mapping:
        return replace(moved, value=MappingProxyType({key: placed(each, at) for key, each in node.items()}))
    return replace(moved, value=tuple(placed(each, at) for each in node.elements())) if node.is_sequence else moved


def size(node: Node, most: int) -> int:
    """Count the values below a value, up to a limit."""
    counted, waiting = 0, [node]
    while waiting and counted <= most:
        each = waiting.pop()
        counted += 1
        waiting += [one for _, one in each.items()] if each.is_mapping else each.elements()
    return counted


def referring(node: Node, address: str, text: str) -> Node:
    """Make the text that a reference to a resource stands for, at the place of the reference."""
    return replace(node, value=text, tag=_OF + address)


def referred(node: Node | None) -> str | None:
    """Give the address of the resource that a value refers to."""
    return node.tag.removeprefix(_OF) if node is not None and node.tag and node.tag.startswith(_OF) else None


def part(node: Node | None, *path: str) -> Node | None:
    """Give a value at a path of names, however the format writes them: AgentName, agent_name, agentName.

    Parameters
    ----------
    node:
        A mapping, or a list of blocks, of which the first counts.
    *path:
        Names in small letters without underscores, alternatives with ``|`` between them.

    Examples
    --------
    >>> part(Node(MappingProxyType({"agent_name": Node("a")})), "agentname|name").text()
    'a'
    """
    for step in path:
        if node is None:
            return None
        if node.is_sequence:
            node = node.elements()[0] if node.elements() else None
        wanted = step.split("|")
        by_name: Mapping[str, Node] = {fold(key): each for key, each in (node.items() if node is not None else ())}
        node = next((by_name[each] for each in wanted if each in by_name), None)
    return node


def parts(node: Node | None, *path: str) -> tuple[Node, ...]:
    """Give the mappings of a list, or of repeated blocks, at a path of names; of an undecided list all."""
    found = part(node, *path)
    listed = [each for chosen, _ in choices(found) for each in chosen.listed()] if found is not None else []
    return tuple(each for one in listed for each, _ in choices(one) if each.is_mapping)


def choices(node: Node | None) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Give what a value may be, each with the words that say when; a value that is decided once, without words."""
    waiting: list[tuple[Node, tuple[str, ...]]] = [(node, ())] if node is not None else []
    given = 0
    while waiting and given < _MOST_CHOICES:
        each, words = waiting.pop()
        branches = each.get(EITHER)
        if branches is None or len(branches.elements()) != 3:
            given += 1
            if each.value is not None:
                yield each, words
            continue
        condition, one, other = branches.elements()
        said = text_of(condition) or "a condition"
        waiting += [(other, (*words, f"{said} is not true")), (one, (*words, f"{said} is true"))]


def settled(node: Node) -> Node:
    """Give a value in which no alternative is left: as text an open ``${If ...}``, as statement with a condition."""
    branches = node.get(EITHER)
    if branches is not None and branches.elements():
        return replace(node, value=f"${{If {text_of(branches.elements()[0])}}}", tag=None)
    if node.is_mapping:
        members = {key: settled(_listed(each) if key == "Statement" else each) for key, each in node.items()}
        return replace(node, value=MappingProxyType(members))
    if node.is_sequence:
        return replace(node, value=tuple(made for each in node.elements() for made in _statements(each)))
    return node


def _listed(node: Node) -> Node:
    return node if node.is_sequence else replace(node, value=(node,), tag=None)


def _statements(node: Node) -> Iterator[Node]:
    """Give the alternatives of a statement, each under the condition that decides it; any other value once."""
    possible = tuple(choices(node))
    undecided = len(possible) > 1 or bool(possible and possible[0][1])
    if not undecided or not all(each.is_mapping for each, _ in possible):
        yield settled(node)
        return
    for each, words in possible:
        yield _under(settled(each), words)


def _under(statement: Node, words: Iterable[str]) -> Node:
    said = tuple(replace(statement, value=each, tag=None) for each in words)
    block = dict((statement.get("Condition") or Node(MappingProxyType({}))).items())
    if not said:
        return statement
    block["template"] = replace(
        statement, value=MappingProxyType({"deployment": replace(statement, value=said)}), tag=None
    )
    members = {**dict(statement.items()), "Condition": replace(statement, value=MappingProxyType(block))}
    return replace(statement, value=MappingProxyType(members))


def scalars(node: Node) -> Iterator[Node]:
    """Give every scalar below a value."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.is_mapping:
            waiting += [one for _, one in each.items()]
        elif each.is_sequence:
            waiting += each.elements()
        else:
            yield each


def tags_of(node: Node) -> Iterator[tuple[str, str | None]]:
    """Give the tags of a resource, which are a list of keys and values or a mapping."""
    tags = part(node, "tags")
    for each in tags.elements() if tags is not None else ():
        yield text_of(part(each, "key")) or "", text_of(part(each, "value"))
    for key, each in tags.items() if tags is not None else ():
        yield key, text_of(each)
