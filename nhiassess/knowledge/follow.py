"""Which control of one version of a framework is which of the next, when ids move and titles are reworded."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from nhiassess.model.difference import Followed
from nhiassess.model.knowledge import Catalog, Control

ALIKE = 0.85  # how much of two titles must be the same for one to be taken for a new wording of the other
Pair = tuple[Control, Control]


def follow(old: Catalog, new: Catalog) -> dict[str, Followed]:
    """Find the controls of one version in the next.

    Parameters
    ----------
    old, new:
        The two versions.

    Returns
    -------
    dict
        Id in the old version to where it is now, in the order of the old; one that is absent was removed.

    Notes
    -----
    An id alone proves little, since publishers reuse them. So controls whose id and title agree come first, then equal
    titles, aliases and titles that are alike, and only what is left over is followed by its id. Where a title is the id
    itself, as in the AI RMF, the statement stands for it. What could be either of two controls is not followed.

    Examples
    --------
    >>> def version(*named):
    ...     controls = tuple(Control(id, "c", title, "risk", "process") for id, title in named)
    ...     return Catalog("c", *[""] * 12, controls=controls)
    >>> found = follow(version(("R1", "Leak"), ("R2", "Theft")), version(("R1", "Theft"), ("R2", "Leak")))
    >>> [(each.old, each.new, each.why) for each in found.values()]
    [('R1', 'R2', 'same title'), ('R2', 'R1', 'same title')]
    """
    found: dict[str, Followed] = {}
    left, there = list(old.controls), list(new.controls)
    for why, pair in (
        ("same id", _same_id_and_alike),
        ("same title", _same_title),
        ("alias", _by_alias),
        ("title alike", _near),
        ("same id", _same_id),
    ):
        for one, other in pair(left, there):
            found[one.id] = Followed(one.id, other.id, why)
            left.remove(one)
            there.remove(other)
    return {each.id: found[each.id] for each in old.controls if each.id in found}


def plain(text: str) -> str:
    """Give the words of a text without case and signs, by which it is compared.

    Examples
    --------
    >>> plain("Unexpected Code Execution (RCE)")
    'unexpected code execution rce'
    """
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def _text(control: Control) -> str:
    """Give the words by which a control is known again: its title, or its statement where the title is the id."""
    title = plain(control.title)
    return plain(control.statement or "") if title == plain(control.id) else title


def _same_id(left: Sequence[Control], there: Sequence[Control]) -> list[Pair]:
    waiting = {each.id: each for each in there}
    return [(each, waiting[each.id]) for each in left if each.id in waiting]


def _same_id_and_alike(left: Sequence[Control], there: Sequence[Control]) -> list[Pair]:
    def alike(one: str, other: str) -> bool:
        return one == other or SequenceMatcher(None, one, other).ratio() >= ALIKE

    return [(one, other) for one, other in _same_id(left, there) if alike(_text(one), _text(other))]


def _same_title(left: Sequence[Control], there: Sequence[Control]) -> list[Pair]:
    """Pair controls of one kind whose title stands once on each side."""
    one, other = _single(left), _single(there)
    return [(one[each], other[each]) for each in one if each in other]


def _single(controls: Sequence[Control]) -> dict[tuple[str, str], Control]:
    found: dict[tuple[str, str], list[Control]] = {}
    for each in controls:
        if _text(each):
            found.setdefault((each.kind, _text(each)), []).append(each)
    return {name: each[0] for name, each in found.items() if len(each) == 1}


def _by_alias(left: Sequence[Control], there: Sequence[Control]) -> list[Pair]:
    """Pair a control with the only one that bears its id or title as an alias, or that its own alias names."""
    fits = [(one, other) for one in left for other in there if _calls(other, one) or _calls(one, other)]
    ones, others = [one.id for one, _ in fits], [other.id for _, other in fits]
    return [(one, other) for one, other in fits if ones.count(one.id) == others.count(other.id) == 1]


def _calls(one: Control, other: Control) -> bool:
    return bool(one.aliases) and bool({plain(other.id), plain(other.title)} & set(map(plain, one.aliases)))


def _near(left: Sequence[Control], there: Sequence[Control]) -> list[Pair]:
    """Pair controls of one kind that are more alike than either is to any other."""
    fits: list[tuple[float, Control, Control]] = []
    for other in _single(there).values():
        matcher = SequenceMatcher(None, "", _text(other))
        for one in (each for each in _single(left).values() if each.kind == other.kind):
            matcher.set_seq1(_text(one))
            # the cheap bounds first: most pairs are nothing like each other
            if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
                fits.append((matcher.ratio(), one, other))
    rivals = [[each[0] for each in fits if (each[1] is one) != (each[2] is other)] for _, one, other in fits]
    return [
        (one, other) for (ratio, one, other), others in zip(fits, rivals, strict=True) if ratio > max(others, default=0)
    ]
