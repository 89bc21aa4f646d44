"""The level of a risk as it stands today: lookups in data tables, never a product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.model.assessment import LEVELS

_SEVERITY = {"critical": "very high", "high": "high", "medium": "moderate", "low": "low"}
_SENSITIVITY = ("very low", "very low", "low", "moderate", "high", "very high")

_INPUT = {
    True: "Untrusted input reaches it",
    False: "No untrusted input reaches it",
    None: "Whether untrusted input reaches it was not observed",
}
_GATE = {
    True: "no gate stands before it",
    False: "a gate stands before it",
    None: "whether a gate stands before it was not observed",
}


@dataclass(frozen=True, slots=True)
class Risk:
    """A level, the likelihood and impact it was looked up from, and the sentence that says why."""

    level: str
    likelihood: str
    impact: str
    because: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Two tables of frameworks/risk.yaml: overall likelihood, and level of risk."""

    likelihood: Mapping[str, Sequence[str]]  # initiation to levels by likelihood of adverse impact
    level: Mapping[str, Sequence[str]]  # overall likelihood to levels by impact
    source: str


def risk(
    matrix: Matrix,
    severity: str,
    initiation: str,
    *,
    untrusted: bool | None,
    ungated: bool | None,
    sensitivities: Iterable[int | None],
) -> Risk:
    """Look up the level of risk that a finding leaves today.

    Parameters
    ----------
    matrix:
        The tables.
    severity:
        Of the check: critical, high, medium or low; the highest impact that it is given.
    initiation:
        The threat-source assumption of the plan, one of the five levels.
    untrusted:
        Whether an agent of the finding sees untrusted input; None when nobody could tell.
    ungated:
        Whether no gate that holds stands before it; None when nobody could tell.
    sensitivities:
        Of the resources in the blast radius of its agents, 0 to 5.

    Returns
    -------
    Risk
        Uses the scales of NIST SP 800-30 rev. 1, tables G-5 and I-2; not conducted under it, since
        configuration says nothing of an adversary's intent.
    """
    adverse = {
        (True, True): "very high",
        (True, None): "high",
        (True, False): "moderate",
        (None, True): "high",
        (None, None): "moderate",
        (None, False): "low",
        (False, True): "moderate",
        (False, None): "low",
        (False, False): "very low",
    }[untrusted, ungated]
    likelihood = matrix.likelihood[initiation][LEVELS.index(adverse)]
    rated = list(sensitivities)
    known = [min(max(each, 0), 5) for each in rated if each is not None]
    by_check = _SEVERITY[severity]
    # what is not rated may be anything, so that ignorance never lowers an impact
    by_reach = by_check if None in rated else _SENSITIVITY[max(known)] if known else "very low"
    # what is in reach can lower the impact of a weakness by one level, and never raises it above its severity
    lowest = LEVELS[max(LEVELS.index(by_check) - 1, 0)]
    impact = max(lowest, min(by_reach, by_check, key=LEVELS.index), key=LEVELS.index)
    words = _INPUT[untrusted], _GATE[ungated]
    reached = f"the most sensitive thing in reach is rated {max(known)} of 5" if known else "nothing rated is in reach"
    if None in rated:
        reached += f", and {rated.count(None)} of {len(rated)} in reach are not rated"
    because = f"{words[0]}, {words[1]}, {reached}."
    return Risk(matrix.level[likelihood][LEVELS.index(impact)], likelihood, impact, because)
