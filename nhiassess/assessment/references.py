"""What the files of an assessment refer to: frameworks, objectives, checks and subjects, there or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from nhiassess.model.assessment import Deviation
from nhiassess.model.inventory import Attestation, Locations
from nhiassess.model.knowledge import Knowledge

Complained = tuple[str, str]  # what is wrong, and what to do


def unknown_framework(known: Knowledge, id: str) -> Complained | None:
    """Say what is wrong with the id of a framework, and which controls it may have meant; None when it is one."""
    catalogs = [catalog.id for catalog in known.catalogs]
    if id in catalogs or not catalogs:
        return None
    if meant := _candidates(known, id):
        return f"{id!r} is no catalog; it may mean {', '.join(meant)}", "Pick one, and name the catalog before its `/`."
    return f"{id!r} is no catalog", f"Known: {', '.join(sorted(catalogs))}."


def unknown_objective(known: Knowledge, id: str, *, outcomes: bool = False) -> Complained | None:
    """Say what is wrong with the id of an objective; None when it is one.

    Parameters
    ----------
    known:
        With the catalogs.
    id:
        As a file writes it.
    outcomes:
        Whether an outcome of a framework, such as ``nist-ai-rmf-1.0/GOVERN 1.1``, may be named too.
    """
    ids = {each.id for catalog in known.catalogs if catalog.reads_as == "objectives" for each in catalog.controls}
    if outcomes:
        ids |= {f"{catalog.id}/{each.id}" for catalog in known.catalogs for each in catalog.controls
                if each.reads_as == "outcomes"}  # fmt: skip
    if id in ids or not known.catalogs:
        return None
    meant = _candidates(known, id)
    if answerable := [each for each in meant if each in ids]:
        return f"{id!r} is no objective", f"Did you mean {', '.join(answerable)}?"
    told = f"{id!r} is no objective" + (f"; it may mean {', '.join(meant)}" if meant else "")
    return told, _nearest(id, ids, "`nhiassess frameworks show nhi-objectives-1` names them.")


def unknown_check(known: Knowledge, id: str) -> Complained | None:
    """Say what is wrong with the id of a check; None when it is one."""
    ids = {check.id for check in known.checks}
    return (
        None
        if id in ids or not known.catalogs
        else (f"{id!r} is no check", _nearest(id, ids, "`nhiassess checks list` names them."))
    )


def unobserved(
    attestations: Sequence[Attestation],
    deviations: Sequence[Deviation],
    subjects: Collection[str],
    asked: Collection[tuple[str, str]],
) -> tuple[str, ...]:
    """Warn of answers and exceptions that are about nothing that was observed, and so change nothing.

    Parameters
    ----------
    attestations, deviations:
        As people wrote them.
    subjects:
        Every id that was observed or declared.
    asked:
        The check and the subject of each answer.

    Returns
    -------
    tuple of str
        One line each, with its place.
    """
    return tuple(_unobserved(attestations, deviations, subjects, asked))


def _unobserved(
    attestations: Sequence[Attestation],
    deviations: Sequence[Deviation],
    subjects: Collection[str],
    asked: Collection[tuple[str, str]],
) -> Iterator[str]:
    for said in attestations:
        if said.subject not in ("*", None) and said.subject not in subjects:
            yield f"{_place(said.locations)}: {said.subject} was not observed, so what is said of it counts for nothing"
    for each in deviations:
        if (each.check, each.subject) not in asked:
            yield f"{_place(each.locations)}: {each.check} was not asked of {each.subject}, so nothing is accepted"


def _candidates(known: Knowledge, spelling: str) -> list[str]:
    """Give the controls that a spelling may stand for, as catalog and id."""
    wanted = spelling.casefold()
    found = [
        f"{alias.catalog}/{id}"
        for alias in known.aliases
        if alias.alias.casefold() == wanted
        for id in (alias.id, *alias.see_also)
    ]
    found += [
        f"{catalog.id}/{control.id}"
        for catalog in known.catalogs
        for control in catalog.controls
        if wanted in (name.casefold() for name in (control.id, control.title, *control.aliases))
    ]
    return list(dict.fromkeys(found))


def _nearest(id: str, ids: Collection[str], otherwise: str) -> str:
    near = get_close_matches(id, sorted(ids), 1)
    return f"Did you mean {near[0]}?" if near else otherwise


def _place(locations: Locations) -> str:
    return f"{locations[0].path}:{locations[0].line}:{locations[0].column}" if locations else "-"
