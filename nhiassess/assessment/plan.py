"""The files of an assessment folder become a Plan, and what they declare becomes an Inventory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import normpath
from typing import Any

from nhiassess.assessment.provenance import exported
from nhiassess.assessment.references import Complained, unknown_check, unknown_framework, unknown_objective
from nhiassess.errors import Complaint, FormatError, PlanError
from nhiassess.formats.form import COLOUR, DATE
from nhiassess.formats.reading import read
from nhiassess.formats.record import Record, problems
from nhiassess.model.assessment import LEVELS, Deviation, Narrative, Plan, Provenance
from nhiassess.model.inventory import Attestation, Declared, Identity, Inventory, Location, Resource
from nhiassess.model.knowledge import Knowledge

SECTIONS = ("conclusion", "risks", "strengths", "decisions")
LIMITS = (
    *("max_credential_lifetime_seconds", "rotation_days", "unused_days", "log_retention_days", "review_days"),
    *("blast_radius_limit_tier_1", "blast_radius_limit_tier_2", "blast_radius_limit_tier_3"),
)
_PEOPLE = ("preparer", "reviewer", "approver")
# absolute, on a drive, or above; with either slash, whichever system the plan was written on
_LEAVES = re.compile(r"\A\s*(?:[/\\~]|[A-Za-z]:)|(?:\A|[/\\])\.\.(?:[/\\]|\Z)|://")
_TEXTS = (
    *("title", "client", "system", "reference", "type", "independence", "classification", "version"),
    *("observed", "retention"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stated:
    """What people wrote in an assessment folder."""

    plan: Plan
    declared: Inventory
    deviations: tuple[Deviation, ...]
    narrative: tuple[Narrative, ...]
    provenance: tuple[Provenance, ...]


def stated(files: Mapping[str, bytes], known: Knowledge, now: str) -> Stated:
    """Read plan, attestations, exceptions and narrative.

    Parameters
    ----------
    files:
        Path, relative to the assessment folder, to bytes; only ``plan.yaml`` and its siblings are read here.
    known:
        The catalogs and checks there are; naming another catalog, objective or check is a complaint.
    now:
        The date of the assessment, ISO 8601, by which exceptions expire.

    Returns
    -------
    Stated
        With the default plan when there is no ``plan.yaml``.

    Raises
    ------
    PlanError
        With every complaint of every file at once.
    """
    complaints: list[Complaint] = []
    everything = tuple(id for id in known.assessed if known.catalog(id))
    plan, declared = Plan(frameworks=everything, default=True), Inventory()
    if (record := _record("plan.yaml", files, complaints)) is not None:
        plan, declared = planned(record, known)
    attestations: tuple[Attestation, ...] = ()
    if (record := _record("attestations.yaml", files, complaints)) is not None:
        attestations = attested(record, known)
    deviations: tuple[Deviation, ...] = ()
    if (record := _record("exceptions.yaml", files, complaints)) is not None:
        deviations = accepted(record, known, now)
    provenance: tuple[Provenance, ...] = ()
    if (record := _record(normpath(f"{plan.observed}/provenance.yaml"), files, complaints)) is not None:
        provenance = exported(record)
    narrative = tuple(
        found
        for section in SECTIONS
        if (found := _narrative(f"narrative/{section}.md", section, files, complaints)) is not None
    )
    if complaints:
        raise PlanError(tuple(complaints))
    inventory = Inventory(
        declared=declared.declared,
        resources=declared.resources,
        identities=declared.identities,
        attestations=attestations,
    )
    return Stated(plan, inventory, deviations, narrative, provenance)


def _record(path: str, files: Mapping[str, bytes], complaints: list[Complaint]) -> Record | None:
    if path not in files:
        return None
    try:
        document = read(path, files[path], key=b"plan", strict=True)
    except FormatError as error:
        complaints += error.complaints
        return None
    complaints += problems(path, document)
    return Record(path, document.root, complaints)


def planned(record: Record, known: Knowledge) -> tuple[Plan, Inventory]:
    """Read the plan, and what it declares; what is wrong with it is added to the record's complaints."""
    fields: dict[str, Any] = {name: found for name in _TEXTS if (found := record.optional_text(name)) is not None}
    if (period := record.record("period")) is not None:
        fields["period"] = _dates(period, "from", "to", "ends before it begins")
        period.done()
    frameworks = record.texts("frameworks")
    for framework in frameworks:
        _refer(record, "frameworks", unknown_framework(known, framework))
    fields["frameworks"] = frameworks or tuple(sorted(catalog.id for catalog in known.catalogs))
    if _LEAVES.search(fields.get("observed", "")):
        what, hint = f"{fields['observed']!r} leads out of this folder", "Name a folder that lies beside plan.yaml."
        record.complain(record.node.get("observed"), what, hint, "observed")
    fields["roles"] = _roles(record.record("roles"))
    fields["branding"] = _branding(record.record("branding"))
    fields["out_of_scope"] = tuple(_out_of_scope(each) for each in record.records("out_of_scope"))
    fields["not_applicable"] = tuple(_not_applicable(each, known) for each in record.records("not_applicable"))
    if (limits := record.record("limits")) is not None:
        fields["limits"] = {name: limit for name in LIMITS if (limit := limits.integer(name)) is not None}
        limits.done()
    if (threat := record.record("threat_source")) is not None:
        fields["initiation"] = threat.text("initiation", among=LEVELS)
        fields["initiation_reason"] = threat.text("reason")
        threat.done()
    declared = Inventory(
        declared=tuple(_declared(each) for each in record.records("agents")),
        resources=tuple(_resource(each) for each in record.records("resources")),
        identities=tuple(_identity(each) for each in record.records("identities")),
    )
    record.done()
    return Plan(**fields), declared


def attested(record: Record, known: Knowledge) -> tuple[Attestation, ...]:
    """Read what people answered."""
    found = tuple(_attestation(each, number, known) for number, each in enumerate(record.records("attestations"), 1))
    record.done()
    return found


def accepted(record: Record, known: Knowledge, now: str) -> tuple[Deviation, ...]:
    """Read the exceptions that were accepted; a rejected one accepts nothing."""
    found = [_deviation(each, number, known, now) for number, each in enumerate(record.records("exceptions"), 1)]
    record.done()
    return tuple(each for each in found if each is not None)


def _refer(record: Record, key: str, wrong: Complained | None) -> None:
    if wrong is not None and record.has(key):
        record.complain(record.node.get(key), *wrong, key)


def _out_of_scope(record: Record) -> tuple[str, str]:
    found = record.text("what"), record.text("reason")
    record.done()
    return found


def _not_applicable(record: Record, known: Knowledge) -> tuple[str, str, str]:
    found = record.text("objective"), record.text("justification"), record.text("approver")
    _refer(record, "objective", unknown_objective(known, found[0]))
    record.done()
    return found


def _roles(record: Record | None) -> dict[str, str | tuple[str, ...]]:
    if record is None:
        return {}
    found: dict[str, str | tuple[str, ...]] = {name: record.text(name, needed=False) for name in _PEOPLE}
    found["recipients"] = record.texts("recipients")
    record.done()
    return {name: each for name, each in found.items() if each}


def _branding(record: Record | None) -> dict[str, str]:
    if record is None:
        return {}
    found = {"name": record.optional_text("name"), "brand": record.optional_text("brand", form=COLOUR)}
    record.done()
    return {name: text for name, text in found.items() if text is not None}


def _declared(record: Record) -> Declared:
    id = record.text("id")
    found = Declared(
        id=f"declared:{id}",
        agent=id,
        name=record.optional_text("name"),
        owner=record.optional_text("owner"),
        purpose=record.optional_text("purpose"),
        tier=record.integer("tier", 1, 3),
        expected_seconds=record.integer("expected_seconds"),
        approved_at=_date(record, "approved_at", needed=False) or None,
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _resource(record: Record) -> Resource:
    provider, native = record.text("provider"), record.text("id")
    found = Resource(
        id=native if native.startswith("resource:") else f"resource:{provider}/{native}",
        kind=record.optional_text("kind"),
        name=record.optional_text("name"),
        provider=provider,
        sensitivity=record.integer("sensitivity", 0, 5),
        environment=record.optional_text("environment"),
        business_function=record.optional_text("business_function"),
        crown_jewel=record.optional_flag("crown_jewel"),
        assumed=False,
        locations=(Location(*record.place),),
    )
    record.done()
    return found


_ARN = re.compile(r"arn:aws[\w-]*:iam::(\d*):((?:role|user|group)/.+)")


def _identity(record: Record) -> Identity:
    native = record.text("id")
    found = Identity(
        id=_native(native),
        owner=record.optional_text("owner"),
        business_function=record.optional_text("business_function"),
        environment=record.optional_text("environment"),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _native(name: str) -> str:
    """Give the id of an identity by the name that its platform gives it, or by the id that `observe` prints."""
    arn = _ARN.fullmatch(name)
    if name.startswith("identity:"):
        return name
    return f"identity:aws/{arn[1]}/{arn[2]}" if arn else f"identity:kubernetes/-/{name}"


def _attestation(record: Record, number: int, known: Knowledge) -> Attestation:
    at, expires = _dates(record, "at", "expires", "expires before it was given", needed=False)
    found = Attestation(
        id=f"attestation:{number}",
        objective=record.text("objective"),
        subject=record.optional_text("subject") or "*",
        answer=record.text("answer", among=("yes", "no", "partly")),
        role=record.text("role"),
        at=at,
        expires=expires or None,
        evidence=record.optional_text("evidence"),
        explanation=record.optional_text("explanation"),
        locations=(Location(*record.place),),
    )
    _refer(record, "objective", unknown_objective(known, found.objective or "", outcomes=True))
    record.done()
    return found


def _deviation(record: Record, number: int, known: Knowledge, now: str) -> Deviation | None:
    approved, expires = _dates(record, "approved_at", "expires_at", "expires before it was approved")
    record.optional_text("recommendation")
    decision = record.text("decision", among=("accepted", "rejected"))
    found = Deviation(
        id=f"exception:{number}",
        check=record.text("check"),
        subject=record.text("subject"),
        rationale=record.text("rationale"),
        compensating=record.texts("compensating"),
        approver=record.text("approver"),
        approved_at=approved,
        expires_at=expires,
        expired=bool(expires) and expires < now[:10],
        locations=(Location(*record.place),),
    )
    _refer(record, "check", unknown_check(known, found.check))
    record.done()
    return found if decision == "accepted" else None


def _narrative(path: str, section: str, files: Mapping[str, bytes], complaints: list[Complaint]) -> Narrative | None:
    if path not in files:
        return None
    try:
        document = read(path, files[path], key=b"plan", strict=True)
    except FormatError as error:
        complaints += error.complaints
        return None
    complaints += problems(path, document)
    record = Record(path, document.root, complaints)
    status = record.text("status", among=("draft", "reviewed"))
    record.text("section", among=(section,))
    figures = record.record("figures")
    stated = [(name, figures.integer(name)) for name in figures.names()] if figures else []
    record.done()
    place = Location(path, document.body_line or 1)
    held = tuple((name, number) for name, number in stated if number is not None)
    return Narrative(section, status, document.body.strip(), held, (place,))


def _date(record: Record, key: str, needed: bool = True) -> str:
    return record.text(key, form=DATE, needed=needed)


def _dates(record: Record, first: str, last: str, wrong: str, needed: bool = True) -> tuple[str, str]:
    """Read two dates of which the second is not before the first."""
    begins, ends = _date(record, first), _date(record, last, needed=needed)
    if DATE.fits(begins) and DATE.fits(ends) and ends[:10] < begins[:10]:
        record.complain(record.node.get(last), f"{ends!r} {wrong}, {begins!r}", "Correct one of the two.", last)
    return begins, ends
