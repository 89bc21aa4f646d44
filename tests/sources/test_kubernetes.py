"""Kubernetes: service accounts, rules and bindings, workloads and their secrets, agents and tool servers."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import Condition, Inventory
from nhiassess.model.merge import merge
from nhiassess.sources.clusters import kubernetes, kubernetes_agents, kubernetes_roles, kubernetes_workloads
from tests.observing import SHARED, by_id, file, folder, ids, observe, place, triples

SOURCES = (kubernetes.SOURCE, kubernetes_workloads.SOURCE, kubernetes_agents.SOURCE)
RBAC = """
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: helper
      namespace: support
      annotations:
        eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/eks-helper
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: reader, namespace: support}
    rules:
      - apiGroups: [""]
        resources: ["secrets", "pods/log"]
        verbs: ["get", "list"]
      - apiGroups: ["apps"]
        resources: ["deployments"]
        resourceNames: ["web"]
        verbs: ["*"]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: reading, namespace: support}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
    subjects:
      - {kind: ServiceAccount, name: helper, namespace: support}
    """
ACCOUNT = "identity:kubernetes/-/support/helper"


def read(samples: dict[str, str]) -> Inventory:
    return merge(observe(source, samples) for source in SOURCES)


@pytest.fixture(scope="module")
def rbac() -> Inventory:
    return read({"rbac.yaml": RBAC})


def test_rules_become_grants_in_the_documented_form(rbac: Inventory) -> None:
    first, second = rbac.grants
    assert first.id == "grant:kubernetes/-/RoleBinding/support/reading/0"
    assert first.identity == ACCOUNT
    assert first.policy == "Role/reader"
    assert first.actions == ("get:core/secrets", "get:core/pods/log", "list:core/secrets", "list:core/pods/log")
    assert first.resources == ("namespace/support",)
    assert second.actions == ("*:apps/deployments",)
    assert second.conditions == (Condition("resourceNames", "name", ("web",)),)


def test_grant_names_its_rule_its_binding_and_its_subject(rbac: Inventory) -> None:
    rule, binding, subject = rbac.grants[0].locations
    assert rule == place(RBAC, "verbs:", "rbac.yaml")
    assert binding == place(RBAC, "kind: RoleBinding", "rbac.yaml")
    assert subject == place(RBAC, "{kind: ServiceAccount", "rbac.yaml")


def test_service_account_may_become_the_role_of_its_annotation(rbac: Inventory) -> None:
    account = by_id(rbac.identities, ACCOUNT)
    assert (account.kind, account.name) == ("service_account", "support/helper")
    assert account.locations[0] == place(RBAC, "kind: ServiceAccount", "rbac.yaml")
    (annotated,) = [link for link in rbac.links if link.verb == "federates_to"]
    assert (annotated.source, annotated.target) == (ACCOUNT, "identity:aws/111122223333/role/eks-helper")
    assert annotated.locations == (place(RBAC, "arn:aws", "rbac.yaml"),)


def binding(subjects: str, role: str = "cluster-admin") -> str:
    return f"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {{name: b}}
        roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}
        subjects: {subjects}
        """


def test_cluster_admin_is_known_without_a_file() -> None:
    found = read({"b.yaml": binding("[{kind: Group, name: 'system:authenticated'}]")})
    (grant,) = found.grants
    assert grant.id == "grant:kubernetes/-/ClusterRoleBinding/-/b/0"
    assert grant.actions == ("*:*/*", "*:nonResourceURLs/*")
    assert grant.resources == ("cluster",)
    assert ids(found.identities) == ["identity:kubernetes/-/-/group:system:authenticated"]


def test_role_that_is_not_in_scope_is_missing_and_skipped() -> None:
    found = read({"b.yaml": binding("[{kind: User, name: eve}, {kind: User, name: ann}]", "elsewhere")})
    assert ids(found.grants) == [
        "grant:kubernetes/-/ClusterRoleBinding/-/b/missing/user:ann",
        "grant:kubernetes/-/ClusterRoleBinding/-/b/missing/user:eve",
    ]
    assert found.grants[0].actions == ()
    assert found.grants[0].conditions == (Condition("role", "role not in scope"),)
    assert [row.construct for row in found.skipped] == ["role not in scope"]


def test_user_that_is_a_service_account_is_that_account() -> None:
    found = read({"b.yaml": binding("[{kind: User, name: 'system:serviceaccount:ci:runner'}]")})
    assert ids(found.identities) == ["identity:kubernetes/-/ci/runner"]


def test_role_and_binding_meet_across_files_the_nearest_first() -> None:
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules:\n- {}\n"
    rule = '{apiGroups: ["*"], resources: ["*"], verbs: [%s]}'
    samples = {
        "one/role.yaml": role.format(rule % "get"),
        "two/role.yaml": role.format(rule % "'*'"),
        "two/bind/b.yaml": binding("[{kind: ServiceAccount, name: a, namespace: n}]", "r"),
    }
    (grant,) = read(samples).grants
    assert grant.actions == ("*:*/*",)


def test_aggregated_rules_and_urls() -> None:
    text = """
        apiVersion: v1
        kind: List
        items:
          - apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: sum}
            aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: sum}}]}
          - apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: part, labels: {to: sum}}
            rules: [{nonResourceURLs: ["/metrics"], verbs: [get]}]
          - apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: b}
            roleRef: {kind: ClusterRole, name: sum}
            subjects: [{kind: ServiceAccount, name: a, namespace: n}]
        """
    (grant,) = read({"list.yaml": text}).grants
    assert grant.actions == ("get:nonResourceURLs/metrics",)


def test_agent_objects_and_their_tools() -> None:
    text = """
        apiVersion: kagent.dev/v1alpha2
        kind: Agent
        metadata: {name: sre, namespace: ops}
        spec:
          description: Mends clusters
          declarative:
            modelConfig: big
            tools:
              - type: McpServer
                mcpServer: {kind: RemoteMCPServer, name: cluster, toolNames: [get, delete], requireApproval: [delete]}
              - type: Agent
                agent: {name: writer}
        ---
        apiVersion: kagent.dev/v1alpha2
        kind: RemoteMCPServer
        metadata: {name: cluster, namespace: ops}
        spec:
          url: http://cluster-tools.ops:8080/mcp
          headersFrom: [{name: Authorization, valueFrom: {type: Secret, name: tools, key: token}}]
        ---
        apiVersion: kagent.dev/v1alpha2
        kind: ModelConfig
        metadata: {name: big, namespace: ops}
        spec: {model: big-1, apiKeySecret: llm-keys, apiKeySecretKey: key}
        """
    found = read({"k.yaml": text})
    agent = by_id(found.agents, "agent:kubernetes/ops/sre")
    assert (agent.purpose, agent.model) == ("Mends clusters", "big-1")
    server = by_id(found.tool_servers, "tool_server:k.yaml#cluster")
    assert (server.url, server.auth) == ("http://cluster-tools.ops:8080/mcp", "bearer")
    gates = {link.target: link.gate and link.gate.kind for link in found.links if link.verb == "invokes"}
    assert gates == {"tool:k.yaml#cluster/get": None, "tool:k.yaml#cluster/delete": "human_approval"}
    assert (agent.id, "delegates_to", "agent:kubernetes/ops/writer") in triples(found)
    assert (agent.id, "runs_as", "identity:kubernetes/-/ops/sre") in triples(found)
    stores = {credential.store for credential in found.credentials}
    assert stores == {"secret_manager:kubernetes:ops/tools/token", "secret_manager:kubernetes:ops/llm-keys/key"}


def test_template_is_skipped_not_guessed() -> None:
    text = 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: "{{ .Values.name }}"\n'
    found = read({"chart/templates/sa.yaml": text})
    assert found.identities == ()
    assert [(row.reason, row.locations[0].line) for row in found.skipped] == [("template, not rendered", 4)]


def test_other_kinds_of_object_are_left_alone() -> None:
    found = read({"n.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n---\n---\n"})
    assert (found.identities, found.grants, found.skipped) == ((), (), ())


@pytest.fixture(scope="module")
def corpus() -> Inventory:
    if not (SHARED / "corpus").is_dir():
        pytest.skip("the corpus of real manifests lies beside the checkout only")
    found = []
    for source in SOURCES:
        for kind in ("k8s_rbac", "k8s_agent_crd"):
            inventory, refused = folder(source, SHARED / "corpus" / kind)
            assert all("templates/" in path for path in refused)
            found.append(inventory)
    return merge(found)


@pytest.mark.parametrize(
    ("grant", "count", "first"),
    [
        ("ClusterRoleBinding/-/mkp-sa-cluster-admin", 1, "mcpserver_mkp.yaml"),
        ("ClusterRoleBinding/-/k8sgpt-mcp-server", 1, "dk8sgpt-deploy-mcpserver.yaml"),
        ("ClusterRoleBinding/-/cluster-autoscaler", 14, "cluster-autoscaler-autodiscover.yaml"),
        ("RoleBinding/kube-system/cluster-autoscaler", 2, "cluster-autoscaler-autodiscover.yaml"),
        ("ClusterRoleBinding/-/crd-controller", 13 * 7, "controller.yaml"),
        ("ClusterRoleBinding/-/cluster-reconciler", 2, "reconciler.yaml"),
    ],
)
def test_grants_of_the_corpus(corpus: Inventory, grant: str, count: int, first: str) -> None:
    found = [each for each in corpus.grants if each.id.startswith(f"grant:kubernetes/-/{grant}/")]
    assert len(found) == count  # rules times subjects, counted by reading
    assert found[0].locations[0].path.endswith(first)


def test_tool_servers_of_the_corpus(corpus: Inventory) -> None:
    assert len(corpus.tool_servers) == 13  # one of them virtual, one served by a deployment
    everything = by_id(
        corpus.tool_servers,
        "tool_server:kagent-dev__kagent/go/core/test/e2e/manifests/everything-mcp-server.yaml#everything-mcp-server",
    )
    assert (everything.package, everything.pinned) == ("@modelcontextprotocol/server-everything@2026.1.14", True)
    mkp = "tool_server:stacklok__toolhive/examples/operator/mcp-servers/mcpserver_mkp.yaml#mkp"
    assert (mkp, "runs_as", "identity:kubernetes/-/toolhive-system/mkp-sa") in triples(corpus)


def rule(count: int) -> str:
    names = ", ".join(f"a{number}" for number in range(count))
    return f"rules: [{{verbs: [{names}], apiGroups: [{names}], resources: [{names}]}}]"


def test_lists_in_rules_do_not_multiply_without_end() -> None:
    head = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
    huge = f"{head}metadata: {{name: huge}}\n{rule(110)}\n"
    small = f"{head}metadata: {{name: small}}\n{rule(2)}\n"
    bound = "[{kind: User, name: eve}]"
    found = read({"r.yaml": f"{huge}---\n{small}", "a.yaml": binding(bound, "huge"), "b.yaml": binding(bound, "small")})
    assert [(len(each.actions), each.locations[-1].path) for each in found.grants] == [(8, "b.yaml")]
    assert [(each.construct, each.locations[0].path) for each in found.skipped] == [("binding", "a.yaml")]


def test_roles_that_gather_roles_do_not_multiply_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes_roles, "_MOST_COMPARED", 20)
    head = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
    gathers = "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\n"
    roles = "---\n".join(f"{head}metadata: {{name: r{number}, labels: {{a: b}}}}\n{gathers}" for number in range(4))
    found = kubernetes.SOURCE.read([file("roles.yaml", roles)])
    assert [each.construct for each in found.skipped] == ["aggregated role"] * 2
    monkeypatch.undo()
    monkeypatch.setattr(kubernetes_roles, "_MOST_WALKED", 10)
    again = kubernetes.SOURCE.read([file("roles.yaml", roles)])
    assert {each.reason for each in again.skipped} == {each.reason for each in found.skipped}


def test_the_order_of_files_does_not_choose_where_a_cluster_stands() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: b}\n"
    files = [file("b.yaml", account), file("a.yaml", account)]
    for order in (files, files[::-1]):
        found = kubernetes.SOURCE.read(order)
        assert {each.locations[0].path for each in found.resources} == {"a.yaml"}
