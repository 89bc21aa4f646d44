"""Agents of Bedrock: action groups, knowledge bases, guardrails, collaborators, memory, orchestration, roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import urlsplit

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Input, ToolServer
from nhiassess.sources.aws.bedrock_reading import PLATFORM, Operation, Reading, functions, operations
from nhiassess.sources.aws.deployed import Deployed
from nhiassess.sources.aws.deployed_values import choices, part, parts, settled, tags_of, text_of
from nhiassess.sources.aws.names import tagged
from nhiassess.sources.clients.mcp_servers import server_id, setting
from nhiassess.sources.source import link, quote

AGENT = "AWS::Bedrock::Agent"
_ALIAS, _BASE, _SOURCE = "AWS::Bedrock::AgentAlias", "AWS::Bedrock::KnowledgeBase", "AWS::Bedrock::DataSource"
_SETTINGS = (
    "guardrailconfiguration", "memoryconfiguration", "agentcollaboration", "orchestrationtype",
    "customorchestration", "promptoverrideconfiguration", "customerencryptionkeyarn",
)  # fmt: skip
_MOST_SLASHES = 40
# tools that come with the service, by the signature of their group; asking the user back is none
_BUILT_IN = {
    "AMAZON.CodeInterpreter": (("executes_code", "high"),),
    "ANTHROPIC.Bash": (("executes_code", "high"),),
    "ANTHROPIC.Computer": (("executes_code", "medium"), ("browses_web", "medium")),
    "ANTHROPIC.TextEditor": (("reads_files", "high"), ("writes_files", "high")),
}


@dataclass(frozen=True, slots=True)
class Agents(Reading):
    """The agents of one deployment."""

    by_base: dict[str, list[Deployed]] = field(default_factory=dict)  # data sources by knowledge base
    by_name: dict[str, Deployed] = field(default_factory=dict)  # agents by name

    def everything(self) -> None:
        """Read each agent, and what Terraform states of it apart."""
        for each in self.made.of(AGENT):
            self._agent(each)
        for each in self.made.of("action_group"):
            for agent in self._owners(each):
                self._group(each, each.node, agent)
        for each in self.made.of("knowledge_base_association"):
            for agent in self._owners(each):
                self._base(each, each.node, agent)
        for each in self.made.of("collaborator"):
            for agent in self._owners(each):
                self._collaborator(each, each.node, self.agent_id(agent))
        for each in self.made.of("AWS::Bedrock::Guardrail"):
            self.settings(each, None, "contentpolicyconfig", "topicpolicyconfig", "sensitiveinformationpolicyconfig",
                          "wordpolicyconfig", "contextualgroundingpolicyconfig")  # fmt: skip
        for each in self.made.of("AWS::Bedrock::Flow"):
            self.found.skip(each.place, each.address, "flow", "flows of Bedrock are not read")

    def _owners(self, each: Deployed) -> Iterator[Deployed]:
        named = False
        for node, _ in choices(part(each.node, "agentid")):
            agent = self.resource(node, AGENT)
            if agent is not None:
                named = True
                yield agent
        if not named:
            reason = "the agent that it belongs to is not in the files: hand over what deploys it"
            self.found.skip(each.place, f"{each.address} agent", each.kind.replace("_", " "), reason)

    def _agent(self, each: Deployed) -> None:
        id, node = self.agent_id(each), each.node
        facts = tagged(tags_of(node))
        waits = part(node, "idlesessionttlinseconds")
        seconds = waits.whole() if waits is not None else None
        purpose = text_of(part(node, "description"))
        self.found.agents.append(
            Agent(
                id,
                self.made.names.get(each.address) or each.address,
                PLATFORM,
                owner=facts.get("owner"),
                purpose=purpose if purpose and "${" not in purpose else None,
                environment=facts.get("environment"),
                model=self.said(part(node, "foundationmodel"), each.file),
                endpoint_auth="iam",
                limits=f"a session ends {seconds} s after its last request" if seconds is not None else None,
                status=text_of(part(node, "agentstatus")),
                locations=(each.place,),
            )
        )
        if each.when:
            reason = f"{' '.join(each.when.split())[:160]} decides whether it is deployed: it is read as if it were"
            self.found.skip(each.place, f"{each.address} when", "condition", reason)
        self.runs_as(id, part(node, "agentresourcerolearn"), each)
        self.settings(each, id, *_SETTINGS, but=("baseprompttemplate",))
        for group in parts(node, "actiongroups"):
            self._group(each, group, each)
        for base in parts(node, "knowledgebases"):
            self._base(each, base, each)
        for one in parts(node, "agentcollaborators"):
            self._collaborator(each, one, id)
        for key, inner in (("actiongroups", "action groups"), ("knowledgebases", "knowledge bases")):
            left = part(node, key)
            for whole, _ in choices(left):
                if whole.text() is not None:
                    self.made.skip((whole,), each.file, self.found)
                    reason = f"its {inner} are decided when it is deployed: hand over a plan as JSON"
                    self.found.skip(each.file.at(whole), f"{each.address} {key}", inner, reason)
        # a function that orchestrates the agent, or parses what its model says, decides what it does
        for path in (("customorchestration", "executor", "lambda"), ("promptoverrideconfiguration", "overridelambda")):
            first = part(node, path[0])
            for whole, words in choices(first):
                decides = part(whole, *path[1:])
                function = self.resource(decides, "AWS::Lambda::Function", "AWS::Serverless::Function")
                if function is not None and decides is not None:
                    place = each.file.at(decides)
                    self.found.links.append(link(self.declare(function), "defines", id, place, conditions=words))

    def _group(self, each: Deployed, group: Node, owner: Deployed) -> None:
        agent, file = self.agent_id(owner), each.file
        named = part(group, "actiongroupname")
        name = text_of(named) or (each.address if each is not owner else "action group")
        name = each.address if "${" in name and each is not owner else name
        place = file.at(named or group)
        dotted = f"{owner.address}.ActionGroups.{name}"
        state = part(group, "actiongroupstate")
        if state is not None and text_of(state) == "DISABLED":
            self.found.settings.append(setting(file, state, f"{dotted}.State", "DISABLED", agent, "project"))
            return
        signature = part(group, "parentactiongroupsignature")
        for node, _ in choices(signature):
            self._built_in(each, node, dotted, agent)
        if signature is not None and part(group, "actiongroupexecutor") is None:
            return
        server = server_id(file.path, f"{owner.address}.{name}")
        executor = part(group, "actiongroupexecutor")
        function = part(executor, "lambda")
        returns = part(executor, "customcontrol")
        self.found.tool_servers.append(
            ToolServer(server, name, auth="iam" if function is not None else "unknown", trust="unknown",
                       locations=(place,))
        )  # fmt: skip
        for node, _ in choices(function):
            self.function(server, node, each)
        for node, _ in choices(returns):
            said = text_of(node)
            self.found.settings.append(setting(file, node, f"{dotted}.CustomControl", said, agent, "project"))
        # the application that control returns to may ask before it acts, and no file here says so
        missing = "never" if function is not None else "unknown"
        made = [*functions(part(group, "functionschema"), missing), *self._operations(each, group, missing)]
        if not made:
            made = [Operation("*", named or group, "unknown")]
        for operation in made:
            self.tool(server, "", operation, file, (agent,))

    def _operations(self, each: Deployed, group: Node, missing: str) -> Iterator[Operation]:
        schema = part(group, "apischema")
        payload, stored = part(schema, "payload"), part(schema, "s3")
        for node, _ in choices(payload):
            found = list(operations(each.file, node, missing))
            yield from found
            if not found:
                self.made.skip((node,), each.file, self.found)
                reason = "its operations are not in the files: hand over the OpenAPI document"
                self.found.skip(each.file.at(node), f"{each.address} schema {node.line}", "API schema", reason)
        for node, _ in choices(stored):
            where = [text_of(settled(one)) or "" if (one := part(node, key)) is not None else "" for key in
                     ("s3bucketname", "s3objectkey")]  # fmt: skip
            reason = f"its operations are in S3: hand over s3://{'/'.join(where)}"
            self.found.skip(each.file.at(node), f"{each.address} schema {node.line}", "API schema", reason)

    def _built_in(self, each: Deployed, signature: Node, dotted: str, agent: str) -> None:
        said = text_of(signature)
        capabilities = _BUILT_IN.get(said or "")
        if said is None:
            return
        if capabilities is None:
            key = f"{dotted}.ParentActionGroupSignature"
            self.found.settings.append(setting(each.file, signature, key, said, agent, "project"))
            self.made.skip((signature,), each.file, self.found)
            return
        operation = Operation(said, signature, "unknown" if said.startswith("ANTHROPIC") else "never")
        id = self.tool(None, agent.removeprefix("agent:"), operation, each.file, (agent,))
        self.found.tools[-1] = replace(self.found.tools[-1], id=id, capabilities=capabilities)

    def _base(self, each: Deployed, stated: Node, owner: Deployed) -> None:
        agent = self.agent_id(owner)
        state = part(stated, "knowledgebasestate")
        for node, words in choices(part(stated, "knowledgebaseid")):
            base = self.resource(node, _BASE)
            name = (self.made.names.get(base.address) or base.address) if base else text_of(node) or "knowledge base"
            if state is not None and text_of(state) == "DISABLED":
                key = f"{owner.address}.KnowledgeBases.{name}.State"
                self.found.settings.append(setting(each.file, state, key, "DISABLED", agent, "project"))
                continue
            operation = Operation(f"knowledge base {name}", node, "never")
            self.tool(None, agent.removeprefix("agent:"), operation, each.file, ())
            id, place = self.found.tools[-1].id, each.file.at(node)
            self.found.links.append(link(agent, "invokes", id, place, conditions=words))
            if base is None:
                self.made.skip((node,), each.file, self.found)
                reason = "what it holds is not in the files: hand over what deploys the knowledge base"
                self.found.skip(place, f"{owner.address} {name}", "knowledge base", reason)
                continue
            self.declare(base)
            for source in self.sources().get(base.address, ()):
                self._source(source, agent)

    def sources(self) -> dict[str, list[Deployed]]:
        """Give the data sources of knowledge bases, by the address of the base."""
        if not self.by_base:
            for source in self.made.of(_SOURCE):
                base = self.resource(part(source.node, "knowledgebaseid"), _BASE)
                if base is not None:
                    self.by_base.setdefault(base.address, []).append(source)
        return self.by_base

    def _source(self, source: Deployed, agent: str) -> None:
        """Let pages of the web that a knowledge base takes in reach the agent."""
        configuration = part(source.node, "datasourceconfiguration")
        kind = part(configuration, "type")
        if kind is None or text_of(kind) != "WEB":
            return
        seeds = part(configuration, "webconfiguration", "sourceconfiguration", "urlconfiguration", "seedurls")
        urls = [url for each in (seeds.listed() if seeds is not None else ()) if (url := text_of(part(each, "url")))]
        place = source.file.at(kind)
        for host in dict.fromkeys(_host(url) for url in urls) or ("-",):
            id = f"input:web/{quote(host)}"
            self.found.inputs.append(Input(id, "web", "untrusted", (place,)))
            reason = "the knowledge base takes in its pages"
            self.found.links.append(link(id, "taints", agent, place, reason=reason))

    def _collaborator(self, each: Deployed, stated: Node, agent: str) -> None:
        alias = part(stated, "agentdescriptor", "aliasarn")
        told = False
        for node, words in choices(alias):
            target = self.aliased(node)
            if target is not None:
                told = True
                place = each.file.at(node)
                self.found.links.append(link(agent, "delegates_to", self.agent_id(target), place, conditions=words))
        if not told:
            named = part(stated, "collaboratorname")
            name = text_of(named) or "a collaborator"
            self.made.skip((alias,) if alias is not None else (), each.file, self.found)
            reason = f"the agent behind {name} is not in the files: hand over what deploys it"
            self.found.skip(each.file.at(named or stated), f"{each.address} {name}", "collaborator", reason)

    def aliased(self, node: Node) -> Deployed | None:
        """Give the agent that an alias stands for, by reference or by the ids in the text of its ARN."""
        alias = self.resource(node, _ALIAS)
        if alias is not None:
            return self.resource(part(alias.node, "agentid"), AGENT)
        named = (text_of(node) or "").partition(":agent-alias/")[2]
        if named and not self.by_name:
            self.by_name.update((self.made.name(each.address, AGENT), each) for each in self.made.of(AGENT))
        # the name of an agent may itself have slashes, the id of its alias follows
        ends = [each.start() for each in islice(re.finditer("/", named), _MOST_SLASHES)]
        return next((self.by_name[named[:end]] for end in reversed(ends) if named[:end] in self.by_name), None)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "-"
    except ValueError:
        return "-"
