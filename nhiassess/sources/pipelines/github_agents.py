"""Agents that GitHub workflows run: which action or command starts them, and the tools they use unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename

from nhiassess.errors import FormatError
from nhiassess.formats.format import EMPTY, Node
from nhiassess.formats.reading import read
from nhiassess.model.inventory import Agent, Inventory, Link, Tool, ToolServer
from nhiassess.sources.clients.agent_commands import (
    EVERYTHING,
    Run,
    Wanted,
    bounds_of,
    codex_sandbox,
    command_of,
    flag_of,
    name_tools,
    place_of,
    read_arguments,
    tools_of,
)
from nhiassess.sources.source import ReadFile, link, quote

PLATFORM = "github-actions"
_WORKFLOW = re.compile(r"(^|.*/)\.github/workflows/[^/]+\.ya?ml$")
_IMAGE = re.compile(r"^(@[\w.-]+/)?[\w.-]+(/[\w.-]+)*(@|:)[\w.:-]+$|^@[\w.-]+/[\w.-]+$")
_ACTIONS = {
    "anthropics/claude-code-action": "claude-code",
    "anthropics/claude-code-base-action": "claude-code",
    "openai/codex-action": "codex",
    "google-github-actions/run-gemini-cli": "gemini",
    "google-gemini/gemini-cli-action": "gemini",
}


def is_workflow(path: str) -> bool:
    """Tell whether a path is that of a GitHub workflow.

    Examples
    --------
    >>> is_workflow("repos/web/.github/workflows/ci.yml"), is_workflow(".github/dependabot.yml")
    (True, False)
    """
    return bool(_WORKFLOW.match(path))


def repository_folder(path: str) -> str:
    """Give the folder of the repository that a workflow belongs to, "-" for the root.

    Examples
    --------
    >>> repository_folder("repos/web/.github/workflows/ci.yml"), repository_folder(".github/workflows/ci.yml")
    ('repos/web', '-')
    """
    return quote(path.rpartition(".github/workflows/")[0].rstrip("/")) or "-"


def stem(path: str) -> str:
    """Give the name of a workflow file without its endings.

    Examples
    --------
    >>> stem(".github/workflows/issue-triage.lock.yml")
    'issue-triage.lock'
    """
    return basename(path).rsplit(".", 1)[0]


def agent_id(path: str, job: str) -> str:
    """Give the id of the agent that a job of a workflow runs."""
    return f"agent:{PLATFORM}/{repository_folder(path)}/{quote(stem(path))}/{quote(job)}"


def steps(job: Node) -> Iterator[tuple[int, Node]]:
    """Give the steps of a job with their places, counted from 0.

    Parameters
    ----------
    job:
        The mapping of one job.

    Returns
    -------
    Iterator of (int, Node)
        The steps that are mappings.
    """
    stated = job.get("steps")
    for place, step in enumerate(stated.elements() if stated is not None and stated.is_sequence else ()):
        if step.is_mapping:
            yield place, step


def run_of(file: ReadFile, step: Node) -> Run | None:
    """Read the agent that one step starts, if it starts one.

    Parameters
    ----------
    file, step:
        The workflow and one step of a job.

    Returns
    -------
    Run or None
        The agent with the tools that it may use without asking anybody.
    """
    uses, command = step.get("uses"), step.get("run")
    if uses is not None and uses.text():
        product = _ACTIONS.get((uses.text() or "").split("@", 1)[0])
        return _of_action(file, step, uses, product) if product else None
    if command is not None and command.text():
        return command_of(file, command)
    return None


def _of_action(file: ReadFile, step: Node, uses: Node, product: str) -> Run:
    given = step.get("with")
    inputs: Mapping[str, Node] = dict(given.items()) if given is not None and given.is_mapping else {}
    wanted = Wanted()
    words, limit = [], None
    for key in ("claude_args", "codex-args", "allowed_tools", "disallowed_tools", "settings"):
        node = inputs.get(key)
        text = node.text() if node is not None else None
        if node is None or not text:
            continue
        if key == "settings":
            limit = _read_settings(file, node, text, wanted)
        elif key.endswith("args"):
            words.append(text)
            read_arguments(file, node, text, wanted)
        else:
            name_tools(file, node, text, wanted, denied=key.startswith("dis"))
    rest = " ".join(words)
    if product == "claude-code" and not any(key in inputs for key in ("prompt", "direct_prompt", "prompt_file")):
        for name in ("Edit", "Write"):  # answering a mention, the action may change files
            wanted.allowed.setdefault(name, file.at(uses))
    everything = bool(EVERYTHING.search(rest)) or (product != "claude-code" and not wanted.only)
    sandbox = None
    if product == "codex":
        stated = inputs.get("sandbox")
        sandbox = codex_sandbox(rest, (stated.text() if stated else None) or "workspace-write")
    model = next((inputs[key].text() for key in ("model", "gemini_model") if key in inputs), None)
    turns = inputs.get("max_turns")
    limit = str(turns.plain()) if turns is not None else limit
    return Run(
        product,
        uses,
        uses=uses.text(),
        tools=tools_of(file, uses, product, wanted, everything),
        sandbox=sandbox,
        model=flag_of(rest, "--model", "-m") or (model if model and "${{" not in model else None),
        bounds=bounds_of(rest) or ((f"{limit} turns",) if limit else ()),
        open_to_all=product == "gemini" or bool({"allowed_non_write_users", "allow-users"} & inputs.keys()),
    )


def _read_settings(file: ReadFile, node: Node, text: str, wanted: Wanted) -> str | None:
    settings = _embedded(text)
    for name in _texts(settings.get("permissions", "allow")):
        name_tools(file, node, name, wanted)
    for name in _texts(settings.get("permissions", "deny")):
        name_tools(file, node, name, wanted, denied=True)
    core = _texts(settings.get("tools", "core") or settings.get("coreTools"))
    for name in core:
        name_tools(file, node, name, wanted)
    wanted.only = wanted.only or bool(core)
    turns = settings.get("maxSessionTurns") or settings.get("model", "maxSessionTurns")
    return str(turns.plain()) if turns is not None and turns.number() is not None else None


def _embedded(text: str) -> Node:
    """Read JSON that stands in a scalar; its text is redacted already, so any key will do."""
    try:
        return read("embedded.json", text.encode(), key=b"redacted already").root
    except FormatError:
        return EMPTY


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(text for each in node.elements() if (text := each.text())) if node is not None else ()


def _embedded_servers(file: ReadFile, step: Node) -> Iterator[tuple[ToolServer, tuple[str, ...]]]:
    """Give the tool servers that the settings of an action define, with the tools that they are cut to."""
    for key in ("settings", "mcp_config", "mcp-config"):
        node = step.get("with", key)
        if node is None:
            continue
        servers = _embedded(node.text() or "").get("mcpServers") or EMPTY
        for name, server in servers.items():
            command, args = server.get("command"), server.get("args")
            url = next((found for word in ("url", "httpUrl", "serverUrl") if (found := server.get(word))), None)
            words = [each.text() for each in (command,) if each is not None] + list(_texts(args))
            yield (
                ToolServer(
                    f"tool_server:{quote(file.path)}#{quote(name)}",
                    name=name,
                    transport="http" if url is not None else "stdio",
                    url=url.text() if url is not None else None,
                    command=" ".join(word for word in words if word) or None,
                    package=next((word for word in words[1:] if word and _IMAGE.search(word)), None),
                    pinned=any("@sha256:" in word for word in words if word) or None,
                    locations=(place_of(file, node, f'"{name}"'),),
                ),
                _texts(server.get("includeTools")),
            )


class GithubAgents:
    """Agents in GitHub workflows."""

    name = "github_agents"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise workflows by where they lie."""
        return is_workflow(path)

    def group(self, path: str) -> str:
        """Let each workflow stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the agents of every job, with their tools and the actions that serve them."""
        agents: list[Agent] = []
        servers: list[ToolServer] = []
        tools: list[Tool] = []
        links: list[Link] = []
        for file in files:
            for name, job in jobs(file):
                runs = [run for _, step in steps(job) if (run := run_of(file, step))]
                if not runs and name != "copilot-setup-steps":
                    continue
                agents.append(_agent(file, name, job, runs))
                agent = agents[-1].id
                for run in runs:
                    action = _server(file, run)
                    servers += [action] if action else []
                    for tool, place in run.tools:
                        id = f"tool:{agent.removeprefix('agent:')}/{quote(tool)}"
                        tools.append(
                            Tool(id, action.id if action else None, tool, approval="never", locations=(place,))
                        )
                        links.append(link(agent, "invokes", id, place))
                        links += [link(id, "served_by", action.id, file.at(run.node))] if action else []
                embedded = [(*each, "never") for _, step in steps(job) for each in _embedded_servers(file, step)]
                for server, names, approval in (*embedded, *(each for run in runs for each in _served(file, run))):
                    servers.append(server)
                    for tool in names or ("*",):
                        id = f"tool:{server.id.removeprefix('tool_server:')}/{quote(tool)}"
                        tools.append(Tool(id, server.id, tool, approval=approval, locations=server.locations))
                        links.append(link(agent, "invokes", id, *server.locations))
                        links.append(link(id, "served_by", server.id, *server.locations))
        return Inventory(agents=tuple(agents), tool_servers=tuple(servers), tools=tuple(tools), links=tuple(links))


def jobs(file: ReadFile) -> Iterator[tuple[str, Node]]:
    """Give the jobs of a workflow by name.

    Parameters
    ----------
    file:
        The workflow.

    Returns
    -------
    Iterator of (str, Node)
        The jobs that are mappings.
    """
    stated = file.document.root.get("jobs") if file.document.root.is_mapping else None
    for name, job in stated.items() if stated is not None and stated.is_mapping else ():
        if job.is_mapping:
            yield name, job


def _agent(file: ReadFile, name: str, job: Node, runs: Sequence[Run]) -> Agent:
    minutes = job.get("timeout-minutes")
    limits = [f"{minutes.plain()} minutes"] if minutes is not None and minutes.number() is not None else []
    limits += next((run.bounds for run in runs if run.bounds), ())
    return Agent(
        agent_id(file.path, name),
        name=f"{stem(file.path)}/{name}",
        platform=PLATFORM,
        autonomy="unattended",
        sandbox=next((run.sandbox for run in runs if run.sandbox), None),
        model=next((run.model for run in runs if run.model), None),
        limits="stops after " + " or ".join(limits) if limits else None,
        locations=(file.at_key(job), *(file.at(run.node) for run in runs)),
    )


def _served(file: ReadFile, run: Run) -> Iterator[tuple[ToolServer, tuple[str, ...], str]]:
    """Give the tool servers that come with the product of an agent and that its command turns on."""
    for name, approval, place in run.served:
        id = f"tool_server:{quote(file.path)}#{quote(name)}"
        yield ToolServer(id, name=name, package=f"builtin/{name}", locations=(place,)), (), approval


def _server(file: ReadFile, run: Run) -> ToolServer | None:
    if run.uses is None:
        return None
    action, _, version = run.uses.partition("@")
    return ToolServer(
        f"tool_server:{quote(file.path)}#{quote(run.uses)}",
        name=action,
        package=run.uses,
        pinned=bool(re.fullmatch(r"[0-9a-f]{40}", version)),
        locations=(file.at(run.node),),
    )


SOURCE = GithubAgents()
