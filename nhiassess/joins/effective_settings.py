"""Which settings take effect, who controls them, and what they put before the tools of an agent.

How each product decides is written, each with its source, in `claude_permissions`, `claude_servers`, `codex_approvals`,
`gemini_approvals`, `opencode_approvals`, `amazon_q_approvals`, `kiro_approvals` and `client_approvals`. Common to all:

- A setting keeps its row when another file overrides it; then it is not effective.
- A setting is effective, or not, for the agent of its own file: that of a user may hold there, and be overridden by
  each project.
- What a project brings counts once its folder is trusted, unless a file says that it is not.
- Which version of a product people run no file tells. What earlier versions obey counts, unless a file requires a
  later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from nhiassess.joins import claude_permissions, codex_approvals, products
from nhiassess.joins.approval import BROUGHT, WEAKEST_FIRST, Applied, Approval, applied
from nhiassess.joins.controllers import controllers
from nhiassess.joins.known_servers import abilities, built_in, described, recogniser
from nhiassess.joins.products import CLAUDE
from nhiassess.model.inventory import Agent, Gate, Inventory, Link, Locations, Setting, Tool
from nhiassess.model.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """Applies settings: managed before local before project before user; deny before ask before allow."""

    name: str = "effective_settings"
    order: int = 20

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with effective settings, and approvals and gates that follow from them."""
        agents = {each.id: each for each in inventory.agents if each.platform in products.HANDLED}
        parents = {
            link.target: link.source
            for link in inventory.links
            if link.verb == "delegates_to" and link.source in agents and link.target in agents
        }
        owned: dict[str, list[Setting]] = {}
        for each in inventory.settings:
            owned.setdefault(each.agent or "", []).append(each)
        settings = {id: _applied(agents[id], parents.get(id), owned) for id in agents}
        wider = _once(inventory)
        decided = _decided(wider, agents, settings)
        parted = _parts(wider, agents, settings, decided, knowledge)
        return _apply(wider, agents, settings, decided, parted)


@dataclass(frozen=True, slots=True)
class Parts:
    """Tools for the parts of a tool that a rule allows, with their links."""

    tools: tuple[Tool, ...] = ()
    links: tuple[Link, ...] = ()
    run_code: frozenset[str] = frozenset()  # agents of which some part runs whatever it is given


_FROM_ABOVE = ("managed", "user", "system")
_SEVERAL_FILES = frozenset({"invokes", "executes_on", "delegates_to"})


def _once(inventory: Inventory) -> Inventory:
    """Make one relation of those that several files of one agent state alike."""
    found: dict[tuple[str, ...], Link] = {}
    for each in inventory.links:
        alike = each.verb in _SEVERAL_FILES and each.gate is None
        key = (each.source, each.verb, each.target, each.reason or "") if alike else (each.id,)
        first = found.get(key)
        if first is not None:
            places = tuple(dict.fromkeys((*first.locations, *each.locations)))
        found[key] = each if first is None else replace(first, locations=places)
    return replace(inventory, links=tuple(found.values()))


def _applied(agent: Agent, parent: str | None, owned: Mapping[str, Sequence[Setting]]) -> Applied:
    """Gather an agent's own settings, its parent's, and those of its folder and of the files above it."""
    platform, _, rest = agent.id.removeprefix("agent:").partition("/")
    steps = rest.split("/")[:-1]
    own = owned.get(agent.id, ())
    found = {each.id: each for each in (*own, *owned.get(parent or "-", ()))}
    shared = products.shared(platform, own)
    for length in range(len(steps) + 1):
        main = f"agent:{platform}/{'/'.join(steps[:length]) or '-'}/{platform}"
        for each in owned.get(main, ()) if main != agent.id else ():
            if each.scope in _FROM_ABOVE or (length == len(steps) and (each.key or "").startswith(shared)):
                found[each.id] = each
    stated = tuple(found.values())
    return applied(stated, agent.id, products.distrust(platform, agent.id, stated))


def _decided(
    inventory: Inventory, agents: Mapping[str, Agent], settings: Mapping[str, Applied]
) -> dict[tuple[str, str], Approval]:
    servers = {each.id: each for each in inventory.tool_servers}
    tools = {each.id: each for each in inventory.tools}
    found: dict[tuple[str, str], Approval] = {}
    for link in inventory.links:
        tool = tools.get(link.target)
        if link.verb == "invokes" and link.source in agents and tool is not None:
            platform = agents[link.source].platform or ""
            found[link.source, tool.id] = products.approval(platform, tool, servers, settings[link.source])
    return found


def _parts(
    inventory: Inventory,
    agents: Mapping[str, Agent],
    settings: Mapping[str, Applied],
    decided: Mapping[tuple[str, str], Approval],
    knowledge: Knowledge,
) -> Parts:
    """Make a tool of each part that a rule allows of a tool which is asked for otherwise."""
    recognise = recogniser(knowledge.servers)
    tools: list[Tool] = []
    links: list[Link] = []
    run_code: set[str] = set()
    on_host = {each.source: each for each in inventory.links if each.verb == "executes_on"}
    for agent in sorted(id for id in agents if agents[id].platform == CLAUDE):
        stem = f"tool:{agent.removeprefix('agent:')}/"
        for rule in claude_permissions.parts(settings[agent]):
            whole = stem + quote(claude_permissions.tool_of(rule.value or ""))
            if not claude_permissions.effective(rule, settings[agent]) or (agent, whole) not in decided:
                continue
            if decided[agent, whole].when not in ("each_call", "unknown"):
                continue
            id = stem + quote(rule.value or "", safe="-._~@:/*+=,()[]")
            new = Tool(id, None, rule.value, approval="never", locations=rule.locations)
            tools.append(described(new, abilities(rule.value or "", built_in(new, recognise))))
            reason = f"may call {rule.value} unasked: {rule.key} allows it"
            links.append(replace(_link(agent, "invokes", id, rule.locations), reason=reason))
            if "executes_code" in {name for name, _ in tools[-1].capabilities or ()}:
                run_code.add(agent)
                if whole in on_host:
                    links.append(_link(id, "executes_on", on_host[whole].target, rule.locations))
    return Parts(tuple({each.id: each for each in tools}.values()), tuple(links), frozenset(run_code))


def _apply(
    inventory: Inventory,
    agents: Mapping[str, Agent],
    settings: Mapping[str, Applied],
    decided: Mapping[tuple[str, str], Approval],
    parted: Parts,
) -> Inventory:
    by_tool: dict[str, list[Approval]] = {}
    by_agent: dict[str, list[Approval]] = {}
    for (agent, tool), approval in decided.items():
        by_tool.setdefault(tool, []).append(approval)
        by_agent.setdefault(agent, []).append(approval)
    gone = {tool for tool, found in by_tool.items() if all(each.when == "denied" for each in found)}
    gone -= {each.target for each in inventory.links if each.verb == "invokes" and each.source not in agents}
    links = []
    for each in inventory.links:
        decision = decided.get((each.source, each.target)) if each.verb == "invokes" else None
        if not {each.source, each.target} & gone and (decision is None or decision.when != "denied"):
            links.append(_gated(each, decision, settings))
    tools = [
        replace(each, approval=each.approval or _weakest(by_tool.get(each.id, ())))
        for each in inventory.tools
        if each.id not in gone
    ]
    return replace(
        inventory,
        agents=tuple(
            _described_agent(each, settings[each.id], by_agent.get(each.id, ()), each.id in parted.run_code)
            if each.id in agents
            else each
            for each in inventory.agents
        ),
        tools=tuple(sorted((*tools, *parted.tools), key=lambda each: each.id)),
        links=(*links, *parted.links),
        settings=_marked(inventory.settings, agents, settings),
    )


def _gated(link: Link, approval: Approval | None, settings: Mapping[str, Applied]) -> Link:
    if link.verb == "executes_on":
        return _boxed(link, settings)
    if approval is None:
        return link
    platform = link.source.removeprefix("agent:").split("/", 1)[0]
    otherwise = settings[link.source].file() if platform in products.FILE_DECIDES else None
    places = tuple(place for each in approval.settings for place in each.locations)
    server, _, name = link.target.rpartition("#")[2].rpartition("/")
    name = f"the other tools of {server}" if name == "*" else name
    return replace(
        link,
        gate=approval.gate(otherwise),
        reason=f"may call {name}, {approval.because}",
        locations=tuple(dict.fromkeys((*places, *link.locations))),
    )


def _boxed(link: Link, settings: Mapping[str, Applied]) -> Link:
    """Put the sandbox of an agent before the host of its own tools, or the place where it is switched off."""
    platform, _, rest = link.source.removeprefix("tool:").partition("/")
    applying = settings.get(f"agent:{platform}/{rest.rpartition('/')[0]}")
    if applying is None:
        return link
    box = products.sandbox(platform, applying)
    if box is None:
        return link
    place = next((each.path for each in box.stated.locations), None)
    gate = None if box.kind == "none" else Gate("sandbox", "agent_process", place)
    return replace(link, gate=gate, locations=tuple(dict.fromkeys((*box.stated.locations, *link.locations))))


def _weakest(found: Iterable[Approval]) -> str | None:
    stated = [approval.when for approval in found if approval.when in WEAKEST_FIRST]
    return min(stated, key=WEAKEST_FIRST.index, default=None)


def _described_agent(agent: Agent, settings: Applied, own: Sequence[Approval], runs_code: bool) -> Agent:
    """Say of an agent whether it asks, and in which sandbox it runs."""
    platform = agent.platform or ""
    free = (approval for approval in own if approval.when == "never" and not approval.default)
    loose = runs_code or any(not approval.sandboxed for approval in free)
    asks = any(approval.when == "each_call" for approval in own)
    by_default = platform in products.NEVER_ASKS and any(approval.when == "never" for approval in own)
    autonomy = "auto-approves" if loose or (by_default and not asks) else "asks" if asks else None
    if platform == "codex" and autonomy is None and codex_approvals.holding("approval_policy", settings):
        autonomy = "asks"
    box = products.sandbox(platform, settings)
    return replace(
        agent,
        autonomy=agent.autonomy or autonomy,
        sandbox=agent.sandbox or (box.kind if box is not None else None),
        model=agent.model or (settings.value("model") if platform == CLAUDE else None),
    )


def _marked(
    stated: Iterable[Setting], agents: Mapping[str, Agent], settings: Mapping[str, Applied]
) -> tuple[Setting, ...]:
    """Say of each setting whether it takes effect, and who controls it."""
    found = tuple(stated)
    controlled = controllers(found)
    marked = []
    for each in found:
        applying = settings.get(each.agent or "")
        holds = each.effective
        if applying is not None:
            void = applying.distrust is not None and each.scope in BROUGHT
            platform = agents[each.agent or ""].platform or ""
            holds = False if void else products.effective(platform, each, applying)
        elif each.agent is not None and holds is None:
            holds = True
        marked.append(replace(each, effective=holds, controlled_by=each.controlled_by or controlled.get(each.id)))
    return tuple(marked)


def _link(source: str, verb: str, target: str, locations: Locations) -> Link:
    place = locations[0] if locations else "-"
    return Link(f"{source}|{verb}|{target}|{place}", source, verb, target, locations=locations)


JOIN = EffectiveSettings()
