"""Workloads of a cluster: which are agents, as what they run, and what they are given."""

from __future__ import annotations

import pytest

from tests.observing import by_id, ids, place, triples
from tests.sources.test_kubernetes import ACCOUNT, RBAC, read


def workload(spec: str, kind: str = "Deployment", labels: str = "{app.kubernetes.io/component: agent}") -> str:
    return f"""
        apiVersion: apps/v1
        kind: {kind}
        metadata: {{name: helper, namespace: support, labels: {labels}}}
        spec:
          template:
            spec: {spec}
        """


AGENT, POD = "agent:kubernetes/support/helper", "resource:kubernetes/-/support/pod/helper"


def test_labelled_workload_is_an_agent() -> None:
    text = workload("{serviceAccountName: helper, containers: [{name: a, image: 'helper:1'}]}")
    found = read({"w.yaml": text})
    agent = by_id(found.agents, AGENT)
    assert (agent.name, agent.platform, agent.sandbox) == ("helper", "kubernetes", "container")
    assert agent.locations == (place(text, "kind: Deployment", "w.yaml"),)
    assert {(AGENT, "runs_as", ACCOUNT), (POD, "runs_as", ACCOUNT), (AGENT, "executes_on", POD)} == triples(found)
    (runs_as,) = [link for link in found.links if (link.source, link.verb) == (AGENT, "runs_as")]
    assert runs_as.locations == (place(text, "helper, containers", "w.yaml"),)


@pytest.mark.parametrize(
    ("container", "agent"),
    [
        ("{image: 'ghcr.io/acme/web:1'}", False),
        ("{image: 'ghcr.io/acme/crewai-desk:1'}", True),
        ("{image: 'python:3', command: [python, -m, langgraph.server]}", True),
        ("{image: 'python:3', env: [{name: OPENAI_API_KEY, valueFrom: {secretKeyRef: {name: k, key: k}}}]}", True),
        ("{image: 'acme/prometheus-agent:1'}", False),
        ("{image: 'acme/claudette:1'}", False),
    ],
)
def test_what_makes_an_agent_without_the_label(container: str, agent: bool) -> None:
    found = read({"w.yaml": workload(f"{{containers: [{container}]}}", labels="{}")})
    assert bool(found.agents) is agent


@pytest.mark.parametrize(
    ("account", "runs"),
    [
        ("automountServiceAccountToken: false", False),
        ("automountServiceAccountToken: true", True),
        ("metadata2: {}", True),
    ],
)
def test_no_token_no_identity(account: str, runs: bool) -> None:
    text = f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: helper, namespace: support}}\n{account}\n"
    found = read({"a.yaml": text, "w.yaml": workload("{serviceAccountName: helper, containers: []}")})
    assert (AGENT, "runs_as", ACCOUNT) in triples(found) or not runs
    assert bool(triples(found, "runs_as")) is runs


def test_token_for_a_cloud_role_is_mounted_even_without_automount() -> None:
    spec = "{serviceAccountName: helper, automountServiceAccountToken: false, containers: []}"
    found = read({"rbac.yaml": RBAC, "w.yaml": workload(spec)})
    (runs_as,) = [link for link in found.links if (link.source, link.verb) == (AGENT, "runs_as")]
    assert runs_as.reason == "with a token for its cloud role only"


def test_default_account_when_none_is_named() -> None:
    found = read({"w.yaml": workload("{containers: []}")})
    assert (AGENT, "runs_as", "identity:kubernetes/-/support/default") in triples(found)


def test_credentials_of_a_workload() -> None:
    text = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: helper, namespace: support, labels: {app.kubernetes.io/component: agent}}
        spec:
          schedule: "0 3 * * *"
          jobTemplate:
            spec:
              activeDeadlineSeconds: 600
              template:
                spec:
                  containers:
                    - name: a
                      command: [claude, -p, "sum up", --allowedTools, "Read,Bash(kubectl get:*)"]
                      env:
                        - {name: MODEL, value: big-1}
                        - {name: MAX_TOKENS, value: "4096"}
                        - {name: DB_PASSWORD, value: FAKEfake-hunter2-0001}
                        - name: API_KEY
                          valueFrom:
                            secretKeyRef: {name: keys, key: api}
                      envFrom:
                        - secretRef: {name: more}
                  volumes:
                    - name: token
                      projected:
                        sources:
                          - serviceAccountToken: {audience: vault, expirationSeconds: 900}
        """
    found = read({"w.yaml": text})
    prefix = "credential:w.yaml#spec.jobTemplate.spec.template.spec."
    stores = {credential.id.removeprefix(prefix): credential.store for credential in found.credentials}
    assert stores == {
        "containers[0].env.API_KEY": "secret_manager:kubernetes:support/keys/api",
        "containers[0].env.DB_PASSWORD": "plaintext",
        "containers[0].envFrom.more": "secret_manager:kubernetes:support/more/*",
        "volumes[0].sources[0]": "workload_api",
    }
    token = by_id(found.credentials, prefix + "volumes[0].sources[0]")
    assert (token.kind, token.audience, token.lifetime_seconds) == ("oidc_token", "vault", 900)
    assert {source for source, _, _ in triples(found, "holds")} == {AGENT}
    assert "hunter2" not in repr(found)
    agent = by_id(found.agents, AGENT)
    assert (agent.autonomy, agent.model, agent.limits) == ("unattended", "big-1", "stops after 600 seconds")
    assert {tool.name for tool in found.tools} == {"Bash(kubectl get:*)", "Glob", "Grep", "Read"}
    (workflow,) = found.workflows
    assert (workflow.trigger, workflow.untrusted, workflow.expected_seconds) == ("schedule", False, 600)


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ("{hostPID: true, containers: []}", "spec.template.spec.hostPID"),
        (
            "{containers: [{name: a, securityContext: {privileged: true}}]}",
            "spec.template.spec.containers[0].securityContext.privileged",
        ),
        ("{containers: [], volumes: [{hostPath: {path: /}}]}", "spec.template.spec.volumes[0].hostPath"),
        (
            "{containers: [], volumes: [{hostPath: {path: /var/run/docker.sock}}]}",
            "spec.template.spec.volumes[0].hostPath",
        ),
    ],
)
def test_what_opens_the_node_ends_the_sandbox(spec: str, key: str) -> None:
    found = read({"w.yaml": workload(spec)})
    assert by_id(found.agents, AGENT).sandbox == "none"
    assert [setting.key for setting in found.settings] == [key]
    assert (AGENT, "executes_on", "resource:kubernetes/-/nodes") in triples(found)


def test_harmless_host_path_keeps_the_sandbox() -> None:
    spec = "{containers: [], volumes: [{hostPath: {path: /etc/ssl/certs/ca.crt}}]}"
    found = read({"w.yaml": workload(spec)})
    assert by_id(found.agents, AGENT).sandbox == "container"
    assert found.settings == ()


def test_secret_yields_credentials_never_values() -> None:
    text = """
        apiVersion: v1
        kind: Secret
        metadata: {name: keys, namespace: support}
        stringData:
          API_KEY: FAKEfake-0123456789abcdef
          ca.crt: FAKEfake-certificate
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: old-token
          namespace: support
          annotations: {kubernetes.io/service-account.name: helper}
        type: kubernetes.io/service-account-token
        """
    found = read({"s.yaml": text})
    assert ids(found.credentials) == ["credential:s.yaml#[1].data.token", "credential:s.yaml#stringData.API_KEY"]
    secret, everything = "resource:kubernetes/-/support/secret/keys", "resource:kubernetes/-/support/secrets"
    assert by_id(found.resources, secret).kind == "secret"
    yields = {(source, target) for source, _, target in triples(found, "yields")}
    assert {(secret, found.credentials[1].id), (everything, found.credentials[1].id)} <= yields
    assert (found.credentials[0].id, "authenticates_as", ACCOUNT) in triples(found)
    assert by_id(found.credentials, "credential:s.yaml#stringData.API_KEY").locations[0].line == 5
    assert "FAKE" not in repr(found)
