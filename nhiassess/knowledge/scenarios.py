"""Scenario files become values: an incident with its sources, and its steps with what each needed of the estate."""

from __future__ import annotations

from collections.abc import Mapping

from nhiassess.formats.form import MONTH
from nhiassess.formats.record import Record
from nhiassess.model.inventory import Location
from nhiassess.model.scenario import ABILITIES, Break, Need, Scenario, Source, Step

ACCESS = ("any", "reads", "writes", "administers")
HIGHEST_SENSITIVITY = 5
# the vocabulary of needs, as small as the scenarios that came with the package need it: each condition of an agent,
# and the parameters that it takes
CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "untrusted_input": ("kinds",),  # text that strangers write reaches it, also by way of an agent before it
    "tool": ("abilities", "threat_model"),  # it, or an agent that it hands work to, may call such a tool
    "reaches": ("access", "kinds", "sensitivity", "environment", "threat_model"),  # a path leads to such a resource
    "credential": ("kinds", "stores", "outlives_seconds"),  # there is such a credential where identity takeover begins
    "unpinned_server": (),  # nothing fixes the version of one of its tool servers
    "runs_on": ("platforms",),
}
_ONE = "An incident has at least one."
_MISSING = "is missing", "Name at least one."


def scenario(record: Record) -> Scenario:
    """Read one scenario; what is wrong with it is added to the record's complaints."""
    found = Scenario(
        id=record.text("id"),
        title=record.text("title"),
        happened=record.text("happened", form=MONTH),
        summary=record.text("summary"),
        cannot_know=record.text("cannot_know"),
        sources=tuple(_source(each) for each in record.records("sources", none=("has no sources", _ONE))),
        steps=tuple(_step(each) for each in record.records("steps", none=("has no steps", _ONE))),
        case_studies=record.texts("case_studies"),
        unverified=record.texts("unverified"),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _source(record: Record) -> Source:
    found = Source(
        id=record.text("id"),
        publisher=record.text("publisher"),
        title=record.text("title"),
        date=record.text("date", form=MONTH),
        url=record.text("url"),
        unverified=record.flag("unverified", False),
    )
    record.done()
    return found


def _step(record: Record) -> Step:
    found = Step(
        happened=record.text("happened"),
        sources=record.texts("sources"),
        atlas=record.texts("atlas"),
        needs=tuple(_need(each) for each in record.records("needs")),
        broken_by=tuple(_break(each) for each in record.records("broken_by")),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _break(record: Record) -> Break:
    found = Break(record.text("objective"), record.text("because"))
    record.done()
    return found


def _need(record: Record) -> Need:
    condition = record.text("condition", among=CONDITIONS)
    taken = CONDITIONS.get(condition, ())
    sensitivity = record.integer("sensitivity", 0, HIGHEST_SENSITIVITY) if "sensitivity" in taken else None
    found = Need(
        condition=condition,
        kinds=record.texts("kinds") if "kinds" in taken else (),
        abilities=record.texts("abilities", among=ABILITIES, none=_MISSING) if "abilities" in taken else (),
        access=(record.optional_text("access", among=ACCESS) if "access" in taken else None) or "any",
        sensitivity=sensitivity or 0,
        environment=record.optional_text("environment") if "environment" in taken else None,
        stores=record.texts("stores") if "stores" in taken else (),
        outlives_seconds=record.integer("outlives_seconds") if "outlives_seconds" in taken else None,
        platforms=record.texts("platforms", none=_MISSING) if "platforms" in taken else (),
        threat_model=_threat_model(record) if "threat_model" in taken else "behaviour",
        locations=(Location(*record.place),),
    )
    if condition in CONDITIONS:  # of a condition that there is not, nobody knows the parameters
        record.done()
    return found


def _threat_model(record: Record) -> str:
    return record.optional_text("threat_model", among=("behaviour", "identity")) or "behaviour"
