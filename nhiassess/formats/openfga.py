"""OpenFGA's modelling language with its places: types, their relations, and the parameters of conditions.

Facts: the Configuration Language page of OpenFGA. Schema 1.1 and 1.2; a line is one statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# a hash begins a comment at the start of a line or behind a blank; elsewhere it joins a type and its relation
_COMMENT = re.compile(r"(?:(?<=\s)|\A)#.*")
_TYPE = re.compile(r"(?:extend\s+)?type\s+([\w-]+)\s*\Z")
_DEFINE = re.compile(r"define\s+([\w-]+)\s*:")
_CONDITION = re.compile(r"condition\s+([\w-]+)\s*\(")
_PARAMETER = re.compile(r"\b(\w++)\s*+:\s*\w")


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Parameters
    ----------
    types:
        Each type with its relations, in order.
    parameters:
        What conditions are given with each request.
    line:
        The line of the first type; 0 when the text has none.
    """

    types: tuple[tuple[str, tuple[str, ...]], ...]
    parameters: tuple[str, ...]
    line: int


def model(text: str) -> Model:
    r"""Read one text.

    Examples
    --------
    >>> model("type user\ntype task\n  relations\n    define runner: [user]  # define no: [user]")
    Model(types=(('user', ()), ('task', ('runner',))), parameters=(), line=1)
    """
    types: dict[str, list[str]] = {}
    parameters: dict[str, None] = {}
    inside: list[str] = []
    first, open_condition = 0, False
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _COMMENT.sub("", raw).strip() if "#" in raw else raw.strip()
        if named := _TYPE.match(line):
            inside = types.setdefault(named[1], [])
            first = first or number
        elif defined := _DEFINE.match(line):
            inside.append(defined[1])
        elif open_condition or _CONDITION.match(line):
            given = line.partition(")")[0].rpartition("(")[2]
            parameters |= dict.fromkeys(_PARAMETER.findall(given))
            open_condition = ")" not in line
    return Model(tuple((name, tuple(relations)) for name, relations in types.items()), tuple(parameters), first)
