"""Privilege paths as lines of a terminal: each hop with its reason, verdict, gate and place."""

from __future__ import annotations

from nhiassess.commands.command import Row
from nhiassess.printing import printable


def path_lines(row: Row) -> list[str]:
    """Give a path as lines: from where to where, how sure, and its hops."""
    gates = "gates hold" if row["gated"] else "gates crossed"
    verdict, count = row["verdict"].replace("_", " "), len(row["hops"])
    told = f"  {verdict}, {count} {'hop' if count == 1 else 'hops'}, {row['threat_model']} takeover, {gates}"
    hops = (f"  {line}" for number, hop in enumerate(row["hops"], 1) for line in hop_lines(number, hop))
    return [printable(line) for line in (f"{row['agent']} to {row['target']}", told, *hops)]


def hop_lines(number: int, hop: Row) -> list[str]:
    """Give one hop of a path as two or more lines: the relation, why, where it stands, and what it leaves open."""
    verb, verdict = hop["verb"].replace("_", " "), hop["verdict"].replace("_", " ")
    first = f"{number}. {hop['source']} {verb} {hop['target']}  [{verdict}{_gate(hop)}]"
    return [first, f"   {hop['reason']}{place(hop)}", *(f"   open: {each}" for each in hop["conditions"])]


def place(row: Row) -> str:
    """Give where a row stands, in brackets; "" when nobody knows."""
    first = row["locations"][0] if row["locations"] else None
    return f"  ({first['path']}:{first['line']})" if first else ""


def _gate(hop: Row) -> str:
    if hop["gate"] is None:
        return ""
    return f", gate: {hop['gate']['kind'].replace('_', ' ')}{'' if hop['gate']['holds'] else ', which does not hold'}"
