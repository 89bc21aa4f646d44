"""What a determination of a source says of a target across a crosswalk row, and what it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nhiassess.model.assessment import NOT_APPLICABLE, NOT_DETERMINED, NOT_SATISFIED, SATISFIED
from nhiassess.model.knowledge import Row

CARRIES_PASS = frozenset({"equal", "superset-of"})
CARRIES_FAIL = frozenset({"equal", "subset-of"})
_RELATIONS = {
    "equal": "says the same as",
    "subset-of": "is a part of",
    "superset-of": "includes all of",
    "intersects-with": "overlaps",
}
SUPPORTS, CONTRADICTS, NEEDS_ANSWER = "supports", "contradicts", "needs an answer"


@dataclass(frozen=True, slots=True)
class Derived:
    """The state of a target as its sources tell it, with the sentence for each row that said something."""

    state: str
    reason: str
    signal: str  # supports | contradicts | needs an answer
    chain: tuple[str, ...]


def derive(rows: Sequence[Row], states: Mapping[str, str]) -> Derived:
    """Carry the states of sources over crosswalk rows to their one target.

    Parameters
    ----------
    rows:
        All rows that end at the target; a row with several sources says what they say jointly.
    states:
        Objective id to the state of its determination as a whole.

    Returns
    -------
    Derived
        satisfied only through an equal or superset row, or a reviewed jointly row whose sources all hold; not-satisfied
        only through an equal or subset row; else not-determined, with what the evidence signals.

    Notes
    -----
    Set theory over the relationships of NIST IR 8477: what "source subset-of target" lacks can make the target
    fail but not hold, and the other way round for superset-of. An overlap carries neither.

    Examples
    --------
    >>> row = Row(("GOV-01",), "GOVERN 2.1", "intersects-with", "why")
    >>> derive([row], {"GOV-01": "not-satisfied"}).state, derive([row], {"GOV-01": "not-satisfied"}).signal
    ('not-determined', 'contradicts')
    """
    passes: list[str] = []
    fails: list[str] = []
    chain: list[str] = []
    seen: set[str] = set()
    for row in sorted(rows, key=lambda each: (each.relationship, each.sources)):
        if row.relationship in ("no-relationship", "related"):
            continue
        held = [states.get(source, NOT_DETERMINED) for source in row.sources]
        state = _jointly(held)
        names = " and ".join(row.sources)
        if state in (NOT_DETERMINED, NOT_APPLICABLE):
            continue
        seen.add(state)
        verb = {SATISFIED: "holds", NOT_SATISFIED: "does not hold"}[state]
        alone = f"{names} {verb} and {_RELATIONS.get(row.relationship, row.relationship)} it"
        chain.append(alone if len(row.sources) == 1 else f"{names} together: {verb}")
        if state == SATISFIED and row.relationship in CARRIES_PASS and (len(row.sources) == 1 or row.reviewed_by):
            passes.append(names)
        if state == NOT_SATISFIED and row.relationship in CARRIES_FAIL and len(row.sources) == 1:
            fails.append(names)
    signal = CONTRADICTS if NOT_SATISFIED in seen else SUPPORTS if SATISFIED in seen else NEEDS_ANSWER
    if passes and fails:
        reason = f"conflict: {', '.join(passes)} hold, {', '.join(fails)} do not"
        return Derived(NOT_SATISFIED, reason, CONTRADICTS, tuple(chain))
    if fails:
        return Derived(NOT_SATISFIED, f"{', '.join(fails)} does not hold", CONTRADICTS, tuple(chain))
    if passes:
        return Derived(SATISFIED, f"{', '.join(passes)} holds", signal, tuple(chain))
    reason = "partly evidenced" if seen else "no evidence"
    return Derived(NOT_DETERMINED, reason, signal, tuple(chain))


def _jointly(states: Sequence[str]) -> str:
    for state in (NOT_SATISFIED, NOT_DETERMINED, NOT_APPLICABLE):
        if state in states:
            return state
    return SATISFIED
