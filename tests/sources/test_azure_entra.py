"""Azure and Entra: roles and their assignments, applications and what proves them, agents of the directory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiassess.model.inventory import Condition, Location
from nhiassess.sources.azure.entra import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, triples

SUBSCRIPTION = "/subscriptions/aaaaaaaa-0000-0000-0000-000000000001"
OBJECT, CLIENT = "11111111-0000-0000-0000-000000000001", "22222222-0000-0000-0000-000000000002"
ROLE, PERSON = "33333333-0000-0000-0000-000000000003", "44444444-0000-0000-0000-000000000004"
AGENT, USER = "55555555-0000-0000-0000-000000000005", "66666666-0000-0000-0000-000000000006"
GRAPH = "00000003-0000-0000-c000-000000000000"
APP = f"identity:azure/-/{CLIENT}"
CANARY = "abc8Q~CANARYfakefakefakefakefakefakefake"


def assignment(**more: Any) -> dict[str, Any]:
    """Give an assignment as the command line lists it."""
    return {
        "principalId": OBJECT,
        "principalName": CLIENT,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{ROLE}",
        "roleDefinitionName": "Bot",
        "scope": f"{SUBSCRIPTION}/resourceGroups/shop",
        **more,
    }


def role(*sets: dict[str, list[str]]) -> dict[str, Any]:
    """Give a role as the command line lists it."""
    return {"roleName": "Bot", "name": ROLE, "permissions": list(sets), "assignableScopes": [SUBSCRIPTION]}


def test_assignment_of_a_role_that_is_in_scope() -> None:
    sets = (
        {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]},
        {"actions": [], "dataActions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]},
    )
    found = observe(
        SOURCE,
        {"assignments.json": json.dumps([assignment()], indent=1), "roles.json": json.dumps([role(*sets)], indent=1)},
    )
    one, other = sorted((each for each in found.grants if each.identity), key=lambda each: each.id)
    assert one.id == f"grant:azure/-{SUBSCRIPTION}/resourceGroups/shop/{ROLE}/{CLIENT}/0"
    # the command line names a service principal by its client id: other files do too
    assert (one.identity, one.policy) == (APP, "Bot")
    assert one.actions == (f"role:{ROLE}", "role:Bot", "control:*")
    assert one.not_actions == ("control:Microsoft.Authorization/*/Write",)
    assert one.resources == (f"{SUBSCRIPTION}/resourceGroups/shop",)
    assert other.actions[2:] == ("data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",)
    assert other.not_actions == ()
    assert Location("assignments.json", 6, 23) in one.locations
    assert {place.path for place in one.locations} == {"assignments.json", "roles.json"}
    assert [each.id for each in found.grants if each.identity is None] == [
        f"grant:azure/-/role/{ROLE}/0",
        f"grant:azure/-/role/{ROLE}/1",
    ]
    assert by_id(found.resources, f"resource:azure{SUBSCRIPTION}/resourceGroups/shop").kind == "resource_group"


def test_conditions_people_and_roles_of_the_directory() -> None:
    condition = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'shop'"
    person = assignment(principalId=PERSON, principalName="ada@shop.example", principalType="User", condition=condition)
    directory = {"principalId": OBJECT, "roleDefinitionId": ROLE, "directoryScopeId": "/"}
    found = observe(SOURCE, {"a.json": json.dumps({"value": [person, directory]})})
    grants = {each.identity: each for each in found.grants}
    mine = grants[f"identity:azure/-/{PERSON}"]
    assert mine.conditions == (Condition("azure_abac", "expression", (condition,)),)
    assert mine.actions == (f"role:{ROLE}", "role:Bot")
    assert "ada@" not in repr(found)
    its = grants[f"identity:azure/-/{OBJECT}"]
    assert (its.actions, its.resources) == ((f"directory_role:{ROLE}",), ("directory:/",))


def application(**more: Any) -> dict[str, Any]:
    """Give an application as Microsoft Graph gives it."""
    return {"id": OBJECT, "appId": CLIENT, "displayName": "bot", "signInAudience": "AzureADMyOrg", **more}


def test_application() -> None:
    times = {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2026-01-03T00:00:00.000Z"}
    text = application(
        createdDateTime="2025-05-05T00:00:00Z",
        owners=[{"id": PERSON, "displayName": "Ada Example"}],
        passwordCredentials=[
            {"displayName": "ci", "keyId": ROLE, **times},
            {"displayName": "leak", "secretText": CANARY},
        ],
        keyCredentials=[{"keyId": AGENT, "type": "AsymmetricX509Cert", "endDateTime": None}],
        requiredResourceAccess=[
            {"resourceAppId": GRAPH, "resourceAccess": [{"id": ROLE, "type": "Role"}, {"id": USER, "type": "Scope"}]}
        ],
    )
    graph = {"appId": GRAPH, "displayName": "Graph", "servicePrincipalType": "Application", "appRoles": [
        {"id": ROLE, "value": "Files.Read.All"}
    ]}  # fmt: skip
    found = observe(SOURCE, {"app.json": json.dumps(text, indent=1), "graph.json": json.dumps([graph])})
    app = by_id(found.identities, APP)
    assert (app.kind, app.name, app.owner, app.created) == ("app_registration", "bot", PERSON, "2025-05-05T00:00:00Z")
    held = {each.id.partition("#")[2]: each for each in found.credentials}
    secret = held["passwordCredentials[0]"]
    assert (secret.kind, secret.store, secret.lifetime_seconds) == ("client_secret", None, 172_800)
    assert held["passwordCredentials[1]"].store == "plaintext"
    assert [each for each, _ in found.fingerprints] == ["credential:app.json#passwordCredentials[1]"]
    assert (held["keyCredentials[0]"].kind, held["keyCredentials[0]"].expires) == ("private_key", None)
    assert all((each.id, "authenticates_as", APP) in triples(found) for each in found.credentials)
    assert {(each.actions, each.conditions) for each in found.grants if each.identity == APP} == {
        ((f"app_role:{GRAPH}/Files.Read.All",), (Condition("consent", "consent not in scope"),)),
        ((f"scope:{GRAPH}/{USER}",), (Condition("consent", "consent not in scope"),)),
    }
    owned = by_id(found.grants, f"grant:azure/-/owner/{CLIENT}/{PERSON}")
    assert (owned.identity, owned.actions, owned.resources) == (
        f"identity:azure/-/{PERSON}",
        ("owner",),
        (f"application:{CLIENT}",),
    )
    assert CANARY not in repr(found)
    assert "Ada" not in repr(found)


def test_who_signs_in_and_where_answers_go() -> None:
    app = {
        "appId": CLIENT,
        "displayName": "till",
        "signInAudience": "AzureADMultipleOrgs",
        "api": {"preAuthorizedApplications": [{"appId": AGENT, "delegatedPermissionIds": [ROLE]}, {}, 3]},
        "web": {"redirectUris": ["https://a.example/x", "http://a.example/x", "http://localhost:3000/x"]},
        "publicClient": {"redirectUris": ["http://localhost", "HTTP://127.0.0.1.example/", "till://x", None]},
        "replyUrlsWithType": [{"url": "http://b.example", "type": "Web"}, {"url": 3}, 7],
        "availableToOtherTenants": True,
    }
    found = observe(SOURCE, {"app.json": json.dumps(app)})
    assert {(each.key, each.value) for each in found.settings} == {
        ("signInAudience", "AzureADMultipleOrgs"),
        ("api.preAuthorizedApplications", AGENT),
        ("web.redirectUris", "http://a.example/x"),
        ("publicClient.redirectUris", "HTTP://127.0.0.1.example/"),
        ("replyUrlsWithType", "http://b.example"),
        ("availableToOtherTenants", "true"),
    }


def test_what_is_closed_states_nothing() -> None:
    closed = {"appId": CLIENT, "displayName": "till", "signInAudience": "AzureADMyOrg", "web": {"redirectUris": 3}}
    of_others = {**closed, "signInAudience": "AzureADMultipleOrgs", "servicePrincipalType": "Application"}
    for each in (closed, of_others):
        assert observe(SOURCE, {"app.json": json.dumps(each)}).settings == ()


def test_application_permission_that_was_given() -> None:
    given = {"principalId": OBJECT, "resourceId": AGENT, "resourceDisplayName": "Microsoft Graph", "appRoleId": ROLE}
    found = observe(SOURCE, {"app.json": json.dumps([application(), given])})
    (grant,) = found.grants
    assert grant.id == f"grant:azure/-/application/{GRAPH}/{ROLE}/{CLIENT}"
    assert (grant.identity, grant.actions, grant.conditions) == (APP, (f"app_role:{GRAPH}/{ROLE}",), ())
    assert not found.conflicts


def test_federated_credentials() -> None:
    issuer = "token.actions.githubusercontent.com"
    one = {"name": "main", "issuer": f"https://{issuer}", "subject": "repo:acme/shop:ref:refs/heads/main",
           "audiences": ["api://AzureADTokenExchange"]}  # fmt: skip
    wide = {"value": "claims['sub'] matches 'repo:acme/*'", "languageVersion": 1}
    flexible = {"name": "any", "issuer": f"https://{issuer}/", "claimsMatchingExpression": wide}
    odd = {"name": "odd", "issuer": f"https://{issuer}", "claimsMatchingExpression": {"value": "claims['x'] eq 'y'"}}
    managed = {"name": "mi", "issuer": "https://login.microsoftonline.com/t/v2.0", "subject": AGENT}
    text = application(federatedIdentityCredentials=[one, flexible, odd, managed])
    found = observe(SOURCE, {"app.json": json.dumps(text), "alone.json": json.dumps([{**one, "name": "alone"}])})
    trusts = {each.id.rpartition("/")[2]: each for each in found.trusts}
    assert (trusts["main"].truster, trusts["main"].issuer) == (APP, issuer)
    assert (trusts["main"].subject, trusts["main"].audience) == (one["subject"], "api://AzureADTokenExchange")
    assert trusts["main"].conditions[0] == Condition("StringEquals", f"{issuer}:sub", (str(one["subject"]),))
    assert trusts["any"].subject == "repo:acme/*"
    assert trusts["any"].conditions == (Condition("StringLike", f"{issuer}:sub", ("repo:acme/*",)),)
    assert trusts["odd"].conditions == (Condition("claims", "expression", ("claims['x'] eq 'y'",)),)
    assert trusts["alone"].truster is None
    assert triples(found, "federates_to") == {(f"identity:azure/-/{AGENT}", "federates_to", APP)}
    assert [each.construct for each in found.skipped] == ["federated credential"]


def test_agent_identities() -> None:
    found = observe(
        SOURCE,
        {
            "agents.json": json.dumps(
                {
                    "value": [
                        {"@odata.type": "#microsoft.graph.agentIdentityBlueprint", "id": OBJECT, "appId": CLIENT},
                        {"id": AGENT, "displayName": "triage", "agentIdentityBlueprintId": CLIENT},
                        {"id": USER, "userPrincipalName": "triage@shop.example", "identityParentId": AGENT},
                    ]
                }
            )
        },
    )
    assert {each.id: each.kind for each in found.identities} == {
        APP: "agent_identity_blueprint",
        f"identity:azure/-/{AGENT}": "agent_identity",
        f"identity:azure/-/{USER}": "agent_user",
    }
    assert triples(found) == {
        (APP, "federates_to", f"identity:azure/-/{AGENT}"),
        (f"identity:azure/-/{AGENT}", "federates_to", f"identity:azure/-/{USER}"),
    }


def test_managed_identities_of_exports() -> None:
    arm_id = f"{SUBSCRIPTION}/resourceGroups/a/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi"
    site = f"{SUBSCRIPTION}/resourceGroups/a/providers/Microsoft.Web/sites/bot"
    identity = {"type": "Microsoft.ManagedIdentity/userAssignedIdentities", "id": arm_id, "name": "mi"}
    ids_of = {"clientId": CLIENT, "principalId": OBJECT}
    web = {"id": site, "identity": {"principalId": AGENT, "userAssignedIdentities": {arm_id.lower(): ids_of}}}
    credential = {"id": f"{arm_id}/federatedIdentityCredentials/k", "name": "k", "issuer": "https://i.example",
                  "subject": "system:serviceaccount:a:b"}  # fmt: skip
    text = json.dumps([{**identity, **ids_of}, web, credential, assignment(principalName=None)])
    found = observe(SOURCE, {"export.json": text})
    assert triples(found) == {
        # where it stands in Azure, in the spelling of its own record
        (f"resource:azure{arm_id}", "runs_as", APP),
        (f"resource:azure{site}", "runs_as", APP),
        (f"resource:azure{site}", "runs_as", f"identity:azure/-/{AGENT}"),
    }
    assert {each.id: each.kind for each in found.identities} == {
        APP: "managed_identity",
        f"identity:azure/-/{AGENT}": "managed_identity",
    }
    assert [each.truster for each in found.trusts] == [APP]
    assert [each.identity for each in found.grants] == [APP]
    assert not found.conflicts


def test_manifest_of_a_toolkit() -> None:
    access = [{"resourceAppId": "Microsoft Graph", "resourceAccess": [{"id": "User.Read", "type": "Scope"}]}]
    text = {"appId": "${{AAD_APP_CLIENT_ID}}", "displayName": "bot", "requiredResourceAccess": access}
    found = observe(SOURCE, {"bot/aad.manifest.json": json.dumps(text)})
    assert ids(found.identities) == ["identity:azure/-/file:bot/aad.manifest.json#app"]
    assert [each.actions for each in found.grants] == [(f"scope:{GRAPH}/User.Read",)]
    assert [each.construct for each in found.skipped] == ["placeholder"]


def test_bicep_is_named() -> None:
    found = observe(SOURCE, {"main.bicep": "resource r 'Microsoft.Authorization/roleAssignments@2022-04-01' = {\n}\n"})
    assert [each.construct for each in found.skipped] == ["Bicep"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "x", "type": "module"}'),
        ("consent.json", '{"clientId": "1", "consentType": "AllPrincipals", "scope": "User.Read"}'),
        ("main.tf", 'resource "aws_iam_role" "x" {}\n'),
        ("main.bicep", "param location string\n"),
        ("notes.md", '"passwordCredentials": []'),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "text",
    [
        '{"passwordCredentials": 1, "displayName": []}',
        '{"appId": "x", "passwordCredentials": [1, [], {"secretText": {}}], "owners": [1, {}]}',
        '{"appId": "x", "requiredResourceAccess": [1, {"resourceAppId": [], "resourceAccess": [[]]}]}',
        '{"principalId": 1, "roleDefinitionId": []}',
        '{"principalId": "x", "roleDefinitionId": "y", "scope": {"a": 1}, "condition": []}',
        '{"permissions": [{"actions": 1}, 2, []], "assignableScopes": {"a": 1}}',
        '{"assignableScopes": [1, null], "permissions": [{"actions": [1, null, {}]}]}',
        '{"interactions": [1, {"response": []}, {"response": {"body": {"data": [1]}}}], "roleDefinitionId": 1}',
        '{"federatedIdentityCredentials": [{"issuer": "a", "subject": "b", "audiences": [1, {}]}, 2], "appId": "x"}',
        '{"id": "/subscriptions/1", "identity": {"userAssignedIdentities": [1], "principalId": {}}}',
        '[null, 1, "x", {"userAssignedIdentities": 1}, [[{"appRoleId": 1}]]]',
        '{"$schema": "schemas/2019-04-01/deploymentTemplate.json#", "resources": 1, "variables": []}',
    ],
)
def test_any_type_anywhere(text: str) -> None:
    # "requiredResourceAccess" stands in a remark, so that every sample is recognised
    found = observe(SOURCE, {"x.json": text + '\n// "requiredResourceAccess":'})
    assert not found.conflicts


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus" / "gcp_azure")
    assert refused == []
    assert not found.conflicts
    # 62 principals of 74 assignments, three applications, a managed identity and one of a project
    assert len(found.identities) == 67
    assert len([each for each in found.grants if each.id.startswith("grant:azure/-/role/")]) == 10
    assert len([each for each in found.grants if each.id.startswith("grant:azure/-/requested/")]) == 5
    assert len(found.grants) == 10 + 5 + 74 + 7
    owners = [each for each in found.grants if each.identity and each.policy == "Owner"]
    assert {each.actions[1:] for each in owners} == {("role:Owner", "control:*")}
    constructs = [each.construct for each in found.skipped]
    assert {each: constructs.count(each) for each in constructs} == {
        "scope not resolved": 10,
        "principal not resolved": 3,
        "placeholder": 2,
        "not resolved": 2,
    }
    runs = {(each.source.rpartition("#")[2], each.target.rpartition("#")[2]) for each in found.links}
    assert runs == {
        ("resources.project", "resources.project.identity"),
        ("resources[2].properties.template.resources[1]", "resources[0].properties.template.resources[0]"),
    }


def test_of_an_assignment_that_is_repeated_the_first_places_are_kept() -> None:
    grants = observe(SOURCE, {"a.json": json.dumps([assignment()] * 200, indent=1)}).grants
    assert 50 <= max(len(each.locations) for each in grants) <= 60
