"""Catalog files become values: groups, and controls with what they need to be assessed."""

from __future__ import annotations

from nhiassess.formats.record import Record
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Alias, Ask, Catalog, Control, Group, Precondition, Titles

READS_AS = ("outcomes", "risks", "objectives", "reference")
LEVELS = ("configuration", "process", "organisation")
KINDS = (
    *("control", "outcome", "risk", "threat", "cross-layer-threat", "technique", "mitigation", "case-study"),
    *("action", "article", "layer", "objective"),
)
METHODS = ("EXAMINE", "INTERVIEW")
ASSESSABLE = ("automated", "partly", "by_interview", "outside")


def catalog(record: Record) -> Catalog:
    """Read one catalog; what is wrong with it is added to the record's complaints."""
    id = record.text("id")
    licence, ships = _licence(record.record("licence"))
    list_, checksum = _checked(record.record("checked_against"))
    found = Catalog(
        id=id,
        title=record.text("title"),
        short=record.text("short"),
        version=record.text("version"),
        published=record.text("published"),
        publisher=record.text("publisher"),
        licence=licence,
        ships=ships,
        source_url=record.text("source_url"),
        retrieved=record.text("retrieved"),
        checked_against=list_,
        checksum=checksum,
        reads_as=record.text("reads_as", among=READS_AS),
        groups=tuple(_group(each) for each in record.records("groups")),
        controls=tuple(_control(each, id) for each in record.records("controls")),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def aliases(record: Record) -> tuple[Alias, ...]:
    """Read the file of other spellings."""
    found = []
    for each in record.records("aliases"):
        found.append(
            Alias(
                alias=each.text("alias"),
                catalog=each.text("catalog"),
                id=each.text("id"),
                status=each.text("status"),
                note=each.text("note"),
                see_also=each.texts("see_also"),
                locations=(Location(*each.place),),
            )
        )
        each.done()
    record.done()
    return tuple(found)


def titles(record: Record) -> Titles:
    """Read one catalog's titles, by id."""
    listed = record.record("titles")
    found = {id: listed.text(id) for id in listed.names()} if listed else {}
    made = Titles(record.text("catalog"), found, (Location(*record.place),))
    record.done()
    return made


def _licence(record: Record | None) -> tuple[str, str]:
    if record is None:
        return "", ""
    found = record.text("id"), record.text("ships")
    record.done()
    return found


def _checked(record: Record | None) -> tuple[str, str]:
    if record is None:
        return "", ""
    found = record.text("list"), record.text("sha256")
    record.optional_text("ids")
    record.done()
    return found


def _group(record: Record) -> Group:
    found = Group(
        id=record.text("id"),
        title=record.text("title"),
        kind=record.text("kind"),
        parent=record.optional_text("parent"),
        statement=record.optional_text("statement"),
        summary=record.optional_text("summary"),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _control(record: Record, catalog: str) -> Control:
    ask = record.record("ask")
    when = record.record("applies_when")
    found = Control(
        id=record.text("id"),
        catalog=catalog,
        title=record.text("title"),
        kind=record.text("kind", among=KINDS),
        level=record.text("level", among=LEVELS),
        parent=record.optional_text("parent"),
        part_of=record.optional_text("part_of"),
        refines=record.optional_text("refines"),
        statement=record.optional_text("statement"),
        summary=record.optional_text("summary"),
        aliases=record.texts("aliases"),
        agent_relevant=record.flag("agent_relevant", True),
        guidance=record.optional_text("guidance", among=("settled", "maturing")) or "settled",
        assessable=record.text("assessable", among=ASSESSABLE),
        outside=record.optional_text("outside"),
        ask=_ask(ask) if ask else None,
        applies_when=_precondition(when) if when else None,
        methods=record.texts("methods", among=METHODS),
        implies=record.texts("implies"),
        depends_on=record.texts("depends_on"),
        locations=(Location(*record.place),),
    )
    record.goes_with("outside", "assessable", "outside", "is outside, but gives no reason", "Add `outside: why`.")
    asks_nothing = "is assessed by interview, but asks nothing", "Add `ask` with question and evidence."
    record.goes_with("ask", "assessable", "by_interview", *asks_nothing)
    record.done()
    return found


def _ask(record: Record) -> Ask:
    found = Ask(record.text("question"), record.texts("evidence"))
    record.done()
    return found


def _precondition(record: Record) -> Precondition:
    found = Precondition(record.optional_text("sql"), record.optional_text("always"), record.optional_text("because"))
    record.one_of(("sql", "always"), "needs either `sql` or `always`", "Give one of the two.")
    record.done()
    return found
