"""Markdown becomes its front matter as a node and its body as text."""

from __future__ import annotations

import re
from types import MappingProxyType

from nhiassess.errors import FormatError
from nhiassess.formats import yaml
from nhiassess.formats.format import Node, Parsed, Problem
from nhiassess.formats.places import Places

_FRONT = re.compile(r"\A(?:\s*\n)?---[ \t]*\r?\n(?P<front>(?:[^\n]*\n)*?)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
_LINE = re.compile(r"(?m)^(?P<key>[A-Za-z_][\w -]{0,60}?)[ \t]{0,20}:(?:[ \t]+(?P<value>\S[^\r\n]*?))?[ \t]*\r?$")


def parse(path: str, text: str) -> Parsed:
    """Read Markdown with or without front matter.

    Parameters
    ----------
    path:
        The file, for complaints.
    text:
        The decoded text.

    Returns
    -------
    Parsed
        The front matter as the root; none when there is none. Front matter that is not YAML is read line by line
        the way the tools that use it do, with a problem that says so.

    Raises
    ------
    FormatError
        When the front matter goes beyond the limits of YAML.
    """
    found = _FRONT.match(text)
    if not found or not found["front"].strip():
        return Parsed("markdown", prose=found.end() if found else 0)
    front = text[: found.end("front")]
    try:
        parsed = yaml.parse(path, front)
    except FormatError as error:
        complaint = error.complaints[0]
        root, problem = _by_line(text, found.start("front"), found.end("front"), complaint.where, complaint.what)
        return Parsed("markdown", (root,), (problem,), prose=found.end(), comments=(found.span("front"),))
    roots = tuple(root for root in parsed.roots if root.is_mapping)
    return Parsed("markdown", roots, parsed.problems, prose=found.end(), comments=parsed.comments)


def _by_line(text: str, start: int, end: int, where: str, what: str) -> tuple[Node, Problem]:
    places = Places(text)
    members: dict[str, Node] = {}
    for found in _LINE.finditer(text, start, end):
        begin, stop = found.span("value") if found["value"] else (found.end(), found.end())
        value = (found["value"] or "").strip("\"'") or None
        members[found["key"]] = Node(value, *places.at(begin), *places.at(found.start()), None, (), begin, stop)
    line, column = (int(each) for each in where.rsplit(":", 2)[1:])
    hint = "Put text that holds a colon in quotes; it was read line by line."
    at = places.at(start)
    return Node(MappingProxyType(members), *at, *at, None, (), start, end), Problem(line, column, "$", what, hint)
