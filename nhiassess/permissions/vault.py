"""May this Vault role do this? By the most specific path that its policies state, and what they say of it together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nhiassess.model.inventory import Condition, Grant, Inventory
from nhiassess.permissions.patterns import matches
from nhiassess.permissions.permission import NO, Decision

# a part of a path that Vault fills in from whoever asks, or that a template fills in before
FILLED = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Rules:
    """The grants of one role by the path that they are about, the most specific first."""

    paths: tuple[tuple[str, tuple[Grant, ...]], ...]


def rules_of(inventory: Inventory) -> Mapping[str, Rules]:
    """Gather the grants of each Vault role.

    Parameters
    ----------
    inventory:
        With its grants; one that no role in scope names is left out.

    Returns
    -------
    Mapping of str to Rules
        By the id of the identity.
    """
    own: dict[str, dict[str, list[Grant]]] = {}
    for grant in inventory.grants:
        if grant.provider == "vault" and grant.identity is not None:
            for path in grant.resources:
                own.setdefault(grant.identity, {}).setdefault(path, []).append(grant)
    return {
        id: Rules(tuple((path, tuple(found[path])) for path in sorted(found, key=_priority, reverse=True)))
        for id, found in own.items()
    }


def decide(rules: Rules, capability: str, path: str) -> Decision:
    """Decide whether rules give a capability on a path.

    Parameters
    ----------
    rules:
        Of one role.
    capability:
        Such as ``read``.
    path:
        As a request names it, or as one of the rules does: then that rule decides.

    Returns
    -------
    Decision
        By the most specific path that matches, and no other; ``deny`` there outweighs. ``conditional`` where
        parameters, wrapping or a second factor are asked for, or part of the path is filled in later.

    Notes
    -----
    HashiCorp, "Vault: Policies, priority matching" and "capabilities".

    Examples
    --------
    >>> everything = Grant("g", actions=("read",), resources=("secret/*",))
    >>> nothing = Grant("h", effect="deny", actions=("*",), resources=("secret/pay/*",))
    >>> rules = Rules((("secret/pay/*", (nothing,)), ("secret/*", (everything,))))
    >>> [decide(rules, "read", path).verdict for path in ("secret/web", "secret/pay/key")]
    ['yes', 'no']
    """
    for stated, grants in rules.paths:
        if stated == path or takes_in(stated, path):
            return by(stated, grants, capability)
    return NO


def by(stated: str, grants: Sequence[Grant], capability: str) -> Decision:
    """Decide by all that one path says of a capability; several policies of a role may state it."""
    if any(grant.effect == "deny" for grant in grants):
        return NO
    allowing = [grant for grant in grants if capability in grant.actions or "*" in grant.actions]
    if not allowing:
        return NO
    # what several policies say of one path adds up: the one that asks least decides
    best = min(allowing, key=lambda grant: (bool(grant.conditions), grant.id))
    words = [_in_words(each) for each in best.conditions]
    words += [f"{each} is filled in with what the path names" for each in FILLED.findall(stated)]
    return Decision("conditional" if words else "yes", tuple(words), best.locations, (best.id,))


def _in_words(condition: Condition) -> str:
    names = ", ".join(condition.values)
    said = condition.key.replace("_", " ")
    return f"the request keeps to {said}{f' {names}' if names else ''}"


def _priority(path: str) -> tuple[int, bool, int, int, str]:
    """Order paths as Vault does: by where the first wildcard stands, its kind, how many, length and spelling."""
    wild = min((place for place in (path.find("*"), path.find("+")) if place >= 0), default=len(path) + 1_000_000)
    return wild, not path.endswith("*"), -path.split("/").count("+"), len(path), path


def takes_in(stated: str, path: str) -> bool:
    """Tell whether a stated path takes in one that a request names.

    Notes
    -----
    ``+`` stands for one part between slashes, ``*`` at the end for whatever follows. Part by part: O(m + n).

    Examples
    --------
    >>> [takes_in("secret/+/keys/*", path) for path in ("secret/web/keys/a/b", "secret/web/keys", "secret/a/b/keys/c")]
    [True, False, False]
    """
    parts, asked = stated.removesuffix("*").split("/"), path.split("/")
    ends_open = stated.endswith("*")
    if len(asked) < len(parts) or (len(asked) > len(parts) and not ends_open):
        return False
    for place, part in enumerate(parts):
        pattern = FILLED.sub("*", part) + ("*" if ends_open and place == len(parts) - 1 else "")
        if part != "+" and not matches(pattern, asked[place]):
            return False
    return True
