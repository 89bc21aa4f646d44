"""The level of a risk is looked up: each step is monotone, and the sentence says why."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import yaml

from nhiassess.assessment.risk import Matrix, Risk, risk
from nhiassess.model.assessment import LEVELS, SEVERITIES

TABLES = yaml.safe_load((Path(__file__).resolve().parents[2] / "frameworks" / "risk.yaml").read_text(encoding="utf-8"))
MATRIX = Matrix(TABLES["likelihood"], TABLES["level"], TABLES["source"])
THREE = (False, None, True)


def rated(
    severity: str = "high",
    initiation: str = "moderate",
    untrusted: bool | None = None,
    ungated: bool | None = None,
    sensitivities: tuple[int | None, ...] = (),
) -> Risk:
    return risk(MATRIX, severity, initiation, untrusted=untrusted, ungated=ungated, sensitivities=sensitivities)


def level(name: str) -> int:
    return LEVELS.index(name)


def test_the_tables_are_whole_and_monotone() -> None:
    for table in (MATRIX.likelihood, MATRIX.level):
        assert set(table) == set(LEVELS)
        rows = [[level(cell) for cell in table[name]] for name in LEVELS]
        assert all(len(row) == 5 and row == sorted(row) for row in rows)
        assert all(list(column) == sorted(column) for column in zip(*rows, strict=True))


@pytest.mark.parametrize(
    ("likelihood", "impact", "found"),
    [
        ("very high", "very high", "very high"),
        ("very high", "very low", "very low"),
        ("high", "moderate", "moderate"),
        ("moderate", "high", "moderate"),
        ("low", "very high", "moderate"),
        ("very low", "very high", "low"),
    ],
)
def test_cells_of_table_i_2(likelihood: str, impact: str, found: str) -> None:
    assert MATRIX.level[likelihood][level(impact)] == found


def test_every_combination_is_rated_and_gives_its_reason() -> None:
    for severity, initiation, untrusted, ungated in product(SEVERITIES, LEVELS, THREE, THREE):
        found = rated(severity, initiation, untrusted, ungated, (3, None))
        assert found.level == MATRIX.level[found.likelihood][level(found.impact)]
        assert "the most sensitive thing in reach is rated 3 of 5, and 1 of 2 in reach are not rated." in found.because


def test_untrusted_input_and_a_missing_gate_never_lower_the_likelihood() -> None:
    for severity, initiation in product(SEVERITIES, LEVELS):
        for other in THREE:
            by_input = [level(rated(severity, initiation, each, other).likelihood) for each in THREE]
            by_gate = [level(rated(severity, initiation, other, each).likelihood) for each in THREE]
            assert by_input == sorted(by_input)
            assert by_gate == sorted(by_gate)


def test_what_is_not_rated_never_lowers_the_impact() -> None:
    for severity in SEVERITIES:
        assert rated(severity, sensitivities=(0, None)).impact == rated(severity, sensitivities=(5,)).impact


def test_what_is_reached_lowers_the_impact_by_one_level_at_most_and_never_raises_it() -> None:
    own = {"critical": "very high", "high": "high", "medium": "moderate", "low": "low"}
    for severity in SEVERITIES:
        impacts = [level(rated(severity, sensitivities=(each,)).impact) for each in range(6)]
        assert impacts == sorted(impacts)
        assert impacts[0] == level(own[severity]) - 1
        assert impacts[5] == level(own[severity])


def test_a_rating_beyond_the_scale_counts_as_its_end() -> None:
    assert rated(sensitivities=(99, -3)) == rated(sensitivities=(5,))


def test_unknown_is_said_and_never_counts_as_absent() -> None:
    found = rated()
    assert found.because == (
        "Whether untrusted input reaches it was not observed, whether a gate stands before it was not observed, "
        "nothing rated is in reach."
    )
    assert level(rated(untrusted=None).likelihood) >= level(rated(untrusted=False).likelihood)
