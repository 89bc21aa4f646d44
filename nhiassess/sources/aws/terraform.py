"""The Terraform of one folder as what it deploys: references resolved where the folder itself decides.

After HashiCorp's "Terraform Language Documentation" and the pages of the ``aws`` and ``awscc`` providers. References
to resources of the folder give their names and ARNs, locals what they are set to, and the data source
``aws_iam_policy_document`` the policy that it writes. A variable is unknown whatever its default says, and modules
are out of reach: what they deploy is read only when their own folder is handed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from nhiassess.formats.format import Node
from nhiassess.sources.aws.deployed import Deployed, Deployment, Unknown
from nhiassess.sources.aws.deployed_arns import ARNS, kind_of
from nhiassess.sources.aws.deployed_values import EITHER, part, referring, size, text_of, within
from nhiassess.sources.aws.terraform_expressions import REFERENCE, bare, choice, pieces
from nhiassess.sources.aws.terraform_policies import policy_document
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile

_SIGN = re.compile(r"(?m)^[ \t]*(?:(?:resource|data)\s+\"aws|locals\s*\{|variable\s+\"|module\s+\"|provider\s+\"aws)")
_DOCUMENT = "aws_iam_policy_document"
_EVALUATED = "only Terraform evaluates it"
_NAMED_BY = ("id", "name", "bucket", "arn")
_DEEPEST = 12
_LONGEST = 100_000
# what locals and documents expand to in one folder; a hand-written module has some hundred values
_MOST_VALUES = 200_000
_ELSEWHERE = {
    "var": ("variable", "a variable{usual}: hand over the values that it was applied with, such as a plan as JSON"),
    "module": ("module", "a module gives it: hand over the folder of the module, or a plan as JSON"),
    "each": ("instance", "it differs between instances: hand over a plan as JSON"),
    "count": ("instance", "it differs between instances: hand over a plan as JSON"),
    "local": ("local", "a local that is set in no file of the folder"),
    "path": ("path", "a path of the machine that applies it"),
}


def is_terraform(path: str, head: str) -> bool:
    """Tell whether a file is Terraform that may deploy to AWS.

    Examples
    --------
    >>> is_terraform("a/main.tf", 'resource "aws_iam_role" "r" {'), is_terraform("a/main.tf", "ui = true")
    (True, False)
    """
    return path.lower().endswith(".tf") and bool(_SIGN.search(head))


def terraform(files: Sequence[ReadFile], scope: str) -> Deployment:
    """Read the files of one folder.

    Parameters
    ----------
    files:
        All of the folder.
    scope:
        The folder.

    Returns
    -------
    Deployment
        With every resource under its type and name, such as ``aws_iam_role.agent``.
    """
    made = Deployment(scope)
    work = _Resolving(made)
    stated: list[tuple[str, str, ReadFile, Node]] = []
    for file in sorted(files, key=lambda each: each.path):
        for block in _blocks(file.document.root, "locals"):
            work.locals.update((name, (file, node)) for name, node in block.items())
        for block in _blocks(file.document.root, "variable"):
            work.variables.update(block.items())
        for what in ("resource", "data"):
            for kind, name, node in _labelled(file.document.root, what):
                address = f"{'data.' if what == 'data' else ''}{kind}.{name}"
                if what == "resource" and node.get("count") is not None and node.get("count").number() == 0:  # type: ignore[union-attr]  # asked before
                    continue
                work.kinds[address] = kind_of(kind)
                if what == "resource":
                    stated.append((address, kind_of(kind), file, node))
                elif kind == _DOCUMENT:
                    work.documents[address] = (file, node)
                else:
                    _know(work, made, address, kind_of(kind), node)
    for address, kind, _, node in stated:
        _know(work, made, address, kind, node)
    for address, kind, file, node in stated:
        decides = node.get("count") or node.get("for_each")
        when = text_of(decides) or ("for_each" if decides is not None else None)
        made.add(Deployed(address, kind, file, work.resolve(node), file.at(node), when))
    made.files = {file.path: file for file in files}
    return made


def modules(files: Sequence[ReadFile], found: Gathering) -> None:
    """Name the modules that a folder takes from elsewhere."""
    for file in files:
        for block in _blocks(file.document.root, "module"):
            for name, node in block.items():
                where = text_of(part(node, "source")) or "its source"
                reason = f"a module: hand over {where} as a folder, or a plan as JSON"
                found.skip(file.at_key(node), f"module.{name}", "module", reason)


def _know(work: _Resolving, made: Deployment, address: str, kind: str, node: Node) -> None:
    known = ARNS.get(kind)
    named = part(node, known.names) if known else None
    name = text_of(work.resolve(named)) if named is not None else None
    path = text_of(node.get("path")) if kind.startswith("AWS::IAM::") else None
    made.know(address, kind, f"{path.strip('/')}/{name}" if name and path and path.strip("/") else name)


def _blocks(root: Node, name: str) -> Iterator[Node]:
    node = root.get(name)
    yield from (each for each in (node.elements() if node is not None else ()) if each.is_mapping)


def _labelled(root: Node, name: str) -> Iterator[tuple[str, str, Node]]:
    for block in _blocks(root, name):
        for kind, named in block.items():
            for label, node in named.items():
                if node.is_mapping:
                    yield kind, label, node


@dataclass(slots=True)
class _Resolving:
    """One folder while it is resolved."""

    made: Deployment
    kinds: dict[str, str] = field(default_factory=dict)
    locals: dict[str, tuple[ReadFile, Node]] = field(default_factory=dict)
    variables: dict[str, Node] = field(default_factory=dict)
    documents: dict[str, tuple[ReadFile, Node]] = field(default_factory=dict)
    settled: dict[str, Node] = field(default_factory=dict)
    deep: int = 0
    expanded: int = 0

    def resolve(self, node: Node) -> Node:
        """Give a value with its references resolved."""
        if node.tag == "expression":
            return self._expression(node.text() or "", node)
        if node.tag == "template":
            return self._template(node.text() or "", node)
        if node.is_mapping:
            return replace(node, value=MappingProxyType({key: self.resolve(each) for key, each in node.items()}))
        if node.is_sequence:
            return replace(node, value=tuple(self.resolve(each) for each in node.elements()))
        return node

    def _template(self, text: str, at: Node) -> Node:
        found: list[str] = []
        length = 0
        for piece, is_expression in pieces(text):
            inner = self._expression(piece, at) if is_expression else None
            if inner is not None and len(piece) + 3 == len(text.strip()):
                return inner
            words = piece if inner is None else text_of(inner)
            found.append(self._open(piece, "expression", _EVALUATED) if words is None else words)
            length += len(found[-1])
            if length > _LONGEST:
                return replace(at, value=self._open("a text that is too long", "expression", _EVALUATED), tag=None)
        return replace(at, value=self.made.meant("".join(found)), tag=None)

    def _expression(self, text: str, at: Node) -> Node:
        text = bare(text)
        if text in ("null", "true", "false"):
            return replace(at, value={"true": True, "false": False}.get(text), tag=None)
        if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
            return self._template(text[1:-1], at)
        match = REFERENCE.fullmatch(text)
        if match:
            return self._reference(match[1], match[2].lstrip("."), text, at)
        chosen = choice(text)
        if chosen is None or self.deep > _DEEPEST:
            return replace(at, value=self._open(text, "expression", _EVALUATED), tag=None)
        self.deep += 1
        one, other = (self._expression(each, at) for each in chosen[1:])
        self.deep -= 1
        condition = self._open(f"If {chosen[0]}", "condition", "variables decide it")[2:-1]
        branches = (replace(at, value=condition.removeprefix("If "), tag=None), one, other)
        either = replace(at, value=branches, tag=None)
        return replace(at, value=MappingProxyType({EITHER: either}), tag=None)

    def _reference(self, stated: str, attribute: str, text: str, at: Node) -> Node:
        first, _, second = stated.partition(".")
        # an element of a local is worked out by Terraform only
        is_local = first == "local" and second in self.locals and text == stated
        if is_local or stated in self.documents:
            found = self._elsewhere(stated, at)
            if found is not None:
                return found
        kind = self.kinds.get(stated)
        if kind is not None:
            return self._resource(stated, kind, attribute, text, at)
        construct, reason = _ELSEWHERE.get(first, ("reference", "nothing in the folder has this name: hand it over"))
        variable = self.variables.get(second)
        default = text_of(variable.get("default")) if first == "var" and variable is not None else None
        usual = f", {default[:80]} unless it is set" if default and "\n" not in default else ""
        return replace(at, value=self._open(text, construct, reason.format(usual=usual)), tag=None)

    def _resource(self, address: str, kind: str, attribute: str, text: str, at: Node) -> Node:
        known, arn = ARNS.get(kind), self.made.arn(address, kind)
        last = attribute.rsplit(".", 1)[-1].lower()
        if known and arn and last.endswith("arn"):
            return referring(at, address, arn)
        if known and (last in _NAMED_BY or last.endswith(("_id", "_name"))):
            # the id of a policy, topic or secret is its ARN
            own = arn if known.ref_is_arn and last == "id" and arn else self.made.name(address, kind)
            return referring(at, address, own)
        return referring(at, address, self._open(text, "attribute", "it is known once it is deployed"))

    def _elsewhere(self, stated: str, at: Node) -> Node | None:
        """Give what a local or a policy document is, None when it refers to itself or to too much."""
        if stated not in self.settled:
            if self.deep > _DEEPEST:
                return None
            self.settled[stated] = replace(at, value=f"${{{stated}}}", tag=None)
            is_local = stated.startswith("local.")
            file, node = self.locals[stated[6:]] if is_local else self.documents[stated]
            self.deep += 1
            made = self.resolve(node)
            self.deep -= 1
            made = made if is_local else policy_document(replace(made, tag=within(file.path)))
            # what is more than a scalar keeps its own places, and so must say in which file they are
            self.settled[stated] = replace(made, tag=within(file.path)) if text_of(made) is None else made
        found = self.settled[stated]
        self.expanded += size(found, _MOST_VALUES)
        if self.expanded > _MOST_VALUES:
            return None
        if found.is_mapping or found.is_sequence:
            return found
        return replace(found, line=at.line, column=at.column, key_line=at.key_line, key_column=at.key_column)

    def _open(self, text: str, construct: str, reason: str) -> str:
        words = re.sub(r"\s+", " ", re.sub(r"[{}$]+", " ", text)).strip()[:160]
        self.made.unknowns.setdefault(words, Unknown(construct, f"{words}: {reason}"))
        return f"${{{words}}}"
