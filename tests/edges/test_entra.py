"""What identities of Azure and Entra reach, from files to edges."""

from __future__ import annotations

import json
from dataclasses import replace
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiassess.edges import entra_escalates, entra_grants, federates
from nhiassess.joins import administrators
from nhiassess.model.inventory import Condition, Credential, Grant, Identity, Inventory, Link, Resource, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import VERDICTS, Edge
from nhiassess.permissions.azure.entra_names import GRAPH
from nhiassess.shelf import knowledge
from nhiassess.sources.azure.entra import SOURCE
from tests.observing import observe

KNOWN = Knowledge(techniques=tuple(each for each in knowledge().techniques if each.domain == "entra"))
ACTOR, APP, ADA = (f"identity:azure/-/{each}" for each in ("actor", "app", "ada"))
TOP = "identity:azure/-/administrator"
SUBSCRIPTION = "/subscriptions/aaaaaaaa-0000-0000-0000-000000000001"
OBJECT, CLIENT = "11111111-0000-0000-0000-000000000001", "22222222-0000-0000-0000-000000000002"
BOT, PERSON = "33333333-0000-0000-0000-000000000003", "44444444-0000-0000-0000-000000000004"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


def derived(inventory: Inventory) -> list[Edge]:
    return [edge for rule in (entra_grants.EDGE, entra_escalates.EDGE) for edge in rule.derive(inventory, KNOWN)]


def estate(*values: object) -> Inventory:
    of = {Grant: "grants", Identity: "identities", Resource: "resources", Link: "links"}
    tables: dict[str, Any] = dict.fromkeys(of.values(), ())
    for value in values:
        tables[of[type(value)]] += (value,)
    return Inventory(**tables)


def assigned(role: str, on: str, who: str = ACTOR, id: str = "g", **more: Any) -> Grant:
    return Grant(id, who, provider="azure", policy=role, actions=(f"role:{role}",), resources=(on,), **more)


def permission(name: str, who: str = ACTOR, id: str = "g", **more: Any) -> Grant:
    return Grant(id, who, provider="azure", actions=(f"app_role:{GRAPH}/{name}",), resources=("application:-",), **more)


def identity(id: str, kind: str | None = "app_registration") -> Identity:
    return Identity(id, kind, provider="azure")


def resource(path: str, kind: str | None = None) -> Resource:
    return Resource(f"resource:azure/{path}", kind, provider="azure")


def told(edges: list[Edge], source: str, verb: str) -> set[tuple[str, str]]:
    return {
        (edge.target.rpartition("/")[2], edge.verdict) for edge in edges if (edge.source, edge.verb) == (source, verb)
    }


def test_from_exports_to_a_managed_identity_that_a_machine_runs_as() -> None:
    group = f"{SUBSCRIPTION}/resourceGroups/a/providers"
    own = f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities/mi"
    files = {
        "machines.json": [
            {"id": f"{group}/Microsoft.Compute/virtualMachines/vm",
             "identity": {"userAssignedIdentities": {own.lower(): {"clientId": CLIENT, "principalId": OBJECT}}}},
            {"id": own, "name": "mi", "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
             "properties": {"clientId": CLIENT, "principalId": OBJECT}},
        ],
        "assignments.json": [
            {"principalId": BOT, "principalType": "ServicePrincipal", "roleDefinitionName": "Contributor",
             "roleDefinitionId": f"{SUBSCRIPTION}/providers/x/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
             "scope": SUBSCRIPTION},
            {"principalId": OBJECT, "principalName": CLIENT, "principalType": "ServicePrincipal",
             "roleDefinitionId": f"/providers/x/roleDefinitions/{OWNER}", "scope": SUBSCRIPTION},
        ],
    }  # fmt: skip
    found = observe(SOURCE, {name: json.dumps(text, indent=1) for name, text in files.items()})
    edges = derived(administrators.JOIN.join(found, Knowledge()))
    mine = next(each.target for each in edges if each.source == f"identity:azure/-/{BOT}" and each.verb == "granted")
    assert told(edges, mine, "executes_on") >= {("vm", "yes")}
    assert told(edges, mine, "administers") == {("mi", "yes")}
    runs = {(link.source.rpartition("/")[2], link.target) for link in found.links if link.verb == "runs_as"}
    assert runs == {("vm", f"identity:azure/-/{CLIENT}"), ("mi", f"identity:azure/-/{CLIENT}")}
    his = next(each.target for each in edges if each.source == f"identity:azure/-/{CLIENT}" and each.verb == "granted")
    assert told(edges, his, "administers") == {(SUBSCRIPTION[15:], "yes"), ("vm", "yes"), ("mi", "yes")}
    assert all(edge.locations for edge in edges if edge.source in (mine, his))
    # who administers a machine needs no technique to run commands in it
    assert not told(edges, his, "executes_on") & {("vm", "yes")}


def test_an_owner_that_exports_name_takes_over_its_application() -> None:
    app = {"id": OBJECT, "appId": CLIENT, "displayName": "bot", "signInAudience": "AzureADMyOrg",
           "owners": [{"id": PERSON, "@odata.type": "#microsoft.graph.user"}]}  # fmt: skip
    role = {"principalId": OBJECT, "roleDefinitionId": OWNER, "scope": SUBSCRIPTION}
    found = observe(SOURCE, {"apps.json": json.dumps([app]), "roles.json": json.dumps([role])})
    edges = derived(found)
    assert [
        (each.source, each.target, each.verdict, each.technique) for each in edges if each.verb == "escalates_to"
    ] == [(f"identity:azure/-/{PERSON}", f"identity:azure/-/{CLIENT}", "yes", "entra-owner")]


@pytest.mark.parametrize(
    ("kind", "verdicts"),
    [
        pytest.param("app_registration", {"yes"}, id="an application"),
        pytest.param("service_principal", {"conditional"}, id="what may be a managed identity"),
        pytest.param(None, {"conditional"}, id="what no file describes"),
        pytest.param("managed_identity", set(), id="a managed identity has no credentials to add to"),
        pytest.param("user", set(), id="a user"),
    ],
)
def test_to_what_credentials_can_be_added(kind: str | None, verdicts: set[str]) -> None:
    where = estate(
        identity(ACTOR), identity(APP, kind), permission("Application.ReadWrite.All"), assigned("Owner", "/", APP, "h")
    )
    assert {each.verdict for each in derived(where) if each.target == APP and each.verb == "escalates_to"} == verdicts


def test_an_application_that_has_nothing_is_no_gain() -> None:
    where = estate(identity(ACTOR), identity(APP), permission("Application.ReadWrite.All"))
    assert told(derived(where), ACTOR, "escalates_to") == {("administrator", "needs_resource")}


def test_what_nobody_consented_to_is_unknown_and_reaches_no_application() -> None:
    asked = permission("Application.ReadWrite.All", conditions=(Condition("consent", "consent not in scope"),))
    edges = derived(estate(identity(ACTOR), identity(APP), asked, assigned("Owner", "/", APP, "h")))
    assert told(edges, ACTOR, "escalates_to") == {("administrator", "unknown")}
    assert told(edges, ACTOR, "granted") == {("g", "unknown")}


@pytest.mark.parametrize(
    ("grant", "on", "verdicts"),
    [
        pytest.param(assigned("Night Watch", "/subscriptions/s"), "subscriptions/s", {("administers", "unknown")},
                     id="a role that nobody describes"),
        pytest.param(assigned("Reader", "/subscriptions/s"), "subscriptions/s", set(), id="a reader"),
        pytest.param(assigned("Owner", "/subscriptions/t"), "subscriptions/s", set(), id="another subscription"),
        pytest.param(assigned("Owner", "/providers/Microsoft.Management/managementGroups/m"), "subscriptions/s",
                     {("administers", "unknown"), ("writes", "unknown")}, id="a management group"),
    ],
)  # fmt: skip
def test_a_role_on_a_subscription(grant: Grant, on: str, verdicts: set[tuple[str, str]]) -> None:
    edges = derived(estate(identity(ACTOR), resource(on, "subscription"), grant))
    opened = [each for each in edges if each.source == "g"]
    told_of = {(each.verb, each.verdict) for each in opened if each.verb in ("administers", "writes")}
    assert told_of == verdicts
    assert all(each.conditions for each in opened if each.verdict != "yes")


def test_a_scope_that_no_file_resolves_is_said_of_the_assignment() -> None:
    open_ = Condition("resource", "resource not in scope", ("${azurerm_resource_group.a.id}",))
    grant = replace(assigned("Owner", "/"), resources=(), conditions=(open_,))
    edges = derived(estate(identity(ACTOR), resource("subscriptions/s"), grant))
    assert [(each.verb, each.verdict, each.conditions) for each in edges] == [
        ("granted", "unknown", ("on what role Owner is assigned: ${azurerm_resource_group.a.id}",))
    ]


def test_an_administrator_of_one_tenant_is_not_told_to_have_another() -> None:
    one, other = (f"identity:azure/{each}/app" for each in ("t1", "t2"))
    where = estate(
        identity(one), identity(other), resource("-", "tenant"), resource("t1", "tenant"), resource("t2", "tenant"),
        resource("subscriptions/s", "subscription"),
        Grant("g", one, provider="azure", actions=("directory_role:Global Administrator",), resources=("/",)),
    )  # fmt: skip
    assert told(derived(where), "g", "administers") == {("t1", "yes"), ("s", "unknown")}


def test_the_administrator_has_the_tenant_and_what_is_in_it() -> None:
    where = administrators.JOIN.join(estate(identity(ACTOR), resource("subscriptions/s")), Knowledge())
    grant = "grant:azure/-/administrator/everything"
    assert told(derived(where), grant, "administers") == {("-", "yes"), ("s", "yes")}


ISSUER = "eastus.oic.prod-aks.azure.com/t/c"
POD = Identity("identity:kubernetes/-/shop/api", "service_account", "shop/api", "kubernetes")


def federated(*links: Link, audience: str = "api://AzureADTokenExchange", subject: str = "api") -> list[Edge]:
    sub = f"system:serviceaccount:shop:{subject}"
    trust = Trust(
        "trust:t", APP, mechanism="oidc", issuer=ISSUER, subject=sub,
        conditions=(Condition("StringEquals", f"{ISSUER}:sub", (sub,)),
                    Condition("StringEquals", f"{ISSUER}:aud", (audience,))),
    )  # fmt: skip
    where = Inventory(identities=(identity(APP), POD), trusts=(trust,), links=links)
    return list(federates.EDGE.derive(where, Knowledge()))


NAMED = Link("l", POD.id, "federates_to", APP)


@pytest.mark.parametrize(
    ("edges", "verdicts"),
    [
        pytest.param(federated(NAMED), ["conditional"], id="named by the service account"),
        pytest.param(federated(), [], id="not named by it"),
        pytest.param(federated(NAMED, subject="web"), [], id="another service account"),
        pytest.param(federated(NAMED, audience="sts.amazonaws.com"), [], id="another audience"),
    ],
)
def test_a_service_account_becomes_an_application(edges: list[Edge], verdicts: list[str]) -> None:
    assert [each.verdict for each in edges] == verdicts
    assert all("application app" in each.reason for each in edges)


def test_entra_takes_its_own_tokens_where_a_file_says_so() -> None:
    link = Link("l", ACTOR, "federates_to", APP, reason="its blueprint asks for its tokens")
    where = Inventory(identities=(identity(ACTOR), identity(APP)), links=(link,), credentials=(Credential("c"),))
    found = list(federates.EDGE.derive(where, Knowledge()))
    assert [(each.source, each.target, each.verdict) for each in found] == [(ACTOR, APP, "yes")]


PERMISSIONS = st.sampled_from(["Application.ReadWrite.All", "User.ReadWrite.All", "RoleManagement.ReadWrite.Directory"])
ROLES = st.sampled_from(["Owner", "Contributor", "Reader", "Managed Identity Operator", "Night Watch"])
SCOPES = st.sampled_from(["/", "/subscriptions/s", "/subscriptions/s/resourceGroups/a"])
WHO = st.sampled_from([ACTOR, APP, ADA])
GRANTS = st.lists(
    st.one_of(st.builds(permission, PERMISSIONS, WHO), st.builds(assigned, ROLES, SCOPES, WHO)), max_size=5
)


def reached(grants: list[Grant]) -> dict[tuple[str, str, str], int]:
    """Give how strongly each edge stands, by its ends and its verb; grants go by their place in the list."""
    numbered = [replace(each, id=f"g{place}") for place, each in enumerate(grants)]
    machine = "subscriptions/s/resourceGroups/a/providers/Microsoft.Compute/virtualMachines/vm"
    own = "subscriptions/s/resourceGroups/a/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi"
    where = estate(identity(ACTOR), identity(APP), identity(ADA, "user"), resource(machine), resource(own), *numbered)
    found: dict[tuple[str, str, str], int] = {}
    for each in derived(where):
        key = each.source, each.verb, each.target
        found[key] = min(found.get(key, len(VERDICTS)), VERDICTS.index(each.verdict))
    return found


@given(GRANTS, WHO, SCOPES)
def test_a_deny_adds_no_edge(grants: list[Grant], who: str, scope: str) -> None:
    deny = Grant(
        "d", who, "deny", provider="azure", actions=("control:*/action", "control:*/write"), resources=(scope,)
    )
    before, after = reached(grants), reached([*grants, deny])
    assert all(before.get(key, len(VERDICTS)) <= rank for key, rank in after.items())


@given(GRANTS)
def test_an_assignment_less_adds_no_edge(grants: list[Grant]) -> None:
    whole = reached(grants)
    less = reached(grants[:-1])
    assert all(whole.get(key, len(VERDICTS)) <= rank for key, rank in less.items())


def test_time_grows_with_what_there_is() -> None:
    def seconds(count: int) -> float:
        values = [identity(f"identity:azure/-/{each}") for each in range(count)]
        grants = [
            assigned("Contributor", f"/subscriptions/{each}", f"identity:azure/-/{each}", f"g{each}")
            for each in range(count)
        ]
        places = [
            resource(f"subscriptions/{each}/providers/Microsoft.Compute/virtualMachines/vm") for each in range(count)
        ]
        where = estate(*values, *grants, *places)
        start = process_time()
        derived(where)
        return process_time() - start

    seconds(100)
    assert seconds(1600) < 12 * seconds(400)
