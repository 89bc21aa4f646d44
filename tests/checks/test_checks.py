"""Walks every shipped check: it is right about its own examples, portable, and worded for a reader."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import sqlglot
from sqlglot import exp

from nhiassess import installed
from nhiassess.checks.check import guarded
from nhiassess.checks.examples import test as complaints_of
from nhiassess.checks.run import ask
from nhiassess.checks.tables import SCHEMAS, table
from nhiassess.knowledge.load import load
from nhiassess.model.knowledge import Check, Knowledge

NAMES = installed.names("frameworks/checks", ".yaml")
KNOWN: Knowledge = load({name: installed.read(name) for name in (*NAMES, "frameworks/nhi-objectives-1.yaml")})
CHECKS = KNOWN.checks
HUB = {control.id: control for catalog in KNOWN.catalogs for control in catalog.controls}
PARENTS = {control.part_of for control in HUB.values() if control.part_of}
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def test_that_there_is_something_to_walk() -> None:
    assert len(CHECKS) == len(NAMES) >= 40


@each_check
def test_its_examples_hold_and_ignorance_does_not_pass(check: Check) -> None:
    assert [str(complaint) for complaint in complaints_of(check)] == []


@each_check
def test_its_file_has_its_name_and_licence(check: Check) -> None:
    name = check.locations[0].path
    assert name == f"frameworks/checks/{check.id}.yaml"
    assert installed.read(name).startswith(b"# SPDX-License-Identifier: Apache-2.0\n")


@each_check
def test_it_tests_leaf_objectives(check: Check) -> None:
    assert set(check.objectives) <= set(HUB)
    assert not set(check.objectives) & PARENTS
    assert all("EXAMINE" in HUB[objective].methods for objective in check.objectives)


@each_check
def test_it_begins_at_the_table_of_its_subjects(check: Check) -> None:
    tables = [table.name for table in guarded(check.sql).find_all(exp.Table)]
    assert check.about in tables
    assert not re.search(r"(?<!LEFT )(?<!CROSS )\bJOIN\b", check.sql)


@each_check
def test_its_sql_is_portable_to_spark(check: Check) -> None:
    spark = sqlglot.transpile(check.sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert len(spark) == 1
    again = sqlglot.parse_one(spark[0], read="spark")
    assert again.named_selects == ["subject", "satisfied", "seen"]


@each_check
def test_its_words_are_sentences(check: Check) -> None:
    assert re.fullmatch(r"[A-Z].*[^.]", check.title)  # a title carries no full stop
    assert len(check.title.split()) >= 4
    assert len(re.findall(r"[.](?= [A-Z]|$)", check.why)) == 2, "why is two sentences"
    for sentence in (check.why, check.cannot_know, *check.remediation):
        assert re.fullmatch(r"[A-Z].*[.]", sentence, re.DOTALL), sentence
    assert len(check.remediation) >= 2
    assert check.references


@each_check
def test_what_it_saw_is_said_for_every_answer(check: Check) -> None:
    for example in check.examples:
        given = {name: table(name, example.given.get(name, ({},) if name == "limits" else ())) for name in SCHEMAS}
        for answer in ask([check], given):
            assert answer.seen, f"{answer.subject} is {answer.state}, and nothing says why"
            assert len(answer.seen) < 300


def test_the_checks_spread_over_the_families() -> None:
    families = Counter(objective.split("-")[0] for check in CHECKS for objective in check.objectives)
    assert set(families) >= {"INV", "IDN", "CRD", "AUZ", "TOL", "DEL", "SUP", "OBS", "CON"}
    assert max(families.values()) <= len(CHECKS) / 3


def test_no_two_checks_ask_the_same() -> None:
    assert len({check.title for check in CHECKS}) == len(CHECKS)
    assert len({check.why for check in CHECKS}) == len(CHECKS)
    assert len({guarded(check.sql).sql("duckdb", comments=False) for check in CHECKS}) == len(CHECKS)
