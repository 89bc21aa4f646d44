"""Roles of Kubernetes and their rules, with those of the roles that they gather by label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from nhiassess.formats.format import EMPTY, MAPPINGS, Node
from nhiassess.model.inventory import Condition, Grant, Skipped
from nhiassess.sources.clusters.kubernetes_manifests import Manifest, text
from nhiassess.sources.source import ReadFile, quote

Ruled = tuple[tuple[ReadFile, Node], ...]
Called = tuple[str, str, str]  # kind, namespace or -, name
# roles that gather others multiply; no cluster that people run comes near
_MOST_COMPARED = 500_000
_MOST_WALKED = 500_000
_TOO_MANY = "the roles that gather others are too many: which this one gathers is not read"
# what the roles that Kubernetes ships gather by label, where no file holds them; that edit gathers what is added to
# view, and admin what is added to edit, is from memory
_SHIPPED = {
    "admin": ("aggregate-to-admin", "aggregate-to-edit", "aggregate-to-view"),
    "edit": ("aggregate-to-edit", "aggregate-to-view"),
    "view": ("aggregate-to-view",),
}
_LABEL = "rbac.authorization.k8s.io/"


@dataclass(frozen=True, slots=True)
class Rules:
    """A role: its rules, with those that it aggregates."""

    manifest: Manifest
    rules: Ruled


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of all files, several of one name where several files define it."""

    called: Mapping[Called, Sequence[Rules]]
    added: Mapping[str, Ruled]  # what files add by label to a role that Kubernetes ships, by its name
    skipped: tuple[Skipped, ...]


def roles(found: Sequence[Manifest]) -> Roles:
    """Give the roles of all files, each with the rules of those that it gathers, and of those that they gather.

    Parameters
    ----------
    found:
        The objects that are a Role or ClusterRole.

    Returns
    -------
    Roles
        With a skipped row for each role of which nobody can tell here what it gathers. Roles that gather one another
        in a circle have the rules of the whole circle.

    Notes
    -----
    Kubernetes, "Using RBAC Authorization": Aggregated ClusterRoles; "Labels and Selectors" for their selectors.
    """
    skipped: list[Skipped] = []
    gathered = _gathered(found, skipped)
    called: dict[Called, list[Rules]] = {}
    own = [_own(each) for each in found]
    walked = 0
    for number, manifest in enumerate(found):
        reached, ahead = {number: None}, [number]
        while ahead and walked <= _MOST_WALKED:
            for other in gathered.get(ahead.pop(), ()):
                walked += 1
                if other not in reached:
                    walked += len(own[other])
                    reached[other] = None
                    ahead.append(other)
        if walked > _MOST_WALKED and gathered.get(number):
            skipped.append(_skipped(manifest, _TOO_MANY))
            reached = {number: None}
        where = manifest.namespace if manifest.kind == "Role" else "-"
        rules = tuple(each for other in reached for each in own[other])
        called.setdefault((manifest.kind, where, manifest.name), []).append(Rules(manifest, rules))
    return Roles(called, _added(found), tuple(skipped))


def _gathered(found: Sequence[Manifest], skipped: list[Skipped]) -> Mapping[int, Sequence[int]]:
    """Give, by the place of each role that gathers others, the places of those whose labels it names."""
    compared = 0
    made: dict[int, list[int]] = {}
    for number, manifest in enumerate(found):
        if manifest.kind != "ClusterRole" or manifest.node.get("aggregationRule") is None:
            continue
        selectors = list((manifest.node.get("aggregationRule", "clusterRoleSelectors") or EMPTY).elements())
        compared += len(found) * sum(map(_weight, selectors))
        made[number] = []
        if compared > _MOST_COMPARED:
            skipped.append(_skipped(manifest, _TOO_MANY))
            continue
        if not all(_is_readable(each) for each in selectors):
            skipped.append(_skipped(manifest, "which roles it gathers can't be told from its selectors"))
        for place, other in enumerate(found):
            labels = other.metadata.get("labels") or EMPTY
            if place != number and other.kind == "ClusterRole" and any(_selects(each, labels) for each in selectors):
                made[number].append(place)
    return made


def _weight(selector: Node) -> int:
    """Tell how much there is to compare in a selector."""
    expressions = tuple((selector.get("matchExpressions") or EMPTY).elements())
    values = sum(len((each.get("values") or EMPTY).listed()) for each in expressions)
    return 1 + len(tuple((selector.get("matchLabels") or EMPTY).items())) + len(expressions) + values


def _is_readable(selector: Node) -> bool:
    operators = (text(each.get("operator")) for each in (selector.get("matchExpressions") or EMPTY).elements())
    return isinstance(selector.value, MAPPINGS) and all(each in _OPERATORS for each in operators)


def _selects(selector: Node, labels: Node) -> bool:
    """Tell whether a selector takes in an object with these labels; one that names nothing takes in all."""
    stated = (selector.get("matchLabels") or EMPTY).items()
    expressions = (selector.get("matchExpressions") or EMPTY).elements()
    return (
        _is_readable(selector)
        and all(labels.get(key) is not None and text(labels.get(key)) == text(value) for key, value in stated)
        and all(_holds(each, labels) for each in expressions)
    )


def _holds(expression: Node, labels: Node) -> bool:
    asks, wanted = _OPERATORS[text(expression.get("operator"))]
    return asks(expression, labels) is wanted


def _is_in(expression: Node, labels: Node) -> bool:
    label = labels.get(text(expression.get("key")))
    return label is not None and text(label) in _texts(expression.get("values"))


def _exists(expression: Node, labels: Node) -> bool:
    return labels.get(text(expression.get("key"))) is not None


# by the operator of an expression: what it asks of the labels, and the answer that it wants
_OPERATORS = {
    "In": (_is_in, True),
    "NotIn": (_is_in, False),
    "Exists": (_exists, True),
    "DoesNotExist": (_exists, False),
}


def _skipped(manifest: Manifest, reason: str) -> Skipped:
    id = f"skipped:{quote(manifest.file.path)}#{quote(manifest.dotted)}aggregationRule"
    return Skipped(id, reason, "aggregated role", (manifest.place,))


def _own(manifest: Manifest) -> Ruled:
    return tuple((manifest.file, rule) for rule in (manifest.node.get("rules") or EMPTY).elements())


def _added(found: Sequence[Manifest]) -> Mapping[str, Ruled]:
    labelled: dict[str, list[Manifest]] = {}
    for manifest in found:
        for key, value in (manifest.metadata.get("labels") or EMPTY).items():
            if manifest.kind == "ClusterRole" and key.startswith(_LABEL) and text(value) == "true":
                labelled.setdefault(key.removeprefix(_LABEL), []).append(manifest)
    return {
        name: tuple(rule for label in labels for manifest in labelled.get(label, ()) for rule in _own(manifest))
        for name, labels in _SHIPPED.items()
    }


def rule_grants(rules: Rules | None, name: str, added: Ruled) -> Iterator[tuple[str, Grant]]:
    """Give the actions and conditions of each rule of a role,under its place, or ``missing``, then what is added."""
    if rules is None and name == "cluster-admin":
        yield "0", Grant("", actions=("*:*/*", "*:nonResourceURLs/*"))
    elif rules is None:
        yield "missing", Grant("", conditions=(Condition("role", "role not in scope"),))
    for index, (file, rule) in enumerate((*(rules.rules if rules else ()), *added)):
        names = _texts(rule.get("resourceNames"))
        verbs = rule.get("verbs")
        yield (
            str(index),
            Grant(
                "",
                actions=tuple(_actions(rule)),
                conditions=(Condition("resourceNames", "name", names),) if names else (),
                locations=(file.at_key(verbs) if verbs is not None else file.at(rule),),
            ),
        )


def count(rule: Node) -> int:
    """Tell how many actions a rule names, before they are spelt out."""
    verbs, groups, resources, urls = (
        len((rule.get(each) or Node(None)).listed()) for each in ("verbs", "apiGroups", "resources", "nonResourceURLs")
    )
    return verbs * (groups * resources + urls)


def _actions(rule: Node) -> Iterator[str]:
    for verb in _texts(rule.get("verbs")):
        for group in _texts(rule.get("apiGroups"), empty="core"):
            for resource in _texts(rule.get("resources")):
                yield f"{verb}:{group}/{resource}"
        for url in _texts(rule.get("nonResourceURLs")):
            yield f"{verb}:nonResourceURLs{'' if url.startswith('/') else '/'}{url}"


def _texts(node: Node | None, empty: str = "") -> tuple[str, ...]:
    found = (text(each) or empty for each in (node.listed() if node is not None else ()))
    return tuple(dict.fromkeys(each for each in found if each))


def nearest(manifest: Manifest, candidates: Sequence[Rules]) -> Rules | None:
    """Choose among roles of one name, which several repositories may define, the one nearest in the tree."""

    def common(each: Rules) -> int:
        pairs = zip(manifest.file.path.split("/"), each.manifest.file.path.split("/"), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return max(candidates, key=common, default=None)
