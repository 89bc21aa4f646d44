"""Plugin manifests: version 1 as ChatGPT read it, versions 2 as Microsoft 365 Copilot reads it.

Both name the API behind the plugin, how it is signed in to, and which OpenAPI description or tool server lists what can
be called. A manifest becomes tool servers; which agent uses it, an agent's own file says. Fields of version 2 and the
prompts of Copilot are those of Microsoft's "Plugin manifest schema 2.4" and "Confirmation prompts for API plugins".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from posixpath import basename, dirname, join, normpath
from typing import Any

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Credential, Tool, ToolServer
from nhiassess.sources.clients.agent_settings import leaf_text, read_settings
from nhiassess.sources.clients.mcp_servers import server_id, setting, tool_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.services import openapi
from nhiassess.sources.source import ReadFile, link, quote

_V1_AUTH = {"none": "none", "oauth": "oauth"}
# what the platform keeps for a plugin, and for whom
_V1_KEPT = {
    "oauth": ("oauth_token", "auth"),
    "service_http": ("api_key", "one token for all users"),
    "user_http": ("api_key", "a token of each user"),
}
_HTTP = {"bearer": "bearer", "basic": "key"}
_V2_AUTH = {"None": "none", "OAuthPluginVault": "oauth", "ApiKeyPluginVault": "key"}
_VAULT_KINDS = {"OAuthPluginVault": "oauth_token", "ApiKeyPluginVault": "api_key"}
# what a function attests of itself; that a value is missing says nothing
_HANDLING = {"GetPrivateData": "reads_private", "DataExport": "sends_out"}
# far more than any plugin has: each runtime goes through all functions, and each function through all patterns
MOST_RUNTIMES = 50
MOST_PATTERNS = 200
MOST_FUNCTIONS = 2_000
_BEHIND_PATH = re.compile("[?#]")


@dataclass(slots=True)
class Descriptions:
    """The OpenAPI descriptions of one package by path, and which of them a manifest has named."""

    files: Mapping[str, ReadFile]
    named: set[str] = field(default_factory=set)

    def find(self, manifest: str, name: str) -> ReadFile | None:
        """Give the description that a manifest names: by its relative path, or by the end of its address."""
        path = name.partition("://")[2].partition("/")[2] if "://" in name[:8] else name
        wanted = _BEHIND_PATH.split(path, maxsplit=1)[0].lstrip("/")
        exact = [normpath(join(dirname(manifest), wanted))]
        exact += [each for each in self.files if "://" in name[:8] and f"/{each}".endswith(f"/{wanted}")]
        exact += [each for each in self.files if basename(each) == basename(wanted)]
        for each in exact:
            if each in self.files:
                self.named.add(each)
                return self.files[each]
        return None


def is_plugin(root: Node) -> bool:
    """Tell whether a document is the manifest of a plugin."""
    return root.get("schema_version") is not None and any(
        root.get(each) is not None for each in ("name_for_model", "name_for_human", "namespace", "runtimes")
    )


def read_plugin(file: ReadFile, known: Descriptions, found: Gathering) -> list[str]:
    """Read one manifest.

    Parameters
    ----------
    file, known:
        The manifest, and the descriptions that lie in its package.
    found:
        What was gathered; it is added to.

    Returns
    -------
    list of str
        The ids of the tools that an agent with this plugin can call.
    """
    root = file.document.root
    named = next((node for key in ("name_for_model", "namespace", "name_for_human") if (node := root.get(key))), None)
    name = (leaf_text(named) if named is not None else None) or basename(file.path)
    if root.get("runtimes") is None:
        return _read_first(file, name, known, found)
    runtimes = (root.get("runtimes") or Node(None)).elements()
    if len(runtimes) > MOST_RUNTIMES:
        reason = f"it has more than {MOST_RUNTIMES} runtimes; the others were not read"
        found.skip(file.at(runtimes[MOST_RUNTIMES]), "runtimes", "plugin", reason)
    functions = _functions(file, found)
    tools: list[str] = []
    for place, runtime in enumerate(runtimes[:MOST_RUNTIMES]):
        own = name if len(runtimes) == 1 else f"{name}/runtimes.{place}"
        tools += _read_runtime(file, own, f"runtimes.{place}", runtime, functions, known, found)
    return tools


def _read_first(file: ReadFile, name: str, known: Descriptions, found: Gathering) -> list[str]:
    """Read a manifest of version 1."""
    root = file.document.root
    id = server_id(file.path, name)
    stated, url = root.get("auth"), root.get("api", "url")
    kind = leaf_text(root.get("auth", "type") or Node(None)) or ""
    how = _HTTP.get(leaf_text(root.get("auth", "authorization_type") or Node(None)) or "", "unknown")
    signs_in = how if kind in ("service_http", "user_http") else _V1_AUTH.get(kind, "unknown")
    scope = root.get("auth", "scope")
    if kind in _V1_KEPT and stated is not None:
        asked = tuple((leaf_text(scope) or "").split()) if scope is not None else ()
        kept, known_as = _V1_KEPT[kind]
        _add_credential(file, stated, "auth", id, kept, None, asked, found, known_as)
    # verification tokens show the platform whose manifest it is, and everybody may fetch the manifest
    plain = [(f"auth.{key}", node) for key, node in (stated or Node(None)).items() if key != "verification_tokens"]
    plain += [(f"api.{key}", node) for key, node in (root.get("api") or Node(None)).items()]
    read_settings(file, plain, None, "project", found)
    return _serve(file, name, _Runtime(signs_in, stated, url), known, found, {})


@dataclass(frozen=True, slots=True)
class _Runtime:
    """What a manifest says of one API: how it is signed in to, which value says so, and where its description lies."""

    auth: str
    proof: Node | None
    url: Node | None
    wanted: tuple[str, ...] = ()  # patterns of the functions that it serves; all when empty
    prompts: bool = False  # whether Copilot asks its user before a call

    def serves(self, name: str) -> bool:
        return not self.wanted or any(fnmatchcase(name, each) for each in self.wanted)


def _serve(
    file: ReadFile, name: str, runtime: _Runtime, known: Descriptions, found: Gathering, functions: Mapping[str, Node]
) -> list[str]:
    """Add the server of an API and the tools that its description and the manifest name."""
    id = server_id(file.path, name)
    url = runtime.url.text() if runtime.url is not None else None
    described = known.find(file.path, url) if url else None
    # what `functions` leaves out can't be called
    called = {
        each.name: each
        for each in (openapi.operations(described, found) if described is not None else ())
        if (not functions or each.name in functions) and runtime.serves(each.name)
    }
    auth = runtime.auth
    there = (url, runtime.url) if url and runtime.url is not None and "://" in url else None
    if described is not None:
        auth = _stronger(auth, openapi.auth(described.document.root, called))
        there = openapi.address(described.document.root) or there
    places = [file.at(each) for each in (runtime.proof, runtime.url) if each is not None]
    found.tool_servers.append(
        ToolServer(
            id,
            name,
            "http",
            there[0] if there else None,
            auth=auth,
            locations=tuple(places) or (file.at(file.document.root),),
        )
    )
    if described is None and url:
        reason = f"its operations are listed in {url}, which is not among the files: put it beside the manifest"
        found.skip(file.at(runtime.url or file.document.root), f"{name}.description", "plugin", reason)
    tools = []
    if described is not None:
        tools += openapi.add_tools(
            described,
            id,
            called,
            found,
            lambda each: _facts(functions.get(each.name) or EMPTY, each) if runtime.prompts else {},
        )
    rest = {each: node for each, node in functions.items() if each not in called and runtime.serves(each)}
    return tools + [_add_function(file, id, each, node, found) for each, node in rest.items()]


def _read_runtime(
    file: ReadFile,
    name: str,
    dotted: str,
    runtime: Node,
    functions: Mapping[str, Node],
    known: Descriptions,
    found: Gathering,
) -> list[str]:
    """Read one runtime of a manifest of version 2."""
    kind = leaf_text(runtime.get("type") or Node(None))
    stated = runtime.get("auth", "type")
    vault = leaf_text(stated) if stated is not None else None
    listed = (runtime.get("run_for_functions") or Node(None)).elements()
    wanted = tuple(text for each in listed[:MOST_PATTERNS] if (text := each.text()))
    if len(listed) > MOST_PATTERNS:
        reason = f"it lists more than {MOST_PATTERNS} functions; the others were not read"
        found.skip(file.at(listed[MOST_PATTERNS]), f"{dotted}.run_for_functions", "runtime", reason)
    read = _Runtime(_V2_AUTH.get(vault or "", "unknown"), stated, runtime.get("spec", "url"), wanted, prompts=True)
    id = server_id(file.path, name)
    if kind == "OpenApi":
        if runtime.get("spec", "api_description") is not None:
            reason = "a description inside a text is not read; keep it in a file beside the manifest"
            found.skip(file.at(runtime), f"{dotted}.spec.api_description", "OpenAPI description", reason)
        tools = _serve(file, name, read, known, found, functions)
    elif kind in ("RemoteMCPServer", "LocalPlugin"):
        tools = _serve_others(file, name, kind, runtime, read, functions, found)
    else:
        found.skip(file.at(runtime), dotted, "runtime", f"its type {kind} is not known")
        return []
    if vault in _VAULT_KINDS and stated is not None:
        reference = leaf_text(runtime.get("auth", "reference_id") or Node(None))
        store = f"secret_manager:plugin-vault:{reference}" if reference else None
        described = known.find(file.path, text) if read.url is not None and (text := read.url.text()) else None
        asked = openapi.scopes(described.document.root, {}) if described is not None and vault.startswith("OA") else ()
        _add_credential(file, stated, f"{dotted}.auth", id, _VAULT_KINDS[vault], store, asked, found)
    if not tools:
        place = file.at(read.url) if read.url is not None else file.at(runtime)
        tools = [tool_id(id, "*")]
        found.tools.append(Tool(tools[0], id, "*", locations=(place,)))
        found.links.append(link(tools[0], "served_by", id, place))
    return tools


def _serve_others(
    file: ReadFile,
    name: str,
    kind: str,
    runtime: Node,
    read: _Runtime,
    functions: Mapping[str, Node],
    found: Gathering,
) -> list[str]:
    """Add an MCP server or an Office add-in, with the functions that the manifest lists for it."""
    id = server_id(file.path, name)
    url = read.url.text() if read.url is not None else None
    transport = "http" if kind == "RemoteMCPServer" else None
    place = file.at(read.url) if read.url is not None else file.at(runtime)
    found.tool_servers.append(ToolServer(id, name, transport, url, auth=read.auth, locations=(place,)))
    described = runtime.get("spec", "mcp_tool_description")
    listed = described.get("tools") if described is not None else None
    inline = {text: each for each in (listed or Node(None)).elements() if (text := _name(each))}
    if described is not None and described.get("file") is not None:
        reason = (
            "the tools are listed in another file, as the server gave them: tools/list dumps are read by themselves"
        )
        found.skip(file.at(described), f"{name}.mcp_tool_description.file", "tools of a server", reason)
    served = {**inline, **{each: node for each, node in functions.items() if read.serves(each)}}
    return [_add_function(file, id, each, node, found) for each, node in served.items()]


def _functions(file: ReadFile, found: Gathering) -> dict[str, Node]:
    """Give the functions of a manifest by name, and add what they attest of themselves as settings."""
    functions = (file.document.root.get("functions") or Node(None)).elements()
    named = {text: each for each in functions[:MOST_FUNCTIONS] if (text := _name(each))}
    if len(functions) > MOST_FUNCTIONS:
        reason = f"it has more than {MOST_FUNCTIONS:,} functions; the others were not read"
        found.skip(file.at(functions[MOST_FUNCTIONS]), "functions", "plugin", reason)
    for name, each in named.items():
        for handled in (each.get("capabilities", "security_info", "data_handling") or Node(None)).elements():
            key = f"functions.{name}.security_info.data_handling"
            found.settings.append(setting(file, handled, key, leaf_text(handled), None, "project", listed=True))
    return named


def _name(function: Node) -> str | None:
    stated = function.get("name")
    return stated.text() if stated is not None else None


def _add_function(file: ReadFile, server: str, name: str, node: Node, found: Gathering) -> str:
    """Add a tool that the manifest alone names."""
    id = tool_id(server, name)
    place = file.at(node.get("name") or node)
    found.tools.append(Tool(id, server, name, **_facts(node, None), locations=(place,)))
    found.links.append(link(id, "served_by", server, place))
    return id


def _facts(function: Node, operation: openapi.Operation | None) -> dict[str, Any]:
    """Give what a manifest of version 2 tells of a tool: what Copilot asks before a call, and what it attests."""
    handled = {leaf_text(each) for each in
               (function.get("capabilities", "security_info", "data_handling") or Node(None)).elements()}  # fmt: skip
    told: dict[str, Any] = {field: True for value, field in _HANDLING.items() if value in handled}
    kind = leaf_text(function.get("capabilities", "confirmation", "type") or Node(None))
    harmless = function.get("capabilities", "confirmation", "isNonConsequential")
    if kind == "None":
        told["approval"] = "unknown"  # whether this takes the prompt away, no document says
    elif operation is not None:
        told["approval"] = "once" if operation.method == "get" else "each_call"
    elif harmless is not None and harmless.flag():
        told["approval"] = "once"
    else:
        told["approval"] = "each_call" if kind == "AdaptiveCard" else "unknown"
    return told


def _stronger(manifest: str, described: str) -> str:
    """Give how a server is signed in to: the description says what a manifest leaves open or sends nothing for."""
    open_to = {"none": True, "unknown": True, "key": described == "bearer"}
    return described if described != "unknown" and open_to.get(manifest) else manifest


def _add_credential(
    file: ReadFile,
    node: Node,
    dotted: str,
    holder: str,
    kind: str,
    store: str | None,
    asked: Sequence[str],
    found: Gathering,
    name: str | None = None,
) -> None:
    """Add the credential that the platform keeps for a plugin; its value stands nowhere in the files."""
    id = f"credential:{quote(file.path)}#{quote(dotted)}"
    found.credentials.append(
        Credential(id, kind, store, name=name or dotted, scopes=tuple(asked) or None, locations=(file.at(node),))
    )
    found.links.append(link(holder, "holds", id, file.at(node)))
