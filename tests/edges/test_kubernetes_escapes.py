"""From manifests to the node and on to whom pods run as: what opens the node, in one container or in several."""

from __future__ import annotations

import pytest

from nhiassess.edges import kubernetes_escapes
from nhiassess.edges.kubernetes_escapes import NODES
from nhiassess.joins.whole_namespaces import JOIN
from nhiassess.model.inventory import Identity, Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.shelf import knowledge
from tests.sources.test_kubernetes import read

POD, LEDGER = "resource:kubernetes/-/shop/pod/api", "identity:kubernetes/-/bank/ledger"
KNOWN = Knowledge(techniques=tuple(each for each in knowledge().techniques if each.domain == "kubernetes"))
BANK = """
    apiVersion: v1
    kind: Pod
    metadata: {name: ledger, namespace: bank}
    spec: {serviceAccountName: ledger, containers: [{name: a, image: 'ledger:1'}]}
    """


def cluster(spec: str, other: str = BANK) -> Inventory:
    pod = f"""
        apiVersion: v1
        kind: Pod
        metadata: {{name: api, namespace: shop}}
        spec:
          automountServiceAccountToken: false
          {spec}
        """
    return read({"api.yaml": pod, "ledger.yaml": other})


def escapes(inventory: Inventory) -> dict[str, Edge]:
    edges = kubernetes_escapes.EDGE.derive(inventory, KNOWN)
    return {each.technique or "": each for each in edges if each.source == POD and each.target == NODES}


def mounting(path: str, container: str = "", mount: str = "") -> str:
    return (
        f"volumes: [{{name: host, hostPath: {{path: {path}}}}}]\n"
        f"          containers: [{{name: a, volumeMounts: [{{name: host, mountPath: /host{mount}}}]{container}}}]"
    )


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param("containers: [{name: a}]", {}, id="nothing"),
        pytest.param(
            "containers: [{name: a, securityContext: {privileged: true}}]",
            {"CE_MODULE_LOAD": "yes", "CE_PRIV_MOUNT": "yes"},
            id="privileged",
        ),
        pytest.param(
            "initContainers: [{name: a, securityContext: {privileged: true}}]",
            {"CE_MODULE_LOAD": "yes", "CE_PRIV_MOUNT": "yes"},
            id="privileged to begin with",
        ),
        pytest.param(
            "hostPID: true\n          containers: [{name: a, securityContext: {privileged: true}}]",
            {"CE_MODULE_LOAD": "yes", "CE_NSENTER": "yes", "CE_PRIV_MOUNT": "yes", "CE_SYS_PTRACE": "needs_resource"},
            id="privileged among the host's processes",
        ),
        pytest.param("hostPID: true\n          containers: [{name: a}]", {}, id="among the host's processes only"),
        pytest.param("hostNetwork: true\n          containers: [{name: a}]", {}, id="in the host's network only"),
        pytest.param(
            "containers: [{name: a, securityContext: {capabilities: {add: [CAP_SYS_MODULE]}}}]",
            {"CE_MODULE_LOAD": "yes"},
            id="a capability in its longer spelling",
        ),
        pytest.param(
            "containers: [{name: a, securityContext: {capabilities: {add: [ALL]}}}]",
            {"CE_MODULE_LOAD": "yes"},
            id="all capabilities",
        ),
        pytest.param(
            "containers: [{name: a, securityContext: {capabilities: {drop: [SYS_MODULE]}}}]",
            {},
            id="a capability that is taken away",
        ),
        pytest.param(mounting("/var/log/pods"), {}, id="below what is needed"),
        pytest.param(mounting("/var/log/../log/"), {"CE_VAR_LOG_SYMLINK": "needs_resource"}, id="another spelling"),
        pytest.param(
            "securityContext: {runAsUser: 0}\n          " + mounting("/var/log"),
            {"CE_VAR_LOG_SYMLINK": "yes"},
            id="root by the pod",
        ),
        pytest.param(
            "securityContext: {runAsUser: 0}\n          " + mounting("/var/log", ", securityContext: {runAsUser: 10}"),
            {},
            id="the container's user wins over the pod's",
        ),
        pytest.param(
            mounting("/run/containerd", mount=", readOnly: true"), {"EXPLOIT_CONTAINERD_SOCK": "yes"}, id="a socket"
        ),
        pytest.param(mounting("/etc", mount=", readOnly: true"), {"EXPLOIT_HOST_READ": "needs_resource"}, id="reading"),
        pytest.param(
            "volumes: [{name: host, hostPath: {path: /}}]\n          containers: [{name: a}]",
            {},
            id="a volume that no container mounts",
        ),
        pytest.param("volumes: [{name: host}]\n          containers: {a: [1]}", {}, id="malformed"),
    ],
)
def test_what_opens_the_node(spec: str, expected: dict[str, str]) -> None:
    assert {id: edge.verdict for id, edge in escapes(cluster(spec)).items()} == expected


def test_an_escape_says_what_opens_the_node_and_where() -> None:
    edge = escapes(cluster("containers: [{name: a}, {name: b, securityContext: {privileged: true}}]"))["CE_PRIV_MOUNT"]
    assert edge.reason == "has privileged set in containers[1], and so its node (CE_PRIV_MOUNT)"
    assert [str(each) for each in edge.locations] == ["api.yaml:6"]


def test_from_the_node_one_gets_to_whom_its_pods_run_as() -> None:
    inventory = cluster("containers: [{name: a, securityContext: {privileged: true}}]")
    onward = [each for each in kubernetes_escapes.EDGE.derive(inventory, KNOWN) if each.source == NODES]
    assert [(each.target, each.verb, each.verdict) for each in onward] == [(LEDGER, "runs_as", "conditional")]
    assert onward[0].conditions == ("a pod that runs as it stands on the same node",)
    without = cluster(
        "containers: [{name: a, securityContext: {privileged: true}}]",
        BANK.replace("serviceAccountName: ledger", "automountServiceAccountToken: false, serviceAccountName: ledger"),
    )
    assert [each for each in kubernetes_escapes.EDGE.derive(without, KNOWN) if each.source == NODES] == []


def test_many_accounts_are_found_on_a_node_together() -> None:
    inventory = cluster(mounting("/var/lib/kubelet", mount=", readOnly: true"))
    names = [f"bank/a{number:02}" for number in range(20)]
    more = tuple(Identity(f"identity:kubernetes/-/{each}", "service_account", each, "kubernetes") for each in names)
    joined = JOIN.join(Inventory(identities=(*inventory.identities, *more), resources=inventory.resources,
                                 settings=inventory.settings, links=inventory.links), KNOWN)  # fmt: skip
    found = {(each.source, each.technique): each.target for each in kubernetes_escapes.EDGE.derive(joined, KNOWN)}
    together = "identity:kubernetes/-/-/*/pods"
    assert found[POD, "EXPLOIT_HOST_TRAVERSE"] == found[NODES, "POD_ATTACH"] == together
