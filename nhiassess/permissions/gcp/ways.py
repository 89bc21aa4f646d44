"""By which techniques a member of Google Cloud gains whom: what they require, asked where each part of it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nhiassess.model.knowledge import Requirement, Technique
from nhiassess.permissions.gcp.cel import in_words
from nhiassess.permissions.gcp.estate import Gainable, Target, administrator_of, candidates
from nhiassess.permissions.gcp.evaluation import Held, decide
from nhiassess.permissions.gcp.places import named
from nhiassess.permissions.gcp.roles import includes
from nhiassess.permissions.permission import NO, Decision, both, either

_AGENTS = {"deployment_agent": "cloudservices", "build_agent": "cloudbuild"}
_KINDS = {"project": "projects/", "folder": "folders/", "organization": "organizations/"}


@dataclass(frozen=True, slots=True)
class Gain:
    """That a technique gains an identity."""

    target: Target
    decision: Decision
    why: str  # the permissions, in words
    observed: bool  # whether what the technique needs beside them was


# by technique and delegate: of whom it has what a delegate must have
Delegates = Mapping[str, Mapping[str, Sequence[tuple[Target, Decision]]]]


def gained(has: Held, technique: Technique, gains: Gainable, delegates: Delegates) -> Iterator[Gain]:
    """Find whom a member gains by a technique.

    Parameters
    ----------
    has:
        What bears on the member, without roles of which nobody knows what they permit.
    technique:
        Of the domain ``gcp``.
    gains:
        Who may be gained.
    delegates:
        As `delegates_of` gives them.

    Yields
    ------
    Gain
        Decisions that are not ``no``.
    """
    if not _is_likely(has, technique):
        return
    if technique.needs_resource in _AGENTS:
        yield from _by_agent(has, technique, gains)
    elif technique.grants == "administer":
        by_role = _asks(technique, "own_role")
        yield from _by_role(has, technique, gains) if by_role else _inside(has, technique, gains)
    elif _asks(technique, "delegate"):
        yield from _by_delegate(has, technique, gains, delegates)
    else:
        yield from _become(has, technique, gains)


def delegates_of(techniques: Iterable[Technique], told: Mapping[str, Held], gains: Gainable) -> Delegates:
    """Find, for techniques that go through a delegate, which accounts have of which what a delegate must have."""
    return {
        technique.id: {
            delegate.id: [
                (gain.target, gain.decision)
                for gain in _become(told[delegate.id], _of_target(technique), gains)
                if gain.target.id != delegate.id and gain.decision.verdict != "unknown"
            ]
            for delegate in gains.accounts.all
            if delegate.id in told
        }
        for technique in techniques
        if _asks(technique, "delegate")
    }


def _is_likely(has: Held, technique: Technique) -> bool:
    """Tell whether some binding of a member includes each permission of some alternative, wherever that is."""
    return any(
        all(
            any(includes(each.grant, required.action, has.estate.roles) is not False for each in has.allows)
            for required in _asked_of_itself(alternative)
        )
        for alternative in technique.requires
    )


def _asked_of_itself(alternative: Sequence[Requirement]) -> list[Requirement]:
    """Leave out what a delegate must have, where there is one."""
    of_delegate = [each for each in alternative if each.of == "delegate"]
    return of_delegate or list(alternative)


def _asks(technique: Technique, of: str) -> bool:
    return any(each.of == of for alternative in technique.requires for each in alternative)


def _become(has: Held, technique: Technique, gains: Gainable) -> Iterator[Gain]:
    for asked, those in candidates(gains.accounts, has):
        decision, why = _best(has, technique, asked, those[0].project)
        for target in those if decision.possible else ():
            observed = technique.needs_resource is None
            if technique.needs_resource == "function":
                observed = target.project in gains.functions
            yield Gain(target, decision, why, observed)


def _best(has: Held, technique: Technique, target: str, project: str) -> tuple[Decision, str]:
    best, why = NO, ""
    for alternative in technique.requires:
        decision = both(*(decide(has, each.action, target if each.of == "target" else project) for each in alternative))
        if decision.possible and either((best, decision)) is decision:
            best, why = decision, _actions(alternative)
    return best, why


def _inside(has: Held, technique: Technique, gains: Gainable) -> Iterator[Gain]:
    kind = technique.requires[0][0].of
    for _, those in candidates(gains.containers, has):
        for target in those:
            if kind == "container" or target.name.startswith(_KINDS.get(kind, "-")):
                decision, why = _best(has, technique, target.name, target.name)
                if decision.possible:
                    yield Gain(target, decision, why, technique.needs_resource is None)


def _by_agent(has: Held, technique: Technique, gains: Gainable) -> Iterator[Gain]:
    """Find what the agent of a service does for whoever may ask the service: in a project, by its own roles there."""
    service = _AGENTS[technique.needs_resource or ""]
    projects = {each.name for _, those in candidates(gains.containers, has) for each in those}
    agents = {project: each for (of, project), each in gains.agents.items() if of == service}
    for project in sorted({each for each in projects if each.startswith("projects/")} | agents.keys()):
        decision, why = _best(has, technique, project, project)
        if not decision.possible:
            continue
        agent = agents.get(project)
        if agent is not None:
            yield Gain(agent, decision, why, True)
        elif project in projects:
            yield Gain(administrator_of(project), decision, why, False)


def _by_role(has: Held, technique: Technique, gains: Gainable) -> Iterator[Gain]:
    """Find which roles of its own a member may change, and where they are bound to it."""
    done = set()
    for bound in has.allows:
        parent, of_estate, _ = (bound.grant.policy or "").partition("/roles/")
        if not of_estate or bound.on is None:
            continue
        decision, why = _best(has, technique, *2 * (named(parent, has.estate.places.projects),))
        stated = tuple(in_words(each.values[0]) for each in bound.grant.conditions if each.operator == "cel")
        decision = both(decision, Decision("conditional" if stated else "yes", stated, bound.grant.locations))
        if decision.possible and bound.on in gains.names and bound.on not in done:
            done.add(bound.on)
            yield Gain(administrator_of(bound.on), decision, why, True)
    for gain in _inside(has, _anywhere(technique), gains):
        if gain.target.name not in done and not gain.target.name.startswith(_KINDS["folder"]):
            yield replace(gain, observed=False)


def _anywhere(technique: Technique) -> Technique:
    requires = tuple(tuple(replace(each, of="container") for each in every) for every in technique.requires)
    return replace(technique, requires=requires)


def _by_delegate(has: Held, technique: Technique, gains: Gainable, delegates: Delegates) -> Iterator[Gain]:
    found: dict[str, Gain] = {}
    action = _actions(_asked_of_itself(technique.requires[0]))
    known = delegates.get(technique.id, {})
    for asked, those in candidates(gains.accounts, has):
        first = either(
            both(*(decide(has, each.action, asked) for each in _asked_of_itself(alternative)))
            for alternative in technique.requires
        )
        for delegate in those if first.possible else ():
            for target, second in known.get(delegate.id, ()):
                decision, before = both(first, second), found.get(target.id)
                if before is None or either((before.decision, decision)) is decision:
                    why = f"{action} on {delegate.label}, which may get its tokens"
                    found[target.id] = Gain(target, decision, why, True)
    yield from found.values()


def _of_target(technique: Technique) -> Technique:
    requires = tuple(tuple(each for each in every if each.of != "delegate") for every in technique.requires)
    return replace(technique, requires=requires, needs_resource=None)


def _actions(required: Sequence[Requirement]) -> str:
    shown = " and ".join(each.action for each in required[:3])
    return shown + (f" and {len(required) - 3} more" if len(required) > 3 else "")
