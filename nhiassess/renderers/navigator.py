"""How the techniques of MITRE ATLAS stand in an assessment, as a layer that the ATLAS Navigator shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nhiassess.drawings.theme import tokens
from nhiassess.errors import RenderError
from nhiassess.model.assessment import NOT_SATISFIED, RISK_STATES, Assessment, ControlCoverage
from nhiassess.model.figures import Figures
from nhiassess.model.knowledge import Catalog

ATLAS = "mitre-atlas-"
NEWEST = "mitre-atlas-2026.09"
DOMAIN = "atlas-atlas"
VERSIONS = {"layer": "4.5", "navigator": "4.9.0"}
HOLD, OPEN, WEAKENED, EXPOSED, NOT_THERE = RISK_STATES
OUTSIDE = "outside the profile"
# state to the token of its colour, and to the score by which the Navigator sorts
_LOOKS: Mapping[str, tuple[str, int | None]] = {
    EXPOSED: ("exposed", 4),
    WEAKENED: ("not-satisfied-cell", 3),
    OPEN: ("rule-strong", 2),
    HOLD: ("hold", 1),
    NOT_THERE: ("not-applicable", 0),
    OUTSIDE: ("panel", None),
}
_BY_SCORE = [token for score in range(5) for token, each in _LOOKS.values() if each == score]


class Navigator:
    """Writes attack-navigator.json."""

    name = "navigator"
    file = "attack-navigator.json"

    def render(self, assessment: Assessment, figures: Figures, assets: Mapping[str, bytes]) -> bytes:
        """Write a layer of the techniques and sub-techniques of ATLAS.

        Parameters
        ----------
        assessment:
            What was concluded; its plan must hold ATLAS.
        figures:
            Not used: data is not chosen from.
        assets:
            The files of templates/ by name, for the colours.

        Returns
        -------
        bytes
            UTF-8; equal for equal input. Each technique has a colour, and in words its state, for how many agents, and
            which objectives failed.

        Raises
        ------
        RenderError
            When the assessment is not made against ATLAS.

        Notes
        -----
        The domain is the one of MITRE's own layers for ATLAS, which declare format 4.3 for Navigator 4.6.4. Every field
        here is of both formats; a Navigator of another minor version says so and opens the layer. No tactic is named,
        so that a technique is marked under each of its tactics, and no version of ATLAS, since the Navigator knows one.

        References
        ----------
        MITRE, ATT&CK Navigator layer file format 4.5; mitre-atlas/atlas-navigator-data.
        """
        catalog = _atlas(assessment)
        light, _ = tokens(assets)
        techniques = {control.id for control in catalog.controls if control.kind == "technique"}
        above = {control.refines for control in catalog.controls if control.refines}
        failed = {
            each.control.rsplit("/", 1)[1]
            for each in assessment.determinations
            if each.subject == "*" and each.state == NOT_SATISFIED
        }
        rows = [row for row in assessment.controls if row.framework == catalog.id and row.control in techniques]
        layer = {
            "name": f"{assessment.plan.title}: {catalog.short}",
            "versions": VERSIONS,
            "domain": DOMAIN,
            "description": _description(assessment, catalog, len(rows)),
            "sorting": 3,  # the most exposed first
            "layout": {"layout": "side", "showID": True, "showName": True},
            "hideDisabled": False,
            "techniques": [_technique(row, failed, light, row.control in above) for row in rows],
            "gradient": {
                "colors": [light[token] for token in _BY_SCORE],
                "minValue": 0,
                "maxValue": 4,
            },
            "legendItems": [{"label": state, "color": light[token]} for state, (token, _) in _LOOKS.items()],
            "metadata": [
                {"name": "atlas_data_version", "value": catalog.version},
                {"name": "assessed", "value": assessment.meta.now},
                {"name": "tool", "value": f"{assessment.meta.tool} {assessment.meta.version}"},
            ],
        }
        return (json.dumps(layer, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


RENDERER = Navigator()


def _atlas(assessment: Assessment) -> Catalog:
    planned = [each for each in assessment.plan.frameworks if each.startswith(ATLAS)]
    catalogs = [catalog for each in planned if (catalog := assessment.knowledge.catalog(each))]
    if not catalogs:
        known = [catalog.id for catalog in assessment.knowledge.catalogs if catalog.id.startswith(ATLAS)]
        hint = f"Add {max(known, default=NEWEST)} to `frameworks` in the plan."
        raise RenderError("the assessment is not made against MITRE ATLAS, which the layer shows", "plan.yaml", hint)
    return max(catalogs, key=lambda catalog: catalog.id)


def _description(assessment: Assessment, catalog: Catalog, count: int) -> str:
    return (
        f"{assessment.plan.system or assessment.plan.title}, as at {assessment.meta.now[:10]}. {count} techniques of "
        f"{catalog.title} {catalog.version}. A technique is exposed when its precondition was observed and a primary "
        "mitigation failed, weakened when only supporting ones failed. Reachability in what the files state, not "
        "exploitability. Not a certification."
    )


def _technique(row: ControlCoverage, failed: Iterable[str], light: Mapping[str, str], opened: bool) -> dict[str, Any]:
    state = OUTSIDE if row.signal == OUTSIDE else row.state
    token, score = _LOOKS[state]
    lacking = [objective for objective in row.objectives if objective in failed and state != OUTSIDE]
    told = [
        f"State: {state}.",
        f"{'Why' if state == OUTSIDE else 'Agents'}: {row.reason.rstrip('.')}." if row.reason else "",
        f"Objectives that failed: {', '.join(lacking)}." if lacking else "",
        "" if row.objectives or state == OUTSIDE else "No objective is mapped to it.",
    ]
    found: dict[str, Any] = {
        "techniqueID": row.control,
        "color": light[token],
        "comment": " ".join(filter(None, told)),
        "enabled": True,
        "showSubtechniques": opened,
    }
    return found if score is None else {**found, "score": score}
