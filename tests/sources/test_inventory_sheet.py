"""Inventory sheets: rows become what an owner states, in spellings of several templates, and nothing is lost unsaid."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from nhiassess.formats.reading import beginning, read
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.access.inventory_sheet import SOURCE
from nhiassess.sources.source import ReadFile
from tests.observing import KEY, observe

PATH = "grc/agents.csv"
ENGLISH = """Agent name,Business Owner,Technical owner,Purpose,Risk Tier,Approval date,Environment,Next review,Cost
Triage bot,Support,Platform,Sorts tickets,Tier 2,2026-03-01,production,01.06.2026,4711
Fixer,TBD,,"Fixes builds,
and tests",high,03/04/2026,test,,4712
,Ops,,Nobody knows,1,,,,
"""


def rows(found: Inventory) -> dict[str, tuple[Any, ...]]:
    return {
        each.id: (each.agent, each.name, each.owner, each.purpose, each.tier, each.approved_at)
        for each in found.declared
    }


def test_english() -> None:
    found = observe(SOURCE, {PATH: ENGLISH})
    assert rows(found) == {
        "declared:grc/agents.csv#Triage%20bot": (None, "Triage bot", "Support", "Sorts tickets", 2, "2026-03-01"),
        "declared:grc/agents.csv#Fixer": (None, "Fixer", None, "Fixes builds,\nand tests", None, None),
    }
    assert [each.locations for each in found.declared] == [(Location(PATH, 3),), (Location(PATH, 2),)]
    assert {(each.id, each.key, each.value, each.agent) for each in found.settings} == {
        ("setting:grc/agents.csv#Triage%20bot.environment", "inventory.environment", "production", None),
        ("setting:grc/agents.csv#Triage%20bot.next_review", "inventory.next_review", "2026-06-01", None),
        ("setting:grc/agents.csv#Fixer.environment", "inventory.environment", "test", None),
    }
    assert {
        each.construct: (each.reason, each.locations) for each in found.skipped if each.construct != "inventory cell"
    } == {
        "columns": ("columns that no field takes were left: Technical owner, Cost", (Location(PATH),)),
        "inventory row": ("1 of 3 rows have no name", (Location(PATH, 5),)),
    }
    assert sorted(each.reason for each in found.skipped if each.construct == "inventory cell") == [
        '"03/04/2026" is not a date that can be read in one way only, such as 2026-11-23',
        '"high" is not a tier of 1, 2 or 3',
    ]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (
            "KI-Agent;Fachverantwortliche/r;Zweck;Risikoklasse;Freigabedatum;Umgebung\n"
            "Triage;Leitung Büro;Sortiert;hoch;1.3.2026;Produktion\n",
            (None, "Triage", "Leitung Büro", "Sortiert", None, "2026-03-01"),
        ),
        (
            "Bezeichnung\tEigentümer\tVerwendungszweck\tTier\tGenehmigt am\nTriage\tIT\tSortiert\t1\t2026/03/01\n",
            (None, "Triage", "IT", "Sortiert", 1, "2026-03-01"),
        ),
        (
            "system_name|accountable_owner|intended_use|tier_level|approved_on\nTriage|IT|Sorts|T3|March 1, 2026\n",
            (None, "Triage", "IT", "Sorts", 3, "2026-03-01"),
        ),
        (
            "AI SYSTEM,OWNER,DESCRIPTION,USE CASE\nTriage,k.A.,A bot,Sorts\n",
            (None, "Triage", None, "Sorts", None, None),
        ),
        (
            "Application,Owner,Purpose,Agent ID\nTriage,IT,Sorts,agent:crewai/-/triage\n",
            ("agent:crewai/-/triage", "Triage", "IT", "Sorts", None, None),
        ),
    ],
)
def test_spellings(text: str, row: tuple[Any, ...]) -> None:
    (found,) = rows(observe(SOURCE, {PATH: text})).values()
    assert found == row


def test_an_id_of_ours_is_the_id_of_the_row() -> None:
    found = observe(SOURCE, {PATH: "Agent,Owner,Purpose,Id\nTriage,IT,Sorts,agent:crewai/-/triage\nB,IT,Sorts,AI-7\n"})
    assert set(rows(found)) == {"declared:agent:crewai/-/triage", "declared:grc/agents.csv#B"}
    assert [(each.id, each.value) for each in found.settings] == [("setting:grc/agents.csv#B.id", "AI-7")]


def test_a_map_beside_the_sheet_stands_for_the_spellings() -> None:
    sheet = "Ding,Wer,Name,Klasse\nTriage,IT,T-1,2\n"
    columns = "columns:\n  Ding: name\n  wer: owner\n  Klasse: tier\n  Rest: nothing\n"
    found = observe(SOURCE, {"grc/agent-inventory.csv": sheet, "grc/agent-inventory.columns.yaml": columns})
    assert list(rows(found).values()) == [(None, "Triage", "IT", None, 2, None)]
    assert {each.construct: each.reason.split(";")[0] for each in found.skipped} == {
        "columns": "columns that no field takes were left: Name",
        "column map": "no field is called so",
    }


@pytest.mark.parametrize(
    ("path", "text", "construct", "reason"),
    [
        ("grc/a.columns.yaml", "columns: {A: name}\n", "column map", "no sheet of this name was recognised"),
        ("grc/a.columns.yaml", "columns: [A]\n", "column map", "`columns` is no mapping"),
        ("grc/inventory.csv", "a,b\n1,2\n", "inventory sheet", "no column holds names"),
        ("grc/inventory.csv", "", "inventory sheet", "the sheet has no rows"),
    ],
)
def test_what_is_missing_is_said(path: str, text: str, construct: str, reason: str) -> None:
    found = observe(SOURCE, {path: text})
    assert any(each.construct == construct and each.reason.startswith(reason) for each in found.skipped)
    assert found.declared == ()


def test_rows_of_one_name_are_two_rows() -> None:
    found = observe(SOURCE, {PATH: "Agent,Owner,Purpose\nA,IT,x\nA,HR,y\n"})
    assert set(rows(found)) == {"declared:grc/agents.csv#A", "declared:grc/agents.csv#A:3"}


def test_a_workbook() -> None:
    book = Workbook()
    book.active.append(["Agents of the year"])
    book.active.append(["AI agent", "Owner", "Purpose", "Tier"])
    book.active.append(["Triage", "IT", "Sorts", 2])
    stream = BytesIO()
    book.save(stream)
    path = "grc/agents.xlsx"
    assert SOURCE.recognises(path, beginning(path, stream.getvalue()))
    found = SOURCE.read([ReadFile(path, read(path, stream.getvalue(), key=KEY))])
    (declared,) = found.declared
    assert (declared.name, declared.tier, declared.locations) == ("Triage", 2, (Location(path, 3),))


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("data/people.csv", "Name,Title,Status\nA,B,C\n"),
        ("data/prices.csv", "Application,Price,Currency\nA,1,EUR\n"),
        ("pam/accounts.csv", "Account,Safe,Owner,Checkout duration\na,b,c,1h\n"),
        ("data/log.csv", "time,agent,action\n1,a,b\n"),
        ("grc/agents.yaml", "Agent: x\nOwner: y\nPurpose: z\n"),
        ("web/table.columns.yaml", "rows: 3\n"),
        ("empty.csv", ""),
    ],
)
def test_other_sheets_are_left_alone(path: str, head: str) -> None:
    assert not SOURCE.recognises(path, head)


def test_a_hostile_sheet_is_no_trouble() -> None:
    text = "Agent,Owner,Purpose,Tier,Approved\n" + "".join(f"a{n},b,c,{n}x,{n}/{n}/{n}\n" for n in range(20_000))
    found = observe(SOURCE, {PATH: text})
    assert len(found.declared) == 20_000
    assert len(found.skipped) < 60
    for columns in ("columns: 3\n", "columns: {a: [1], 2: {b: c}, ? [x] : name}\n", "columns:\n"):
        observe(SOURCE, {"grc/inventory.csv": text[:200], "grc/inventory.columns.yaml": columns})
