"""What the record of the second reading says follows from its rows, and the crosswalks keep what was decided."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs" / "second-reading"
KINDS = ("primary", "supporting", "intersects-with", "subset-of", "no-relationship")
RULES = ("1", "2", "3", "4", "5")


def _table(name: str) -> list[dict[str, str]]:
    with (RECORD / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS, DRAWN, BY_RULE, READ = _table("rows.csv"), _table("drawn.csv"), _table("by-rule.csv"), _table("read.csv")
README = " ".join((RECORD / "README.md").read_text(encoding="utf-8").split())


def _crosswalks() -> dict[tuple[str, str, str], dict[str, Any]]:
    """Give each assessed row from our objectives by its crosswalk, source and target."""
    found = {}
    for path in sorted((ROOT / "frameworks" / "crosswalks").glob("nhi-objectives-1--*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for row in content["rows"]:
            found[path.stem, row["source"], row["target"]] = row
    return found


CROSSWALKS = _crosswalks()


def judged(row: dict[str, str], by: str) -> tuple[str, str]:
    """Give relationship and role as one of the readings has them."""
    return row[f"{by}_relationship"], row[f"{by}_role"]


def kind(row: dict[str, str], by: str) -> str:
    """Give the category that kappa counts: the role of a mitigation, else the relationship."""
    return row[f"{by}_role"] or row[f"{by}_relationship"]


AGREED = [row for row in ROWS if judged(row, "first") == judged(row, "second")]
CHANGED = [row for row in ROWS if judged(row, "first") != judged(row, "decided")]


def says(*sentences: str) -> None:
    """Hold the record to a figure that was computed here."""
    for sentence in sentences:
        assert sentence in README, f"docs/second-reading/README.md does not say: {sentence}"


def _id(row: dict[str, str]) -> str:
    return f"{row['crosswalk'].removeprefix('nhi-objectives-1--')} {row['source']} {row['target']}"


def test_the_sample_is_at_least_a_tenth_of_each_file() -> None:
    drawn = Counter(row["crosswalk"] for row in ROWS)
    assert drawn == {row["crosswalk"]: int(row["drawn"]) for row in DRAWN}
    for row in DRAWN:
        assert 10 * int(row["drawn"]) >= int(row["assessed"]) > 0, row
    assert max(Counter(_id(row) for row in ROWS).values()) == 1
    says(f"{len(ROWS)} of {sum(int(row['assessed']) for row in DRAWN)}")


def test_agreement_is_what_the_rows_give() -> None:
    related = sum(row["first_relationship"] == row["second_relationship"] for row in ROWS)
    says(f"Relationship: {related} of {len(ROWS)} rows ({related / len(ROWS):.0%})".replace("%", " %"))
    says(f"Relationship and role: {len(AGREED)} of {len(ROWS)} rows ({len(AGREED) / len(ROWS):.0%})".replace("%", " %"))
    shares = [Counter(kind(row, by) for row in ROWS) for by in ("first", "second")]
    observed = len(AGREED) / len(ROWS)
    expected = sum(shares[0][one] * shares[1][one] for one in KINDS) / len(ROWS) ** 2
    says(f"po = {len(AGREED)}/{len(ROWS)} = {observed:.3f}", f"pe = {expected:.3f}")
    says(f"Kappa of relationship and role: {(observed - expected) / (1 - expected):.2f}.")


def test_the_confusion_table_is_what_the_rows_give() -> None:
    pairs = Counter((kind(row, "first"), kind(row, "second")) for row in ROWS)
    assert {one for pair in pairs for one in pair} <= set(KINDS)
    for first in KINDS:
        cells = [pairs[first, second] for second in KINDS]
        says(f"| {first} | " + " | ".join(map(str, [*cells, sum(cells)])) + " |")
    totals = [sum(pairs[first, second] for first in KINDS) for second in KINDS]
    says("| all | " + " | ".join(map(str, [*totals, len(ROWS)])) + " |")
    says(f"{pairs['primary', 'supporting']} supporting and one no relationship")
    either = sum((kind(row, "first") == KINDS[-1]) != (kind(row, "second") == KINDS[-1]) for row in ROWS)
    says(f"answered differently in {either} rows")


def test_strengths_are_compared_where_both_gave_one() -> None:
    apart = [
        int(row["second_strength"]) - int(row["first_strength"])
        for row in ROWS
        if row["first_strength"] and row["second_strength"]
    ]
    within = [sum(abs(each) <= limit for each in apart) for limit in (0, 1, 2)]
    says(f"equal in {within[0]} of {len(apart)} rows, at most one apart in {within[1]}, at most two in {within[2]}.")
    says(f"In {len(apart) - within[2]} rows they are three or more apart.")
    says(f"The second reader is {-sum(apart) / len(apart):.1f} lower on average.")


def test_decisions_are_counted_as_they_were_taken() -> None:
    decided = Counter(row["decided_by"] for row in ROWS if row not in AGREED)
    differ = len(ROWS) - len(AGREED)
    assert decided == {"second": 18, "first": 13, "neither": 1}
    says(f"Of {differ} rows that differ in relationship or role, the third reader decided {decided['second']} as the")
    says(f"second reader, {decided['first']} as the first and one as neither.")
    says(f"With that {len(CHANGED)} of {len(ROWS)} rows changed relationship or role")
    first, gone = Counter(kind(row, "first") for row in ROWS), Counter(kind(row, "first") for row in CHANGED)
    says(*(f"{gone[one]} of {first[one]} {one}" for one in KINDS[:3]))
    assert (gone["subset-of"], first["subset-of"], gone["no-relationship"], first["no-relationship"]) == (1, 2, 0, 15)
    only = [row for row in ROWS if row not in CHANGED and row["first_strength"] != row["decided_strength"]]
    says(f"In {len(only)} more rows only the strength changed.")
    again = [row for row in AGREED if row["why"]]
    says(f"only the {len(again)} whose strengths are three or more apart")


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_a_decision_is_one_of_the_readings_and_says_why(row: dict[str, str]) -> None:
    readings = {by: judged(row, by) for by in ("first", "second")}
    agreed = readings["first"] == readings["second"]
    standing = [by for by, reading in readings.items() if reading == judged(row, "decided")]
    assert row["decided_by"] == ("both" if agreed else standing[0] if standing else "neither")
    far = row["first_strength"] and row["second_strength"]
    apart = abs(int(row["second_strength"]) - int(row["first_strength"])) if far else 0
    assert bool(row["why"]) == (not agreed or apart >= 3)
    assert row["second_reason"] and row["rule"] in {"", *RULES}


def test_every_row_still_stands_as_it_was_decided() -> None:
    moved = []
    for row, after in [(row, "decided") for row in ROWS] + [(row, "after") for row in BY_RULE]:
        key = (row["crosswalk"], row["source"], row["target"])
        assert key in CROSSWALKS or row["later"], (
            f"{_id(row)} is in no crosswalk. Say in its column `later` why it went."
        )
        now = CROSSWALKS.get(key, {})
        is_now = (now.get("relationship", ""), now.get("role", ""))
        if row["later"]:
            continue  # changed after the reading; the column says how and why
        if is_now != judged(row, after):
            moved.append(f"{_id(row)} was decided {judged(row, after)} and is {is_now} now")
    assert not moved, f"the crosswalks changed after the reading; say so in the column `later`: {moved}"


def test_the_rules_are_written_down_and_their_changes_counted() -> None:
    mapping = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"\n{rule}. **" in mapping] == list(RULES)
    counted = Counter((row["rule"], row["crosswalk"]) for row in BY_RULE)
    assert counted == Counter(
        {(row["rule"], row["crosswalk"]): int(row["changed"]) for row in READ if int(row["changed"])}
    )
    for row in DRAWN:
        cells = [counted[rule, row["crosswalk"]] for rule in RULES]
        sample = sum(each["crosswalk"] == row["crosswalk"] for each in CHANGED)
        name = row["crosswalk"].removeprefix("nhi-objectives-1--")
        figures = [row["assessed"], row["drawn"], sample, *cells, sum(cells)]
        says(f"| {name} | " + " | ".join(map(str, figures)) + " |")
    read = Counter[str]()
    for row in READ:
        read[row["rule"]] += int(row["read"])
        assert int(row["changed"]) <= int(row["read"])
    says(f"the first to all {read['1']} mitigations, the second to the {read['2']} primary ones")
    says(f"the third to all {read['3']} set relations, the fourth to {read['4']} rows", f"the fifth to {read['5']}")
    says(f"names the {len(BY_RULE)} rows that changed")
    assert not {_id(row) for row in BY_RULE} & {_id(row) for row in ROWS}


def test_what_the_rules_changed_is_counted_by_kind() -> None:
    moves = Counter((kind(row, "before"), kind(row, "after")) for row in BY_RULE)
    lost = sum(count for (before, after), count in moves.items() if before != after == "no-relationship")
    says(
        f"{moves['primary', 'supporting']} primary rows became supporting and {moves['supporting', 'primary']} "
        f"supporting ones primary, {moves['subset-of', 'intersects-with']} set relations became intersects-with, "
        f"{lost} rows became no-relationship, {moves['supporting', 'supporting']} changed in strength only."
    )
    drawn = [row for row in ROWS if kind(row, "first") == "primary"]
    every = sum(int(row["read"]) for row in READ if row["rule"] == "2")  # the second rule touches each primary row
    outside, gone = every - len(drawn), moves["primary", "supporting"]
    says(f"{gone} of {outside} primary rows outside the sample ({gone / outside:.0%})".replace("%", " %"))
    drawn_gone = sum(row in CHANGED for row in drawn)
    says(f"against {drawn_gone} of {len(drawn)} in it ({drawn_gone / len(drawn):.0%})".replace("%", " %"))


def test_the_bound_is_that_of_a_sample_without_a_change() -> None:
    strong = [row for row in ROWS if kind(row, "first") == "intersects-with" and int(row["first_strength"]) >= 4]
    assert not [row for row in strong if row in CHANGED]
    several, all_of_them = (sum(int(row[name]) for row in DRAWN) for name in ("intersects_of_4_or_more", "intersects"))
    says(f"{several} of the {all_of_them} intersects-with rows have a strength of 4 or more")
    says(f"In the sample {len(strong)} such rows were drawn and none changed")
    says(f"up to {100 * (1 - 0.05 ** (1 / len(strong))):.1f} % wrong", f"1 - 0.05^(1/{len(strong)})")


def test_a_role_and_its_strength_fit_together() -> None:
    mitigations = [(key, row) for key, row in CROSSWALKS.items() if row["relationship"] == "mitigates"]
    wrong = [key for key, row in mitigations if (row["strength"] >= 6) < (row["role"] == "primary")]
    wrong += [key for key, row in mitigations if row["role"] == "supporting" and row["strength"] > 6]
    assert not wrong, "rule 5: a supporting row has at most 6, a primary one at least 6"
