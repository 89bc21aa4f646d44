"""Real files of the corpus: what a person finds in each by reading it, and what the sources find in it alone.

The expectations (`expected/<kind>.json`) were written before anything was compared, and change only where the file
itself shows that they were wrong. The files stay outside of the repository. Of each entry:

- `read_by`: the sources that must read the file; an empty list when none may.
- `counts`: how many rows each table has, for the file alone.
- `facts`: rows that must be there. `id`, `source` and `target` are what the id of the row, or of an end of the link,
  ends with; `construct` and `verb` are exact; `line` is that of one of the row's locations; `field` and `value` say
  what the row states.
- `absent`: rows that must not be there, described in the same way.
- `literal_secrets`: the lines on which a secret stands in plain text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from nhiassess.installed import plugins
from nhiassess.ledger import look
from nhiassess.model.inventory import TABLES, Inventory
from tests.observing import SHARED

CORPUS = SHARED / "corpus"
SOURCES, LOGS = plugins("sources", "SOURCE"), plugins("logs", "LOG")
EXPECTED: tuple[dict[str, Any], ...] = tuple(
    entry
    for file in sorted((Path(__file__).parent / "expected").glob("*.json"))
    for entry in json.loads(file.read_text("utf-8"))
)
PATHS = [entry["path"] for entry in EXPECTED]
_DESCRIBES = {"table", "id", "source", "target", "construct", "verb", "field", "value", "line"}
_ENDS = ("id", "source", "target")
_EXACT = ("construct", "verb")


def placed(entry: Mapping[str, Any], root: Path) -> str:
    """Put the file of an entry where it lies in its repository, alone; give its path there."""
    path: str = entry["path"].split("/", 2)[2]
    copy = root / path
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes((CORPUS / entry["path"]).read_bytes())
    return path


def matching(found: Inventory, wanted: Mapping[str, Any]) -> list[Any]:
    """Give the rows that a fact describes, whatever they state."""
    rows = getattr(found, wanted["table"])
    return [
        row
        for row in rows
        if all(getattr(row, end).endswith(wanted[end]) for end in _ENDS if end in wanted)
        and all(getattr(row, name) == wanted[name] for name in _EXACT if name in wanted)
    ]


def plain(value: object) -> object:
    """Give a value as JSON has it."""
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def differences(entry: Mapping[str, Any], path: str, found: Inventory) -> Iterator[str]:
    """Give what the sources see differently, one line for each difference."""
    readers = {source for row in found.files if row.id == path for source in row.sources}
    if not entry["read_by"] and readers:
        yield f"read by {', '.join(sorted(readers))}, but nobody should read it"
    for missing in sorted(set(entry["read_by"]) - readers):
        yield f"not read by {missing}"
    for table, count in entry["counts"].items():
        ids = [row.id for row in getattr(found, table)]
        if len(ids) != count:
            yield f"{len(ids)} {table}, expected {count}: {', '.join(ids[:40])}"
    for fact in entry["facts"]:
        yield from missed(found, fact)
    for near_miss in entry["absent"]:
        for row in matching(found, near_miss):
            yield f"{near_miss['table']} has {row.id}, which should not be there"
    literal = sorted({row.locations[0].line for row in found.credentials if row.store == "plaintext"})
    if literal != entry["literal_secrets"]:
        yield f"literal secrets on lines {literal}, expected {entry['literal_secrets']}"


def missed(found: Inventory, fact: Mapping[str, Any]) -> Iterator[str]:
    """Give the difference when no row is as the fact says."""
    rows = matching(found, fact)
    if "field" in fact:
        stated = [plain(getattr(row, fact["field"])) for row in rows]
        rows = [row for row, value in zip(rows, stated, strict=True) if value == fact["value"]]
    else:
        stated = [row.id for row in rows]
    lines = sorted({place.line for row in rows for place in row.locations})
    if not rows:
        yield f"{json.dumps(fact)}: found {stated}"
    elif "line" in fact and fact["line"] not in lines:
        yield f"{json.dumps(fact)}: on lines {lines}"


@pytest.mark.parametrize("entry", EXPECTED, ids=PATHS)
def test_file(entry: dict[str, Any], tmp_path: Path) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside this checkout")
    path = placed(entry, tmp_path)
    assert list(differences(entry, path, look(tmp_path, SOURCES, logs=LOGS).inventory)) == []


@pytest.mark.parametrize("entry", EXPECTED, ids=PATHS)
def test_expectation_says_enough(entry: dict[str, Any]) -> None:
    described = [*entry["facts"], *entry["absent"]]
    assert len(described) >= 4
    assert all(set(each) <= _DESCRIBES and each["table"] in TABLES for each in described)
    assert set(entry["counts"]) <= set(TABLES)
    assert entry["note"] and entry["literal_secrets"] == sorted(entry["literal_secrets"])


def test_no_file_is_expected_twice() -> None:
    assert len(set(PATHS)) == len(PATHS)
