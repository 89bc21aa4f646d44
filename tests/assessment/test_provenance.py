"""Provenance is held against what was handed over."""

from __future__ import annotations

from hashlib import sha256

from nhiassess.assessment.provenance import doubts
from nhiassess.model.assessment import Provenance
from nhiassess.model.inventory import Location, ObservedFile

NOW = "2026-11-24T09:00:00Z"
HERE = (Location("observed/provenance.yaml", 3, 5),)
ONE, TWO = "1" * 64, "2" * 64
FILES = (ObservedFile("aws/a.json", "read"), ObservedFile("aws/b.json", "ignored"), ObservedFile("aws.json", "read"))
DIGESTS = {"aws/a.json": ONE, "aws/b.json": TWO}


def said(**fields: str) -> tuple[str, ...]:
    return doubts([Provenance(locations=HERE, **fields)], FILES, DIGESTS, NOW)


def test_what_fits_is_not_doubted() -> None:
    folder = sha256(f"{ONE}  aws/a.json\n{TWO}  aws/b.json\n".encode()).hexdigest()
    assert said(path="aws/a.json", sha256=ONE, at="2026-11-24") == ()
    assert said(path="aws", sha256=folder) == ()
    assert said(path="aws.json") == ()


def test_another_hash_is_told_with_its_place() -> None:
    (doubt,) = said(path="aws/a.json", sha256=TWO)
    assert doubt.startswith(f"observed/provenance.yaml:3:5: aws/a.json hashes to {ONE}, not to {TWO}")


def test_a_file_more_in_a_folder_is_another_hash() -> None:
    only_one = sha256(f"{ONE}  aws/a.json\n".encode()).hexdigest()
    assert "it is not the export described here" in said(path="aws", sha256=only_one)[0]


def test_what_was_not_read_cannot_be_compared() -> None:
    assert "since aws.json was not read" in said(path="aws.json", sha256=ONE)[0]


def test_a_path_of_nothing_and_a_date_to_come_are_told() -> None:
    assert "nothing lies under gcp" in said(path="gcp")[0]
    assert "after the date of the assessment" in said(path="aws", at="2026-12-01")[0]
