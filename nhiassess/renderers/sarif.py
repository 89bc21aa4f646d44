"""Findings as SARIF 2.1.0: one rule for each finding's check, one result for each occurrence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from nhiassess.model.assessment import Assessment, Deviation, Finding, Occurrence
from nhiassess.model.figures import Figures
from nhiassess.model.inventory import Location

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"very high": "error", "high": "error", "moderate": "warning", "low": "note", "very low": "note"}
# the scale by which viewers sort security results: 0.1 to 10, made from the risk level
_WEIGHTS = {"very high": "9.5", "high": "8.0", "moderate": "5.5", "low": "2.5", "very low": "1.0"}
_STATES = {"new": "new", "regressed": "new", "still open": "unchanged"}


class Sarif:
    """Writes findings.sarif."""

    name = "sarif"
    file = "findings.sarif"

    def render(self, assessment: Assessment, figures: Figures, assets: Mapping[str, bytes]) -> bytes:
        """Write the findings for viewers of code and pipelines.

        Parameters
        ----------
        assessment:
            What was concluded; its accepted exceptions become suppressions, never passes.
        figures, assets:
            Not used: data is not chosen from.

        Returns
        -------
        bytes
            UTF-8; equal for equal input.

        References
        ----------
        OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, Errata 01.
        """
        rules = {finding.check: index for index, finding in enumerate(assessment.findings)}
        accepted = {(each.check, each.subject): each for each in assessment.deviations if not each.expired}
        results = [
            _result(finding, occurrence, rules[finding.check], accepted, compared=assessment.changes is not None)
            for finding in assessment.findings
            for occurrence in finding.occurrences
        ]
        run = {
            "tool": {
                "driver": {
                    "name": assessment.meta.tool,
                    "version": assessment.meta.version,
                    "semanticVersion": assessment.meta.version,
                    "rules": [_rule(finding) for finding in assessment.findings],
                }
            },
            "originalUriBaseIds": {"OBSERVED": {"description": {"text": "The folder that was observed."}}},
            "columnKind": "unicodeCodePoints",
            "automationDetails": {"id": f"{assessment.plan.reference or assessment.meta.tool}/{assessment.meta.now}"},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": assessment.meta.now}],
            "results": results,
        }
        document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


RENDERER = Sarif()


def _rule(finding: Finding) -> dict[str, Any]:
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(finding.remediation, 1))
    return {
        "id": finding.check,
        "name": "".join(part.capitalize() for part in finding.check.split("-")),
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": finding.why},
        "help": {"text": steps or finding.why},
        "defaultConfiguration": {"level": _LEVELS.get(finding.risk_level, "warning")},
        "properties": {
            "tags": ["security", *finding.objectives],
            "precision": {"high": "high", "medium": "medium"}.get(finding.confidence, "low"),
            "security-severity": _WEIGHTS.get(finding.risk_level, "5.5"),
            "severity": finding.severity,
        },
    }


def _result(
    finding: Finding,
    occurrence: Occurrence,
    rule: int,
    accepted: Mapping[tuple[str, str], Deviation],
    *,
    compared: bool,
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "kind": "fail",
        "level": _LEVELS.get(finding.risk_level, "warning"),
        "message": {"text": _linkless(f"{finding.title}. {occurrence.subject}: {occurrence.seen}")},
        "locations": [_location(place, occurrence.subject) for place in occurrence.locations]
        or [{"logicalLocations": [{"fullyQualifiedName": occurrence.subject}]}],
        "partialFingerprints": {"checkAndSubject/v1": occurrence.fingerprint},
        "properties": {
            "finding": finding.id,
            "riskLevel": finding.risk_level,
            "agents": list(occurrence.agents),
            "controls": list(finding.controls),
            "evidence": list(occurrence.evidence),
        },
    }
    if compared:
        result["baselineState"] = _STATES.get(occurrence.change or "", "unchanged")
    if occurrence.accepted_until:
        deviation = accepted.get((finding.check, occurrence.subject))
        why = deviation.rationale if deviation else "Accepted"
        by = f" by {deviation.approver} on {deviation.approved_at}" if deviation else ""
        text = f"Risk accepted{by} until {occurrence.accepted_until}: {why}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": text}]
    return result


def _linkless(text: str) -> str:
    """Keep a name from being shown as a link, which SARIF allows in the text of a message (3.11.6)."""
    return text.replace("](", "\\](")


def _location(place: Location, subject: str) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.path, safe="/"), "uriBaseId": "OBSERVED"},
            "region": {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)},
        },
        "logicalLocations": [{"fullyQualifiedName": subject}],
    }
