"""The file of an export becomes a value: who can make it with which command, and what it settles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.record import Record
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Export, Settles

KINDS = ("checks", "edges", "skipped")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_NOTHING = ("settles nothing", "Name checks, edges or skipped constructs.")


def export(record: Record) -> Export:
    """Read one export."""
    found = Export(
        id=record.text("id"),
        title=record.text("title"),
        ask=record.text("ask"),
        command=record.text("command"),
        privilege=record.text("privilege"),
        warning=record.text("warning"),
        file=record.text("file"),
        source=record.text("source"),
        settles=tuple(each for row in record.records("settles", none=_NOTHING) for each in _settles(row)),
        read_by=record.optional_text("read_by"),
        read_elsewhere=record.flag("read_elsewhere", False),
        unverified=record.flag("unverified", False),
        locations=(Location(*record.place),),
    )
    named = {name for each in found.settles for about in each.about for name in PLACEHOLDER.findall(about)}
    for key in ("title", "command", "file"):
        for name in sorted({*PLACEHOLDER.findall(getattr(found, key))} - named):
            record.complain(record.node.get(key), f"no `about` finds {{{name}}}", "Use it in `about`.", key)
    record.done()
    return found


def _settles(record: Record) -> Iterator[Settles]:
    record.one_of(KINDS, "settles nothing", _NOTHING[1], several=True)
    about = record.texts("about", none=("is missing", "Say what it is about, such as identity:aws/{account}/*."))
    for kind in KINDS:
        if names := record.texts(kind):
            yield Settles(kind, names, about)
    record.done()
