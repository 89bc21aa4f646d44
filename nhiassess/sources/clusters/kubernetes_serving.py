"""Containers that serve tools over MCP: told by the words of their command, and by the names of image and program."""

from __future__ import annotations

import re
from posixpath import basename

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import ToolServer
from nhiassess.sources.clients.launch import Word, launch
from nhiassess.sources.clusters.kubernetes_manifests import Manifest, text
from nhiassess.sources.source import quote

_ASKED = re.compile(r"(?:^|\s)(?:--mcp(?:-server)?|mcp[ -](?:serve|server|start))(?=\s|$)")
_NAMED = re.compile(r"(?:[a-z0-9.]+-)+mcp(?:-server)?|mcp-server(?:-[a-z0-9.]+)*")
_OVER = (
    ("sse", re.compile(r"(?:^|[\s=])(?:--)?(?:mcp-)?sse(?=[\s=]|$)")),
    ("http", re.compile(r"(?:^|[\s=])(?:--)?(?:mcp-)?(?:streamable-?)?http(?=[\s=]|$)|--(?:[a-z]+-)?port\b")),
    ("stdio", re.compile(r"(?:^|[\s=])(?:--)?stdio(?=\s|$)")),
)
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def served(manifest: Manifest, container: Node) -> ToolServer | None:
    """Read the tool server that a container starts.

    Parameters
    ----------
    manifest, container:
        The workload, and one container of its pods.

    Returns
    -------
    ToolServer or None
        None when nothing says that it serves tools. Who may call it is known to its program alone.
    """
    words = [
        Word(text(each), each, key) for key in ("command", "args") for each in (container.get(key) or EMPTY).elements()
    ]
    line = " ".join(word.text for word in words)
    image, package = text(container.get("image")), launch(words).package if words else None
    names = (_bare(each) for each in (image, package or "", words[0].text if words else ""))
    if not _ASKED.search(line) and not any(_NAMED.fullmatch(name) for name in names):
        return None
    name = f"{manifest.name}/{text(container.get('name')) or '-'}"
    over = next((kind for kind, sign in _OVER if sign.search(line)), "http" if container.get("ports", 0) else None)
    node = container.get("name") or container
    return ToolServer(
        f"tool_server:{quote(manifest.file.path)}#{quote(name)}",
        name=name,
        transport=over,
        command=line or None,
        package=package or image or None,
        pinned=bool(_DIGEST.search(image)) if image else None,
        auth="unknown",
        locations=(manifest.file.at(node),),
    )


def _bare(name: str) -> str:
    """Give the last part of an image, a package or a path, without its version.

    Examples
    --------
    >>> _bare("ghcr.io/acme/weather-mcp:1.2"), _bare("@acme/mcp_server_git@3")
    ('weather-mcp', 'mcp-server-git')
    """
    return re.split("[:@]", basename(name))[0].lower().replace("_", "-")[:200]
