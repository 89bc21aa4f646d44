"""The contract of permissions: the answer to "may this identity do this?" has four values, conditions and places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.model.inventory import Locations

# strongest first
ANSWERS: tuple[str, ...] = ("yes", "conditional", "unknown", "no")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is permitted, under which open conditions, and which statements say so."""

    verdict: str  # yes | conditional | unknown | no
    conditions: tuple[str, ...] = ()  # what is open, in words
    locations: Locations = ()
    grants: tuple[str, ...] = ()  # ids of the grants or trusts that permit it

    @property
    def possible(self) -> bool:
        """Whether it is not ruled out."""
        return self.verdict != "no"


YES, NO = Decision("yes"), Decision("no")


def both(*decisions: Decision) -> Decision:
    """Give the answer when all of several things are needed: the weakest, with the conditions of all.

    Parameters
    ----------
    decisions:
        The parts.

    Returns
    -------
    Decision
        With the places of all parts, each once.

    Examples
    --------
    >>> both(Decision("yes"), Decision("conditional", ("a second factor",))).verdict
    'conditional'
    """
    verdict = max((each.verdict for each in decisions), key=ANSWERS.index, default="yes")
    if verdict == "no":
        return NO
    return Decision(
        verdict,
        tuple(dict.fromkeys(word for each in decisions for word in each.conditions)),
        tuple(dict.fromkeys(place for each in decisions for place in each.locations)),
        tuple(dict.fromkeys(grant for each in decisions for grant in each.grants)),
    )


def either(decisions: Iterable[Decision]) -> Decision:
    """Give the answer when any of several things suffices: the strongest, the first of equals.

    Parameters
    ----------
    decisions:
        The alternatives, taken one by one until one is a plain yes.

    Returns
    -------
    Decision
        ``no`` when there is none.

    Examples
    --------
    >>> either([Decision("no"), Decision("unknown"), Decision("conditional")]).verdict
    'conditional'
    """
    best = NO
    for each in decisions:
        if ANSWERS.index(each.verdict) < ANSWERS.index(best.verdict):
            best = each
        if best.verdict == "yes":
            break
    return best
