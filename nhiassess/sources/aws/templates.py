"""CloudFormation and SAM templates as what they deploy: intrinsics resolved where the template itself decides.

After AWS's "Intrinsic function reference" and "Pseudo parameters reference". Ref, GetAtt and Sub of resources of the
same template give their names and ARNs; Join, Select, Split, FindInMap and If are worked out as far as their parts
are literal. A parameter is unknown whatever its default says, since the stack decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.aws.deployed import Deployed, Deployment, Unknown
from nhiassess.sources.aws.deployed_arns import ARNS, kind_of
from nhiassess.sources.aws.deployed_values import EITHER, part, referring, text_of
from nhiassess.sources.aws.sam_roles import FUNCTION, implied_role
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile

NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
_SUFFIXES = (".json", ".yaml", ".yml", ".template")
_SIGN = re.compile(
    r"AWSTemplateFormatVersion|AWS::Serverless-2016-10-31|Type(?<![A-Za-z]Type)[\"']?\s*:\s*[\"']?AWS::[A-Z]\w+::"
)
_WITHIN = re.compile(r"\$\{(!?)\s*([^{}]*?)\s*\}")
_SHORT = re.compile(r"!(?:Ref|Sub|GetAtt|Join|If|ImportValue|Select|Split|FindInMap|Base64|Condition|GetAZs|Cidr|"
                    r"Transform|Length|ToJsonString|Equals|And|Or|Not)")  # fmt: skip
_PSEUDO = {
    "AWS::AccountId": "the account", "AWS::Region": "the region", "AWS::Partition": "the partition",
    "AWS::StackName": "the name of the stack", "AWS::StackId": "the id of the stack", "AWS::URLSuffix": "the domain",
    "AWS::NotificationARNs": "the topics of the stack",
}  # fmt: skip
_NOTHING = "AWS::NoValue"
# inline code has some thousand characters; a Sub within a Sub could double its text at every level
_LONGEST = 100_000
_MOST = 100


def is_template(path: str, head: str) -> bool:
    r"""Tell whether a file is a CloudFormation or SAM template, by its name and first characters.

    Examples
    --------
    >>> is_template("app.yaml", "Resources:\n  Box:\n    Type: AWS::S3::Bucket\n"), is_template("a.yaml", "a: 1")
    (True, False)
    """
    return path.lower().endswith(_SUFFIXES) and bool(_SIGN.search(head)) and '"StackResources"' not in head


def template(file: ReadFile) -> Deployment | None:
    """Read a template.

    Parameters
    ----------
    file:
        The file.

    Returns
    -------
    Deployment or None
        With every resource; None when the file has no resources.
    """
    root = file.document.root
    resources = root.get("Resources") or root.get("resources", "Resources")
    if resources is None or not resources.is_mapping:
        return None
    made = Deployment(file.path)
    work = _Resolving(file, root, made, {})
    stated = {
        address: (node, kind_of(kind))
        for address, node in resources.items()
        if (kind := text_of(node.get("Type"))) is not None
    }
    work.kinds = {address: kind for address, (_, kind) in stated.items()}
    for address, (node, kind) in stated.items():
        if kind == FUNCTION and node.get("Properties", "Role") is None:
            work.kinds.setdefault(f"{address}Role", "AWS::IAM::Role")
    for address, (node, kind) in stated.items():
        known = ARNS.get(kind)
        named = part(node.get("Properties"), known.names) if known else None
        name = text_of(work.resolve(named)) if named is not None else None
        path = text_of(node.get("Properties", "Path")) if kind.startswith("AWS::IAM::") else None
        made.know(address, kind, f"{path.strip('/')}/{name}" if name and path and path.strip("/") else name)
    for address, (node, kind) in stated.items():
        properties = work.resolve(node.get("Properties") or EMPTY)
        when = text_of(node.get("Condition"))
        made.add(Deployed(address, kind, file, properties, file.at_key(node), when))
        implied = implied_role(properties) if kind == FUNCTION else None
        if implied is not None and f"{address}Role" not in stated:
            policies = work.meant(implied)
            role = Deployed(f"{address}Role", "AWS::IAM::Role", file, policies, file.at_key(node), when)
            made.add(role)
    return made


def nested(made: Deployment, found: Gathering) -> None:
    """Name what a template takes from elsewhere: nested stacks, macros that write more of it."""
    for each in made.of(*NESTED):
        where = text_of(part(each.node, "templateurl|location")) or "another template"
        reason = f"a nested stack: hand over {where} as well, and what it gives back"
        found.skip(each.place, each.address, "nested stack", reason)
    for each in made.resources.values():
        if "Fn::Transform" in dict(each.node.items()):
            found.skip(each.place, each.address, "macro", "a macro writes it: hand over the processed template")


@dataclass(slots=True)
class _Resolving:
    """One template while it is resolved."""

    file: ReadFile
    root: Node
    made: Deployment
    kinds: dict[str, str]

    def resolve(self, node: Node) -> Node:
        """Give a value with its intrinsics resolved."""
        tag = node.tag or ""
        if _SHORT.fullmatch(tag):
            return self._call(tag[1:], replace(node, tag=None), node)
        if node.is_mapping:
            members = dict(node.items())
            if len(members) == 1:
                key, given = next(iter(members.items()))
                if (key == "Ref" and given.text() is not None) or key.startswith("Fn::"):
                    return self._call(key.removeprefix("Fn::"), given, node)
            resolved = {key: self.resolve(each) for key, each in members.items()}
            return replace(node, value=MappingProxyType(resolved))
        if node.is_sequence:
            listed = (self.resolve(each) for each in node.elements())
            return replace(node, value=tuple(each for each in listed if each.tag != _NOTHING))
        return node

    def meant(self, node: Node) -> Node:
        """Give a value in which ARNs name what is deployed."""
        if node.is_mapping:
            return replace(node, value=MappingProxyType({key: self.meant(each) for key, each in node.items()}))
        if node.is_sequence:
            return replace(node, value=tuple(self.meant(each) for each in node.elements()))
        return replace(node, value=self.made.meant(node.text() or "")) if node.text() else node

    def _call(self, name: str, given: Node, at: Node) -> Node:
        if name == "Ref":
            return self._reference(text_of(given) or "", at)
        if name == "GetAtt":
            words = [text_of(each) or "" for each in given.elements()] or (text_of(given) or "").split(".", 1)
            return self._reference(".".join(words), at)
        if name == "Sub":
            return self._sub(given, at)
        known = {"Join": self._join, "If": self._if, "Select": self._select, "Split": self._split,
                 "FindInMap": self._find, "Base64": self._same}.get(name)  # fmt: skip
        made = known([self.resolve(each) for each in given.listed()], at) if known else None
        return made if made is not None else self._unknown(name, self.resolve(given), at)

    def _reference(self, stated: str, at: Node) -> Node:
        address, _, attribute = stated.partition(".")
        if address not in self.kinds:
            return self._parameter(stated, at)
        kind, attribute = self.kinds[address], attribute.strip()
        known, arn = ARNS.get(kind), self.made.arn(address, kind)
        wants_arn = attribute.lower().endswith("arn") or (not attribute and known is not None and known.ref_is_arn)
        if known and arn and wants_arn:
            return referring(at, address, arn)
        if known and (not attribute or attribute.lower().endswith(("id", "name"))) and attribute != "RootResourceId":
            return referring(at, address, self.made.name(address, kind))
        reason = f"what {stated} is, of {kind}, is known once it is deployed"
        self.made.unknowns.setdefault(stated, Unknown("attribute", reason))
        return referring(at, address, f"${{{stated}}}")

    def _parameter(self, name: str, at: Node) -> Node:
        if name == _NOTHING:
            return replace(at, value=None, tag=_NOTHING)
        parameter = self.root.get("Parameters", name)
        if name in _PSEUDO:
            unknown = Unknown("pseudo parameter", f"{_PSEUDO[name]}, which the template leaves to its deployment")
        elif parameter is not None:
            default = text_of(parameter.get("Default"))
            usual = f", {default[:80]} unless it is given" if default and "\n" not in default else ""
            reason = f"a parameter of the stack{usual}: hand over the parameters that it was deployed with"
            unknown = Unknown("parameter", reason)
        else:
            unknown = Unknown("reference", "nothing in the template has this name: hand over the processed template")
        self.made.unknowns.setdefault(name, unknown)
        return replace(at, value=f"${{{name}}}", tag=None)

    def _sub(self, given: Node, at: Node) -> Node:
        listed = given.elements()
        stated = listed[0] if listed else given
        text = text_of(stated)
        if text is None:
            return self._unknown("Sub", self.resolve(given), at)
        at = replace(at, line=stated.line, column=stated.column)  # in the long form below its name
        bound = {key: self.resolve(each) for key, each in listed[1].items()} if len(listed) > 1 else {}
        pieces: list[str] = []
        end = length = 0
        for match in _WITHIN.finditer(text):
            within = None if match[1] else bound.get(match[2]) or self._reference(match[2], at)
            if within is not None and match[0] == text:
                return within
            words = f"${{{match[2]}}}" if within is None else text_of(within)
            pieces += (text[end : match.start()], self._open(match[2], "value") if words is None else words)
            end, length = match.end(), length + len(pieces[-1])
            if length > _LONGEST:
                return replace(at, value=self._open("a text that is too long", "value"), tag=None)
        return replace(at, value=self.made.meant("".join((*pieces, text[end:]))), tag=None)

    def _open(self, name: str, construct: str) -> str:
        words = re.sub(r"[{}$\s]+", " ", name).strip()[:120]
        reason = f"{words} is decided when the stack is deployed"
        self.made.unknowns.setdefault(words, Unknown(construct, reason))
        return f"${{{words}}}"

    def _unknown(self, name: str, given: Node, at: Node) -> Node:
        if name == "ImportValue":
            export = text_of(given) or "another stack"
            words = re.sub(r"[{}$]+", "", export)[:120]
            reason = f"an export of another stack: hand over the template that exports {words}"
            self.made.unknowns.setdefault(f"ImportValue {words}", Unknown("import", reason))
            return replace(at, value=f"${{ImportValue {words}}}", tag=None)
        if name.startswith("ForEach") or name == "Transform":
            return replace(at, value=MappingProxyType({f"Fn::{name}": given}), tag=None)
        said = text_of(given) or " ".join(text for each in given.elements() if (text := text_of(each)))
        return replace(at, value=self._open(f"{name} {said}", "function"), tag=None)

    def _join(self, given: Sequence[Node], at: Node) -> Node | None:
        if len(given) != 2 or not given[1].is_sequence or (between := text_of(given[0])) is None:
            return None
        words = [self._open("a part of Join", "value") if (text := text_of(each)) is None else text
                 for each in given[1].elements()]  # fmt: skip
        if sum(map(len, words)) + len(between) * len(words) > _LONGEST:
            return None
        return replace(at, value=self.made.meant(between.join(words)), tag=None)

    def _if(self, given: Sequence[Node], at: Node) -> Node | None:
        if len(given) != 3:
            return None
        name = text_of(given[0]) or "a condition"
        reason = "a condition of the template, which parameters decide: hand over those that it was deployed with"
        self.made.unknowns.setdefault(f"If {name}", Unknown("condition", reason))
        either = replace(at, value=tuple(given), tag=None)
        return replace(at, value=MappingProxyType({EITHER: either}), tag=None)

    def _select(self, given: Sequence[Node], at: Node) -> Node | None:
        place = text_of(given[0]) if len(given) == 2 else None
        if place is None or not place.isdecimal() or len(place) > 6:
            return None
        elements = given[1].elements()
        return replace(elements[int(place)], tag=None) if int(place) < len(elements) else None

    def _split(self, given: Sequence[Node], at: Node) -> Node | None:
        between, text = (text_of(each) for each in given) if len(given) == 2 else (None, None)
        if not between or text is None or "${" in text:
            return None
        return replace(at, value=tuple(replace(at, value=each, tag=None) for each in text.split(between)), tag=None)

    def _find(self, given: Sequence[Node], at: Node) -> Node | None:
        words = [text_of(each) or "" for each in given]
        found = self.root.get("Mappings", *words) if len(words) == 3 else None
        # lists too: a mapping holds literals only, and what it holds is no intrinsic
        return found if found is not None and not found.is_mapping and len(found.elements()) < _MOST else None

    def _same(self, given: Sequence[Node], at: Node) -> Node | None:
        return given[0] if len(given) == 1 else None
