"""References meet the secrets, workloads and groups that they name, where there is no doubt."""

from __future__ import annotations

import pytest

from nhiassess.joins.service_account import JOIN
from nhiassess.model.inventory import Credential, Identity, Inventory, Link, Location, Resource, Tool, ToolServer
from nhiassess.model.knowledge import Knowledge

SECRET = "resource:kubernetes/-/n/secret/keys"


def link(source: str, verb: str, target: str, path: str = "x") -> Link:
    place = Location(path, 1, 1)
    return Link(f"{source}|{verb}|{target}|{place}", source, verb, target, locations=(place,))


def credential(id: str, store: str, name: str) -> Credential:
    return Credential(f"credential:{id}", store=store, name=name, locations=(Location(f"{id}.yaml"),))


def triples(inventory: Inventory) -> set[tuple[str, str, str]]:
    return {(each.source, each.verb, each.target) for each in JOIN.join(inventory, Knowledge()).links}


def of_secret(*references: Credential) -> Inventory:
    return Inventory(
        resources=(Resource(SECRET, kind="secret", name="n/keys"),),
        credentials=(credential("a1", "plaintext", "api"), credential("a2", "plaintext", "db"), *references),
        links=(
            link(SECRET, "yields", "credential:a1"),
            link(SECRET, "yields", "credential:a2"),
            *(link("agent:a", "holds", each.id) for each in references),
        ),
    )


def test_reference_to_a_key_is_the_credential_of_the_secret() -> None:
    inventory = of_secret(credential("w", "secret_manager:kubernetes:n/keys/api", "API_KEY"))
    found = JOIN.join(inventory, Knowledge())
    assert [each.id for each in found.credentials] == ["credential:a1", "credential:a2"]
    assert ("agent:a", "holds", "credential:a1") in triples(inventory)
    assert found.credentials[0].store == "plaintext"
    assert [place.path for place in found.credentials[0].locations] == ["a1.yaml", "w.yaml"]


def test_reference_to_all_keys_holds_each() -> None:
    inventory = of_secret(credential("w", "secret_manager:kubernetes:n/keys/*", "keys"))
    held = {target for source, _, target in triples(inventory) if source == "agent:a"}
    assert held == {"credential:a1", "credential:a2"}


@pytest.mark.parametrize("store", ["secret_manager:kubernetes:n/other/api", "secret_manager:kubernetes:m/keys/*"])
def test_reference_to_another_secret_stays(store: str) -> None:
    inventory = of_secret(credential("w", store, "API_KEY"))
    assert ("agent:a", "holds", "credential:w") in triples(inventory)


def around(*secrets: Credential) -> Inventory:
    return Inventory(
        tools=(Tool("tool:s/*", "tool_server:s"),),
        credentials=(credential("r", "env_reference", "GH_TOKEN"), *secrets),
        links=(
            link("tool_server:s", "holds", "credential:r"),
            link("tool:s/*", "served_by", "tool_server:s"),
            link("agent:a", "invokes", "tool:s/*"),
            *(link("agent:a", "holds", each.id) for each in secrets),
        ),
    )


def test_variable_of_a_server_is_the_secret_that_its_agent_is_given() -> None:
    found = JOIN.join(around(credential("g", "secret_manager:github:BOT", "GH_TOKEN")), Knowledge())
    (one,) = found.credentials
    assert one.store == "secret_manager:github:BOT"
    assert {each.source for each in found.links if each.verb == "holds"} == {"agent:a", "tool_server:s"}


def test_variable_with_two_candidates_stays() -> None:
    two = (
        credential("g", "secret_manager:github:A", "GH_TOKEN"),
        credential("h", "secret_manager:github:B", "GH_TOKEN"),
    )
    assert len(JOIN.join(around(*two), Knowledge()).credentials) == 3


def test_variable_of_another_agent_is_no_candidate() -> None:
    inventory = around()
    far = credential("g", "secret_manager:github:A", "GH_TOKEN")
    more = Inventory(
        tools=inventory.tools,
        credentials=(*inventory.credentials, far),
        links=(*inventory.links, link("agent:other", "holds", far.id)),
    )
    assert len(JOIN.join(more, Knowledge()).credentials) == 2


def pods(*names: str) -> tuple[Resource, ...]:
    return tuple(
        Resource(f"resource:kubernetes/-/{namespace}/pod/{name}", kind="pod", name=each, provider="kubernetes")
        for each in names
        for namespace, name in [each.split("/")]
    )


@pytest.mark.parametrize(
    ("url", "runs"),
    [
        ("http://tools.n:8080/mcp", True),
        ("http://tools.n.svc.cluster.local/mcp", True),
        ("http://tools:8080/mcp", False),
        ("http://tools.example.com/mcp", False),
        ("http://other.n/mcp", False),
        (None, False),
    ],
)
def test_server_in_the_cluster_runs_as_its_workload(url: str | None, runs: bool) -> None:
    inventory = Inventory(
        tool_servers=(ToolServer("tool_server:t", url=url),),
        resources=pods("n/tools", "m/tools"),
        links=(link("resource:kubernetes/-/n/pod/tools", "runs_as", "identity:kubernetes/-/n/tools"),),
    )
    assert (("tool_server:t", "runs_as", "identity:kubernetes/-/n/tools") in triples(inventory)) is runs


def test_accounts_belong_to_the_groups_of_the_cluster() -> None:
    groups = ("system:serviceaccounts", "system:serviceaccounts:n", "system:serviceaccounts:m", "system:masters")
    inventory = Inventory(
        identities=(
            Identity("identity:kubernetes/-/n/a", kind="service_account", name="n/a", provider="kubernetes"),
            *(Identity(f"identity:g/{name}", kind="group", name=name, provider="kubernetes") for name in groups),
        )
    )
    assert triples(inventory) == {
        ("identity:kubernetes/-/n/a", "member_of", f"identity:g/{name}") for name in groups[:2]
    }
