"""Organisations, folders and projects of Google Cloud as configurations for factories of Cloud Foundation Fabric.

Notes
-----
Keys as the datasets of ``GoogleCloudPlatform/cloud-foundation-fabric`` have them: ``iam`` by role, ``iam_bindings``
and ``iam_bindings_additive`` by name, ``iam_by_principals`` by member.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.gcp.bindings import Binding, Text, condition, texts
from nhiassess.sources.gcp.names import UNKNOWN, full_name, is_open
from nhiassess.sources.source import ReadFile

_KEYS = ("iam", "iam_bindings", "iam_bindings_additive", "iam_by_principals", "iam_by_principals_additive")
_SIGN = re.compile(rf"(?m)^(?:{'|'.join(_KEYS)}):\s*(?:#.*)?$")
_ID = re.compile(r"(?:organizations|folders|projects)/[\w.:-]+")


def is_organization(path: str, head: str) -> bool:
    """Tell whether a file configures an organisation, folder or project and who has which roles there."""
    return path.lower().endswith((".yaml", ".yml")) and "roles/" in head and bool(_SIGN.search(head))


def read_organization(file: ReadFile, root: Node) -> Iterator[Binding]:
    """Read who has which roles.

    Parameters
    ----------
    file, root:
        The file, and its root.

    Returns
    -------
    Iterator of Binding
        One for each role of each key. The resource is unknown unless its id is literal.
    """
    id = root.get("id")
    stated = (id.text() or "") if id is not None else ""
    resource = full_name(stated) if _ID.fullmatch(stated) and not is_open(stated) else UNKNOWN
    for key in ("iam_by_principals", "iam_by_principals_additive"):
        for member, roles in (root.get(key) or EMPTY).items():
            who = (Text(member, file.at_key(roles)),)
            for place, role in enumerate(texts(file, roles)):
                yield _binding(file, f"{key}.{member}[{place}]", resource, role, who)
    for name, members in (root.get("iam") or EMPTY).items():
        if members.is_sequence:
            yield _binding(file, f"iam.{name}", resource, Text(name, file.at_key(members)), texts(file, members))
    for key in ("iam_bindings", "iam_bindings_additive"):
        for name, node in (root.get(key) or EMPTY).items():
            role_node = node.get("role")
            if role_node is None or not role_node.text():
                continue
            members_of = texts(file, node.get("members")) + texts(file, node.get("member"))
            role_of = Text(role_node.text() or "", file.at(role_node))
            yield _binding(file, f"{key}.{name}", resource, role_of, members_of, node.get("condition"))


def _binding(
    file: ReadFile, dotted: str, resource: str, role: Text, members: tuple[Text, ...], stated: Node | None = None
) -> Binding:
    return Binding(file.path, dotted, resource, role, members, role.place, *condition(stated))
