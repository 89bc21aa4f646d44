"""What determinations of objectives say of a target across crosswalk rows, and what they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.analysis.relations import Share, union
from nhiassess.analysis.ways import CARRIES_FAIL, CARRIES_PASS, Way
from nhiassess.model.assessment import NOT_APPLICABLE, NOT_DETERMINED, NOT_SATISFIED, SATISFIED

SUPPORTS, CONTRADICTS, NEEDS_ANSWER = "supports", "contradicts", "needs an answer"


@dataclass(frozen=True, slots=True)
class Derived:
    """The state of a target as its sources tell it, with the sentence for each way that said something."""

    state: str
    reason: str
    signal: str  # supports | contradicts | needs an answer
    chain: tuple[str, ...]
    evidenced: Share = (0.0, 0.0)  # the share of the target whose sources were determined, at least and at most


@dataclass(frozen=True, slots=True)
class _Told:
    """What one way says, and which of its sources say it."""

    way: Way
    holds: bool
    origins: frozenset[str]
    whole: bool  # every source was determined


def derive(found: Sequence[Way], states: Mapping[str, str]) -> Derived:
    """Carry the states of objectives over all ways that end at one target.

    Parameters
    ----------
    found:
        All ways to the target.
    states:
        Objective id to the state of its determination as a whole.

    Returns
    -------
    Derived
        satisfied only through an equal or superset relation, or a reviewed jointly row whose sources all hold;
        not-satisfied only through an equal or subset relation; else not-determined, with what the evidence signals.
        What is stated beats what is composed, and where two of them disagree the reason names both.

    Notes
    -----
    Set theory over the relationships of NIST IR 8477: what "source subset-of target" lacks can make the target
    fail but not hold, and the other way round for superset-of. An overlap carries neither.

    Examples
    --------
    >>> from nhiassess.analysis.ways import Hop
    >>> from nhiassess.model.knowledge import Row
    >>> row = Row(("GOV-01",), "GOVERN 2.1", "intersects-with", "why")
    >>> way = Way(row.sources, row.relationship, (Hop(row.relationship, row, ("nist-ai-rmf-1.0", row.target)),))
    >>> derive([way], {"GOV-01": "not-satisfied"}).state, derive([way], {"GOV-01": "not-satisfied"}).signal
    ('not-determined', 'contradicts')
    """
    told = [each for way in found if (each := _told(way, states)) is not None]
    stated, composed = [each for each in told if each.way.direct], [each for each in told if not each.way.direct]
    passes, fails = _passes(stated), _fails(stated)
    if not passes and not fails:
        passes, fails = _passes(composed), _fails(composed)
    seen = {each.holds for each in told}
    signal = CONTRADICTS if False in seen else SUPPORTS if True in seen else NEEDS_ANSWER
    if fails:
        state, reason = NOT_SATISFIED, f"{_said(fails, False)} hold"
    elif passes:
        state, reason = SATISFIED, _said(passes, True)
    else:
        state, reason = NOT_DETERMINED, "partly evidenced" if seen else "no evidence"
    if (held := _passes(told)) and (failed := _fails(told)):
        reason = f"conflict: {_said(held, True)}, {_said(failed, False)}"
    return Derived(state, reason, signal, tuple(each.way.sentence(each.holds) for each in told), _evidenced(told))


def _told(way: Way, states: Mapping[str, str]) -> _Told | None:
    """Give what a way says: that its sources hold, that one does not, or nothing."""
    if way.relationship in ("no-relationship", "related"):
        return None
    held = {source: states.get(source, NOT_DETERMINED) for source in way.sources}
    whole = not {NOT_DETERMINED, NOT_APPLICABLE} & set(held.values())
    if failing := frozenset(source for source, state in held.items() if state == NOT_SATISFIED):
        return _Told(way, False, failing, whole)
    return _Told(way, True, frozenset({" and ".join(way.sources)}), whole) if whole else None


def _passes(told: Iterable[_Told]) -> set[str]:
    """Name the origins that make the target hold, each once, however many ways it takes."""
    carried = (each for each in told if each.holds and each.way.carries and each.way.relationship in CARRIES_PASS)
    return {origin for each in carried for origin in each.origins}


def _fails(told: Iterable[_Told]) -> set[str]:
    """Name the origins that make the target fail: what is a part of it, alone or among several that are together."""
    carried = (each for each in told if not each.holds and each.way.carries and each.way.relationship in CARRIES_FAIL)
    return {origin for each in carried for origin in each.origins}


def _evidenced(told: Iterable[_Told]) -> Share:
    shares: dict[object, list[Share]] = {}
    for each in told:
        if each.way.carries and each.whole:
            shares.setdefault(each.way.sources, []).append(each.way.share)
    return union(shares)


def _said(names: set[str], holds: bool) -> str:
    several = len(names) > 1 or " and " in next(iter(names))
    verb = (("does not", "do not"), ("holds", "hold"))[holds][several]
    return f"{', '.join(sorted(names))} {verb}"
