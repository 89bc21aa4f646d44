"""What a verb counts is what its heading says."""

from __future__ import annotations

from dataclasses import replace

from nhiassess import answers
from tests.small import catalog, control, crosswalk, known, objective, row


def test_a_framework_counts_as_mapped_what_our_objectives_reach() -> None:
    nhi = catalog("nhi", "risks", *(control("nhi", f"NHI{number}", "risk") for number in (1, 2, 3)))
    asi = catalog("asi", "risks", control("asi", "ASI01", "risk"))
    elsewhere = replace(row("ASI01", "related", "NHI9"), external=True)
    made = known(
        objective("O1"),
        catalogs=(nhi, asi),
        crosswalks=(
            crosswalk("nhi", row("O1", "mitigates", "NHI1", "primary"), row("O1", "no-relationship", "NHI2")),
            crosswalk("nhi", row("ASI01", "related", "NHI3"), elsewhere, source="asi"),
        ),
    )
    counted = {each["id"]: (each["mapped"], each["controls"]) for each in answers.catalogs(made)["rows"]}
    assert counted == {"hub": (0, 1), "nhi": (1, 3), "asi": (0, 1)}
