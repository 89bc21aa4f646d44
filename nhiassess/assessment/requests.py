"""From everything that is open, the exports that would settle most of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from shlex import quote

from nhiassess.model.assessment import NOT_DETERMINED, Answer, Determination
from nhiassess.model.inventory import TABLES, Inventory, Skipped
from nhiassess.model.knowledge import Export, Knowledge
from nhiassess.model.reach import Edge
from nhiassess.model.request import Request, Requests

_UNDECIDED = frozenset({"unknown", "needs_resource"})
_PART = re.compile(r"\{([a-z_]+)\}|(\*)")
_NAMELESS = "-"
_CUT = frozenset({"incomplete", "page of several", "managed policy not in the export"})
_OBSERVED = "observed/"

Open = tuple[str, str, str]  # kind, name and id of something open: ("checks", "unused-identity", "identity:...")
Scope = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Asked:
    """One export for one scope, and what is open of what it settles."""

    export: Export
    scope: Scope
    settles: set[Open] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)


def requests(
    known: Knowledge,
    inventory: Inventory,
    answers: Iterable[Answer],
    determinations: Iterable[Determination],
    edges: Iterable[Edge],
) -> Requests:
    """Rank the exports that are known by how much each may settle.

    Parameters
    ----------
    known:
        With the exports, and the checks that test each objective.
    inventory:
        With the files: what stands in an export that was handed over whole is not asked for again.
    answers, determinations, edges:
        Of the assessment; what is determined and decided is left aside.

    Returns
    -------
    Requests
        One for each export and scope, such as an account, that settles something; first those after which most
        determinations have nothing open, then those that settle most in all. Each figure is the most that can come
        of it: what an export will say is not known.

    Notes
    -----
    O(n x e) in what is open and the patterns of exports.
    """
    undecided = [each for each in edges if each.verdict in _UNDECIDED]
    open_answers = [each for each in answers if each.state == NOT_DETERMINED]
    unread = inventory.skipped
    whole = _whole(inventory)
    given = _given(inventory, whole)
    asked: dict[tuple[str, Scope], _Asked] = {}
    for thing, about in _open(open_answers, undecided, unread):
        for export, scope in _settling(known.exports, thing, about):
            if _is_handed_over(export, scope, given.get(about, frozenset()), whole):
                continue
            one = asked.setdefault((export.id, scope), _Asked(export, scope))
            one.settles.add(thing)
            one.subjects.add(about)
    rows = _rows(known, open_answers, determinations)
    made = [_request(each, rows) for each in asked.values()]
    ranked = sorted(made, key=lambda r: (-r.determinations, -(r.partly + r.edges + r.skipped), r.id))
    settled = {thing for each in asked.values() for thing in each.settles}
    left = Counter(each.check for each in open_answers if ("checks", each.check, each.subject) not in settled)
    return Requests(
        requests=tuple(ranked),
        open_determinations=len(rows),
        left_determinations=sum(1 for things in rows if not things & settled),
        open_edges=len(undecided),
        left_edges=sum(1 for each in undecided if ("edges", each.verb, each.id) not in settled),
        left_checks=tuple(sorted(left.items(), key=lambda each: (-each[1], each[0]))),
        left_skipped=tuple(each.id for each in unread if ("skipped", each.construct or "", each.id) not in settled),
    )


def _open(answers: Iterable[Answer], edges: Iterable[Edge], skipped: Iterable[Skipped]) -> Iterator[tuple[Open, str]]:
    """Give everything open, and what it is about: each subject, both ends of a relation, the path of a file."""
    for answer in answers:
        yield ("checks", answer.check, answer.subject), answer.subject
    for edge in edges:
        for end in (edge.source, edge.target):
            yield ("edges", edge.verb, edge.id), end
    for each in skipped:
        yield ("skipped", each.construct or "", each.id), each.locations[0].path if each.locations else each.id


def _whole(inventory: Inventory) -> Mapping[str, frozenset[str]]:
    """Give the sources that read each file that is whole."""
    cut = {place.path for each in inventory.skipped if each.construct in _CUT for place in each.locations}
    return {each.id: frozenset(each.sources) for each in inventory.files if each.id not in cut}


def _given(inventory: Inventory, by_file: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Give the sources that read each value from a file that is whole."""
    return {
        value.id: frozenset().union(*(by_file.get(place.path, ()) for place in value.locations))
        for table in TABLES
        if table not in ("files", "skipped", "links")
        for value in getattr(inventory, table)
    }


def _is_handed_over(export: Export, scope: Scope, readers: frozenset[str], whole: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether an export was handed over whole: where it is to be put, or read from wherever it lies."""
    if export.read_by is None:
        return False
    if not export.read_elsewhere and export.read_by in readers:
        return True
    return export.read_by in whole.get(_place(export, dict(scope)).removeprefix(_OBSERVED), ())


def _settling(exports: Sequence[Export], thing: Open, about: str) -> Iterator[tuple[Export, Scope]]:
    kind, name, _ = thing
    for export in exports:
        for each in export.settles:
            if each.kind != kind or name not in each.names:
                continue
            if found := next((f for pattern in each.about if (f := _pattern(pattern).fullmatch(about))), None):
                yield export, tuple(sorted(found.groupdict().items()))


@cache
def _pattern(about: str) -> re.Pattern[str]:
    """Compile the pattern of an `about`: a star is anything, a name in braces one part of an id or path.

    Examples
    --------
    >>> found = _pattern("identity:aws/{account}/*").fullmatch("identity:aws/111122223333/role/deploy")
    >>> found and found.groupdict()
    {'account': '111122223333'}
    """
    pieces, end = [], 0
    for found in _PART.finditer(about):
        pieces += [re.escape(about[end : found.start()]), ".*" if found[2] else f"(?P<{found[1]}>[^/#]+)"]
        end = found.end()
    return re.compile("".join((*pieces, re.escape(about[end:]))), re.S)


def _rows(
    known: Knowledge, answers: Iterable[Answer], determinations: Iterable[Determination]
) -> list[frozenset[Open]]:
    """Give, for each subject's determination that checks left open, what is open in it."""
    testing: dict[str, set[str]] = {}
    for check in known.checks:
        for objective in check.objectives:
            testing.setdefault(objective, set()).add(check.id)
    by_subject: dict[str, list[Answer]] = {}
    for answer in answers:
        by_subject.setdefault(answer.subject, []).append(answer)
    found = []
    for row in determinations:
        if row.state == NOT_DETERMINED and row.subject != "*":
            tested = testing.get(row.control.rpartition("/")[2], set())
            things = {("checks", a.check, a.subject) for a in by_subject.get(row.subject, ()) if a.check in tested}
            if things:
                found.append(frozenset(things))
    return found


def _request(asked: _Asked, rows: Sequence[frozenset[Open]]) -> Request:
    export, named = asked.export, dict(asked.scope)
    kinds = Counter(kind for kind, _, _ in asked.settles)
    touched = [things for things in rows if things & asked.settles]
    unlocked = sum(1 for things in touched if things <= asked.settles)
    scope = ",".join(f"{name}={value}" for name, value in asked.scope)
    return Request(
        id=f"{export.id}({scope})" if scope else export.id,
        title=_filled(export.title, named),
        ask=export.ask,
        command=_filled(export.command, {name: _word(value) for name, value in named.items()}),
        privilege=export.privilege,
        warning=export.warning,
        file=_place(export, named),
        source=export.source,
        unverified=export.unverified,
        determinations=unlocked,
        partly=len(touched) - unlocked,
        edges=kinds["edges"],
        skipped=kinds["skipped"],
        subjects=tuple(sorted(asked.subjects)),
    )


def _filled(text: str, named: Mapping[str, str]) -> str:
    """Put the names in; what no pattern found, or nobody knows, stands as a question to the reader."""
    return re.sub(
        r"\{([a-z_]+)\}",
        lambda f: f"<{f[1].upper()}>" if named.get(f[1], _NAMELESS) == _NAMELESS else named[f[1]],
        text,
    )


def _place(export: Export, named: Mapping[str, str]) -> str:
    return _filled(export.file, {name: re.sub(r"[^\w.-]", "_", value) for name, value in named.items()})


def _word(value: str) -> str:
    # it came from a file that a stranger may have written, and a reader may paste it into a shell
    return value if value == _NAMELESS else quote(value)
