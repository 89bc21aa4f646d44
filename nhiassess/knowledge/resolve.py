"""Look-ups by any published spelling: the present id, and a warning when the spelling is not the official one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from nhiassess.errors import UsageError
from nhiassess.model.knowledge import Alias, Catalog, Control, Knowledge, Remedy
from nhiassess.model.scenario import Scenario

# what there may be to say of an id that itself stands in a catalog
TOLD_OF_IDS = frozenset({"superseded", "ambiguous"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a spelling stands for, what is named beside it, and what to know about the spelling."""

    controls: tuple[Control, ...]
    beside: tuple[Control, ...] = ()
    warnings: tuple[str, ...] = ()


def resolve(knowledge: Knowledge, spelling: str) -> Catalog | Found:
    """Find a catalog, or the controls that an id, alias or title stands for.

    Parameters
    ----------
    knowledge:
        The catalogs and aliases.
    spelling:
        Such as ``owasp-asi-2026``, ``ASI01``, ``A1`` or ``nist-ai-rmf-1.0/GOVERN 1.1``.

    Returns
    -------
    Catalog or Found
        With a warning when the spelling is an alias, or an id that a later one superseded or another document
        uses for something else.

    Raises
    ------
    UsageError
        When nothing bears that name; the hint names the nearest.
    """
    wanted = spelling.strip().casefold()
    for catalog in knowledge.catalogs:
        if wanted in _names(catalog):
            return catalog
    everything = [control for catalog in knowledge.catalogs for control in catalog.controls]
    exact = [each for each in everything if wanted in (each.id.casefold(), f"{each.catalog}/{each.id}".casefold())]
    if exact:
        ids = {each.id for each in exact}
        told = [alias for alias in knowledge.aliases if alias.alias in ids and alias.status in TOLD_OF_IDS]
        present = [each for alias in told for each in _named(everything, alias.catalog, (alias.id, *alias.see_also))]
        beside = tuple(each for each in present if each not in exact)
        return Found(tuple(exact), beside, tuple(map(_warning, told)))
    for alias in knowledge.aliases:
        if alias.alias.casefold() == wanted:
            named = _named(everything, alias.catalog, (alias.id,))
            beside = _named(everything, alias.catalog, alias.see_also)
            return Found(named, beside, (_warning(alias),))
    spelled = [each for each in everything if wanted in (name.casefold() for name in (each.title, *each.aliases))]
    if spelled:
        return Found(tuple(spelled), (), tuple(_spelled(each, spelling, wanted) for each in spelled))
    names = {each.id.casefold(): each.id for each in everything}
    names |= {catalog.id.casefold(): catalog.id for catalog in knowledge.catalogs}
    near = [names[each] for each in get_close_matches(wanted, names, 3, 0.5)]
    hint = f"Did you mean {', '.join(near)}?" if near else "`nhiassess frameworks list` names the frameworks."
    raise UsageError(f"no framework or control is named {spelling!r}", hint=hint)


def framework(knowledge: Knowledge, spelling: str) -> str:
    """Find the id of a framework, ours or one that crosswalks only point to.

    Parameters
    ----------
    knowledge:
        The catalogs and crosswalks.
    spelling:
        Its id, its short name or its title, such as ``csa-maestro-2025`` or ``CSA MAESTRO``.

    Returns
    -------
    str
        The id as catalogs and crosswalks write it.

    Raises
    ------
    UsageError
        When nothing bears that name; the hint names the nearest.
    """
    wanted = spelling.strip().casefold()
    names = {end.casefold(): end for each in knowledge.crosswalks for end in (each.source, each.target)}
    names |= {name: catalog.id for catalog in knowledge.catalogs for name in _names(catalog)}
    if wanted in names:
        return names[wanted]
    near = dict.fromkeys(names[each] for each in get_close_matches(wanted, names, 3, 0.5))
    hint = f"Did you mean {', '.join(near)}?" if near else "`nhiassess frameworks list` names the frameworks."
    raise UsageError(f"no framework is named {spelling!r}", hint=hint)


def scenario(knowledge: Knowledge, id: str) -> Scenario:
    """Find a scenario by its id.

    Raises
    ------
    UsageError
        When none bears that id; the hint names the nearest.
    """
    known = {each.id: each for each in knowledge.scenarios}
    if id in known:
        return known[id]
    near = get_close_matches(id.casefold(), known, 1, 0.4)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no scenario {id!r}", hint=f"{hint}`nhiassess replay-scenario --list` names them.")


def remedy(knowledge: Knowledge, id: str) -> Remedy:
    """Find a remedy by its id.

    Raises
    ------
    UsageError
        When none bears that id; the hint names the nearest.
    """
    known = {each.id: each for each in knowledge.remedies}
    if id in known:
        return known[id]
    near = get_close_matches(id.casefold(), known, 1, 0.4)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no remedy {id!r}", hint=f"{hint}`nhiassess remedies` names them.")


def _names(catalog: Catalog) -> tuple[str, str, str]:
    return catalog.id.casefold(), catalog.short.casefold(), catalog.title.casefold()


def _spelled(control: Control, spelling: str, wanted: str) -> str:
    if control.title.casefold() == wanted:
        return f"{spelling} is the title of {control.id}"
    return f"{spelling} is another spelling of {control.id}, {control.title}"


def _named(everything: Sequence[Control], catalog: str, ids: Sequence[str]) -> tuple[Control, ...]:
    return tuple(each for id in ids for each in everything if (each.catalog, each.id) == (catalog, id))


def _warning(alias: Alias) -> str:
    if alias.status == "superseded":
        return f"{alias.alias} is superseded by {alias.id}. {alias.note}"
    if alias.alias == alias.id:
        return f"{alias.alias} is {alias.status}. {alias.note}"
    return f"{alias.alias} is {_article(alias.status)} alias of {alias.id}. {alias.note}"


def _article(status: str) -> str:
    return f"an {status}" if status[:1] in "aeiou" else f"a {status}"
