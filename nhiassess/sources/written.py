"""Our own YAML, for what no file shows: rows of the model's tables, with the field names of the model.

The fields of the model's dataclasses decide which keys a row may have and what their values may be. A list
of names stands for `capabilities` that the owner is sure of; pairs of action and resource may stand for
`actions` when every action goes with every resource. The id of a link is told apart by its file, and may be
left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from nhiassess.errors import Complaint, FormatError
from nhiassess.formats.format import Node
from nhiassess.model import inventory as model
from nhiassess.model.inventory import Condition, Gate, Inventory, Location
from nhiassess.model.reach import TRIPLES
from nhiassess.sources.source import ReadFile, quote

SUFFIXES = (".nhi.yaml", ".nhi.yml")
TABLES: Mapping[str, type] = {
    "agents": model.Agent,
    "tool_servers": model.ToolServer,
    "tools": model.Tool,
    "identities": model.Identity,
    "credentials": model.Credential,
    "resources": model.Resource,
    "inputs": model.Input,
    "destinations": model.Destination,
    "grants": model.Grant,
    "trusts": model.Trust,
    "settings": model.Setting,
    "authorization_policies": model.AuthorizationPolicy,
    "telemetry": model.Telemetry,
    "activity": model.Activity,
    "workflows": model.Workflow,
    "links": model.Link,
}
_NEEDED_OF_LINKS = ("source", "verb", "target")
# the kinds that relations lead to and from, whose ids begin with their word; one of another kind would stop the graph
_KINDS = {
    "agents": "agent",
    "tool_servers": "tool_server",
    "tools": "tool",
    "identities": "identity",
    "credentials": "credential",
    "resources": "resource",
    "inputs": "input",
    "destinations": "destination",
    "grants": "grant",
    "workflows": "workflow",
}


class Row:
    """One mapping of a written file, with the complaints about it."""

    def __init__(self, file: ReadFile, node: Node, dotted: str, complaints: list[Complaint]) -> None:
        self.file, self.node, self.dotted, self.complaints = file, node, dotted, complaints

    def complain(self, node: Node, key: str, what: str, hint: str = "", at_key: bool = False) -> None:
        """Add a complaint about one value or key."""
        place = self.file.at_key(node) if at_key else self.file.at(node)
        where = f"{place.path}:{place.line}:{place.column}"
        self.complaints.append(Complaint(f"{self.dotted}{'.' + key if key else ''}: {what}", where, hint))

    def unknown(self, known: Sequence[str]) -> None:
        """Complain about every key that is not known."""
        for key, node in self.node.items():
            if key not in known:
                near = get_close_matches(key, known, 1)
                hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(sorted(known))}."
                self.complain(node, key, "is not a known key", hint, at_key=True)


class Written:
    """Rows that people write about what no file shows."""

    name = "written"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise files by their double ending."""
        return path.endswith(SUFFIXES)

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every row of every table.

        Raises
        ------
        FormatError
            With every unknown key, missing field and value of the wrong kind, each with its place.
        """
        complaints: list[Complaint] = []
        tables: dict[str, list[Any]] = {}
        for file in files:
            for problem in file.document.problems:
                where = f"{file.path}:{problem.line}:{problem.column}"
                complaints.append(Complaint(f"{problem.path}: {problem.what}", where, problem.hint))
            root = Row(file, file.document.root, "$", complaints)
            if not root.node.is_mapping:
                root.complain(root.node, "", "a mapping of tables is expected here", "Begin with `agents:`.")
                continue
            root.unknown(tuple(TABLES))
            for table in TABLES:
                node = root.node.get(table)
                if node is None:
                    continue
                if not node.is_sequence:
                    root.complain(node, table, "a list of rows is expected here", "Begin each row with `- `.")
                for place, each in enumerate(node.elements()):
                    made = _row(Row(file, each, f"$.{table}[{place}]", complaints), table)
                    if made is not None:
                        tables.setdefault(table, []).append(made)
        if complaints:
            raise FormatError(tuple(complaints))
        return Inventory(**{table: tuple(rows) for table, rows in tables.items()})


def _row(row: Row, table: str) -> Any:
    kind = TABLES[table]
    if not row.node.is_mapping:
        row.complain(row.node, "", "a mapping is expected here", "Write `key: value` lines.")
        return None
    readers = _readers(kind)
    row.unknown(tuple(readers))
    values = {
        name: reader(row, name, node)
        for name, reader in readers.items()
        if (node := row.node.get(name)) is not None and node.value is not None
    }
    if table == "links" and all(values.get(name) for name in _NEEDED_OF_LINKS):
        _sentence(row, values["source"], values["verb"], values["target"])
    needed = _NEEDED_OF_LINKS if table == "links" else ("id",)
    missing = [name for name in needed if not values.get(name)]
    for name in missing:
        row.complain(row.node, name, "is missing", "Add it.")
    if missing:
        return None
    begins = f"{_KINDS.get(table, '')}:"
    if table in _KINDS and not values["id"].startswith(begins):
        row.complain(row.node.get("id") or row.node, "id", f"{values['id']} is no id of this table", f"Write {begins}…")
        return None
    if table == "links":
        own = values.get("id") or f"{values['source']}|{values['verb']}|{values['target']}"
        values["id"] = f"{quote(row.file.path)}#{own}"
    if table == "grants":
        _split_pairs(row, values)
    places = (
        row.file.at(row.node),
        *(row.file.at(node) for name, node in row.node.items() if name in values),
    )
    return kind(**values, locations=tuple(_one_each_line(places)))


def _sentence(row: Row, source: str, verb: str, target: str) -> None:
    """Complain about a link that no path could be read along: one such edge would stop the whole graph."""
    node = row.node.get("verb") or row.node
    if verb not in TRIPLES:
        row.complain(node, "verb", f"{verb} is no verb", f"Verbs: {', '.join(TRIPLES)}.")
        return
    sources, targets = TRIPLES[verb]
    ends = source.split(":", 1)[0], target.split(":", 1)[0]
    if ends[0] not in sources or ends[1] not in targets:
        hint = f"{verb} leads from {' or '.join(sorted(sources))} to {' or '.join(sorted(targets))}."
        row.complain(node, "verb", f"{ends[0]} {verb} {ends[1]} is no sentence", hint)


def _one_each_line(places: Sequence[Location]) -> Sequence[Location]:
    found: dict[int, Location] = {}
    for place in places:
        found.setdefault(place.line, place)
    return tuple(found.values())


Reader = Callable[[Row, str, Node], Any]


@cache
def _readers(kind: type) -> Mapping[str, Reader]:
    """Give a reader for each field of a dataclass, by its type."""
    hints = get_type_hints(kind)
    return {each.name: _reader(each, hints[each.name]) for each in fields(kind) if each.name != "locations"}


def _reader(of: Field[Any], hint: Any) -> Reader:
    kinds = [each for each in (get_args(hint) or (hint,)) if each is not type(None)]
    if get_origin(hint) is tuple:
        kinds = [hint]
    wanted = kinds[0]
    if wanted is bool:
        return _flag
    if wanted is int:
        return _number
    if wanted is Gate:
        return _gate
    if get_origin(wanted) is not tuple:
        return _text
    inner = get_args(wanted)[0]
    if inner is Condition:
        return _conditions
    if of.name == "capabilities":
        return _capabilities
    return _pairs_or_texts if of.name == "actions" else _texts


def _text(row: Row, key: str, node: Node) -> str | None:
    value = node.text()
    if value is None:
        row.complain(node, key, f"text is expected, not {node.plain()!r}", "Put it in quotes.")
    return value


def _flag(row: Row, key: str, node: Node) -> bool | None:
    if node.flag() is None:
        row.complain(node, key, f"true or false is expected, not {node.plain()!r}")
    return node.flag()


def _number(row: Row, key: str, node: Node) -> int | None:
    if isinstance(node.value, bool) or not isinstance(node.value, int):
        row.complain(node, key, f"a whole number is expected, not {node.plain()!r}")
        return None
    return node.value


def _texts(row: Row, key: str, node: Node) -> tuple[str, ...]:
    if not node.is_sequence:
        row.complain(node, key, "a list is expected here", "Write it as [a, b].")
        return ()
    return tuple(text for each in node.elements() if (text := _text(row, key, each)) is not None)


def _pairs(row: Row, key: str, node: Node) -> tuple[tuple[str, str], ...]:
    found = []
    for each in node.elements():
        words = [part.text() for part in each.elements()]
        if len(words) != 2 or None in words:
            row.complain(each, key, "a pair of two texts is expected here", "Write it as [first, second].")
        else:
            found.append((str(words[0]), str(words[1])))
    return tuple(found)


def _capabilities(row: Row, key: str, node: Node) -> tuple[tuple[str, str], ...]:
    if any(each.is_sequence for each in node.elements()):
        return _pairs(row, key, node)
    return tuple((name, "high") for name in _texts(row, key, node))


def _pairs_or_texts(row: Row, key: str, node: Node) -> tuple[Any, ...]:
    if any(each.is_sequence for each in node.elements()):
        return _pairs(row, key, node)
    return _texts(row, key, node)


def _split_pairs(row: Row, values: dict[str, Any]) -> None:
    """Put pairs of action and resource into the two fields of a grant, when they say the same there."""
    pairs = values.get("actions") or ()
    if not pairs or isinstance(pairs[0], str):
        return
    actions = tuple(dict.fromkeys(action for action, _ in pairs))
    resources = tuple(dict.fromkeys(resource for _, resource in pairs))
    node = row.node.get("actions") or row.node
    if len(set(pairs)) != len(actions) * len(resources):
        row.complain(node, "actions", "not every action goes with every resource", "Write one grant for each resource.")
    if values.get("resources"):
        row.complain(node, "actions", "pairs and `resources` together say two things", "Leave one of them out.")
    values["actions"], values["resources"] = actions, resources


def _conditions(row: Row, key: str, node: Node) -> tuple[Condition, ...]:
    found = []
    for place, each in enumerate(node.elements()):
        inner = Row(row.file, each, f"{row.dotted}.{key}[{place}]", row.complaints)
        inner.unknown(("operator", "key", "values"))
        operator, compared = (
            _text(inner, name, part) if (part := each.get(name)) else None for name in ("operator", "key")
        )
        if not operator or not compared:
            inner.complain(each, "", "a condition needs an operator and a key", "Write {operator: .., key: ..}.")
            continue
        stated = each.get("values")
        found.append(Condition(operator, compared, _texts(inner, "values", stated) if stated is not None else ()))
    return tuple(found)


def _gate(row: Row, key: str, node: Node) -> Gate | None:
    inner = Row(row.file, node, f"{row.dotted}.{key}", row.complaints)
    if not node.is_mapping:
        inner.complain(node, "", "a mapping is expected here", "Write {kind: human_approval, enforced_at: gateway}.")
        return None
    readers = _readers(Gate)
    inner.unknown(tuple(readers))
    values = {name: reader(inner, name, found) for name, reader in readers.items() if (found := node.get(name))}
    return Gate(**{name: value for name, value in values.items() if value is not None})


SOURCE = Written()
