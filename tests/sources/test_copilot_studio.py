"""Copilot Studio: workspaces and exported components of agents."""

from __future__ import annotations

import pytest

from nhiassess.sources.services.copilot_studio import SOURCE
from tests.observing import by_id, ids, observe, place, triples

TOP = "bots/desk"
MAIN = """
mcs.metadata:
  componentName: Desk
  description: Answers guests.
kind: GptComponentMetadata
instructions: |-
  Be kind.
gptCapabilities:
  webBrowsing: true
  codeInterpreter: false
aISettings:
  model:
    modelNameHint: Sonnet46
"""
SETTINGS = """
displayName: Front desk
schemaName: cr1_desk
accessControlPolicy: Any
authenticationMode: None
configuration:
  settings:
    GenerativeActionsEnabled: true
"""
MAIL = """
kind: TaskDialog
modelDisplayName: Send mail
action:
  kind: InvokeConnectorTaskAction
  connectionReference: cr1_desk.mail.abc
  connectionProperties:
    mode: Maker
  operationId: SendEmailV2
"""
REFERENCES = """
connectionReferences:
  - connectionReferenceLogicalName: cr1_desk.mail.abc
    connectorId: /providers/Microsoft.PowerApps/apis/shared_office365
"""
AGENT = "agent:copilot-studio/bots/desk/Front%20desk"


def test_workspace() -> None:
    path = f"{TOP}/settings.mcs.yml"
    found = observe(
        SOURCE,
        {
            f"{TOP}/agent.mcs.yml": MAIN,
            path: SETTINGS,
            f"{TOP}/actions/SendMail.mcs.yml": MAIL,
            f"{TOP}/connectionreferences.mcs.yml": REFERENCES,
            f"{TOP}/topics/Greeting.mcs.yml": "kind: AdaptiveDialog\nbeginDialog:\n  kind: OnConversationStart\n",
            f"{TOP}/knowledge/site.mcs.yml": "kind: KnowledgeSourceConfiguration\n"
            "source:\n  kind: PublicSiteSearchSource\n  site: https://hotel.example\n",
            f"{TOP}/agents/Billing/agent.mcs.yml": "kind: AgentDialog\nmodelDisplayName: Billing\n",
        },
    )
    agent = by_id(found.agents, AGENT)
    assert (agent.purpose, agent.model, agent.endpoint_auth) == ("Answers guests.", "Sonnet46", "none")
    assert place(SETTINGS, "None", path) in agent.locations
    server = f"tool_server:{TOP}/actions/SendMail.mcs.yml#shared_office365"
    (tool_server,) = found.tool_servers
    assert (tool_server.id, tool_server.auth, tool_server.package) == (server, "unknown", "connector/shared_office365")
    mail = f"tool:{TOP}/actions/SendMail.mcs.yml#shared_office365/SendEmailV2"
    web = "tool:copilot-studio/bots/desk/Front%20desk/webBrowsing"
    assert ids(found.tools) == [mail, web]
    (credential,) = found.credentials
    assert credential.store == "secret_manager:power-platform:cr1_desk.mail.abc"
    assert triples(found) == {
        (AGENT, "invokes", mail),
        (AGENT, "invokes", web),
        (mail, "served_by", server),
        (server, "holds", credential.id),
        (AGENT, "delegates_to", "agent:copilot-studio/bots/desk/Billing"),
    }
    settings = {each.key: each.value for each in found.settings if each.agent == AGENT}
    assert settings == {
        "accessControlPolicy": "Any",
        "authenticationMode": "None",
        "configuration.settings.GenerativeActionsEnabled": "true",
        "gptCapabilities.webBrowsing": "true",
        "gptCapabilities.codeInterpreter": "false",
        "actions.SendMail.connectionProperties.mode": "Maker",
        "topics.Greeting": "OnConversationStart",
        "knowledge.site.kind": "PublicSiteSearchSource",
        "knowledge.site.site": "https://hotel.example",
    }
    assert found.skipped == ()


def test_export_of_a_solution() -> None:
    found = observe(
        SOURCE,
        {
            "out/botcomponents/cr1_desk.gpt.default/data": "kind: GptComponentMetadata\ndisplayName: Desk\n",
            "out/botcomponents/cr1_desk.topic.Jira/data": "kind: TaskDialog\nmodelDisplayName: Jira\naction:\n"
            "  kind: InvokeExternalAgentTaskAction\n  connectionReference: cr1_desk.shared_jiramcp.x\n",
            "out/botcomponents/cr1_other.gpt.default/data": "kind: GptComponentMetadata\ndisplayName: Other\n",
        },
    )
    desk = "agent:copilot-studio/out/cr1_desk/Desk"
    assert ids(found.agents) == [desk, "agent:copilot-studio/out/cr1_other/Other"]
    assert by_id(found.agents, desk).endpoint_auth is None
    jira = "tool:out/botcomponents/cr1_desk.topic.Jira/data#shared_jiramcp/*"
    assert triples(found, "invokes") == {(desk, "invokes", jira)}


@pytest.mark.parametrize(("mode", "expected"), [("Integrated", "oauth"), ("Manual", "oauth"), ("5", "unknown")])
def test_who_may_talk_to_it(mode: str, expected: str) -> None:
    found = observe(SOURCE, {f"{TOP}/settings.mcs.yml": f"displayName: x\nauthenticationMode: {mode}\n"})
    assert [each.endpoint_auth for each in found.agents] == [expected]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s/agent.yaml", "apiVersion: kagent.dev/v1\nkind: TaskDialog\n"),
        ("bot.yml", "kind: Bot\n"),
        ("botcomponents/x/botcomponent.xml", "<botcomponent/>"),
        ("notes.md", MAIN),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "[]",
        "kind: TaskDialog\n",
        "kind: TaskDialog\naction: [1]\n",
        "kind: TaskDialog\naction: {kind: [1]}\n",
        "kind: TaskDialog\naction: {kind: InvokeConnectedAgentTaskAction}\n",
        "kind: [x]\n",
        "kind: Variable\n",
    ],
)
def test_what_is_not_understood_is_named(text: str) -> None:
    assert len(observe(SOURCE, {"x.mcs.yml": text}).skipped) == 1


@pytest.mark.parametrize(
    "text",
    [
        "kind: GptComponentMetadata\ngptCapabilities: 5\naISettings: [1]\ndisplayName: {a: 1}\n",
        "kind: GptComponentMetadata\ngptCapabilities: {a: [1], b: {c: true}}\n",
        "kind: KnowledgeSourceConfiguration\nsource: 5\n",
        "kind: AdaptiveDialog\nbeginDialog: [1]\n",
        "authenticationMode: [1]\nconfiguration: 5\n",
        "connectionReferences: {a: 1}\n",
        "connectionReferences: [1, {connectionReferenceLogicalName: 5, connectorId: [1]}]\n",
        "kind: TaskDialog\naction: {kind: x, connectionReference: 5, operationId: {a: 1}, connectionProperties: 5}\n",
    ],
)
def test_any_shape_is_read(text: str) -> None:
    observe(SOURCE, {"x.mcs.yml": text, "agent.mcs.yml": MAIN})
