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
ASSESSABLE = ("automated", "partly", "by_interview", "outside")


def catalog(record: Record) -> Catalog:
    """Read one catalog; what is wrong with it is added to the record's complaints."""
    id = record.text("id")
    licence, checked = record.record("licence"), record.record("checked_against")
    found = Catalog(
        id=id,
        title=record.text("title"),
        short=record.text("short"),
        version=record.text("version"),
        published=record.text("published"),
        publisher=record.text("publisher"),
        licence=licence.text("id") if licence else "",
        ships=licence.text("ships") if licence else "",
        source_url=record.text("source_url"),
        retrieved=record.text("retrieved"),
        checked_against=checked.text("list") if checked else "",
        checksum=checked.text("sha256") if checked else "",
        reads_as=record.text("reads_as", among=READS_AS),
        groups=tuple(_group(each) for each in record.records("groups")),
        controls=tuple(_control(each, id) for each in record.records("controls")),
        locations=(Location(*record.place),),
    )
    record.plain("aliases")
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
    found = {}
    for id, node in record.mapping("titles").items():
        if text := node.text():
            found[id] = text
        else:
            record.complain(node, f"text is expected, not {node.plain()!r}", "Put it in quotes.", f"titles.{id}")
    made = Titles(record.text("catalog"), found, (Location(*record.place),))
    record.done()
    return made


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
        methods=record.texts("methods"),
        implies=record.texts("implies"),
        depends_on=record.texts("depends_on"),
        locations=(Location(*record.place),),
    )
    if found.assessable == "outside" and not found.outside:
        record.complain(None, "is outside, but gives no reason", "Add `outside: why`.")
    if found.assessable == "by_interview" and found.ask is None:
        record.complain(None, "is assessed by interview, but asks nothing", "Add `ask` with question and evidence.")
    record.done()
    return found


def _ask(record: Record) -> Ask:
    found = Ask(record.text("question"), record.texts("evidence"))
    record.done()
    return found


def _precondition(record: Record) -> Precondition:
    found = Precondition(record.optional_text("sql"), record.optional_text("always"), record.optional_text("because"))
    if (found.sql is None) == (found.always is None):
        record.complain(None, "needs either `sql` or `always`", "Give one of the two.")
    record.done()
    return found
