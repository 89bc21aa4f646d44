"""What a request-time policy reads of a request, in the words that the checks ask for, and its own words besides."""

from __future__ import annotations

from collections.abc import Iterable

from nhiassess.formats.names import words

UNKNOWN = "unknown"
# single words of a name, and what they say that the policy sees
_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("task", frozenset({"task", "tasks", "purpose", "intent", "mission"})),
    (
        "data_sensitivity",
        frozenset({"sensitivity", "sensitive", "classification", "classified", "confidentiality", "confidential"})
        | frozenset({"private", "public", "pii", "phi", "clearance"}),
    ),
    ("destination", frozenset({"destination", "destinations", "dest", "recipient", "recipients", "egress"})),
    ("confidence", frozenset({"confidence", "certainty", "uncertainty"})),
)


def seen_as(name: str) -> frozenset[str]:
    """Tell which of the four a name stands for.

    Examples
    --------
    >>> sorted(seen_as("context.taskId")), sorted(seen_as("resource.owner"))
    (['task'], [])
    """
    found = {word.lower() for word in words(name)}
    return frozenset(what for what, signs in _WORDS if found & signs)


def context(names: Iterable[str], *, is_whole: bool = True) -> tuple[str, ...]:
    """Give what a policy reads.

    Parameters
    ----------
    names:
        The attributes that it reads, by their own names.
    is_whole:
        False when some of what it reads can't be told.

    Returns
    -------
    tuple of str
        Sorted: the own names, what they stand for among the four, and ``unknown`` where parts can't be told.

    Examples
    --------
    >>> context(["time", "recipient_domain"], is_whole=False)
    ('destination', 'recipient_domain', 'time', 'unknown')
    """
    own = {name for name in names if name}
    seen = {what for name in own for what in seen_as(name)}
    return tuple(sorted(own | seen | (set() if is_whole else {UNKNOWN})))
