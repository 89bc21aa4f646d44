"""Templates of the Azure Resource Manager, as far as their values are literal or plain references.

A parameter of the whole template may be anything, whatever its default is; that of a nested deployment is what the
deployment gives it. What is left of an expression after that names a thing within one template: two equal rests are
the same thing there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.azure.names import text
from nhiassess.sources.source import ReadFile

DEPLOYMENT = "microsoft.resources/deployments"
MANAGED_IDENTITY = "microsoft.managedidentity/userassignedidentities"
_MOST_STEPS = 12
_LONGEST, _LONGEST_PART = 10_000, 2_000
_SIGN = re.compile(r"schemas/[\d-]+/(?:\w+)?[dD]eploymentTemplate\.json")
_WHOLE = re.compile(r"\[(parameters|variables)\('([^']{1,200})'\)\]")
_WITHIN = re.compile(r"(parameters|variables)\('([^']{1,200})'\)")
_ITSELF = re.compile(r"\[format\('\{0\}', (.{1,2000})\)\]")
_OUTPUT = re.compile(
    r"\[reference\((?:resourceId\('Microsoft\.Resources/deployments', '([^']{1,200})'\)|'([^']{1,200})')"
    r"(?:, '[^']{1,40}')?\)\.outputs\.(\w+)(?:\.value)?\]"
)
_IDENTITY = re.compile(
    r"\[(?:reference\()?resourceId\('Microsoft\.ManagedIdentity/userAssignedIdentities', (.{1,2000}?)\)"
    r"(?:, '[^']{1,40}'(?:, '[^']{1,40}')?\)\.(?:principalId|clientId)|\)\.(?:principalId|clientId))?\]"
)
_SYMBOL = re.compile(
    r"\[reference\('([^']{1,200})'(?:, '[^']{1,40}'(?:, 'full')?)?\)\."
    r"(?:identity\.principalId|principalId|clientId|appId|id|uniqueName)\]"
)
_LITERAL = re.compile(r"[\w ./:@-]{0,500}")


def is_template(head: str) -> bool:
    """Tell whether a text is a template, by its schema."""
    return bool(_SIGN.search(head))


@dataclass(slots=True)
class Scope:
    """One template: what its parameters, variables, resources and deployments are.

    Parameters
    ----------
    given:
        What the deployment around it gives its parameters, in the words of `outer`.
    nested:
        The templates of its deployments, by their names and symbolic names.
    """

    template: Node
    given: Node = EMPTY
    outer: Scope | None = None
    nested: dict[str, Scope] = field(default_factory=dict)
    symbols: dict[str, str] = field(default_factory=dict)  # symbolic name to the path of the resource

    def resolve(self, stated: str | None, steps: int = _MOST_STEPS) -> tuple[str | None, Scope]:
        """Follow a value through parameters, variables and outputs as far as they are plain.

        Parameters
        ----------
        stated:
            A literal or an expression.
        steps:
            How many references to follow at most.

        Returns
        -------
        tuple of (str or None, Scope)
            What is left, and the template in whose words it is.
        """
        if stated is None or steps <= 0 or not stated.startswith("["):
            return stated, self
        itself = _ITSELF.fullmatch(stated)
        if itself is not None:
            return self.resolve(f"[{itself[1]}]", steps - 1)
        whole = _WHOLE.fullmatch(stated)
        if whole is not None:
            node, within = self._named(whole[1], whole[2])
            return within.resolve(node, steps - 1) if node is not None else (stated, self)
        output = _OUTPUT.fullmatch(stated)
        if output is not None:
            inner = self.nested.get(output[1] or output[2])
            value = text(inner.template, "outputs", output[3], "value") if inner is not None else None
            return inner.resolve(value, steps - 1) if inner is not None and value is not None else (stated, self)
        return stated, self

    def expand(self, stated: str) -> str:
        """Put literals for the parameters and variables within an expression."""

        def literal(found: re.Match[str]) -> str:
            value, _ = self.resolve(f"[{found[0]}]")
            if value is not None and len(value) > _LONGEST_PART:
                return found[0]
            if value is not None and value.startswith("[") and found[1] == "variables":
                return value[1:-1]
            return f"'{value}'" if value is not None and _LITERAL.fullmatch(value) else found[0]

        return _WITHIN.sub(literal, stated) if len(stated) <= _LONGEST else stated

    def managed(self, stated: str | None) -> str | None:
        """Give the name of the managed identity that an expression refers to, with what is left of it."""
        left, within = self.resolve(stated)
        found = _IDENTITY.fullmatch(left or "")
        if found is None:
            return None
        name, _ = within.resolve(f"[{found[1]}]" if not found[1].startswith("'") else found[1].strip("'"))
        return name

    def symbol(self, stated: str | None) -> str | None:
        """Give the path of the resource that an expression refers to by its symbolic name."""
        left, within = self.resolve(stated)
        found = _SYMBOL.fullmatch(left or "")
        return within.symbols.get(found[1]) if found is not None else None

    def _named(self, kind: str, name: str) -> tuple[str | None, Scope]:
        if kind == "variables":
            return text(self.template, "variables", name), self
        return (text(self.given, name, "value"), self.outer) if self.outer is not None else (None, self)


@dataclass(frozen=True, slots=True)
class Declared:
    """One resource of a template: its type in lower case, its node, its path and the template that it stands in."""

    file: ReadFile
    type: str
    node: Node
    dotted: str
    scope: Scope


def resources(file: ReadFile, root: Node) -> Iterator[Declared]:
    """Give the resources of a template, those of nested deployments among them.

    Parameters
    ----------
    file, root:
        The file, and the template in it.

    Returns
    -------
    Iterator of Declared
        A resource that the template only refers to (``existing``) is left out.
    """
    yield from _within(file, Scope(root), "")


def _within(file: ReadFile, scope: Scope, prefix: str) -> Iterator[Declared]:
    listed = scope.template.get("resources") or EMPTY
    stated = [(f"[{place}]", each) for place, each in enumerate(listed.elements())] or [
        (f".{name}", each) for name, each in listed.items()
    ]
    found: list[Declared] = []
    inner: list[tuple[Scope, str]] = []
    for name, node in stated:
        kind, dotted = (text(node, "type") or "").lower(), f"{prefix}resources{name}"
        existing = node.get("existing")
        if not kind or (existing is not None and existing.flag() is True):
            continue
        if name.startswith("."):
            scope.symbols[name[1:]] = dotted
        template = node.get("properties", "template")
        if kind == DEPLOYMENT and template is not None and template.is_mapping:
            nested = Scope(template, node.get("properties", "parameters") or EMPTY, scope)
            for each in (name[1:] if name.startswith(".") else None, text(node, "name")):
                if each:
                    scope.nested[each] = nested
            inner.append((nested, f"{dotted}.properties.template."))
        else:
            found.append(Declared(file, kind.partition("@")[0], node, dotted, scope))
    nested_found: list[Declared] = []
    for each_scope, each_prefix in inner:
        nested_found += _within(file, each_scope, each_prefix)
    # all of them at once: what a resource refers to may stand behind it
    yield from (*found, *nested_found)
