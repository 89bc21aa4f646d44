"""Grants that one reading makes, each once: the same statement read again adds its place, another one gets a number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from nhiassess.model.inventory import Condition, Grant

# nobody reads more places of one grant
_MOST_PLACES = 50

_Said = tuple[str, str, tuple[Condition, ...], tuple[str, ...]]


@dataclass(slots=True)
class Statements:
    """Grants by id."""

    grants: dict[str, Grant] = field(default_factory=dict)
    _ids: dict[_Said, str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, grant: Grant, id: str) -> None:
        """Keep a grant under an id; of several that differ the later ones are numbered.

        Examples
        --------
        >>> made = Statements()
        >>> for effect in ("allow", "deny", "allow"):
        ...     made.add(Grant("", effect=effect), "grant:x")
        >>> [(id, grant.effect) for id, grant in made.grants.items()]
        [('grant:x', 'allow'), ('grant:x~2', 'deny')]
        """
        said = (id, grant.effect, grant.conditions, grant.actions)
        if said not in self._ids:
            self._counts[id] += 1
            self._ids[said] = id if self._counts[id] == 1 else f"{id}~{self._counts[id]}"
        id = self._ids[said]
        before = self.grants.get(id)
        if before is not None and len(before.locations) >= _MOST_PLACES:
            return
        places = tuple(dict.fromkeys((*(before.locations if before else ()), *grant.locations)))
        self.grants[id] = replace(grant, id=id, locations=places)
