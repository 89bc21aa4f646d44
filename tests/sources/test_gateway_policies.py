"""Gateways: ToolHive, agentgateway, Istio, Envoy and Kong."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.policies.gateway_policies import SOURCE
from tests.observing import SHARED, folder, observe, place

CORPUS = SHARED / "corpus"


def facts(found: Inventory) -> list[tuple[str | None, str | None, bool | None, tuple[str, ...] | None]]:
    return [(each.language, each.guards, each.default_deny, each.context) for each in found.authorization_policies]


def test_toolhive() -> None:
    text = r"""{"version": "1.0", "type": "cedarv1", "cedar": {"entities_json": "[]", "policies": [
      "permit(principal, action == Action::\"call_tool\", resource == Tool::\"weather\");",
      "permit(principal, action, resource) when { context.arg_purpose == \"x\" };"]}}"""
    found = observe(SOURCE, {"authz.json": text})
    assert facts(found) == [("cedar", "tools weather; actions call_tool", True, ("arg_purpose", "task"))]
    assert [each.line for each in found.authorization_policies[0].locations] == [2, 3]


def test_a_policy_in_the_object_of_a_server_guards_it() -> None:
    text = """
    apiVersion: toolhive.stacklok.dev/v1alpha1
    kind: MCPServer
    metadata: {name: mail}
    spec:
      image: mail
      authzConfig:
        type: inline
        inline:
          policies: ['permit(principal, action, resource);', '{{ .Values.more }}']
    """
    found = observe(SOURCE, {"k8s/mail.yaml": text})
    (made,) = found.authorization_policies
    assert (made.guards, made.default_deny) == ("tool_server:k8s/mail.yaml#mail", False)
    assert made.context == ("unknown",)
    assert [each.construct for each in found.skipped] == ["Cedar statement"]
    elsewhere = text.replace("inline:\n", "configMap:\n").replace("type: inline", "type: configMap")
    found = observe(SOURCE, {"k8s/mail.yaml": elsewhere})
    assert (found.authorization_policies, [each.construct for each in found.skipped]) == ((), ["policies of ToolHive"])


def test_agentgateway() -> None:
    text = """
    binds:
    - port: 3000
      listeners:
      - routes:
        - policies:
            mcpAuthorization:
              rules:
              - 'mcp.tool.name == "add" // jwt.task'
              - allow: 'jwt.sub == "bot" && request.headers["x-task"] != ""'
          backends:
          - mcp:
              targets: [{name: tickets}]
    """
    found = observe(SOURCE, {"gateway.yaml": text})
    expected = ("jwt.sub", "mcp.tool.name", "request.headers.x-task", "task")
    assert facts(found) == [("cel", "tools of tickets", True, expected)]
    assert found.authorization_policies[0].locations == (place(text, "mcpAuthorization", "gateway.yaml"),)


@pytest.mark.parametrize(
    ("spec", "denies", "context"),
    [
        ("{}", True, ()),
        ("{rules: [{}]}", False, ()),
        ("{action: DENY, rules: [{to: [{operation: {paths: [x]}}]}]}", None, ("operation.paths",)),
        (
            "{rules: [{from: [{source: {principals: [x]}}], when: [{key: 'request.headers[x-recipient]'}]}]}",
            True,
            ("destination", "request.headers[x-recipient]", "source.principals"),
        ),
        ("{action: CUSTOM, provider: {name: opa}, rules: [{}]}", None, ("unknown",)),
    ],
)
def test_istio(spec: str, denies: bool | None, context: tuple[str, ...]) -> None:
    head = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, namespace: shop}\n"
    found = observe(SOURCE, {"a.yaml": f"{head}spec: {spec}\n"})
    assert facts(found) == [("istio", "every workload in namespace shop", denies, context)]
    assert found.authorization_policies[0].locations == (Location("a.yaml", 2, 1),)


def test_envoy() -> None:
    text = """
    http_filters:
    - name: envoy.filters.http.rbac
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
        rules:
          policies:
            one:
              permissions: [{and_rules: {rules: [{header: {name: x-task}}, {url_path: {}}]}}]
              principals: [{authenticated: {}}]
    - name: envoy.filters.http.ext_authz
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
        failure_mode_allow: true
    """
    found = observe(SOURCE, {"envoy.yaml": text})
    through = "requests through the proxy"
    assert facts(found) == [
        ("envoy rbac", through, True, ("authenticated", "header.x-task", "task", "url_path")),
        ("envoy ext_authz", through, None, ("unknown",)),
    ]
    (setting,) = found.settings
    assert (setting.key, setting.value) == ("http_filters[1].typed_config.failure_mode_allow", "true")
    opened = text.replace("[{authenticated: {}}]", "[{any: true}]").replace(
        "{header: {name: x-task}}, {url_path: {}}", ""
    )
    assert observe(SOURCE, {"envoy.yaml": opened}).authorization_policies[0].default_deny is False


def test_kong() -> None:
    text = """
    _format_version: "3.0"
    services:
    - name: tools
      plugins: [{name: acl, config: {allow: [agents]}}, {name: acl, enabled: false, config: {allow: [x]}}]
    """
    found = observe(SOURCE, {"kong.yaml": text})
    assert facts(found) == [("kong acl", "requests to tools", True, ("consumer.groups",))]


@pytest.mark.parametrize("value", ["3", "null", "[[[]]]", '"x"', "{}", "[1, {}, null]", '{"a": [[1]]}'])
def test_any_value_may_stand_anywhere(value: str) -> None:
    observe(SOURCE, {"a.json": f'{{"type": "cedarv1", "cedar": {{"policies": {value}}}, "mcpAuthorization": {value}}}'})
    observe(SOURCE, {"a.json": f'{{"mcpAuthorization": {{"rules": {value}}}, "backends": {value}}}'})
    observe(SOURCE, {"a.json": f'{{"_format_version": {value}, "plugins": {value}, "services": {value}}}'})
    observe(SOURCE, {"a.json": f'{{"@type": "x.rbac.v3.RBAC", "rules": {value}}}'})
    observe(SOURCE, {"a.json": f'{{"@type": "x.rbac.v3.RBAC", "rules": {{"policies": {{"a": {value}}}}}}}'})
    head = '"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": {"name": "a"}'
    for key in ("rules", "selector", "action"):
        observe(SOURCE, {"a.json": f'{{{head}, "spec": {{"{key}": {value}}}}}'})
    observe(SOURCE, {"a.json": f'{{{head}, "spec": {{"authzConfig": {value}, "rules": [{value}]}}}}'})


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_the_corpus_has_none() -> None:
    found, _ = folder(SOURCE, CORPUS)
    assert found.authorization_policies == ()
