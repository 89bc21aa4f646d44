"""Every Kubernetes technique that is known: whoever has exactly what it requires gains, whoever lacks any does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from nhiassess import installed
from nhiassess.edges import kubernetes_escalates
from nhiassess.model.inventory import Condition, Credential, Grant, Identity, Inventory, Link, Resource
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.kubernetes.cluster import ADMINISTRATOR
from nhiassess.permissions.kubernetes.gains import by_rules
from tests.edges.test_aws_techniques import knowledge

CI = Identity("identity:kubernetes/-/shop/ci", kind="service_account", name="shop/ci", provider="kubernetes")
API = Identity("identity:kubernetes/-/shop/api", kind="service_account", name="shop/api", provider="kubernetes")
FAR = Identity("identity:kubernetes/-/bank/ledger", kind="service_account", name="bank/ledger", provider="kubernetes")
BOSS = Identity("identity:kubernetes/-/-/user:boss", kind="user", name="boss", provider="kubernetes")
POD = Resource("resource:kubernetes/-/shop/pod/api", kind="pod", name="shop/api", provider="kubernetes")
SECRET = Resource("resource:kubernetes/-/shop/secret/api-token", kind="secret", name="shop/api-token")
TOKEN = Credential("credential:token", kind="oidc_token")
# DataDog/KubeHound@53da187a: the ids of its attacks
KUBEHOUND = (
    *("CE_MODULE_LOAD", "CE_NSENTER", "CE_PRIV_MOUNT", "CE_SYS_PTRACE", "CE_UMH_CORE_PATTERN", "CE_VAR_LOG_SYMLINK"),
    *("CONTAINER_ATTACH", "ENDPOINT_EXPLOIT", "EXPLOIT_CONTAINERD_SOCK", "EXPLOIT_HOST_READ", "EXPLOIT_HOST_TRAVERSE"),
    *("EXPLOIT_HOST_WRITE", "IDENTITY_ASSUME", "IDENTITY_IMPERSONATE", "PERMISSION_DISCOVER", "POD_ATTACH"),
    *("POD_CREATE", "POD_EXEC", "POD_PATCH", "ROLE_BIND", "SHARE_PS_NAMESPACE", "TOKEN_BRUTEFORCE", "TOKEN_LIST"),
    *("TOKEN_STEAL", "VOLUME_ACCESS", "VOLUME_DISCOVER"),
)
LINKS = (
    Link("runs", POD.id, "runs_as", API.id),
    Link("yields", SECRET.id, "yields", TOKEN.id),
    Link("proves", TOKEN.id, "authenticates_as", API.id),
)


def techniques() -> list[Technique]:
    return [each for each in knowledge().techniques if each.domain == "kubernetes" and by_rules(each)]


def grant(actions: Iterable[str], where: str, policy: str, names: tuple[str, ...] = ()) -> Grant:
    stated = tuple(actions)
    conditions = (Condition("resourceNames", "name", names),) if names else ()
    id = f"grant:kubernetes/-/{where}/{'+'.join(stated)}"
    return Grant(
        id, CI.id, provider="kubernetes", policy=policy, actions=stated, resources=(where,), conditions=conditions
    )


def cluster(*grants: Grant, links: tuple[Link, ...] = LINKS) -> Inventory:
    identities = (CI, API, FAR, BOSS)
    return Inventory(identities=identities, grants=grants, resources=(POD, SECRET), credentials=(TOKEN,), links=links)


def found(of: Technique, where: Inventory) -> list[Edge]:
    edges = kubernetes_escalates.EDGE.derive(where, Knowledge(techniques=tuple(techniques())))
    return [edge for edge in edges if edge.technique == of.id]


def scope(of: Technique) -> tuple[str, str]:
    """Give where a binding must be for the technique, and the role that it names."""
    wide = any(each.of == "cluster" for each in of.requires[0])
    return ("cluster", "ClusterRole/ci") if wide else ("namespace/shop", "Role/ci")


@pytest.mark.parametrize("of", techniques(), ids=lambda of: of.id)
def test_exactly_what_it_requires_suffices(of: Technique) -> None:
    where, policy = scope(of)
    for required in of.requires:
        edges = found(of, cluster(grant([each.action for each in required], where, policy)))
        targets = {edge.target: edge.verdict for edge in edges}
        if of.grants == "administer":
            assert targets == {ADMINISTRATOR: "needs_resource" if of.needs_resource == "admission" else "yes"}
        else:
            assert targets[API.id] == "yes"
            assert CI.id not in targets
            assert (FAR.id in targets) == (where == "cluster")
        assert all(of.id in edge.reason for edge in edges)


@pytest.mark.parametrize("of", techniques(), ids=lambda of: of.id)
def test_any_part_less_does_not(of: Technique) -> None:
    where, policy = scope(of)
    for required in of.requires:
        actions = [each.action for each in required]
        for lacking in actions:
            others = [each for each in actions if each != lacking]
            assert not found(of, cluster(*([grant(others, where, policy)] if others else []))), lacking


@pytest.mark.parametrize("of", [each for each in techniques() if scope(each)[0] == "cluster"], ids=lambda of: of.id)
def test_what_needs_the_whole_cluster_is_not_had_in_a_namespace(of: Technique) -> None:
    actions = [each.action for each in of.requires[0]]
    assert not found(of, cluster(grant(actions, "namespace/shop", "ClusterRole/ci")))


@pytest.mark.parametrize("of", [each for each in techniques() if scope(each)[0] != "cluster"], ids=lambda of: of.id)
def test_a_binding_in_another_namespace_gains_nobody_here(of: Technique) -> None:
    actions = [each.action for each in of.requires[0]]
    edges = found(of, cluster(grant(actions, "namespace/bank", "Role/ci")))
    assert API.id not in {edge.target for edge in edges}


@pytest.mark.parametrize(
    "of", [e for e in techniques() if e.needs_resource in ("pod_of_target", "token_of_target")], ids=lambda of: of.id
)
def test_what_was_not_observed_is_never_taken_for_granted(of: Technique) -> None:
    where, policy = scope(of)
    edges = found(of, cluster(grant([each.action for each in of.requires[0]], where, policy), links=()))
    assert {edge.verdict for edge in edges} == {"needs_resource"}


def test_every_attack_of_kubehound_is_a_technique_or_said_to_be_another_edge() -> None:
    text = (installed.data_folder() / "frameworks/techniques/kubernetes.yaml").read_text(encoding="utf-8")
    here = {each.id for each in knowledge().techniques if each.domain == "kubernetes"}
    elsewhere = {line.removeprefix("# ").partition(":")[0] for line in text.splitlines() if line.startswith("# ")}
    assert len(set(KUBEHOUND)) == 26
    assert [each for each in KUBEHOUND if (each in here) == (each in elsewhere)] == []


def test_an_administrator_needs_no_technique() -> None:
    edges = kubernetes_escalates.EDGE.derive(cluster(grant(["*:*/*"], "cluster", "ClusterRole/all")), knowledge())
    assert not list(edges)


def test_a_role_that_is_not_in_scope_may_be_anything() -> None:
    missing = Condition("role", "role not in scope")
    where = Grant("grant:m", CI.id, provider="kubernetes", policy="ClusterRole/operator", resources=("cluster",),
                  conditions=(missing,))  # fmt: skip
    edges = list(kubernetes_escalates.EDGE.derive(cluster(where), Knowledge(techniques=tuple(techniques()))))
    assert [(edge.target, edge.verdict, edge.technique) for edge in edges] == [(ADMINISTRATOR, "unknown", None)]
    assert "ClusterRole/operator" in edges[0].conditions[0]
    bound = replace(where, resources=("namespace/shop",))
    edges = list(kubernetes_escalates.EDGE.derive(cluster(bound), Knowledge(techniques=tuple(techniques()))))
    assert [(edge.target, edge.verdict) for edge in edges] == [(API.id, "unknown")]
