"""The contract of a check: exactly one SELECT over known tables, with an allow list of functions."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from nhiassess.checks.tables import SCHEMAS
from nhiassess.errors import CheckError, Complaint

COLUMNS = ("subject", "satisfied", "seen")
# functions that tell the same of the same tables, cost little, and reach nothing outside of them; a name as
# DuckDB writes it, or as sqlglot calls what it parses it to
FUNCTIONS = frozenset(
    {"and", "or", "not", "xor", "in", "is", "between", "like", "case", "if", "cast", "try_cast", "exists", "filter"}
    | {"coalesce", "nullif", "greatest", "least", "abs", "floor", "round", "distinct", "row_number"}
    | {
        "count",
        "count_if",
        "sum",
        "min",
        "max",
        "any_value",
        "bool_or",
        "logical_or",
        "bool_and",
        "logical_and",
        "every",
    }
    | {
        "concat",
        "concat_ws",
        "contains",
        "ends_with",
        "endswith",
        "starts_with",
        "startswith",
        "length",
        "lower",
        "upper",
    }
    | {"left", "right", "replace", "split_part", "str_position", "strpos", "substring", "substr", "trim"}
    | {"regexp_like", "regexp_matches", "regexp_full_match", "string_agg", "group_concat", "listagg"}
    | {"date_diff", "datediff", "date", "ts_or_ds_to_date", "ts_or_ds_diff"}
)
MOST_CHARACTERS = 20_000
_REFUSED = (
    *(exp.Command, exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Alter, exp.Copy, exp.Set),
    *(exp.Pragma, exp.Attach, exp.Detach, exp.Into, exp.Parameter, exp.Placeholder, exp.Lateral, exp.Values),
    *(exp.TableSample, exp.Pivot, exp.Unnest, exp.Describe, exp.Summarize, exp.Lock, exp.Version),
)


def guarded(sql: str, columns: tuple[str, ...] = COLUMNS, where: str = "") -> exp.Expression:
    """Parse the SQL of a check and refuse whatever is more than one question to the tables.

    Parameters
    ----------
    sql:
        The text of the check.
    columns:
        The columns that it must return, in this order.
    where:
        ``path:line:column`` for complaints.

    Returns
    -------
    sqlglot.exp.Expression
        The one SELECT.

    Raises
    ------
    CheckError
        With everything that is refused, at once.

    Examples
    --------
    >>> guarded("SELECT id AS subject, owner IS NOT NULL AS satisfied, owner AS seen FROM agents").key
    'select'
    """
    if len(sql) > MOST_CHARACTERS:
        raise CheckError(f"the SQL is longer than {MOST_CHARACTERS:,} characters", where, "Ask a simpler question.")
    try:
        parsed = [statement for statement in sqlglot.parse(sql, dialect="duckdb") if statement is not None]
    except (SqlglotError, RecursionError) as error:
        raise CheckError(f"the SQL can't be read: {str(error).splitlines()[0]}", where, "Mend the SQL.") from None
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Select | exp.SetOperation):
        raise CheckError("a check is exactly one SELECT", where, "Write one SELECT, with CTEs if need be.")
    query = parsed[0]
    try:
        complaints = [Complaint(what, where, hint) for what, hint in _refusals(query, columns)]
    except (SqlglotError, RecursionError):
        raise CheckError("the SQL can't be followed", where, "Ask a simpler question.") from None
    if complaints:
        raise CheckError(tuple(complaints))
    return query


def _refusals(query: exp.Query, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    with_ = query.args.get("with_") or query.args.get("with")
    if with_ is not None and with_.args.get("recursive"):
        found.append(("WITH RECURSIVE can run without end", "Use the results in reach and paths."))
    # a name that a CTE gives counts only where that CTE is in sight, else it would open a system table
    seen = {id(table): scope.cte_sources for scope in traverse_scope(query) for table in scope.tables}
    for table in query.find_all(exp.Table):
        plain = isinstance(table.this, exp.Identifier) and not table.args.get("db") and not table.args.get("catalog")
        if not plain or (table.name not in SCHEMAS and table.name not in seen.get(id(table), {})):
            found.append((f"{table.sql('duckdb')!r} is no table", f"Tables: {', '.join(sorted(SCHEMAS))}."))
    found += [
        (f"{join.method} JOIN is not allowed in a check", "Use LEFT JOIN ... ON.")
        for join in query.find_all(exp.Join)
        if join.method
    ]
    found += [
        (f"{refused.key.upper()} is not allowed in a check", "A check only asks the tables.")
        for refused in query.find_all(*_REFUSED)
    ]
    for function in query.find_all(exp.Func):
        name = function.name.lower() if isinstance(function, exp.Anonymous) else function.sql_name().lower()
        if name not in FUNCTIONS and function.key not in FUNCTIONS:
            found.append((f"the function {name} is not allowed in a check", "See FUNCTIONS in checks/check.py."))
    named = tuple(query.named_selects)
    if named != columns:
        found.append((f"returns {', '.join(named) or 'nothing'}", f"Return {', '.join(columns)}, in this order."))
    return found


def risky(query: exp.Expression) -> tuple[str, ...]:
    """Name the constructs of a query that can turn missing evidence into a pass.

    Examples
    --------
    >>> risky(guarded("SELECT a.id AS subject, COALESCE(true, false) AS satisfied, '' AS seen FROM agents a"))
    ('COALESCE',)
    """
    found = set()
    for join in query.find_all(exp.Join):
        if (join.side or "").upper() != "LEFT" and (join.kind or "").upper() != "CROSS":
            found.add("INNER JOIN")
    for kind, name in (
        (exp.LogicalAnd, "BOOL_AND"),
        (exp.Min, "MIN"),
        (exp.Max, "MAX"),
        (exp.Coalesce, "COALESCE"),
    ):
        if query.find(kind) is not None:
            found.add(name)
    if any(isinstance(exists.parent, exp.Not) for exists in query.find_all(exp.Exists)):
        found.add("NOT EXISTS")
    return tuple(sorted(found))
