"""Which credentials of an agent an attacker surely or possibly takes, and whether there may be more of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nhiassess.analysis.sight import Sight, all_true, edges_out, either, has_tools, name
from nhiassess.analysis.walk import starts
from nhiassess.model.inventory import Credential, ToolServer
from nhiassess.model.reach import IDENTITY
from nhiassess.model.replay import NO, NeedAnswer
from nhiassess.model.scenario import Need

_NETWORKED = frozenset({"http", "sse", "websocket"})
_STORES: dict[str, str] = {
    "plaintext": "lies in clear",
    "env_reference": "lies in the environment",
    "workload_api": "is handed out by the platform",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """The credentials that an attacker has after a step, and what leaves open whether there are more."""

    surely: tuple[str, ...]
    possibly: tuple[str, ...]
    more: str = ""


def take(need: Need, seen: Sight, now: str) -> Taken:
    """Give the credentials of the sort that a need asks for.

    They are looked for where identity takeover begins: at the agent, its tools, their servers, its workflows and the
    machine it runs on.
    """
    surely = _held(seen, starts(seen.observed, seen.agent, IDENTITY, surely=True))
    possibly = _held(seen, starts(seen.possible, seen.agent, IDENTITY))
    return Taken(
        tuple(each.id for each in surely if fits(need, each, now)),
        tuple(each.id for each in possibly if fits(need, each, now) is not False),
        unseen(seen),
    )


def credential(need: Need, seen: Sight, taken: Taken) -> NeedAnswer:
    """Tell whether there is a credential of this sort to take."""
    for id in taken.surely[:1]:
        found = _value(seen, id)
        how = _STORES.get(found.store or "", f"lies in {found.store}" if found.store else "")
        because = f"{name(seen, id)} {how}" if how else f"it has {name(seen, id)}"
        return NeedAnswer(need.condition, "yes", because, locations=found.locations[:1])
    for id in taken.possibly[:1]:
        because = f"{_missing(need, _value(seen, id))} {name(seen, id)} was not observed"
        return NeedAnswer(need.condition, "unknown", because, locations=_value(seen, id).locations[:1])
    if taken.more:
        return NeedAnswer(need.condition, "unknown", taken.more)
    return NeedAnswer(need.condition, NO, f"it has no credential{_sort(need)}, as far as the files say")


def fits(need: Need, found: Credential, now: str) -> bool | None:
    """Tell whether a credential is of the sort that a need asks for.

    Examples
    --------
    >>> need = Need("credential", outlives_seconds=86400)
    >>> fits(need, Credential("c", lifetime_seconds=900), "2026-11-24T09:00:00Z")
    False
    >>> fits(need, Credential("c", rotated="2025-02-11"), "2026-11-24T09:00:00Z")
    True
    """
    store = not need.stores or (None if found.store is None else found.store in need.stores)
    kind = not need.kinds or (None if found.kind is None else found.kind in need.kinds)
    lasts = True if need.outlives_seconds is None else _outlives(found, need.outlives_seconds, now)
    return all_true((store, kind, lasts))


def unseen(seen: Sight) -> str:
    """Name what leaves open whether the agent has other credentials than those that the files show; "" for nothing."""
    if not has_tools(seen, seen.agent):
        return f"the tools of {name(seen, seen.agent)} were not observed"
    for call in edges_out(seen, "invokes"):
        for served in edges_out(seen, "served_by", call.target):
            server = seen.graph.nodes[served.target]["value"]
            unknown = isinstance(server, ToolServer) and server.auth in (None, "unknown")
            if unknown and server.transport in _NETWORKED:
                return f"how {name(seen, server.id)} authenticates its callers was not observed"
    # what only may be held, or only may be accepted, explains nothing
    held = _held(seen, starts(seen.observed, seen.agent, IDENTITY, surely=True))
    accepted = [edge for each in held for edge in edges_out(seen, "authenticates_as", each.id)]
    proved = {edge.target for edge in accepted if edge.verdict == "yes"}
    for edge in edges_out(seen, "runs_as"):
        if edge.target not in proved:
            return f"by which credential it runs as {name(seen, edge.target)} was not observed"
    return ""


def _outlives(found: Credential, seconds: int, now: str) -> bool | None:
    if found.lifetime_seconds is not None:
        return found.lifetime_seconds > seconds
    if found.expires is not None:
        return _lives_until(found.expires, found.issued, seconds, now)
    # one that is still in use works at least since it was last changed
    since = found.rotated or found.issued
    lived = _seconds(since, now) if since is not None else None
    return True if lived is not None and lived > seconds else None


def _lives_until(expires: str, issued: str | None, seconds: int, now: str) -> bool | None:
    left = _seconds(now, expires)
    if left is None or left == 0:
        return None
    if left < 0:
        return False  # it serves nobody any more, however long it lived
    whole = _seconds(issued, expires) if issued is not None else None
    if whole is not None:
        return whole > seconds
    return True if left > seconds else None


def _seconds(since: str, until: str) -> float | None:
    try:
        first, last = (datetime.fromisoformat(each.replace("Z", "+00:00")[:10]) for each in (since, until))
    except ValueError:
        return None
    return (last - first).total_seconds()


def _held(seen: Sight, nodes: Iterable[str]) -> list[Credential]:
    return [_value(seen, node) for node in nodes if node.startswith("credential:") and node in seen.graph]


def _value(seen: Sight, id: str) -> Credential:
    found = seen.graph.nodes[id]["value"]
    assert isinstance(found, Credential)
    return found


def _missing(need: Need, found: Credential) -> str:
    if need.stores and found.store is None:
        return "where it keeps"
    return "what kind of credential is" if need.kinds and found.kind is None else "the lifetime of"


def _sort(need: Need) -> str:
    stores = either([_STORES.get(each, each).removeprefix("lies ") for each in need.stores])
    kinds = either([each.replace("_", " ") for each in need.kinds])
    return "".join(
        (
            f" of the kind {kinds}" if kinds else "",
            f" {stores}" if stores else "",
            f" that works for more than {need.outlives_seconds / 3600:g} hours" if need.outlives_seconds else "",
        )
    )
