"""The contract of a check: exactly one SELECT over known tables, with an allow list of functions."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nhiassess.checks.tables import SCHEMAS
from nhiassess.errors import CheckError, Complaint

COLUMNS = ("subject", "satisfied", "seen")
# functions that tell the same of the same tables, cost little, and reach nothing outside of them
FUNCTIONS = frozenset(
    {
        "abs",
        "and",
        "any_value",
        "bool_or",
        "logical_or",
        "case",
        "if",
        "cast",
        "try_cast",
        "coalesce",
        "concat",
    }
    | {"concat_ws", "contains", "count", "count_if", "date_diff", "datediff", "ends_with", "exists", "floor"}
    | {"greatest", "least", "length", "like", "lower", "upper", "max", "min", "nullif", "or", "regexp_like"}
    | {"regexp_full_match", "regexp_matches", "replace", "round", "split_part", "starts_with", "startswith"}
    | {
        "string_agg",
        "group_concat",
        "listagg",
        "str_position",
        "strpos",
        "substring",
        "substr",
        "sum",
        "trim",
    }
    | {"endswith", "timestamp", "try_strptime", "ts_or_ds_to_date", "date", "to_days", "str_to_time"}
    | {
        "bool_and",
        "logical_and",
        "every",
        "left",
        "right",
        "row_number",
        "filter",
        "distinct",
        "not",
        "between",
    }
    | {"ts_or_ds_diff", "in", "is", "xor", "array_agg"} - {"array_agg"}
)
_REFUSED = (
    *(exp.Command, exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop, exp.Alter, exp.Copy, exp.Set),
    *(exp.Pragma, exp.Attach, exp.Detach, exp.Into, exp.Parameter, exp.Placeholder, exp.Lateral, exp.Values),
    *(exp.TableSample, exp.Pivot, exp.Unnest),
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
    try:
        parsed = [statement for statement in sqlglot.parse(sql, dialect="duckdb") if statement is not None]
    except (SqlglotError, RecursionError) as error:
        raise CheckError(f"the SQL can't be read: {str(error).splitlines()[0]}", where, "Mend the SQL.") from None
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Select | exp.SetOperation):
        raise CheckError("a check is exactly one SELECT", where, "Write one SELECT, with CTEs if need be.")
    query = parsed[0]
    complaints = [Complaint(what, where, hint) for what, hint in _refusals(query, columns)]
    if complaints:
        raise CheckError(tuple(complaints))
    return query


def _refusals(query: exp.Query, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    own = {cte.alias_or_name for cte in query.find_all(exp.CTE)}
    with_ = query.args.get("with_") or query.args.get("with")
    if with_ is not None and with_.args.get("recursive"):
        found.append(("WITH RECURSIVE can run without end", "Use the results in reach and paths."))
    for table in query.find_all(exp.Table):
        known = isinstance(table.this, exp.Identifier) and not table.args.get("db") and not table.args.get("catalog")
        if not known or (table.name not in SCHEMAS and table.name not in own):
            found.append((f"{table.sql('duckdb')!r} is no table", f"Tables: {', '.join(sorted(SCHEMAS))}."))
    for refused in query.find_all(*_REFUSED):
        found.append((f"{refused.key.upper()} is not allowed in a check", "A check only asks the tables."))
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
