"""Asks the tables, for every risk and threat, for which agents its precondition was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from nhiassess.checks.check import guarded
from nhiassess.checks.run import engine, select
from nhiassess.checks.tables import SCHEMAS, table
from nhiassess.errors import CheckError, Complaint
from nhiassess.model.knowledge import Catalog, Control, Knowledge

COLUMNS = ("subject", "applies")


def preconditions(
    knowledge: Knowledge, frameworks: Sequence[str], tables: Mapping[str, pa.Table], agents: Sequence[str]
) -> dict[tuple[str, str], bool | None]:
    """Tell for each risk or threat and each agent whether the precondition was observed.

    Parameters
    ----------
    knowledge, frameworks:
        The catalogs to ask about.
    tables:
        As ``checks.tables.tables`` lays them out.
    agents:
        The ids of all agents.

    Returns
    -------
    dict
        (control node, agent) to True, False or None; an agent that a question does not return is None. Of
        several rows any TRUE is TRUE, else any NULL is NULL.

    Raises
    ------
    CheckError
        When a precondition is refused, breaks or does not end in time.
    """
    found: dict[tuple[str, str], bool | None] = {}
    with engine(tables) as connection:
        for catalog in knowledge.catalogs:
            if catalog.id not in frameworks:
                continue
            for control in catalog.controls:
                when = control.applies_when
                if when is None:
                    continue
                if when.sql is None:
                    found |= {(control.node, agent): True for agent in agents}
                    continue
                where = _where(control)
                guarded(when.sql, COLUMNS, where)
                said: dict[str, list[bool | None]] = {}
                for subject, applies in select(connection, when.sql, where):
                    said.setdefault(subject, []).append(applies)
                for agent in agents:
                    states = said.get(agent, [None])
                    found[control.node, agent] = True if True in states else None if None in states else False
    return found


def refused(catalog: Catalog) -> tuple[Complaint, ...]:
    """Ask the preconditions of a catalog of tables without a row, so that a wrong one is found before an estate is.

    Returns
    -------
    tuple of Complaint
        One for each that is refused or breaks.
    """
    found: list[Complaint] = []
    with engine({name: table(name, ()) for name in SCHEMAS}) as connection:
        for control in catalog.controls:
            when, where = control.applies_when, _where(control)
            try:
                if when and when.sql:
                    guarded(when.sql, COLUMNS, where)
                    select(connection, when.sql, where)
            except CheckError as error:
                found += error.complaints
    return tuple(found)


def _where(control: Control) -> str:
    place = control.locations[0] if control.locations else None
    return f"{place.path}:{place.line}:{place.column}" if place else control.id
