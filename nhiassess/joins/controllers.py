"""Who controls a setting: whoever can change the file that states it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nhiassess.joins.products import HANDLED
from nhiassess.model.inventory import Setting

_OF_SCOPE = {"managed": "organisation", "system": "organisation", "project": "repository", "user": "user"}


def controllers(settings: Iterable[Setting]) -> Mapping[str, str]:
    """Give who controls each setting of an agent of a known product, by the id of the setting.

    Parameters
    ----------
    settings:
        Those of all agents.

    Returns
    -------
    mapping
        ``repository`` for what lies in a project, where a change that is merged reaches it; ``user``;
        ``organisation`` for what an administrator puts on a machine. A profile is controlled like the rest of its
        file. Settings of scope local are not among them: they are kept out of the repository by custom, and whether
        somebody committed them no file tells.
    """
    found = [each for each in settings if (each.agent or "").removeprefix("agent:").split("/", 1)[0] in HANDLED]
    files = {place.path: each.scope for each in found if each.scope in _OF_SCOPE for place in each.locations[:1]}
    controlled = {}
    for each in found:
        scope = each.scope if each.scope != "profile" else next((files.get(p.path) for p in each.locations[:1]), None)
        if scope in _OF_SCOPE:
            controlled[each.id] = _OF_SCOPE[scope]
    return controlled
