"""Asks checks of the tables in a locked-down engine, and folds the rows of a subject into one answer."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from nhiassess.checks.check import COLUMNS, guarded
from nhiassess.errors import CheckError
from nhiassess.model.assessment import NOT_DETERMINED, NOT_SATISFIED, SATISFIED, Answer
from nhiassess.model.inventory import Location
from nhiassess.model.knowledge import Check

SECONDS = 10.0
MOST_ROWS = 1_000_000
SEEN_SHOWN = 3  # of the rows of one subject


@contextmanager
def engine(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an engine in memory that holds these tables and can reach nothing else.

    The tables are copied in first; then file and network access, extensions, replacement scans and every
    further change of settings are shut off.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": "512MB",
            "threads": "1",
            "temp_directory": "",
        },
    )
    try:
        connection.execute("SET python_enable_replacements = false")
        # DuckDB 2.0.0 breaks on `x IN (...)` over a column that is all NULL when it folds by statistics
        connection.execute("SET disabled_optimizers = 'statistics_propagation'")
        for name, table in tables.items():
            connection.register("handed_over", table)
            connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM handed_over')  # noqa: S608  names of SCHEMAS only
            connection.unregister("handed_over")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    except (RuntimeError, duckdb.Error) as error:
        # the engine asks Python for signals while it works, and tells of an interrupt in words of its own
        if str(error) == "Query interrupted" or "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from None
        raise
    finally:
        connection.close()


def ask(checks: Iterable[Check], tables: Mapping[str, pa.Table]) -> tuple[Answer, ...]:
    """Ask every check, and give one answer for each subject that it returns.

    Parameters
    ----------
    checks:
        The questions.
    tables:
        As ``checks.tables.tables`` lays them out.

    Returns
    -------
    tuple of Answer
        Sorted by check and subject. Of several rows of one subject any FALSE is not-satisfied, else any NULL
        is not-determined, else it is satisfied. A check that returns no row has no answer, which is no pass.

    Raises
    ------
    CheckError
        When a check is refused, breaks, returns a subject that its table lacks, or does not end in time.
    """
    answers: list[Answer] = []
    with engine(tables) as connection:
        for check in sorted(checks, key=lambda each: each.id):
            where = _where(check)
            guarded(check.sql, COLUMNS, where)
            rows = select(connection, check.sql, where)
            answers += _fold(check, rows, tables[check.about])
    return tuple(answers)


def select(connection: duckdb.DuckDBPyConnection, sql: str, where: str = "") -> list[tuple[Any, ...]]:
    """Run one guarded SELECT with a time limit and a row limit.

    Raises
    ------
    CheckError
        When it breaks, gives too many rows, or does not end within ten seconds.
    """
    timer = threading.Timer(SECONDS, connection.interrupt)
    timer.start()
    try:
        kinds = [statement.type for statement in connection.extract_statements(sql)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise CheckError("the check is not exactly one SELECT", where, "Write one SELECT.")
        # the line end closes a comment at the end of the check
        bounded = f"SELECT * FROM ({sql.rstrip().rstrip(';')}\n) LIMIT {MOST_ROWS + 1}"  # noqa: S608  one SELECT, as seen above
        rows = connection.execute(bounded).fetchall()
    except duckdb.InterruptException:
        raise CheckError(f"the check ran longer than {SECONDS:.0f} s", where, "Ask a simpler question.") from None
    except duckdb.Error as error:
        raise CheckError(f"the check broke: {str(error).splitlines()[0]}", where, "Mend its SQL.") from None
    finally:
        timer.cancel()
    if len(rows) > MOST_ROWS:
        raise CheckError(f"the check returns more than {MOST_ROWS:,} rows", where, "Narrow it to its subjects.")
    return rows


def _fold(check: Check, rows: Sequence[tuple[Any, ...]], about: pa.Table) -> Iterator[Answer]:
    places = _places(about)
    grouped: dict[str, list[tuple[bool | None, str]]] = {}
    for subject, satisfied, seen in rows:
        if satisfied is not None and not isinstance(satisfied, bool):
            what = f"{check.id} gives {satisfied!r} as satisfied of {subject!r}"
            raise CheckError(what, _where(check), "Return TRUE, FALSE or NULL.")
        grouped.setdefault(str(subject), []).append((satisfied, "" if seen is None else str(seen)))
    strangers = sorted(set(grouped) - set(places))
    if strangers:
        raise CheckError(
            f"{check.id} returns {strangers[0]!r}, which is no id of {check.about}",
            _where(check),
            f"Start from {check.about} and return its id as subject.",
        )
    for subject in sorted(grouped):
        states = [satisfied for satisfied, _ in grouped[subject]]
        state = False if False in states else None if None in states else True
        seen = sorted({words for satisfied, words in grouped[subject] if satisfied is state and words})
        shown = "; ".join(seen[:SEEN_SHOWN]) + (
            f"; and {len(seen) - SEEN_SHOWN} more" if len(seen) > SEEN_SHOWN else ""
        )
        yield Answer(check.id, subject, STATE[state], shown or None, places[subject])


STATE: dict[bool | None, str] = {True: SATISFIED, False: NOT_SATISFIED, None: NOT_DETERMINED}


def _places(about: pa.Table) -> dict[str, tuple[Location, ...]]:
    if "path" not in about.column_names:
        return {str(id): () for id in about.column(about.column_names[0]).to_pylist()}
    columns = (about.column(name).to_pylist() for name in ("id", "path", "line"))
    return {str(id): (Location(path, line),) if path else () for id, path, line in zip(*columns, strict=True)}


def _where(check: Check) -> str:
    place = check.locations[0] if check.locations else None
    return f"{place.path}:{place.line}:{place.column}" if place else check.id
