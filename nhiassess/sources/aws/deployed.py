"""What a template or a folder of configuration deploys: resources by address, and what refers to them.

References are resolved where the files decide them; what only the deployment decides stays in the text as
``${name}``, which the reading of policies takes for an open variable. The account and region that something is
deployed into are ``-`` in ids. A resource without a literal name is told by its file (or folder) and address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location
from nhiassess.sources.aws.deployed_arns import ARNS
from nhiassess.sources.aws.deployed_values import path_of, referred
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

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
    _by_kind: dict[str, list[Deployed]] = field(default_factory=dict)
    _told: set[tuple[str, Location]] = field(default_factory=set)

    def add(self, each: Deployed) -> None:
        """Keep a resource."""
        self.resources[each.address] = each
        self._by_kind.setdefault(each.kind, []).append(each)

    def of(self, *kinds: str) -> Iterator[Deployed]:
        """Give the resources of some kinds, each kind in file order."""
        for kind in kinds:
            yield from self._by_kind.get(kind, ())

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

    def deploys(self, arn: str) -> bool:
        """Tell whether an ARN is that of a resource that is deployed here."""
        parts = arn.split(":", 5)
        return len(parts) == 6 and self._means.get((parts[2], parts[5])) == arn

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
        return self.files.get(path_of(node) or file.path, file)

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
                unknown, told = self.unknowns.get(name), (name, file.at(node))
                if unknown and told not in self._told:
                    self._told.add(told)
                    found.skip(file.at(node), f"${{{name}}}", unknown.construct, unknown.reason)
