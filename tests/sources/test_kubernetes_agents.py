"""Objects of kagent and ToolHive: what an agent is for, who may call a server, and what a server shows others."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Inventory
from nhiassess.sources.clusters import kubernetes_agents
from tests.observing import by_id, observe, place, triples


def read(text: str) -> Inventory:
    return observe(kubernetes_agents.SOURCE, {"k.yaml": text})


@pytest.mark.parametrize(
    ("spec", "purpose"),
    [
        ("{description: Mends clusters}", "Mends clusters"),
        ("{card: {name: sre, description: Mends clusters}}", "Mends clusters"),
        ("{declarative: {description: Mends clusters}}", "Mends clusters"),
        ("{description: Mends clusters, card: {description: Another}}", "Mends clusters"),
        ("{card: {description: [1]}}", None),
        ("{card: 7}", None),
    ],
)
def test_what_an_agent_is_for(spec: str, purpose: str | None) -> None:
    found = read(
        f"apiVersion: kagent.dev/v1\nkind: SandboxAgent\nmetadata: {{name: sre, namespace: ops}}\nspec: {spec}\n"
    )
    assert found.agents[0].purpose == purpose


@pytest.mark.parametrize(
    ("spec", "auth"),
    [
        ("{incomingAuth: {type: anonymous}}", "none"),
        ("{incomingAuth: {type: oidc, oidcConfigRef: {name: x}}}", "oauth"),
        ("{incomingAuth: {type: later}}", "unknown"),
        ("{incomingAuth: {type: [anonymous]}}", "unknown"),
        ("{incomingAuth: {type: oidc}, config: {incomingAuth: {type: anonymous}}}", "oauth"),
        ("{config: {incomingAuth: {type: anonymous}}}", "none"),
        ("{groupRef: {name: all}}", "unknown"),
    ],
)
def test_who_may_call_a_virtual_server(spec: str, auth: str) -> None:
    text = f"apiVersion: toolhive.stacklok.dev/v1beta1\nkind: VirtualMCPServer\nmetadata: {{name: all}}\nspec: {spec}\n"
    server = by_id(read(text).tool_servers, "tool_server:k.yaml#all")
    assert (server.auth, server.transport, server.package) == (auth, "http", None)


SHOWN = """
    apiVersion: toolhive.stacklok.dev/v1beta1
    kind: {kind}
    metadata: {{name: tools, namespace: ops}}
    spec: {spec}
    ---
    apiVersion: toolhive.stacklok.dev/v1beta1
    kind: MCPExternalAuthConfig
    metadata: {{name: exchange, namespace: ops}}
    spec: {config}
    """
SERVER = "tool_server:k.yaml#tools"


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ("{tokenExchange: {clientSecretRef: {name: clients, key: x}}}", "client_secret"),
        ("{tokenExchange: {client_secret_ref: {name: clients, key: x}}}", "client_secret"),
        ("{bearerToken: {tokenSecretRef: {name: clients, key: x}}}", "oauth_token"),
        ("{headerInjection: {headerName: X-Key, valueSecretRef: {name: clients, key: x}}}", "api_key"),
        ("{type: unauthenticated}", None),
        ("{tokenExchange: {clientSecretRef: clients}}", None),
    ],
)
def test_a_server_holds_the_secret_of_the_object_it_refers_to(config: str, kind: str | None) -> None:
    text = SHOWN.format(kind="MCPServer", spec="{image: x, externalAuthConfigRef: {name: exchange}}", config=config)
    found = read(text)
    assert [(each.kind, each.store) for each in found.credentials] == (
        [(kind, "secret_manager:kubernetes:ops/clients/x")] if kind else []
    )
    if kind:
        held = found.credentials[0]
        assert held.locations == (place(text, "{name: clients", "k.yaml"),)
        assert (SERVER, "holds", held.id) in triples(found)


def test_a_virtual_server_holds_what_it_shows_each_server_behind_it() -> None:
    spec = "{outgoingAuth: {backends: {a: {externalAuthConfigRef: {name: exchange}}, b: {type: discovered}}}}"
    config = "{tokenExchange: {clientSecretRef: {name: clients, key: x}}}"
    found = read(SHOWN.format(kind="VirtualMCPServer", spec=spec, config=config))
    assert triples(found, "holds") == {(SERVER, "holds", found.credentials[0].id)}


def test_an_object_that_no_file_holds_is_skipped() -> None:
    text = SHOWN.format(kind="MCPServer", spec="{externalAuthConfigRef: {name: other}}", config="{}")
    found = read(text)
    assert found.credentials == ()
    assert [(row.construct, row.locations) for row in found.skipped] == [
        ("external authentication", (place(text, "other", "k.yaml"),))
    ]
