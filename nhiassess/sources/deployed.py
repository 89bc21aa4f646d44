"""What a template or a folder of configuration deploys: resources by address, and what refers to them.

References are resolved where the files decide them; what only the deployment decides stays in the text as
``${name}``, which the reading of policies takes for an open variable. The account and region that something is
deployed into are ``-`` in ids. A resource without a literal name is told by its file (or folder) and address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location
from nhiassess.sources.deployed_arns import ARNS, fold
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

EITHER = "Fn::If"
_OF = "of:"
_WITHIN = "in:"
_NAMED = re.compile(r"\$\{([^{}]*)\}")
# text of an ARN whose account is that of the deployment, and whose region is not stated
_OWN = re.compile(
    r"arn:(?:[\w-]+|\$\{[^{}]*\}):([a-z0-9-]+):(?:\$\{[^{}]*\}|-|)"
    r":(?:\$\{AWS::AccountId\}|\$\{data\.aws_caller_identity\.[\w-]+\.account_id\}|-|):(.+)",
    re.DOTALL,
)
_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}|-|aws):((?:role|user|group)/[^*?$]+)")
_LONGEST = 2_000
_LONGEST_NAME = 512
_MOST_MARKS = 40


@dataclass(frozen=True, slots=True)
class Unknown:
    """What only the deployment decides: a parameter, a variable, an export of another stack."""

    construct: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """One resource: its address, its kind in CloudFormation's words, its properties and where it stands."""

    address: str
    kind: str
    file: ReadFile
    node: Node
    place: Location
    when: str | None = None  # what decides whether it is deployed at all


@dataclass(slots=True)
class Deployment:
    """The resources of one template or folder, and what is unknown in them."""

    scope: str
    resources: dict[str, Deployed] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # by address, as stated, perhaps with unknowns
    unknowns: dict[str, Unknown] = field(default_factory=dict)
    files: dict[str, ReadFile] = field(default_factory=dict)
    _means: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, *kinds: str) -> Iterator[Deployed]:
        """Give the resources of some kinds in file order."""
        return (each for each in self.resources.values() if each.kind in kinds)

    def name(self, address: str, kind: str) -> str:
        """Give the name that tells a resource from all others: a literal one, else its scope and address."""
        stated = self.names.get(address)
        if stated and "${" not in stated:
            return stated
        own = f"{self.scope}/{address}" if self.scope else address
        return own.replace("/", "~") if kind == "AWS::S3::Bucket" else own

    def arn(self, address: str, kind: str) -> str | None:
        """Give the ARN of a resource, None when the kind has none that is known here."""
        known = ARNS.get(kind)
        return known.pattern.format(self.name(address, kind)) if known else None

    def arns(self) -> frozenset[str]:
        """Give the ARNs of everything that is deployed."""
        return frozenset(self._means.values())

    def know(self, address: str, kind: str, stated: str | None) -> None:
        """Keep the stated name of a resource, so that text with its ARN is known to mean it."""
        stated = stated if stated and len(stated) <= _LONGEST_NAME else None
        if stated:
            self.names[address] = stated
        known, arn = ARNS.get(kind), self.arn(address, kind)
        if known is None or arn is None:
            return
        for name in filter(None, (stated, self.name(address, kind))):
            service, rest = known.pattern.split(":", 5)[2::3]
            self._means[service, rest.format(name)] = arn

    def meant(self, text: str) -> str:
        """Give the text of an ARN with the ARN of a deployed resource in front, when it names one by its name."""
        match = _OWN.fullmatch(text) if len(text) <= _LONGEST else None
        if match is None:
            return text
        service, rest = match[1], match[2]
        marks = [each.start() for each in islice(re.finditer("[/:]", rest), _MOST_MARKS)]
        for end in (len(rest), *reversed(marks)):
            arn = self._means.get((service, rest[:end]))
            if arn is not None:
                return arn + rest[end:]
        return text

    def file_of(self, node: Node, file: ReadFile) -> ReadFile:
        """Give the file that a value stands in, which is another one for what a local or a policy document gave."""
        tag = node.tag or ""
        return self.files.get(tag.removeprefix(_WITHIN), file) if tag.startswith(_WITHIN) else file

    def identity(self, node: Node | None) -> str | None:
        """Give the id of the role, user or group that a value names; None when only the deployment decides."""
        text = node.text() if node is not None else None
        if node is None or text is None:
            return None
        address = referred(node)
        resource = self.resources.get(address) if address else None
        arn = self.arn(resource.address, resource.kind) if resource else self.meant(text)
        match = _ROLE.fullmatch(arn or "")
        if match is None and arn and (own := _OWN.fullmatch(arn[:_LONGEST])) and own[1] == "iam":
            match = _ROLE.fullmatch(f"arn:aws:iam::-:{own[2]}")
        return f"identity:aws/{match[1]}/{quote(match[2])}" if match else None

    def skip(self, nodes: Iterable[Node], file: ReadFile, found: Gathering) -> None:
        """Name what is unknown in values that were read, each once, with its places."""
        for node in nodes:
            for name in dict.fromkeys(_NAMED.findall(node.text() or "")):
                unknown = self.unknowns.get(name)
                if unknown:
                    found.skip(file.at(node), f"${{{name}}}", unknown.construct, unknown.reason)


def text_of(node: Node | None) -> str | None:
    """Give a scalar as text, with what is unknown in it as ``${name}``."""
    if node is None or node.value is None or node.is_mapping or node.is_sequence:
        return None
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def within(path: str) -> str:
    """Give the tag of a value that stands in another file than what refers to it."""
    return _WITHIN + path


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
    while waiting and given < 50:
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
        return replace(node, value=MappingProxyType({key: settled(each) for key, each in node.items()}))
    if node.is_sequence:
        return replace(node, value=tuple(made for each in node.elements() for made in _statements(each)))
    return node


def _statements(node: Node) -> Iterator[Node]:
    """Give the alternatives of a statement, each under the condition that decides it; any other value once."""
    possible = tuple(choices(node))
    if len(possible) > 1 or (possible and possible[0][1]):
        if all(each.is_mapping for each, _ in possible):
            for each, words in possible:
                yield _under(settled(each), words)
            return
    yield settled(node)


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
