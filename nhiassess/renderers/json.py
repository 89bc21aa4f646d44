"""The whole assessment as plain data; of the knowledge only which files of which version it used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nhiassess.model.assessment import Assessment
from nhiassess.model.codec import encode
from nhiassess.model.figures import Figures
from nhiassess.model.knowledge import Knowledge

SCHEMA = "nhiassess/assessment/1"


class Json:
    """Writes assessment.json."""

    name = "json"
    file = "assessment.json"

    def render(self, assessment: Assessment, figures: Figures, assets: Mapping[str, bytes]) -> bytes:
        """Write the assessment with sorted keys.

        Parameters
        ----------
        assessment:
            What was concluded.
        figures, assets:
            Not used: data is not chosen from.

        Returns
        -------
        bytes
            UTF-8; equal for equal input.
        """
        row = encode(assessment)
        row["knowledge"] = _versions(assessment.knowledge)
        document = {"schema": SCHEMA, **row}
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
        return (text + "\n").encode("utf-8", "backslashreplace")


RENDERER = Json()


def _versions(knowledge: Knowledge) -> dict[str, Any]:
    return {
        "catalogs": [
            {
                "id": catalog.id,
                "version": catalog.version,
                "checksum": catalog.checksum,
                "controls": len(catalog.controls),
            }
            for catalog in knowledge.catalogs
        ],
        "crosswalks": [{"id": crosswalk.id, "rows": len(crosswalk.rows)} for crosswalk in knowledge.crosswalks],
        "checks": [check.id for check in knowledge.checks],
        "techniques": [technique.id for technique in knowledge.techniques],
        "servers": [server.id for server in knowledge.servers],
    }
