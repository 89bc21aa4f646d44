"""A hostile check reaches nothing but the tables: the guard refuses it, and without the guard the engine does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from nhiassess.checks import run
from nhiassess.checks.check import MOST_CHARACTERS, guarded
from nhiassess.checks.run import MOST_ROWS, engine, select
from nhiassess.checks.tables import SCHEMAS, table
from nhiassess.errors import CheckError

HERE = Path(__file__).resolve().as_posix()


def empty(**rows: int) -> dict[str, pa.Table]:
    """Tables without rows, but for so many agents, tools and so on."""
    given = {name: [{"id": f"{name}:{number}"} for number in range(count)] for name, count in rows.items()}
    return {name: table(name, given.get(name, [{}] if name == "limits" else [])) for name in SCHEMAS}


@pytest.fixture
def locked() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine(empty(agents=1)) as connection:
        yield connection


def seen(expression: str) -> str:
    return f"SELECT id AS subject, TRUE AS satisfied, {expression} AS seen FROM agents"


HOSTILE = {
    "reads a file": seen(f"(SELECT content FROM read_text('{HERE}'))"),
    "reads a file by its name": seen(f"(SELECT * FROM '{HERE}')"),
    "reads a file as a quoted table": seen(f'(SELECT * FROM "{HERE}")'),
    "lists files": seen("(SELECT file FROM glob('/*'))"),
    "reads the environment": seen("getenv('HOME')"),
    "reads the environment by method": seen("('HOME').getenv()"),
    "reads the environment by schema": seen("system.main.getenv('HOME')"),
    "reads a setting": seen("current_setting('home_directory')"),
    "reads settings": seen("(SELECT name FROM duckdb_settings())"),
    "reads the catalogue": seen("(SELECT sql FROM sqlite_master)"),
    "reads the catalogue by a later CTE": (
        "WITH a AS (SELECT * FROM sqlite_master), sqlite_master AS (SELECT 1 AS x)"
        " SELECT name AS subject, TRUE AS satisfied, sql AS seen FROM a"
    ),
    "reads the catalogue by a CTE of its own name": (
        "WITH sqlite_master AS (SELECT * FROM sqlite_master)"
        " SELECT name AS subject, TRUE AS satisfied, sql AS seen FROM sqlite_master"
    ),
    "reads the catalogue by a CTE elsewhere": (
        "SELECT id AS subject, TRUE AS satisfied, (WITH duckdb_tables AS (SELECT 'x') SELECT * FROM duckdb_tables)"
        " AS seen FROM agents WHERE id IN (SELECT table_name FROM duckdb_tables)"
    ),
    "reads the information schema": seen("(SELECT table_name FROM information_schema.tables)"),
    "runs a query in a text": seen("(SELECT * FROM query('SELECT 1'))"),
    "calls a user function": seen("my_function(id)"),
    "tells the time": seen("CAST(now() AS VARCHAR)"),
    "tells the date": seen("CAST(current_date AS VARCHAR)"),
    "rolls dice": seen("CAST(random() AS VARCHAR)"),
    "makes an id": seen("CAST(uuid() AS VARCHAR)"),
    "fills memory": seen("repeat('a', 1000000000)"),
    "pads to fill memory": seen("lpad('a', 1000000000, 'b')"),
    "formats to fill memory": seen("printf('%1000000000d', 1)"),
    "makes rows": "SELECT id AS subject, TRUE AS satisfied, '' AS seen FROM agents, range(1000000000)",
    "makes rows without end": (
        "WITH RECURSIVE a AS (SELECT '1' AS id UNION ALL SELECT id FROM a)"
        " SELECT id AS subject, TRUE AS satisfied, '' AS seen FROM a"
    ),
    "takes a parameter": seen("$1"),
    "samples": "SELECT id AS subject, TRUE AS satisfied, '' AS seen FROM agents USING SAMPLE 1",
    "locks": seen("''") + " FOR UPDATE",
    "describes": "SELECT column_name AS subject, TRUE AS satisfied, '' AS seen FROM (DESCRIBE agents)",
    "returns other columns": "SELECT id, TRUE AS satisfied, '' AS seen FROM agents",
    "returns every column": "SELECT * FROM agents",
    "is two statements": seen("''") + "; DROP TABLE agents",
    "deletes": "DELETE FROM agents",
    "deletes in a CTE": "WITH x AS (DELETE FROM agents RETURNING id) " + seen("''"),
    "creates": "CREATE TABLE x AS SELECT 1",
    "defines a macro": "CREATE MACRO m(x) AS x",
    "writes a file": "COPY agents TO 'stolen.csv'",
    "exports": "EXPORT DATABASE 'stolen'",
    "imports": "IMPORT DATABASE 'stolen'",
    "attaches": "ATTACH 'stolen.db' AS stolen",
    "installs": "INSTALL httpfs",
    "loads": "LOAD httpfs",
    "sets": "SET enable_external_access = true",
    "resets": "RESET lock_configuration",
    "asks a pragma": "PRAGMA database_list",
    "calls": "CALL pragma_version()",
    "keeps a secret": "CREATE SECRET s (TYPE s3)",
    "is nothing": "",
    "is no SQL": "SELECT FROM WHERE (",
    "is deep": "(" * 4000 + "SELECT 1" + ")" * 4000,
    "is long": seen("'" + "a" * MOST_CHARACTERS + "'"),
}


@pytest.mark.parametrize("sql", HOSTILE.values(), ids=HOSTILE)
def test_the_guard_refuses(sql: str) -> None:
    with pytest.raises(CheckError) as raised:
        guarded(sql, where="checks/x.yaml:7:1")
    assert all(complaint.where == "checks/x.yaml:7:1" for complaint in raised.value.complaints)


BEHIND_THE_GUARD = [
    f"SELECT content FROM read_text('{HERE}')",
    f"SELECT * FROM '{HERE}'",
    f"SELECT * FROM read_csv('{HERE}')",
    f"SELECT * FROM sniff_csv('{HERE}')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM read_parquet('https://example.invalid/x.parquet')",
    "SELECT getenv('HOME')",
    "COPY agents TO '{tmp}/stolen.csv'",
    "EXPORT DATABASE '{tmp}/stolen'",
    "ATTACH '{tmp}/stolen.db' AS stolen",
    "IMPORT DATABASE '/tmp'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/x.duckdb_extension'",
    "SELECT CAST('127.0.0.1' AS INET)",
    "SET enable_external_access = true",
    "SET python_enable_replacements = true",
    "SET memory_limit = '64GB'",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "SELECT * FROM a_variable_of_python",
    "SELECT * FROM handed_over",
]


@pytest.mark.parametrize("sql", BEHIND_THE_GUARD)
def test_the_engine_refuses_by_itself(sql: str, locked: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    a_variable_of_python = pa.table({"secret": ["plain"]})
    assert a_variable_of_python.num_rows == 1
    with pytest.raises(duckdb.Error):
        locked.execute(sql.replace("{tmp}", tmp_path.as_posix()))
    assert list(tmp_path.iterdir()) == []


def test_a_python_function_that_is_not_registered_is_unknown(locked: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(CheckError, match="broke"):
        select(locked, "SELECT my_function(id) FROM agents")


def test_the_engine_takes_no_statement_but_a_query(locked: duckdb.DuckDBPyConnection) -> None:
    for sql in ("DROP TABLE agents", "SELECT 1; DROP TABLE agents", "SELECT 1) LIMIT 1; DROP TABLE agents; --"):
        with pytest.raises(CheckError, match=r"broke|exactly one SELECT"):
            select(locked, sql)
    assert select(locked, "SELECT id FROM agents") == [("agents:0",)]


def test_a_comment_at_the_end_does_not_swallow_the_limit(locked: duckdb.DuckDBPyConnection) -> None:
    assert select(locked, "SELECT id FROM agents -- that is all") == [("agents:0",)]


def test_a_check_without_end_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SECONDS", 0.5)
    sql = (
        "SELECT a.id AS subject, TRUE AS satisfied, CAST(COUNT(*) AS VARCHAR) AS seen FROM agents a"
        " CROSS JOIN tools b CROSS JOIN identities c CROSS JOIN grants d"
        " WHERE CONTAINS(a.id || b.id || c.id || d.id, 'nowhere') GROUP BY a.id"
    )
    guarded(sql)
    with engine(empty(agents=2000, tools=2000, identities=2000, grants=2000)) as connection:
        begun = time.monotonic()
        with pytest.raises(CheckError, match="ran longer"):
            select(connection, sql)
        assert time.monotonic() - begun < 8
        assert select(connection, "SELECT COUNT(*) FROM agents") == [(2000,)]  # and the next check is asked


def test_too_many_rows_are_refused() -> None:
    with (
        engine(empty(agents=1100, tools=1000)) as connection,
        pytest.raises(CheckError, match=f"more than {MOST_ROWS:,} rows"),
    ):
        select(connection, "SELECT a.id FROM agents a CROSS JOIN tools t")


def test_the_message_names_the_check_and_no_path_of_the_machine() -> None:
    with engine(empty(agents=1)) as connection, pytest.raises(CheckError) as raised:
        select(connection, "SELECT no_such_column FROM agents", "checks/x.yaml:1:1")
    assert str(raised.value).startswith("checks/x.yaml:1:1: the check broke")
    assert HERE not in str(raised.value)


def test_every_statement_that_checks_need_passes_the_guard() -> None:
    sql = """
      WITH held AS (SELECT source, COUNT(DISTINCT target) AS n FROM links WHERE verb = 'holds' GROUP BY source)
      SELECT a.id AS subject,
             CASE WHEN h.n > 1 THEN FALSE WHEN h.n = 1 THEN TRUE END AS satisfied,
             'holds ' || COALESCE(CAST(h.n AS VARCHAR), 'an unknown number') AS seen
      FROM agents a
      LEFT JOIN held h ON h.source = a.id
      CROSS JOIN limits l
      WHERE REGEXP_MATCHES(LOWER(a.id), '^agent') OR STARTS_WITH(a.id, 'x') OR a.name LIKE '%z'
      UNION ALL
      SELECT id, DATE_DIFF('day', TRY_CAST(SUBSTRING(last_used, 1, 10) AS DATE), DATE '2026-01-01') < 3, '' FROM agents
    """
    assert guarded(sql).named_selects == ["subject", "satisfied", "seen"]
