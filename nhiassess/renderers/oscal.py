"""What every OSCAL document has: its ids, its words as OSCAL writes them, its metadata and its bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from nhiassess.model.knowledge import Catalog

OSCAL_VERSION = "1.2.3"
# names of props and parts that are ours and not NIST's
NAMESPACE = "https://github.com/nhiassess/nhiassess/ns/oscal"
_ROOT = uuid5(NAMESPACE_URL, NAMESPACE)
_NO_TOKEN = re.compile(r"[^\w.\-]")
_MARKUP = re.compile(r"[\\*`~^]")

Part = dict[str, Any]


def uuid(*names: str) -> str:
    """Give the same uuid for the same names, always.

    Examples
    --------
    >>> uuid("map", "a") == uuid("map", "a") != uuid("map", "b")
    True
    """
    return str(uuid5(_ROOT, "\n".join(names)))


def tokens(catalog: Catalog) -> dict[str, str]:
    """Give each group and control the id that it has in OSCAL, where an id is a token.

    Parameters
    ----------
    catalog:
        Its ids may hold spaces, brackets and colons, or begin with a digit; a token may not.

    Returns
    -------
    dict
        Id to token; two ids that would give one token are told apart by a number.

    Examples
    --------
    >>> from nhiassess.model.knowledge import Group
    >>> groups = tuple(Group(id, "", "") for id in ("GOVERN 1.1", "2.4", "AC-2(3)", "AC-2[3]"))
    >>> list(tokens(Catalog("c", *[""] * 12, groups=groups)).values())
    ['GOVERN_1.1', '_2.4', 'AC-2_3_', 'AC-2_3__2']
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for each in catalog.entries:
        first = free = token(each.id)
        number = 2
        while free in taken:
            free, number = f"{first}_{number}", number + 1
        taken.add(free)
        found[each.id] = free
    return found


def token(text: str) -> str:
    """Write an id as a token: what a token may not hold becomes an underscore.

    Examples
    --------
    >>> token("NHI1:2025"), token("2.4")
    ('NHI1_2025', '_2.4')
    """
    made = _NO_TOKEN.sub("_", text)
    return made if made[:1].isalpha() or made[:1] == "_" else f"_{made}"


def line(text: str) -> str:
    r"""Write text as one line of OSCAL's Markdown, in which no sign of the text is taken for markup.

    Examples
    --------
    >>> line("all *\n<b>")
    'all \\* &lt;b>'
    """
    return prose(" ".join(text.split()))


def prose(text: str) -> str:
    """Write text as OSCAL's Markdown, in which no sign of the text is taken for markup."""
    return _MARKUP.sub(lambda sign: "\\" + sign.group(), text.strip()).replace("<", "&lt;")


def prop(name: str, value: str) -> Part:
    """Make a property of NIST's own vocabulary."""
    return {"name": name, "value": " ".join(value.split())}


def own(name: str, value: str) -> Part:
    """Make a property of our namespace."""
    return {"name": name, "ns": NAMESPACE, "value": " ".join(value.split())}


def filled(fields: Mapping[str, Any]) -> Part:
    """Give the fields that hold something, since OSCAL allows no empty list or text.

    Examples
    --------
    >>> filled({"id": "a", "props": [], "title": ""})
    {'id': 'a'}
    """
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def metadata(title: str, version: str, now: str, more: Mapping[str, Any]) -> Part:
    """Make what OSCAL asks of every document.

    Parameters
    ----------
    title, version:
        Of the document.
    now:
        When it is written, ISO 8601 with a time zone.
    more:
        Other fields of metadata.
    """
    told = {"title": line(title), "last-modified": now, "version": version, "oscal-version": OSCAL_VERSION}
    return {**told, **filled(more)}


def cited(catalog: Catalog, *links: Part) -> Part:
    """Make the resource that cites a framework where its publisher has it; `links` lead to other copies."""
    return {
        "uuid": uuid("framework", catalog.id),
        "title": line(catalog.title),
        "document-ids": [{"scheme": NAMESPACE, "identifier": catalog.id}],
        "citation": {"text": line(f"{catalog.publisher}: {catalog.title}, {catalog.published}")},
        "rlinks": [{"href": catalog.source_url}, *links],
    }


def document(root: str, body: Mapping[str, Any]) -> Part:
    """Give a document its uuid, which is another one as soon as anything but its date is.

    Parameters
    ----------
    root:
        The name of the model, such as ``catalog``.
    body:
        Everything but the uuid, with its metadata.
    """
    told = {name: value for name, value in body["metadata"].items() if name != "last-modified"}
    same = json.dumps({**body, "metadata": told}, sort_keys=True, ensure_ascii=False)
    return {root: {"uuid": uuid(root, sha256(same.encode("utf-8", "backslashreplace")).hexdigest()), **body}}


def written(made: Mapping[str, Any]) -> bytes:
    """Write a document as UTF-8; equal for equal documents."""
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def counted(parts: Iterable[tuple[str, int]]) -> str:
    """Say how many there are of each, leaving out what there is none of.

    Examples
    --------
    >>> counted([("related", 3), ("mitigates", 0), ("jointly", 1)])
    '3 related, 1 jointly'
    """
    return ", ".join(f"{count} {name}" for name, count in parts if count)
