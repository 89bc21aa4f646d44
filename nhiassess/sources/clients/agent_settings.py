"""Every leaf of a settings file becomes a setting of its scope, or the credential that the agent holds there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from nhiassess.formats.format import Node
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile

# folders in which the home folders of people lie, one a person
_HOMES = re.compile(r"(?i)(?:^|/)(?:home|homes|users|laptops|workstations|desktops|endpoints|machines)/[^/]+$")


def scope_of(folder: str) -> str:
    """Tell whether settings in a folder are those of a person or of a project.

    Examples
    --------
    >>> scope_of("laptops/dev"), scope_of("repos/payments")
    ('user', 'project')
    """
    return "user" if _HOMES.search(folder) else "project"


def is_comment(key: str) -> bool:
    """Tell whether a key of JSON holds a remark for people.

    Examples
    --------
    >>> is_comment("//"), is_comment("_note"), is_comment("$schema"), is_comment("env")
    (True, True, True, False)
    """
    return key.startswith(("//", "_", "#", "$"))


def read_settings(
    file: ReadFile,
    nodes: Iterable[tuple[str, Node]],
    agent: str | None,
    scope: str,
    found: Gathering,
    wanted: Callable[[str], bool] = lambda _: True,
) -> None:
    """Read settings, leaf by leaf.

    Parameters
    ----------
    file, nodes:
        The file, and values of it by their dotted keys.
    agent, scope:
        Whose settings they are, and managed, system, user, project, local or profile.
    found:
        What was gathered; it is added to.
    wanted:
        Which leaves to read, by their dotted keys.
    """
    for key, node in nodes:
        if is_comment(key.rsplit(".", 1)[-1]):
            continue
        if node.is_mapping:
            read_settings(file, ((f"{key}.{name}", each) for name, each in node.items()), agent, scope, found, wanted)
        elif any(each.is_mapping or each.is_sequence for each in node.elements()):
            inner = ((f"{key}.{place}", each) for place, each in enumerate(node.elements()))
            read_settings(file, inner, agent, scope, found, wanted)
        elif wanted(key):
            _leaf(file, node, key, agent, scope, found)


def _leaf(file: ReadFile, node: Node, key: str, agent: str | None, scope: str, found: Gathering) -> None:
    if node.is_sequence:
        for each in node.elements():
            if (text := leaf_text(each)) is not None:
                found.settings.append(setting(file, each, key, text, agent, scope, listed=True))
        return
    held = found.hold(file, node, key, agent) if agent else None
    if held is None and (text := leaf_text(node)) is not None:
        found.settings.append(setting(file, node, key, text, agent, scope))


def leaf_text(node: Node) -> str | None:
    """Give a scalar as text, None for null.

    Examples
    --------
    >>> leaf_text(Node(True)), leaf_text(Node(3)), leaf_text(Node(None))
    ('true', '3', None)
    """
    if isinstance(node.value, bool):
        return str(node.value).lower()
    return None if node.value is None or node.is_mapping or node.is_sequence else str(node.value)
