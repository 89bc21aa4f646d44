"""What another version of a framework does to an assessment: states that appear or vanish, and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nhiassess.model.assessment import Assessment, ControlCoverage, FrameworkCoverage
from nhiassess.model.difference import Followed, FrameworkChange

FIGURES = ("items", "outside", "not_applicable", "mapped", "denominator", "assessed", "lower", "upper")


def standing(
    before: Assessment, after: Assessment, old: str, new: str, followed: Mapping[str, Followed]
) -> tuple[FrameworkChange, ...]:
    """Compare how the controls of two versions stand in one estate.

    Parameters
    ----------
    before, after:
        The same estate, concluded with the old version and with the new one.
    old, new:
        The ids of the two catalogs.
    followed:
        Which control is which.

    Returns
    -------
    tuple of FrameworkChange
        States that vanish, appear or change, then each figure of coverage before and after.
    """
    return (*_states(_of(before.controls, old), _of(after.controls, new), followed), *_figures(before, after, old, new))


def _states(
    before: Sequence[ControlCoverage], after: Sequence[ControlCoverage], followed: Mapping[str, Followed]
) -> Iterator[FrameworkChange]:
    then, now = {row.control: row for row in before}, {row.control: row for row in after}
    came = {each.new: each.old for each in followed.values()}
    for id, row in then.items():
        if id not in followed:
            yield FrameworkChange("state", "vanishes", id, None, row.state, None, row.reason)
    for id, row in now.items():
        earlier = then.get(came.get(id, ""))
        if earlier is None:
            yield FrameworkChange("state", "appears", None, id, None, row.state, row.reason)
        elif earlier.state != row.state:
            yield FrameworkChange("state", "changes", earlier.control, id, earlier.state, row.state, row.reason)


def _figures(before: Assessment, after: Assessment, old: str, new: str) -> Iterator[FrameworkChange]:
    then = {row.reads_as: row for row in before.coverage if row.framework == old}
    now = {row.reads_as: row for row in after.coverage if row.framework == new}
    for reads_as in dict.fromkeys((*then, *now)):
        for name in FIGURES:
            figure = f"{reads_as}: {name.replace('_', ' ')}"
            one, other = _figure(then.get(reads_as), name), _figure(now.get(reads_as), name)
            yield FrameworkChange("coverage", figure, old, new, one, other)


def _figure(row: FrameworkCoverage | None, name: str) -> str | None:
    """Print a figure with what it is of; an empty denominator has none."""
    value = getattr(row, name) if row is not None else None
    if row is None or value is None:
        return None
    if name in ("assessed", "lower", "upper"):
        return f"{value} of {row.denominator}"
    return str(value) if name == "items" else f"{value} of {row.items}"


def _of(rows: Iterable[ControlCoverage], framework: str) -> list[ControlCoverage]:
    return [row for row in rows if row.framework == framework]
