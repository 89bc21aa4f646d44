"""What MCP servers state of themselves: registry manifests (`server.json`) and dumps of `tools/list`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Inventory, Link, Tool, ToolServer
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.clients.launch import Launch, Word, launch
from nhiassess.sources.clients.mcp_servers import server_id, tool_id
from nhiassess.sources.source import ReadFile, link

_MANIFEST = re.compile(
    r'modelcontextprotocol\.io/schemas/[^"]*server\.schema\.json|"registry_?[Tt]ype"\s*:|"registry_name"\s*:'
)
_TOOLS = re.compile(r'"tools"\s*:\s*\[\s*(?:\{|\])')
_SCHEMA = re.compile(r'"input_?[sS]chema"\s*:')


class McpManifests:
    """Manifests and tool lists of MCP servers."""

    name = "mcp_manifests"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise a registry manifest by its schema, a tool list by its input schemas."""
        if not path.lower().endswith(".json"):
            return False
        if basename(path) == "server.json" and _MANIFEST.search(head):
            return True
        return bool(_TOOLS.search(head) and _SCHEMA.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read servers and tools; no agent uses them yet, and nothing that they state of themselves is proof."""
        servers: list[ToolServer] = []
        tools: list[Tool] = []
        links: list[Link] = []
        for file in files:
            for root in file.document.roots:
                servers += _manifest(file, root)
                for server, tool in _listed(file, root):
                    servers.append(server)
                    tools.append(tool)
                    links.append(link(tool.id, "served_by", server.id, *tool.locations))
        return Inventory(
            tool_servers=tuple({each.id: each for each in servers}.values()),
            tools=tuple({each.id: each for each in tools}.values()),
            links=tuple({each.id: each for each in links}.values()),
        )


def _manifest(file: ReadFile, root: Node) -> Iterator[ToolServer]:
    name = leaf_text(root.get("name") or Node(None))
    if name is None or (root.get("packages") is None and root.get("remotes") is None):
        return
    for place, package in enumerate((root.get("packages") or Node(None)).elements()):
        identifier = package.get("identifier") or package.get("name")
        text = leaf_text(identifier or Node(None))
        if identifier is None or text is None:
            continue
        version = leaf_text(package.get("version") or Node(None))
        started = _started(package, text, version, identifier)
        transport = leaf_text(package.get("transport", "type") or Node("stdio"))
        yield ToolServer(
            server_id(file.path, name if not place else f"{name}/packages/{place}"),
            name=name,
            transport="stdio" if transport == "stdio" else "http",
            package=started.package or text,
            pinned=started.pinned,
            auth=None if transport == "stdio" else "unknown",
            locations=(file.at(root.get("name") or root), file.at(identifier)),
        )
    for place, remote in enumerate((root.get("remotes") or Node(None)).elements()):
        url = remote.get("url")
        address = leaf_text(url or Node(None))
        if url is None or address is None:
            continue
        stated = leaf_text(remote.get("type") or remote.get("transport_type") or Node(None)) or ""
        yield ToolServer(
            server_id(file.path, f"{name}/remotes/{place}"),
            name=name,
            transport="sse" if stated == "sse" else "http",
            url=address,
            auth=_asked(remote),
            locations=(file.at(root.get("name") or root), file.at(url)),
        )


def _started(package: Node, text: str, version: str | None, node: Node) -> Launch:
    """Read a package as if the runner of its registry were to start it."""
    registry = leaf_text(
        package.get("registryType") or package.get("registry_type") or package.get("registry_name") or Node(None)
    )
    if registry in ("oci", "docker"):
        words = ["docker", "run", text if not version or ":" in basename(text) else f"{text}:{version}"]
    else:
        runner = "uvx" if registry == "pypi" else "npx"
        words = [runner, f"{text}@{version}" if version else text]
    return launch([Word(word, node, "identifier") for word in words])


def _asked(remote: Node) -> str:
    for header in (remote.get("headers") or Node(None)).elements():
        name = (leaf_text(header.get("name") or Node(None)) or "").lower()
        secret = header.get("isSecret") or header.get("is_secret")
        if name == "authorization":
            return "bearer"
        if secret is not None and secret.flag():
            return "key"
    return "unknown"


def _listed(file: ReadFile, root: Node) -> Iterator[tuple[ToolServer, Tool]]:
    """Give the tools of a list, bare or within a response, with what their annotations declare."""
    whole = root.get("result") if root.get("result", "tools") is not None else root
    listed = whole.get("tools") if whole is not None else None
    stated = root.get("serverInfo", "name") or root.get("result", "serverInfo", "name") or root.get("name")
    name = leaf_text(stated or Node(None)) or basename(file.path).rsplit(".", 1)[0]
    id = server_id(file.path, name)
    for each in listed.elements() if listed is not None else ():
        tool = leaf_text(each.get("name") or Node(None))
        if tool is None or (each.get("inputSchema") is None and each.get("input_schema") is None):
            continue
        place = file.at(each.get("name") or each)
        hints = each.get("annotations") or Node(None)
        reads, destroys, open_world = (
            _flag(hints, key) for key in ("readOnlyHint", "destructiveHint", "openWorldHint")
        )
        yield (
            ToolServer(id, name=name, locations=(file.at_key(listed) if listed is not None else place,)),
            Tool(
                tool_id(id, tool),
                id,
                tool,
                sees_untrusted=open_world,
                sends_out=False if open_world is False else None,
                irreversible=False if reads else destroys,
                locations=(place,),
            ),
        )


def _flag(hints: Node, key: str) -> bool | None:
    node = hints.get(key)
    return node.flag() if node is not None else None


SOURCE = McpManifests()
