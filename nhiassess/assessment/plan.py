"""The files of an assessment folder become a Plan, and what they declare becomes an Inventory."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from posixpath import normpath
from typing import Any

from nhiassess.errors import Complaint, FormatError, PlanError
from nhiassess.formats.reading import read
from nhiassess.formats.record import Record, problems
from nhiassess.model.assessment import LEVELS, Deviation, Narrative, Plan
from nhiassess.model.inventory import Attestation, Declared, Identity, Inventory, Location, Resource

SECTIONS = ("conclusion", "risks", "strengths", "decisions")
LIMITS = (
    *("max_credential_lifetime_seconds", "rotation_days", "unused_days", "log_retention_days", "review_days"),
    *("blast_radius_limit_tier_1", "blast_radius_limit_tier_2", "blast_radius_limit_tier_3"),
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.+Z-]+)?")
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
    provenance: Mapping[str, Mapping[str, Any]]  # observed file to what is known of its export


def stated(files: Mapping[str, bytes], known: Collection[str], now: str) -> Stated:
    """Read plan, attestations, exceptions and narrative.

    Parameters
    ----------
    files:
        Path, relative to the assessment folder, to bytes; only ``plan.yaml`` and its siblings are read here.
    known:
        Ids of the catalogs there are; a plan that names another is a complaint.
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
    plan, declared = Plan(frameworks=tuple(sorted(known)), default=True), Inventory()
    if (record := _record("plan.yaml", files, complaints)) is not None:
        plan, declared = _plan(record, known)
    attestations: tuple[Attestation, ...] = ()
    if (record := _record("attestations.yaml", files, complaints)) is not None:
        attestations = tuple(
            _attestation(each, number) for number, each in enumerate(record.records("attestations"), 1)
        )
        record.done()
    deviations: tuple[Deviation, ...] = ()
    if (record := _record("exceptions.yaml", files, complaints)) is not None:
        deviations = tuple(
            deviation
            for number, each in enumerate(record.records("exceptions"), 1)
            if (deviation := _deviation(each, number, now)) is not None
        )
        record.done()
    provenance: dict[str, Mapping[str, Any]] = {}
    if (record := _record(normpath(f"{plan.observed}/provenance.yaml"), files, complaints)) is not None:
        for export in record.records("exports"):
            fields = export.node.plain()
            provenance[export.text("path")] = fields
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


def _plan(record: Record, known: Collection[str]) -> tuple[Plan, Inventory]:
    fields: dict[str, Any] = {name: found for name in _TEXTS if (found := record.optional_text(name)) is not None}
    if (period := record.record("period")) is not None:
        fields["period"] = (_date(period, "from"), _date(period, "to"))
        period.done()
    frameworks = record.texts("frameworks")
    for framework in frameworks:
        if framework not in known:
            hint = f"Known: {', '.join(sorted(known))}."
            record.complain(record.node.get("frameworks"), f"{framework!r} is no catalog", hint, "frameworks")
    fields["frameworks"] = frameworks or tuple(sorted(known))
    fields["roles"] = record.plain("roles") or {}
    fields["branding"] = record.plain("branding") or {}
    fields["out_of_scope"] = tuple((each.text("what"), each.text("reason")) for each in record.records("out_of_scope"))
    fields["not_applicable"] = tuple(
        (each.text("objective"), each.text("justification"), each.text("approver"))
        for each in record.records("not_applicable")
    )
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


def _declared(record: Record) -> Declared:
    id = record.text("id")
    found = Declared(
        id=f"declared:{id}",
        agent=id,
        name=record.optional_text("name"),
        owner=record.optional_text("owner"),
        purpose=record.optional_text("purpose"),
        tier=record.integer("tier"),
        expected_seconds=record.integer("expected_seconds"),
        approved_at=_date(record, "approved_at", needed=False) or None,
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _resource(record: Record) -> Resource:
    provider, native = record.text("provider"), record.text("id")
    sensitivity = record.integer("sensitivity")
    if sensitivity is not None and not 0 <= sensitivity <= 5:
        record.complain(record.node.get("sensitivity"), "is from 0 to 5", "", "sensitivity")
    found = Resource(
        id=native if native.startswith("resource:") else f"resource:{provider}/{native}",
        kind=record.optional_text("kind"),
        name=record.optional_text("name"),
        provider=provider,
        sensitivity=sensitivity,
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
    arn = _ARN.fullmatch(native)
    found = Identity(
        id=f"identity:aws/{arn[1]}/{arn[2]}" if arn else f"identity:kubernetes/-/{native}",
        owner=record.optional_text("owner"),
        business_function=record.optional_text("business_function"),
        environment=record.optional_text("environment"),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _attestation(record: Record, number: int) -> Attestation:
    found = Attestation(
        id=f"attestation:{number}",
        objective=record.text("objective"),
        subject=record.optional_text("subject") or "*",
        answer=record.text("answer", among=("yes", "no", "partly")),
        role=record.text("role"),
        at=_date(record, "at"),
        expires=_date(record, "expires", needed=False) or None,
        evidence=record.optional_text("evidence"),
        explanation=record.optional_text("explanation"),
        locations=(Location(*record.place),),
    )
    record.done()
    return found


def _deviation(record: Record, number: int, now: str) -> Deviation | None:
    expires = _date(record, "expires_at")
    record.optional_text("recommendation")
    decision = record.text("decision", among=("accepted", "rejected"))
    found = Deviation(
        id=f"exception:{number}",
        check=record.text("check"),
        subject=record.text("subject"),
        rationale=record.text("rationale"),
        compensating=record.texts("compensating"),
        approver=record.text("approver"),
        approved_at=_date(record, "approved_at"),
        expires_at=expires,
        expired=bool(expires) and expires < now[:10],
        locations=(Location(*record.place),),
    )
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
    record.plain("figures")
    record.done()
    return Narrative(section, status, document.body.strip(), (Location(path, document.body_line or 1),))


def _date(record: Record, key: str, needed: bool = True) -> str:
    found = record.text(key, needed=needed)
    if found and not _is_date(found):
        record.complain(record.node.get(key), f"{found!r} is no date", 'Write it as "2026-11-23".', key)
    return found


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None
