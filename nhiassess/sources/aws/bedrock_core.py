"""AgentCore: runtimes that host agents or tool servers, gateways with their targets, code interpreters, browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Credential, ToolServer
from nhiassess.sources.aws.bedrock_reading import PLATFORM, Operation, Reading, operations
from nhiassess.sources.aws.deployed import Deployed
from nhiassess.sources.aws.deployed_arns import fold
from nhiassess.sources.aws.deployed_values import choices, part, parts, referred, settled, tags_of, text_of
from nhiassess.sources.aws.embedded import embedded
from nhiassess.sources.aws.names import tagged
from nhiassess.sources.clients.mcp_servers import server_id
from nhiassess.sources.source import link, quote

_CORE = "AWS::BedrockAgentCore::"
RUNTIME, GATEWAY, TARGET = f"{_CORE}Runtime", f"{_CORE}Gateway", f"{_CORE}GatewayTarget"
# what the service serves by itself: the tool, and what it can do
_SERVED = {
    f"{_CORE}CodeInterpreterCustom": ("code_interpreter", ("executes_code", "high")),
    f"{_CORE}BrowserCustom": ("browser", ("browses_web", "high")),
}
_PROVIDERS = (f"{_CORE}ApiKeyCredentialProvider", f"{_CORE}OAuth2CredentialProvider")
_AUTH = {"CUSTOM_JWT": "oauth", "AWS_IAM": "iam", "NONE": "none"}
# kinds that say nothing of what an agent can do
_ASIDE = ("runtimeendpoint", "memory", "onlineevaluationconfig", "workloadidentity", "evaluator")
_NAMED = re.compile(r"\$\{([^{}]*)\}")
_ATTRIBUTE = re.compile(r"(?:\[[^\]]*\])?\.[\w-]+\Z")
# so many tools that agents may call are written out one by one
_MOST_CALLS = 100_000


@dataclass(frozen=True, slots=True)
class Core(Reading):
    """What of AgentCore one deployment has."""

    served: dict[str, list[str]] = field(default_factory=dict)  # tools by server
    called: set[tuple[str, str]] = field(default_factory=set)  # agents and the tools that they may call

    def everything(self) -> None:
        """Read tool servers first, so that runtimes can be linked to them."""
        for each in self.made.of(GATEWAY):
            self._gateway(each)
        for each in self.made.of(*_SERVED):
            self._served(each)
        for each in self.made.of(TARGET):
            self._target(each)
        for tool in self.found.tools:
            if tool.server:
                self.served.setdefault(tool.server, []).append(tool.id)
        for each in self.made.of(RUNTIME):
            self._runtime(each)
        for each in self.made.of(*_PROVIDERS):
            self._provider(each)
        known = {RUNTIME, GATEWAY, TARGET, *_SERVED, *_PROVIDERS}
        for each in self.made.resources.values():
            is_core = each.kind.startswith((_CORE, "aws_bedrockagentcore_"))
            if is_core and each.kind not in known and not fold(each.kind).endswith(_ASIDE):
                self.found.skip(each.place, each.address, each.kind, "this kind of resource is not read")

    def _server(self, each: Deployed) -> str:
        return server_id(each.file.path, each.address)

    def _gateway(self, each: Deployed) -> None:
        kind = part(each.node, "authorizertype")
        jwt = part(each.node, "authorizerconfiguration", "customjwtauthorizer")
        auth = _AUTH.get(self.said(kind, each.file) or ("CUSTOM_JWT" if jwt is not None else ""), "unknown")
        name = self.made.names.get(each.address) or each.address
        places = (each.place, *((each.file.at(kind),) if kind is not None else ()))
        server = self._server(each)
        self.found.tool_servers.append(
            ToolServer(server, name, transport="http", auth=auth, trust="unknown", locations=places)
        )
        self.runs_as(server, part(each.node, "rolearn"), each)
        self.settings(each, None, "authorizerconfiguration", "interceptorconfigurations", "policyengineconfiguration",
                      "exceptionlevel")  # fmt: skip

    def _target(self, each: Deployed) -> None:
        gateway = self.resource(part(each.node, "gatewayidentifier"), GATEWAY)
        if gateway is None:
            reason = "the gateway of this target is not in the files: hand over what deploys it"
            self.found.skip(each.place, each.address, "gateway target", reason)
            return
        server = self._server(gateway)
        named = part(each.node, "name")
        # a gateway shows a tool under the name of its target, three underscores and its own name
        prefix = f"{text_of(named) or each.address}___"
        configuration = part(each.node, "targetconfiguration", "mcp")
        made = list(self._offered(each, configuration))
        if not made:
            made = [Operation("*", named or each.node, "unknown")]
            reason = "its tools are not in the files: hand over their schema, or a dump of `tools/list`"
            self.found.skip(each.place, f"{each.address} tools", "gateway target", reason)
        for operation in made:
            self.tool(server, "", replace(operation, name=prefix + operation.name), each.file, ())
        function = part(configuration, "lambda", "lambdaarn")
        if function is not None and self.resource(function, "AWS::Lambda::Function", "AWS::Serverless::Function"):
            self.declare(self.made.resources[referred(function) or ""])
        self._outbound(each, server)

    def _offered(self, each: Deployed, configuration: Node | None) -> Iterator[Operation]:
        payload = part(configuration, "lambda", "toolschema", "inlinepayload")
        text = payload.text() if payload is not None else None
        tools = embedded(each.file, payload) if payload is not None and text is not None else payload
        for tool in tools.listed() if tools is not None else ():
            if (named := part(tool, "name")) is not None and text_of(named):
                yield Operation(text_of(named) or "", named, "unknown")
        for key in ("openapischema", "smithymodel"):
            schema = part(configuration, key, "inlinepayload")
            schema = part(schema, "payload") if schema is not None and schema.is_sequence else schema
            for node, _ in choices(schema):
                yield from (replace(one, approval="unknown") for one in operations(each.file, node, "unknown"))
        chosen = part(configuration, "apigateway", "apigatewaytoolconfiguration")
        for override in parts(chosen, "tooloverrides|tooloverride"):
            if (named := part(override, "name")) is not None and text_of(named):
                yield Operation(text_of(named) or "", named, "unknown")
        enabled = part(configuration, "connector", "enabled")
        for one in enabled.listed() if enabled is not None else ():
            if text_of(one):
                yield Operation(text_of(one) or "", one, "unknown")

    def _outbound(self, each: Deployed, server: str) -> None:
        """Read the credentials that a gateway uses towards a target; its own role is no credential of its own."""
        for place, stated in enumerate(parts(each.node, "credentialproviderconfigurations|"
                                             "credentialproviderconfiguration")):  # fmt: skip
            for key, kind in (("apikey", "api_key"), ("oauth", "oauth_token")):
                words = f"{key}credentialprovider"
                given = part(stated, "credentialprovider", words) or part(stated, key)
                named = part(given, "providerarn")
                if named is None:
                    continue
                whole = settled(named)
                self.made.skip((whole,), each.file, self.found)
                provider = self.resource(named, *_PROVIDERS)
                name = self.made.names.get(provider.address) if provider else None
                name = name or (text_of(whole) or "").rpartition("/")[2]
                scopes = part(given, "scopes")
                stated_scopes = tuple(text for one in (scopes.listed() if scopes else ()) if (text := text_of(one)))
                id = f"credential:{quote(each.file.path)}#{quote(f'{each.address}.{place}.{key}')}"
                self.found.credentials.append(
                    Credential(
                        id,
                        kind=kind,
                        store=f"secret_manager:agentcore:{name}",
                        name=name,
                        scopes=stated_scopes or None,
                        locations=(each.file.at(named),),
                    )
                )
                self.found.links.append(link(server, "holds", id, each.file.at(named)))

    def _served(self, each: Deployed) -> None:
        tool, capability = _SERVED[each.kind]
        name = self.made.names.get(each.address) or each.address
        server = self._server(each)
        self.found.tool_servers.append(ToolServer(server, name, auth="iam", trust="unknown", locations=(each.place,)))
        id = self.tool(server, "", Operation(tool, each.node, "unknown"), each.file, ())
        mode = part(each.node, "networkconfiguration", "networkmode")
        sends = True if text_of(mode) == "PUBLIC" else None
        self.found.tools[-1] = replace(
            self.found.tools[-1], sends_out=sends, capabilities=(capability,), locations=(each.place,)
        )
        host = self.declare(each)
        reason = "it runs what it is given there"
        self.found.links.append(link(id, "executes_on", host, each.place, reason=reason))
        self.runs_as(host, part(each.node, "executionrolearn"), each)
        self.settings(each, None, "networkconfiguration", "recordingconfig")

    def _runtime(self, each: Deployed) -> None:
        name = self.made.names.get(each.address) or each.address
        jwt = part(each.node, "authorizerconfiguration", "customjwtauthorizer")
        # signed requests are what the service asks for when nothing else is configured
        auth = "oauth" if jwt is not None else "unknown" if part(each.node, "authorizerconfiguration") else "iam"
        protocol = part(each.node, "protocolconfiguration")
        spoken = text_of(protocol) or text_of(part(protocol, "serverprotocol"))
        facts = tagged(tags_of(each.node))
        if spoken == "MCP":
            id = self._server(each)
            self.found.tool_servers.append(
                ToolServer(id, name, transport="http", auth=auth, trust="unknown", locations=(each.place,))
            )
            agent = None
        else:
            id = agent = self.agent_id(each)
            purpose = text_of(part(each.node, "description"))
            self.found.agents.append(
                Agent(
                    id,
                    name,
                    PLATFORM,
                    owner=facts.get("owner"),
                    purpose=purpose if purpose and "${" not in purpose else None,
                    environment=facts.get("environment"),
                    endpoint_auth=auth,
                    locations=(each.place,),
                )
            )
        self.runs_as(id, part(each.node, "rolearn"), each)
        self.settings(each, agent, "networkconfiguration", "protocolconfiguration", "authorizerconfiguration",
                      "requestheaderconfiguration", "lifecycleconfiguration")  # fmt: skip
        self._image(each, agent)
        variables = part(each.node, "environmentvariables")
        for key, variable in variables.items() if variables is not None else ():
            for node, words in choices(variable):
                self.found.hold(each.file, node, f"{each.address}.EnvironmentVariables.{key}", id, key)
                self._given(each, agent, node, words)

    def _given(self, each: Deployed, agent: str | None, node: Node, words: tuple[str, ...]) -> None:
        """Let an agent invoke the tools of what its environment refers to."""
        target = self.resource(node, GATEWAY, RUNTIME, *_SERVED)
        if agent is None or target is None:
            self.made.skip((node,) if "${ImportValue" in (text_of(node) or "") else (), each.file, self.found)
            return
        server = self._server(target)
        place = each.file.at(node)
        for tool in self.served.get(server, ()):
            if (agent, tool) in self.called:
                break  # another variable refers to the same server
            if len(self.called) > _MOST_CALLS:
                self.found.skip(place, "calls", "tools", f"more than {_MOST_CALLS:,} calls: the rest is not read")
                return
            self.called.add((agent, tool))
            self.found.links.append(link(agent, "invokes", tool, place, conditions=words))

    def _image(self, each: Deployed, agent: str | None) -> None:
        """Let the repository of its image define an agent."""
        uri = part(each.node, "agentruntimeartifact", "containerconfiguration", "containeruri")
        for node, words in choices(uri):
            for name in _NAMED.findall(text_of(node) or "") if agent else ():
                repository = self.made.resources.get(_ATTRIBUTE.sub("", name))
                if agent and repository is not None and repository.kind == "AWS::ECR::Repository":
                    source, place = self.declare(repository), each.file.at(node)
                    self.found.links.append(link(source, "defines", agent, place, conditions=words))

    def _provider(self, each: Deployed) -> None:
        id = self.declare(each)
        waiting = [(each.address, each.node)]
        while waiting:
            dotted, node = waiting.pop()
            for key, inner in node.items():
                waiting.append((f"{dotted}.{key}", inner))
                self.found.hold(each.file, inner, f"{dotted}.{key}", id, key)
            waiting += [(f"{dotted}.{place}", inner) for place, inner in enumerate(node.elements())]
