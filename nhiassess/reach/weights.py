"""Weights of ends as whole numbers, so that a sum is exact and depends on no order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# fractions become whole multiples of a power of two such that the total of a column stays below this one
_ROOM = 62


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """One row for each end, one column for each sum; a column of fractions was doubled as often as ``doubled`` says."""

    whole: NDArray[np.int64]
    doubled: NDArray[np.int32] | None

    def sums(self, whole: NDArray[np.int64]) -> NDArray[np.int64] | NDArray[np.float64]:
        """Give sums of the whole numbers as sums of the weights."""
        return whole if self.doubled is None else np.ldexp(whole.astype(np.float64), -self.doubled)


def weigh(weights: ArrayLike | None, ends: int) -> Weights:
    """Give weights in the form in which they are summed.

    Parameters
    ----------
    weights:
        One row for each end, one column for each sum; whole numbers or fractions, finite and not negative. Without them
        there is no column.
    ends:
        How many ends there are.

    Returns
    -------
    Weights
        Fractions in fixed point with 62 bits for the total of a column, which is as good as a sum of doubles.

    Raises
    ------
    ValueError
        When they are no such table, or their total is beyond what is summed.

    Examples
    --------
    >>> halves = weigh([[0.5], [2]], 2)
    >>> halves.sums(halves.whole.sum(axis=0)).tolist()
    [2.5]
    """
    given = np.zeros((ends, 0), np.int64) if weights is None else np.asarray(weights)
    if given.ndim != 2 or len(given) != ends or given.dtype.kind not in "iuf":
        raise ValueError(f"weights are no table of numbers with a row for each of {ends} ends")
    if not np.isfinite(given).all() or (given < 0).any():
        raise ValueError("a weight is negative or no finite number")
    fractions = given.astype(np.float64)
    # sorted, so that no order of the ends shifts the point
    with np.errstate(over="ignore"):
        totals = np.sort(fractions, axis=0).sum(axis=0)
    if given.dtype.kind != "f":
        if (totals >= 2.0**_ROOM).any():
            raise ValueError(f"weights sum to 2**{_ROOM} or more")
        return Weights(given.astype(np.int64), None)
    if not np.isfinite(totals).all():
        raise ValueError("weights sum to more than a number holds")
    doubled = np.where(totals > 0, _ROOM - np.frexp(totals)[1], 0).astype(np.int32)
    return Weights(np.rint(np.ldexp(fractions, doubled)).astype(np.int64), doubled)
