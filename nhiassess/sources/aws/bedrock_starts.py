"""What starts an agent of Bedrock with nobody there: schedules and rules that call a function which invokes it.

After AWS's pages on EventBridge Scheduler, EventBridge rules and the events of SAM functions. That a function invokes
an agent is told by its environment, which names the agent, else by the policies of its role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location, Workflow
from nhiassess.sources.aws.bedrock_agents import AGENT, Agents
from nhiassess.sources.aws.bedrock_core import RUNTIME
from nhiassess.sources.aws.deployed import Deployed
from nhiassess.sources.aws.deployed_policies import DOCUMENT, MANAGED
from nhiassess.sources.aws.deployed_values import choices, part, parts, referred, settled, text_of
from nhiassess.sources.aws.embedded import embedded
from nhiassess.sources.aws.policies import statements, words
from nhiassess.sources.source import ReadFile, folder, link, quote

_SCHEDULE, _RULE = "AWS::Scheduler::Schedule", "AWS::Events::Rule"
_FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", MANAGED)
_INVOKES = ("bedrock:invokeagent", "bedrock-agentcore:invokeagentruntime")
_EVENTS = {"Schedule": "schedule", "ScheduleV2": "schedule", "EventBridgeRule": "event", "CloudWatchEvent": "event"}
_ROLES = "role|rolename|roles"
# a function invokes a handful of agents, and a rule has a handful of targets
_MOST_STARTS = 10_000
_MOST_STATEMENTS = 100_000
Stated = tuple[Node, ReadFile]


@dataclass(slots=True)
class Starts:
    """What starts the agents of one deployment."""

    agents: Agents
    known: frozenset[str] = frozenset()  # ids of the agents
    invoked: dict[str, dict[str, Location]] = field(default_factory=dict)  # agents by function, with what names them
    policies: dict[str, list[Stated]] = field(default_factory=dict)  # policy documents by role
    started: set[str] = field(default_factory=set)
    left: int = _MOST_STATEMENTS

    def everything(self) -> None:
        """Read schedules, rules, and the events that a function of SAM states itself."""
        made = self.agents.made
        self.known = frozenset(each.id for each in self.agents.found.agents)
        if not self.known:
            return
        self._know_policies()
        for each in made.of(_SCHEDULE):
            for target in parts(each.node, "target"):
                self._start(each, each.address, "schedule", target, each.node)
        for each in made.of(_RULE):
            for target in parts(each.node, "targets"):
                self._start(each, each.address, _trigger(each.node), target, each.node)
        for each in made.of("event_target"):
            rule = self.agents.resource(part(each.node, "rule"), _RULE)
            if rule is not None:
                self._start(each, rule.address, _trigger(rule.node), each.node, rule.node)
        for each in made.of("AWS::Serverless::Function"):
            for name, event in (part(each.node, "events") or Node(None)).items():
                trigger = _EVENTS.get(text_of(part(event, "type")) or "")
                if trigger:
                    stated = part(event, "properties") or Node(None)
                    self._call(each, f"{each.address}.{name}", trigger, each, each.file.at(event), stated)
        found = self.agents.found.agents
        found[:] = [replace(each, autonomy="unattended") if each.id in self.started else each for each in found]

    def _start(self, each: Deployed, name: str, trigger: str, target: Node, switch: Node) -> None:
        for node, _ in choices(part(target, "arn")):
            function = self.agents.resource(node, *_FUNCTIONS)
            if function is not None:
                self._call(each, name, trigger, function, each.file.at(node), switch, part(target, "rolearn"))

    def _call(
        self,
        each: Deployed,
        name: str,
        trigger: str,
        function: Deployed,
        place: Location,
        switch: Node,
        role: Node | None = None,
    ) -> None:
        """Add what calls a function, when the function invokes agents and the call is not switched off."""
        invoked, found = self._invoked(function), self.agents.found
        if not invoked or _is_off(switch) or len(found.workflows) > _MOST_STARTS:
            return
        id = f"workflow:aws/{folder(each.file.path)}/{quote(name)}"
        only = next(iter(invoked)) if len(invoked) == 1 else None
        untrusted = False if trigger == "schedule" else None
        found.workflows.append(Workflow(id, only, trigger, untrusted, locations=(each.place, place)))
        self.agents.runs_as(id, role, each)
        for agent, named in invoked.items():
            reason = f"it calls {function.address}, which invokes the agent"
            found.links.append(link(id, "triggers", agent, place, named, reason=reason))
            self.started.add(agent)

    def _invoked(self, function: Deployed) -> dict[str, Location]:
        """Give the agents that a function invokes, each with the place that names it."""
        if function.address not in self.invoked:
            variables = part(function.node, "environment", "variables") or Node(None)
            told = ((node, function.file) for _, variable in variables.items() for node, _ in choices(variable))
            self.invoked[function.address] = self._named(told) or self._named(self._allowed(function))
        return self.invoked[function.address]

    def _named(self, stated: Iterable[Stated]) -> dict[str, Location]:
        found: dict[str, Location] = {}
        for node, file in stated:
            target = self.agents.resource(node, AGENT, RUNTIME) or self.agents.aliased(node)
            id = self.agents.agent_id(target) if target is not None else ""
            if id in self.known:
                found.setdefault(id, file.at(node))
        return found

    def _allowed(self, function: Deployed) -> Iterator[Stated]:
        """Give the resources on which the role of a function may invoke agents."""
        role = part(function.node, "role")
        address = referred(role) if role is not None else f"{function.address}Role"
        for node, own in self.policies.get(address or "", ()):
            file = self.agents.made.file_of(node, own)
            document = embedded(file, node) if node.text() is not None else node
            for statement in statements(settled(document)) if document is not None else ():
                self.left -= 1
                if self.left < 0:
                    reason = f"more than {_MOST_STATEMENTS:,} statements: which agents it invokes was not all read"
                    self.agents.found.skip(function.place, f"{function.address} invokes", "policy", reason)
                    return
                actions = [each.lower()[:200] for each in words(statement.node.get("Action"))]
                allows = words(statement.node.get("Effect")) == ("Allow",)
                if allows and any(fnmatchcase(each, action) for action in actions for each in _INVOKES):
                    named = statement.node.get("Resource") or Node(None)
                    yield from ((each, file) for each in named.listed())

    def _know_policies(self) -> None:
        """Find the policies of each role: its own, those that name it, and those that are attached to it."""
        made = self.agents.made
        for role in made.of("AWS::IAM::Role"):
            for inline in parts(role.node, "policies|inlinepolicy"):
                self._keep(role.address, part(inline, DOCUMENT), role.file)
            for arn in (part(role.node, "managedpolicyarns") or Node(None)).listed():
                self._keep(role.address, *self._managed(arn))
        for each in made.of(*_POLICIES):
            for role_of in (part(each.node, _ROLES) or Node(None)).listed():
                self._keep(referred(role_of), part(each.node, DOCUMENT), each.file)
        for each in made.of("attachment"):
            for role_of in (part(each.node, _ROLES) or Node(None)).listed():
                self._keep(referred(role_of), *self._managed(part(each.node, "policyarn")))

    def _managed(self, arn: Node | None) -> tuple[Node | None, ReadFile | None]:
        policy = self.agents.resource(arn, MANAGED)
        return (part(policy.node, DOCUMENT), policy.file) if policy is not None else (None, None)

    def _keep(self, role: str | None, document: Node | None, file: ReadFile | None) -> None:
        if role and file is not None:
            self.policies.setdefault(role, []).extend((node, file) for node, _ in choices(document))


def _trigger(rule: Node) -> str:
    return "schedule" if part(rule, "scheduleexpression") is not None else "event"


def _is_off(stated: Node) -> bool:
    enabled = part(stated, "enabled|isenabled")
    return text_of(part(stated, "state")) == "DISABLED" or text_of(enabled) == "false"
