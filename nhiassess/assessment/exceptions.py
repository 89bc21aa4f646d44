"""What accepted exceptions add to determinations: a date until which the risk is accepted, and never another state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nhiassess.model.assessment import NOT_SATISFIED, Determination, Deviation

Pair = tuple[str, str]  # of a check and a subject


def accepted(determined: Sequence[Determination], deviations: Iterable[Deviation]) -> tuple[Determination, ...]:
    """Date what fails and is accepted: a subject when each check that it fails is, the whole when each subject is.

    Parameters
    ----------
    determined:
        Of objectives, for each subject and as a whole.
    deviations:
        Accepted exceptions; those that have run out add nothing.

    Returns
    -------
    tuple of Determination
        The same states; ``accepted_until`` is the earliest date on which an acceptance runs out.
    """
    until = {(each.check, each.subject): each.expires_at for each in deviations if not each.expired}
    rows = [replace(each, accepted_until=_until(each, until)) for each in determined]
    failing: dict[str, list[str | None]] = {}
    for row in rows:
        if row.subject != "*" and row.state == NOT_SATISFIED:
            failing.setdefault(row.control, []).append(row.accepted_until)
    return tuple(
        replace(row, accepted_until=_earliest(failing.get(row.control, [])))
        if row.subject == "*" and row.state == NOT_SATISFIED and row.method == "EXAMINE"
        else row
        for row in rows
    )


def lapsed(deviations: Iterable[Deviation], since: str) -> frozenset[Pair]:
    """Give what was accepted when the previous assessment was made, and is no longer.

    Parameters
    ----------
    deviations:
        Accepted exceptions.
    since:
        The date of the previous assessment, ISO 8601.
    """
    return frozenset(
        (each.check, each.subject) for each in deviations if each.expired and each.expires_at >= since[:10]
    )


def _until(row: Determination, until: Mapping[Pair, str]) -> str | None:
    if row.state != NOT_SATISFIED or row.subject == "*" or not row.because:
        return None
    return _earliest([until.get((check, row.subject)) for check in row.because])


def _earliest(dates: Sequence[str | None]) -> str | None:
    known = [date for date in dates if date is not None]
    return min(known) if known and len(known) == len(dates) else None
