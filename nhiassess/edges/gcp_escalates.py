"""A member of Google Cloud becomes a service account, or administers a project, by what its roles let it do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nhiassess.edges.edge import edge
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.gcp.estate import (
    Gainable,
    Target,
    administrator,
    administrator_of,
    candidates,
    gainable,
    words,
)
from nhiassess.permissions.gcp.evaluation import AUTHENTICATED, EVERYBODY, Held, administers, held
from nhiassess.permissions.gcp.places import around
from nhiassess.permissions.gcp.roles import is_known
from nhiassess.permissions.gcp.ways import Delegates, Gain, delegates_of, gained
from nhiassess.permissions.permission import NO, Decision

# whoever gets the tokens of an account acts as it, as it is meant to be; all other ways lead round that
_TOKENS = "iam.serviceAccounts.getAccessToken"
_OF_POOL = "its cluster is one of the pool that the binding names"
_LACKING = {
    "deployment_agent": "the agent of Google's interfaces in the project, which is not in scope, has more than it",
    "build_agent": "the account that builds run as, which is not in scope, has more than it",
    "function": "there is a function in the project to change",
    "keys_allowed": "no policy of the organisation forbids new keys of service accounts",
    "storage_only": "what is wanted is in Cloud Storage, the only service that takes such a key",
    "constraint": "a policy of the organisation is all that holds it back",
    "keyed_service": "a service of the project takes a key in place of an identity",
    "own_role": "a role that the estate defines there is bound to it",
}


@dataclass(frozen=True, slots=True)
class GcpEscalates:
    """From members of policies to service accounts, and to administrators of projects, folders and organisations."""

    name: str = "gcp_escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique that roles allow, and for each identity that it gains."""
        techniques = [each for each in knowledge.techniques if each.domain == "gcp"]
        known = {each.id for each in inventory.identities}
        everybody = held(inventory)
        if not everybody:
            return
        gains = gainable(inventory, next(iter(everybody.values())).estate.places)
        told = {id: _told(has) for id, has in everybody.items()}
        delegates = delegates_of(techniques, told, gains)
        public = {grant.id for grant in inventory.grants if grant.identity in (EVERYBODY, AUTHENTICATED)}
        for id, has in told.items():
            if id in known:
                found = [*_gained(has, techniques, gains, delegates, known), *_unknown(everybody[id], gains, known)]
                # what everybody may do is the edge of everybody, whose member each identity is
                own = [each for each in found if id in (EVERYBODY, AUTHENTICATED) or not public.issuperset(each[1])]
                yield from _strongest(each for each, _ in own)


Made = tuple[Edge, tuple[str, ...]]  # with the grants that it rests on


def _told(has: Held) -> Held:
    """Leave out roles of which nobody knows what they permit: they would meet every technique."""
    return replace(has, allows=tuple(each for each in has.allows if is_known(each.grant, has.estate.roles)))


def _gained(
    has: Held, techniques: Sequence[Technique], gains: Gainable, delegates: Delegates, known: set[str]
) -> Iterator[Made]:
    ruled = _ruled(has, gains, known)
    by_ruling = {grant for decision in ruled.values() for grant in decision.grants}
    reached = set()
    for technique in techniques:
        for gain in gained(has, technique, gains, delegates):
            # the administrator of what it administers has the rest
            around_it = around(gain.target.name, has.estate.places)
            perhaps = gain.decision.verdict == "unknown" and by_ruling.issuperset(gain.decision.grants)
            ruled_already = perhaps or any(each in ruled for each in around_it[gain.observed :])
            if gain.target.id == has.id or gain.target.id not in known or ruled_already:
                continue
            reached.add(gain.target.name)
            yield _edge(has.id, technique, gain)
    for name, decision in ruled.items():
        if name not in reached:
            reason = f"administers {words(name)}"
            yield edge(has.id, "escalates_to", administrator(name), reason, decision.locations), decision.grants


def _ruled(has: Held, gains: Gainable, known: set[str]) -> dict[str, Decision]:
    """Give the outermost of what a member administers without conditions, beside what it is the administrator of."""
    found = {}
    for asked, those in candidates(gains.containers, has):
        for target in those:
            decision = administers(has, target.name) if target.name == asked else NO
            if decision.verdict == "yes" and target.id in known and target.id != has.id:
                found[target.name] = decision
    return {
        name: each
        for name, each in found.items()
        if not any(outer in found for outer in around(name, has.estate.places)[1:])
    }


def _unknown(has: Held, gains: Gainable, known: set[str]) -> Iterator[Made]:
    """Say that a role is bound that is not in scope, so that it may be anything there."""
    for bound in has.allows:
        if bound.on is None or is_known(bound.grant, has.estate.roles):
            continue
        role = bound.grant.policy or "a role"
        here = [each for each in gains.accounts.inside.get(bound.on, ()) if bound.on == each.name]
        for target in [administrator_of(bound.on)] if bound.on in gains.names else here:
            if target.id != has.id and target.id in known:
                reason = f"is bound to {role}, which is not in scope, and so may {_gaining(target)}"
                conditions = (f"what {role} permits, which is not in scope",)
                places = bound.grant.locations
                made = edge(has.id, "escalates_to", target.id, reason, places, verdict="unknown", conditions=conditions)
                yield made, (bound.grant.id,)


def _gaining(target: Target) -> str:
    return f"act as {target.label}" if target.is_account else f"administer {words(target.name)}"


def _strongest(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Leave out ways that may be open where one surely is, and all but one where nobody knows of any."""
    found: dict[str, list[Edge]] = {}
    for each in edges:
        found.setdefault(each.target, []).append(each)
    for those in found.values():
        sure = any(each.verdict == "yes" for each in those)
        told = ("yes", "conditional") if sure else ("yes", "conditional", "needs_resource")
        yield from [each for each in those if each.verdict in told] or those[:1]


def _edge(source: str, technique: Technique, gain: Gain) -> Made:
    target, decision = gain.target, gain.decision
    verdict, conditions = decision.verdict, decision.conditions
    open_conditions = [f"{target.label} is enabled again"] if target.disabled else []
    assumed = technique.grants == "become" and [each.action for each in technique.requires[0]] == [_TOKENS]
    verb = "assumes" if assumed else "escalates_to"
    if source.startswith("identity:kubernetes/"):
        open_conditions.append(_OF_POOL)
        verb = "federates_to" if assumed else verb
    if open_conditions:
        verdict = "conditional" if verdict == "yes" else verdict
        conditions = (*conditions, *open_conditions)
    if not gain.observed:
        verdict = "unknown" if verdict == "unknown" else "needs_resource"
        conditions = (*conditions, _LACKING.get(technique.needs_resource or "", f"{technique.needs_resource} exists"))
    made = edge(
        source,
        verb,
        target.id,
        f"may {gain.why}, and so {_gaining(target)} ({technique.id})",
        decision.locations,
        verdict=verdict,
        conditions=conditions,
        technique=technique.id,
    )
    return made, decision.grants


EDGE = GcpEscalates()
