"""What became of every occurrence since the previous assessment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from nhiassess.model.assessment import Change, Finding


def compare(
    previous: Mapping[str, tuple[str, str]],
    findings: Iterable[Finding],
    answered: Collection[tuple[str, str]],
    once_fixed: Collection[str] = (),
    lapsed: Collection[tuple[str, str]] = (),
) -> tuple[Change, ...]:
    """Compare the occurrences of two assessments by fingerprint.

    Parameters
    ----------
    previous:
        Fingerprint to (check, subject) of the earlier run.
    findings:
        Of this run.
    answered:
        (check, subject) pairs that this run determined; a gone occurrence whose subject was not determined
        again is no longer observable, which is not fixed.
    once_fixed:
        Fingerprints that an earlier run had reported as fixed: they come back as regressed.
    lapsed:
        (check, subject) pairs that were accepted then and are no longer: they are open again as expired.

    Returns
    -------
    tuple of Change
        Sorted by state and subject.

    Examples
    --------
    >>> [change.state for change in compare({"f": ("c", "s")}, [], {("c", "s")})]
    ['fixed']
    """
    found = []
    now: set[str] = set()
    for finding in findings:
        for each in finding.occurrences:
            now.add(each.fingerprint)
            state = "still open" if each.fingerprint in previous else "new"
            if each.fingerprint in previous and (finding.check, each.subject) in lapsed:
                state = "expired"
            if each.fingerprint in once_fixed:
                state = "regressed"
            found.append(Change(each.fingerprint, finding.check, each.subject, state))
    for print_, (check, subject) in previous.items():
        if print_ not in now:
            state = "fixed" if (check, subject) in answered else "no longer observable"
            found.append(Change(print_, check, subject, state))
    return tuple(sorted(found, key=lambda change: (change.state, change.check, change.subject)))
