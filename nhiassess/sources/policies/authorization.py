"""Policies that are asked at request time: Cedar, Rego and OpenFGA, what they guard and what they read.

One file is one policy, since an engine decides by all of its statements together. A Cedar request that no ``permit``
allows is denied, and so is an OpenFGA check that no relation allows: both by their specifications. What a Rego
module decides when no rule holds is what its ``default`` says; without one, whoever asks decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nhiassess.formats import cedar, openfga, rego
from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import AuthorizationPolicy, Inventory, Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.policies.policy_context import context, seen_as
from nhiassess.sources.source import ReadFile, quote

_STORE = re.compile(r"\.fga\.ya?ml\Z")
_MODEL_JSON = re.compile(r'"type_definitions"\s*:')
_SCHEMA = re.compile(r"\.cedarschema(?:\.json)?\Z")
_CEDAR_JSON = re.compile(r'"(?:staticPolicies|templateLinks)"\s*:')
_MOST_NAMES, _MOST_PLACES = 20, 50
# what a Rego policy is asked about, by parts of the input that it reads
_ASKED = (
    ("tool calls", frozenset({"tool", "tool_name", "tools", "mcp"})),
    ("HTTP requests at Envoy", frozenset({"attributes"})),
    ("admission to Kubernetes", frozenset({"review", "admission"})),
    ("plans of Terraform", frozenset({"resource_changes", "planned_values", "tfplan"})),
    ("gRPC calls", frozenset({"full_method", "grpc"})),
    ("HTTP requests", frozenset({"method", "path", "http"})),
)
_ALLOWING = re.compile(r"allow|permit|authori[sz]|grant")
_DENYING = re.compile(r"deny|denied|violation|block|forbid")


class Authorization:
    """Policies of the three languages."""

    name = "authorization"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise policies by their endings, and models and policy sets in JSON by their keys."""
        lower = path.lower()
        if lower.endswith((".cedar", ".rego", ".fga")) or _STORE.search(lower) or _SCHEMA.search(lower):
            return True
        return lower.endswith(".json") and bool(
            (_MODEL_JSON.search(head) and '"schema_version"' in head) or _CEDAR_JSON.search(head)
        )

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read one policy from each file; schemas and tests decide nothing, and are skipped."""
        found = Gathering()
        for file in files:
            lower = file.path.lower()
            if lower.endswith(".cedar"):
                _cedar(file, found)
            elif lower.endswith(".rego"):
                _rego(file, found)
            elif lower.endswith(".fga") or _STORE.search(lower):
                _openfga(file, found)
            elif _SCHEMA.search(lower):
                _skip(file, "Cedar schema", "says what requests may carry, and decides nothing", found)
            elif file.document.root.get("type_definitions") is not None:
                _openfga_json(file, found)
            else:
                _skip(file, "policies as JSON", "Cedar is read as text only: translate it with the Cedar CLI", found)
        return found.inventory()


def policy_id(path: str, name: str) -> str:
    """Give the id of a policy."""
    return f"authorization_policy:{quote(path)}#{quote(name)}"


def _skip(file: ReadFile, construct: str, reason: str, found: Gathering, line: int = 1) -> None:
    found.skip(Location(file.path, line), construct.replace(" ", "-"), construct, reason)


def _text(file: ReadFile) -> str:
    return file.document.body or file.document.text


def _cedar(file: ReadFile, found: Gathering) -> None:
    stated, problems = cedar.policies(_text(file))
    places = [Location(file.path, each.line, each.column) for each in stated]
    for problem in problems[:_MOST_PLACES]:
        place = Location(file.path, problem.line, problem.column)
        reason = "this statement is no policy of Cedar: an engine takes none of the file, or reads it otherwise"
        found.skip(place, f"{problem.line}:{problem.column}", "Cedar statement", reason)
    if stated:
        id = policy_id(file.path, "cedar")
        found.authorization_policies.append(cedar_policy(id, stated, places, is_whole=not problems))
    elif not problems:
        _skip(file, "Cedar policies", "holds no policy: an engine denies everything", found)


def cedar_policy(
    id: str,
    stated: Sequence[cedar.Policy],
    places: Sequence[Location],
    *,
    is_whole: bool = True,
    guards: str | None = None,
) -> AuthorizationPolicy:
    """Make one policy of all that a set of Cedar policies states.

    Parameters
    ----------
    id, stated, places:
        The id, the policies, and where they stand.
    is_whole:
        Whether nothing else stands there that could not be read.
    guards:
        What the set guards, where its file names it; else what the policies name.

    Returns
    -------
    AuthorizationPolicy
        It denies by default, unless a permit without scope and condition allows everything.
    """
    opens = any(
        each.effect == "permit"
        and not each.conditional
        and each.principal.is_any
        and each.action.is_any
        and each.resource.is_any
        for each in stated
    )
    names = (name.removeprefix("context.") for each in stated for name in each.reads)
    return AuthorizationPolicy(
        id,
        language="cedar",
        guards=guards or _guarded(stated),
        default_deny=False if opens else True if is_whole else None,
        context=context(names, is_whole=is_whole and not any(each.opaque for each in stated)),
        locations=tuple(places[:_MOST_PLACES]),
    )


def _guarded(stated: Iterable[cedar.Policy]) -> str:
    tools: dict[str, None] = {}
    actions: dict[str, None] = {}
    types: dict[str, None] = {}
    for each in stated:
        for kind, id in (*each.resource.entities, *each.mentions):
            if kind.rpartition("::")[2] == "Tool":
                tools[id] = None
        actions |= dict.fromkeys(id for _, id in each.action.entities)
        types |= dict.fromkeys(each.resource.types)
    parts = [
        f"{noun} {listed(names)}"
        for noun, names in (("tools", tools), ("actions", actions), ("resources of type", types))
        if names
    ]
    return "; ".join(parts) or "every action"


def listed(names: Iterable[str]) -> str:
    """Give names as one text, the first of them when there are many.

    Examples
    --------
    >>> listed(["read", "write"])
    'read, write'
    """
    every = list(names)
    more = f" and {len(every) - _MOST_NAMES} more" if len(every) > _MOST_NAMES else ""
    return ", ".join(every[:_MOST_NAMES]) + more


def _rego(file: ReadFile, found: Gathering) -> None:
    module = rego.module(_text(file))
    if not module.package:
        _skip(file, "Rego", "names no package, which every module of Rego begins with", found)
        return
    if module.package.endswith("_test") or file.path.endswith("_test.rego"):
        _skip(file, "test of a policy", "tests a policy, and decides nothing", found, module.line)
        return
    places = [Location(file.path, module.line, module.column)]
    places += [Location(file.path, each.line, each.column) for each in module.defaults]
    read = {part for name in module.reads for part in name.split(".")}
    asked = next((noun for noun, signs in _ASKED if read & signs), "requests")
    made = AuthorizationPolicy(
        policy_id(file.path, module.package),
        language="rego",
        guards=f"{asked}, decided by package {module.package}",
        default_deny=_denies(module),
        context=context(module.reads, is_whole=not module.opaque),
        locations=tuple(places[:_MOST_PLACES]),
    )
    found.authorization_policies.append(made)


def _denies(module: rego.Module) -> bool | None:
    """Tell what a module decides when no rule holds: as its defaults say, or because all that it has are denials."""
    said = []
    for each in module.defaults:
        if _DENYING.search(each.name) and isinstance(each.value, bool):
            # a denial that is off by default says nothing of what an allowance beside it does
            said += [True] if each.value else []
        elif isinstance(each.value, str):
            said += [True] if _DENYING.search(each.value) else [False] if _ALLOWING.search(each.value) else []
        elif each.value is not None and (
            _ALLOWING.search(each.name) or "decision" in each.name or each.name == "result"
        ):
            said.append(not each.value)
    if said:
        return all(said)
    decides = [name for name in module.rules if _ALLOWING.search(name) or _DENYING.search(name)]
    return False if decides and all(_DENYING.search(name) for name in decides) else None


def _openfga(file: ReadFile, found: Gathering) -> None:
    node = file.document.root.get("model")
    if node is not None or _STORE.search(file.path.lower()):
        text = node.text() if node is not None else None
        if text is None:
            _skip(file, "OpenFGA store", "holds no model of its own; the model file is read where it lies", found)
            return
        model, place = openfga.model(text), file.at(node or EMPTY)
    else:
        model = openfga.model(_text(file))
        place = Location(file.path, max(model.line, 1))
    _add(file, model, place, found)


def _openfga_json(file: ReadFile, found: Gathering) -> None:
    root = file.document.root
    types = tuple(
        (name, tuple(key for key, _ in (each.get("relations") or EMPTY).items()))
        for each in (root.get("type_definitions") or EMPTY).elements()
        if (name := (each.get("type") or EMPTY).text())
    )
    given = [key for _, each in (root.get("conditions") or EMPTY).items() for key, _ in _parameters(each)]
    definitions = root.get("type_definitions") or EMPTY
    _add(file, openfga.Model(types, tuple(dict.fromkeys(given)), 1), file.at_key(definitions), found)


def _parameters(node: Node) -> list[tuple[str, Node]]:
    return list((node.get("parameters") or EMPTY).items())


def _add(file: ReadFile, model: openfga.Model, place: Location, found: Gathering) -> None:
    if not model.types:
        found.skip(place, "model", "OpenFGA model", "defines no type")
        return
    objects = [name for name, relations in model.types if relations]
    subjects = [name for name, relations in model.types if not relations]
    by = f" by {listed(subjects)}" if subjects else ""
    # a type or a relation that is named after a task brings the task into the decision
    named = {what for name, relations in model.types for each in (name, *relations) for what in seen_as(each)}
    made = AuthorizationPolicy(
        policy_id(file.path, "openfga"),
        language="openfga",
        guards=f"access to {listed(objects) or 'nothing'}{by}",
        default_deny=True,
        context=tuple(sorted({*context(model.parameters), *named})),
        locations=(place,),
    )
    found.authorization_policies.append(made)


SOURCE = Authorization()
