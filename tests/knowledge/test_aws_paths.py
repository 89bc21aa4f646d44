"""The AWS techniques hold what the published catalogue of privilege paths lists, row by row."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nhiassess import installed
from nhiassess.shelf import knowledge

ROWS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "privesc" / "aws_paths.csv"
FILE = "frameworks/techniques/aws.yaml"
# rows that ask the same of the same thing, and are one technique
MERGED = {"ec2-005": "ec2-004", "sts-004": "iam-012"}
TECHNIQUES = {each.id: each for each in knowledge().techniques if each.domain == "aws"}
# published without a service; each by that whose resource it steers
STEERED = {"bedrock-agentcore", "ec2", "lambda", "sagemaker"}


def published() -> list[dict[str, str]]:
    with ROWS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


needs_rows = pytest.mark.skipif(not ROWS.is_file(), reason="the catalogue lies outside of this repository")


@needs_rows
def test_every_row_is_a_technique_or_merged_into_one() -> None:
    rows = {row["id"]: row for row in published()}
    assert {MERGED.get(id, id) for id in rows} == set(TECHNIQUES)
    for gone, kept in MERGED.items():
        assert rows[gone]["required_permissions"] == rows[kept]["required_permissions"]
        assert rows[gone]["category"] == rows[kept]["category"]
        assert f"{gone} is {kept}" in installed.read(FILE).decode()


@needs_rows
def test_permissions_category_and_service_are_as_published() -> None:
    for row in published():
        if row["id"] in MERGED:
            continue
        of = TECHNIQUES[row["id"]]
        assert {each.action for each in of.requires[0]} == set(row["required_permissions"].split(";")), of.id
        assert of.category == row["category"], of.id
        service = of.trusted_service or ""
        assert service == row["trust_service"] or (
            row["trust_service"] == "" and service.removesuffix(".amazonaws.com") in STEERED
        ), of.id


def test_no_two_techniques_ask_the_same_of_the_same() -> None:
    # these three are told apart by the trust of the role
    same = {"sts-001", "sts-002", "sts-003"}
    asked = [
        (tuple(sorted((part.action, part.of) for part in alternative)), each.needs_resource, each.trusted_service)
        for each in TECHNIQUES.values()
        for alternative in each.requires
        if each.id not in same
    ]
    assert len(asked) == len(set(asked))
